import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Descriptor,
  inspectDockerTar,
  memorySessions,
  openRegistry,
  type PushOptions,
  pushDockerTar,
  RegistryError,
  type UploadEvent,
  type UploadProfile,
} from '../../src/index.ts'
import { MANIFEST_MEDIA_TYPES } from '../../src/oci/media-type.ts'
import {
  createTestArchive,
  createTestRegistry,
  type Fault,
  type RegistryProfile,
  type TestRegistry,
} from '../../src/testing/index.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { PROFILES, uploadFault } from '../support/fuzzed-faults.ts'

// Pushes into registries of every profile through random faults: whole and verified, or a typed error and no tag.

/** What profiles' sizes of chunks are divided by: 5 MiB are 5 KiB. */
const SCALE = 1024
const CHUNK = 6000

/** What the SDK knows of a registry, if it knows it, at this scale. */
const KNOWN: Readonly<Partial<Record<RegistryProfile, Partial<UploadProfile>>>> = {
  ecr: { minChunkSize: 5 * 1024, tellsStatus: false },
  ghcr: { maxChunkSize: 4 * 1024 },
  gar: { takesWholeOnly: true },
}
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

function createSubject(profile: RegistryProfile | 'spec', isKnown: boolean, faults: readonly Fault[]) {
  const registry = createTestRegistry({ ...(profile !== 'spec' && { profile }), scale: SCALE, faults })
  const known = profile !== 'spec' && isKnown ? KNOWN[profile] : undefined
  const settings = { retry: 4, retryDelay: 0, ...(known && { profile: known }) }
  const open = (fetch: TestRegistry['fetch']) => openRegistry('https://registry.test', { ...settings, fetch })
  return { registry, open }
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

/** All that the manifest names is there, and is what it should be. */
async function verifyImage(registry: TestRegistry, digest: string): Promise<void> {
  const root = await insist(registry, 'manifests/v1')
  expect(root.headers.get('docker-content-digest')).toBe(digest)
  const manifest = (await root.json()) as { config: Descriptor; layers: Descriptor[] }
  for (const blob of [manifest.config, ...manifest.layers]) {
    const bytes = new Uint8Array(await (await insist(registry, `blobs/${blob.digest}`)).arrayBuffer())
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(blob.digest)
    expect(bytes.length).toBe(blob.size)
  }
}

/** Asks until no fault is left for the question. */
async function insist({ fetch }: TestRegistry, path: string): Promise<Response> {
  const headers = { accept: MANIFEST_MEDIA_TYPES.join(', ') }
  const ask = () => fetch(new Request(`https://registry.test/v2/team/app/${path}`, { headers }))
  let last: Response | undefined
  let same = 0
  // A 404 may be a fault too, but not so many in a row.
  for (let tries = 0; tries < 60 && same < 20; tries++) {
    const answer = await ask().catch(() => undefined)
    if (answer?.ok) return answer
    same = answer && answer.status === last?.status ? same + 1 : 0
    last = answer ?? last
  }
  return last ?? expect.fail(`no answer for ${path}`)
}
