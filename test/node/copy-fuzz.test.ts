import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type CopyOptions, copyImage, type Descriptor, type Registry } from '../../src/index.ts'
import type { Fault, TestRegistry } from '../../src/testing/index.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { PROFILES, passingFault, rangeFault, readFault, uploadFault } from '../support/fuzzed-faults.ts'
import { CHUNK, createSubject, insist } from '../support/fuzzed-registry.ts'
import { digestOfText, MANIFEST, plainClient } from '../support/plain-client.ts'
import {
  CHOICES,
  createTally,
  expectNoDamage,
  heedsRanges,
  isExact,
  type Schedule,
  type SimulatedSource,
  SOURCE_IMAGE,
  schedules,
} from '../support/pull-simulation.ts'

// Copies between registries of every profile, through random faults on both sides: whole and verified, or a typed error
// and no tag that has moved.

/** The registry that is copied to. */
interface Destination {
  readonly profile: (typeof PROFILES)[number]
  /** Whether the SDK knows the profile. */
  readonly isKnown: boolean
  readonly faults: readonly Fault[]
  readonly options: CopyOptions
}

const destinations: fc.Arbitrary<Destination> = fc.record({
  profile: fc.constantFrom(...PROFILES),
  isKnown: fc.boolean(),
  faults: fc.array(uploadFault, { maxLength: 4 }),
  options: fc.record({ concurrency: fc.constantFrom(1, 4), verify: fc.boolean() }),
})

const { totals, simulate, print } = createTally()

describe('copyImage() between any two registries, through any faults on both sides', () => {
  afterAll(print)

  it('ends whole and verified, or with a typed error and no tag', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(schedules(readFault), destinations, async (given, to) => {
      const { registry, open } = createSubject(to.profile, to.isKnown, to.faults)
      const isTagged = to.faults.length === 0
      if (isTagged) await plainClient(registry.fetch).putImage('v1', 'team/app')
      const isDisturbed = given.faults.length + to.faults.length > 0
      const ended = await simulate(
        given,
        (source) => copy(source, given, open(registry.fetch), to.options),
        isDisturbed,
      )
      const tag = await insist(registry, 'manifests/v1')
      const digest = tag.headers.get('docker-content-digest')
      const isAsBefore = isTagged ? digest === digestOfText(MANIFEST) : tag.status === 404
      if (!ended.error) expect(digest).toBe(ended.value)
      else if (isAsBefore) return
      // After an error the image may be there all the same: the answer alone to the last request was lost, or another.
      await expectWhole(registry, await tag.text())
      const isAll = given.choice === 'all' || given.choice === 'signed'
      if (isAll && isExact(given)) expect(digest).toBe(SOURCE_IMAGE.digest)
    })
    await fc.assert(run, { ...shareOfRuns(0.1), timeout: CASE_TIMEOUT })
    expect(totals.whole).toBeGreaterThan(totals.runs / 3)
    expect(totals.errors).toBeGreaterThan(0)
  })

  it('goes on where a download broke off', { timeout: PROPERTY_TIMEOUT }, async () => {
    const share = shareOfRuns(0.05)
    const before = totals.whole
    const run = fc.asyncProperty(schedules(fc.oneof(passingFault, passingFault, rangeFault)), async (drawn) => {
      const given = { ...drawn, abortAfter: undefined }
      const { registry, open } = createSubject('spec', false, [])
      const ended = await simulate(given, (source) => copy(source, given, open(registry.fetch), {}))
      if (ended.error) return expectNoDamage(ended.error)
      if (!heedsRanges(given)) return
      totals.neededBytes += registry.bodyBytes
      totals.receivedBytes += ended.receivedBytes
    })
    await fc.assert(run, { ...share, timeout: CASE_TIMEOUT })
    // Six failures of one request in a row are too many.
    expect(totals.whole - before).toBeGreaterThan(share.numRuns * 0.8)
    expect(totals.receivedBytes).toBeLessThan(totals.neededBytes * 1.1)
  })
})

/** Node 26 reads a Blob outside of the clock that jumps, which then takes a source for one that nobody reads. */
const IN_MEMORY: CopyOptions = { runtime: { createBody: (bytes) => bytes } }

/** Copies the image, and gives its digest. */
async function copy(
  { handle, signal }: SimulatedSource,
  { choice }: Schedule,
  registry: Registry,
  options: CopyOptions,
): Promise<string> {
  const { digest } = await copyImage(
    { registry: handle, repository: 'team/app', reference: 'v1' },
    { registry },
    { ...CHOICES[choice], ...options, ...IN_MEMORY, chunkSize: CHUNK, uploadRetryDelay: 0, signal },
  )
  return digest
}

/** Expects all that a manifest names to be there, and to be what it should be. */
async function expectWhole(registry: TestRegistry, text: string): Promise<void> {
  const { manifests = [], config, layers = [] } = JSON.parse(text)
  for (const { digest, size } of [...layers, ...(config ? [config] : [])] as readonly Descriptor[]) {
    const bytes = new Uint8Array(await (await insist(registry, `blobs/${digest}`)).arrayBuffer())
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest)
    expect(bytes).toHaveLength(size)
  }
  for (const { digest } of manifests) {
    await expectWhole(registry, await (await insist(registry, `manifests/${digest}`)).text())
  }
}
