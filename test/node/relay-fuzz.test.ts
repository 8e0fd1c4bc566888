import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { pushStream, RegistryError } from '../../src/node/index.ts'
import { createTestArchive, type Fault, type RegistryProfile, type TestImage } from '../../src/testing/index.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { PROFILES, uploadFault } from '../support/fuzzed-faults.ts'
import { CHUNK, createSubject, insist, verifyImage } from '../support/fuzzed-registry.ts'
import { noise } from '../support/large-layers.ts'
import { piped } from '../support/piped.ts'

// Relays into registries of every profile through random faults: whole and verified, or a typed error and no tag.

const layers: TestImage['layers'] = [{ large: noise(70_000, 1) }, { small: 'small' }, { more: noise(66_000, 2) }]
const images = [{ layers }]
const archives = {
  'docker-25': await createTestArchive({ images, layout: 'docker-25' }),
  // Nothing tells the digests of its layers.
  'docker-24': await createTestArchive({ images, layout: 'docker-24' }),
}
const totals = { runs: 0, whole: 0, errors: {} as Record<string, number> }

describe('pushStream() into any registry, through any faults', () => {
  afterAll(() => {
    process.stdout.write(`${totals.runs} relays: ${totals.whole} whole; errors ${JSON.stringify(totals.errors)}\n`)
  })

  it('ends whole and verified, or with a typed error and no tag', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(
      fc.constantFrom(...PROFILES),
      fc.constantFrom('docker-25' as const, 'docker-24' as const),
      fc.array(uploadFault, { maxLength: 3 }),
      relayThrough,
    )
    await fc.assert(run, { ...shareOfRuns(0.1), timeout: CASE_TIMEOUT })
    expect(totals.whole).toBeGreaterThan(totals.runs / 4)
    // Some uploads are lost, with their first bytes.
    expect(totals.errors.CONTENT_LOST).toBeGreaterThan(0)
  })
})

async function relayThrough(
  profile: RegistryProfile | 'spec',
  layout: keyof typeof archives,
  faults: readonly Fault[],
): Promise<void> {
  const { registry, open } = createSubject(profile, true, faults)
  const options = { chunkSize: CHUNK, uploadRetryDelay: 0 }
  totals.runs++
  try {
    const digest = await pushStream(piped(archives[layout]), open(registry.fetch), 'team/app', 'v1', options)
    totals.whole++
    await verifyImage(registry, digest)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    totals.errors[error.code] = (totals.errors[error.code] ?? 0) + 1
    // Learning what a registry wants is no reason to fail.
    expect(faults.length, error.message).toBeGreaterThan(0)
    if (error.code === 'CONTENT_LOST')
      expect(error.remedy ?? error.message).toMatch(/pushDockerTar|takes too few|push again/)
    // The answer alone to the last request may have been lost, or another one.
    const tag = await insist(registry, 'manifests/v1')
    if (tag.ok) await verifyImage(registry, tag.headers.get('docker-content-digest') ?? '')
    else expect(tag.status, error.message).toBe(404)
  }
}
