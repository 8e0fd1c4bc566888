import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  inspectDockerTar,
  memorySessions,
  type PushOptions,
  pushDockerTar,
  RegistryError,
  type UploadEvent,
} from '../../src/index.ts'
import { createTestArchive, type Fault, type RegistryProfile } from '../../src/testing/index.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { PROFILES, uploadFault } from '../support/fuzzed-faults.ts'
import { CHUNK, createSubject, insist, verifyImage } from '../support/fuzzed-registry.ts'

// Pushes into registries of every profile through random faults: whole and verified, or a typed error and no tag.

const noise = createHash('sha512').update('noise').digest('hex')
const archive = await createTestArchive({
  images: [{ layers: [{ large: noise.repeat(150) }, { small: 'small' }] }],
})

const { size: neededBytes } = await inspectDockerTar(archive)
/** More than the config has, which is sent too. */
const CONFIG_BYTES = 1000
/** Uploads that a push was ended in the middle of, and what the next ones made of them. */
const resumed = { runs: 0, resumes: 0, pushes: 0 }
const totals = { runs: 0, faults: 0, whole: 0, errors: 0, neededBytes: 0, sentBytes: 0 }

describe('pushDockerTar() into any registry, through any faults', () => {
  afterAll(() => {
    const { runs, faults, whole, errors, sentBytes, neededBytes } = totals
    const ratio = (sentBytes / neededBytes).toFixed(2)
    process.stdout.write(
      `${runs} schedules, ${faults} faults: ${whole} whole, with ${ratio} bytes sent for each needed; ${errors} errors\n`,
    )
  })

  it('ends whole and verified, or with a typed error and no tag', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(
      fc.constantFrom(...PROFILES),
      fc.boolean(),
      fc.array(uploadFault, { maxLength: 6 }),
      fc.constantFrom(1, 4),
      pushThrough,
    )
    await fc.assert(run, { ...shareOfRuns(0.3), timeout: CASE_TIMEOUT })
    expect(totals.whole).toBeGreaterThan(totals.runs / 4)
    expect(totals.errors).toBeGreaterThan(0)
  })
})

describe('pushDockerTar() with sessions, aborted at a random request', () => {
  afterAll(() => {
    const { runs, resumes, pushes } = resumed
    process.stdout.write(
      `${runs} aborted pushes, ${pushes} more until all were whole; ${resumes} uploads gone on with\n`,
    )
  })

  it('is whole in the end, and fails for faults alone', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(
      fc.constantFrom(...PROFILES),
      fc.boolean(),
      // Each once, so that all of them can be counted.
      fc.array(
        uploadFault.map((one) => ({ ...one, times: 1 })),
        { maxLength: 3 },
      ),
      fc.constantFrom(1, 4),
      fc.integer({ min: 3, max: 16 }),
      pushAgain,
    )
    await fc.assert(run, { ...shareOfRuns(0.1), timeout: CASE_TIMEOUT })
    expect(resumed.resumes).toBeGreaterThan(resumed.runs / 20)
  })
})

/** A push that is aborted, and then further ones with the same store, until one comes through. */
async function pushAgain(
  profile: RegistryProfile | 'spec',
  isKnown: boolean,
  faults: readonly Fault[],
  concurrency: number,
  abortAt: number,
): Promise<void> {
  const { registry, open } = createSubject(profile, isKnown, faults)
  const sessions = memorySessions()
  const controller = new AbortController()
  let requests = 0
  const aborting = open((request) => {
    if (++requests === abortAt) controller.abort()
    return registry.fetch(request)
  })
  const options = { chunkSize: CHUNK, uploadRetryDelay: 0, concurrency, sessions }
  resumed.runs++
  const first = await outcome(() =>
    pushDockerTar(archive, aborting, 'team/app', 'v1', { ...options, signal: controller.signal }),
  )
  const begun = registry.bodyBytes
  const events: UploadEvent[] = []
  const more: PushOptions = { ...options, onEvent: (event) => events.push(event) }
  for (let digest = first; ; ) {
    if (typeof digest === 'string') {
      await verifyImage(registry, digest)
      break
    }
    const left = registry.faultsLeft
    resumed.pushes++
    digest = await outcome(() => pushDockerTar(archive, open(registry.fetch), 'team/app', 'v1', more))
    // What an earlier push has left is no reason to fail.
    if (digest instanceof Error) expect(registry.faultsLeft, digest.message).toBeLessThan(left)
  }
  const resumes = events.flatMap((event) => (event.kind === 'resume' ? [event.resumedBytes] : []))
  resumed.resumes += resumes.length
  const isUndisturbed = faults.length === 0 && events.length === resumes.length
  const spared = resumes.reduce((sum, bytes) => sum + bytes, 0)
  if (isUndisturbed) expect(registry.bodyBytes - begun).toBeLessThanOrEqual(neededBytes + CONFIG_BYTES - spared)
}

async function outcome(push: () => Promise<string>): Promise<string | Error> {
  try {
    return await push()
  } catch (error) {
    if (error instanceof RegistryError || (error as Error).name === 'AbortError') return error as Error
    throw error
  }
}

async function pushThrough(
  profile: RegistryProfile | 'spec',
  isKnown: boolean,
  faults: readonly Fault[],
  concurrency: number,
): Promise<void> {
  const { registry, open } = createSubject(profile, isKnown, faults)
  const handle = open(registry.fetch)
  totals.runs++
  try {
    const options = { chunkSize: CHUNK, uploadRetryDelay: 0, concurrency }
    const digest = await pushDockerTar(archive, handle, 'team/app', 'v1', options)
    totals.whole++
    totals.neededBytes += neededBytes
    totals.sentBytes += registry.bodyBytes
    await verifyImage(registry, digest)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    totals.errors++
    // Learning what a registry wants is no reason to fail.
    expect(faults.length, error.message).toBeGreaterThan(0)
    // The answer alone to the last request may have been lost, or another one.
    const tag = await insist(registry, 'manifests/v1')
    if (tag.ok) await verifyImage(registry, tag.headers.get('docker-content-digest') ?? '')
    else expect(tag.status, error.message).toBe(404)
  }
  totals.faults += faults.length - registry.faultsLeft
}
