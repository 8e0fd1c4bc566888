import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { pushDockerTar, RegistryError } from '../../src/index.ts'
import { createTestArchive, type Fault, type RegistryProfile, type TestRegistry } from '../../src/testing/index.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { PROFILES, uploadFault } from '../support/fuzzed-faults.ts'
import { CHUNK, createSubject, insist, verifyImage } from '../support/fuzzed-registry.ts'

// Pushes of more than 64 blobs: a mount from the own repository tells what is there, if the registry answers it so.

const layers = Array.from({ length: 70 }, (_, number) => ({ [`${number}`]: `layer ${number}` }))
/** Layers that an earlier push has sent. They are not among those that are looked for first. */
const present = layers.filter((_, number) => [30, 45, 60].includes(number))
const archive = await createTestArchive({ images: [{ layers }] })
const earlier = await createTestArchive({ images: [{ layers: present }] })
/** Blobs to send: the config, and the layers that are not there. */
const MISSING = 1 + layers.length - present.length

/** How a registry answers mounts: from the nth on in this way, before that it mounts. */
interface Mounts {
  readonly answer: 'mounts' | 'opens an upload' | 400 | 404 | 405
  readonly from: number
}

const ANSWERS = ['mounts', 'opens an upload', 400, 404, 405] as const
const mounts: fc.Arbitrary<Mounts> = fc.record({
  answer: fc.constantFrom(...ANSWERS),
  from: fc.constantFrom(1, 1, 2, 20),
})
/** Faults at any request of the push. */
const faults: fc.Arbitrary<Fault[]> = fc.array(
  fc
    .tuple(uploadFault, fc.constantFrom(1, 5, 20))
    .map(([fault, apart]) => ({ ...fault, nth: (fault.nth ?? 1) * apart })),
  { maxLength: 5 },
)
const totals = { pushes: 0, mounts: 0, errors: 0 }

describe('pushDockerTar() of 71 blobs', () => {
  afterAll(() => {
    process.stdout.write(`${totals.pushes} pushes of 71 blobs, ${totals.mounts} mounts, ${totals.errors} errors\n`)
  })

  it('ends whole, or with a typed error and no tag, and sends nothing twice', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    const run = fc.asyncProperty(
      fc.constantFrom(...PROFILES),
      faults,
      mounts,
      fc.constantFrom(1, 4),
      fc.option(fc.integer({ min: 2, max: 250 }), { nil: undefined, freq: 1 }),
      pushThrough,
    )
    const examples = ANSWERS.map(
      (answer) => ['spec', [], { answer, from: 1 }, 4, undefined] as Parameters<typeof pushThrough>,
    )
    await fc.assert(run, { ...shareOfRuns(0.015), examples, timeout: CASE_TIMEOUT })
    expect(totals.mounts).toBeGreaterThan(totals.pushes)
  })
})

/** @param abortAt The request at which the push is aborted; another one follows. */
async function pushThrough(
  profile: RegistryProfile | 'spec',
  faults: readonly Fault[],
  mounts: Mounts,
  concurrency: number,
  abortAt: number | undefined,
): Promise<void> {
  const { registry, open } = createSubject(profile, true, faults)
  const options = { chunkSize: CHUNK, uploadRetryDelay: 0, concurrency }
  while (typeof (await outcome(pushDockerTar(earlier, open(registry.fetch), 'team/app', 'v0', options))) !== 'string');
  registry.requests.length = 0

  const controller = new AbortController()
  const handle = open(answering(registry, mounts, (count) => count === abortAt && controller.abort()))
  const first = await outcome(
    pushDockerTar(archive, handle, 'team/app', 'v1', { ...options, signal: controller.signal }),
  )
  if (faults.length === 0) expect(registry.openUploads).toBe(0)
  const isAborted = controller.signal.aborted && typeof first !== 'string'
  const end = isAborted ? await outcome(pushDockerTar(archive, handle, 'team/app', 'v1', options)) : first
  if (typeof end === 'string') await verifyImage(registry, end)
  else {
    totals.errors++
    expect(faults.length, end.message).toBeGreaterThan(0)
    // The answer to the last request may have been lost.
    const tag = await insist(registry, 'manifests/v1')
    if (tag.ok) await verifyImage(registry, tag.headers.get('docker-content-digest') ?? '')
    else expect(tag.status, end.message).toBe(404)
  }
  if (faults.length > 0) return
  expect(registry.openUploads).toBe(0)
  const answersAlike = mounts.answer === 'mounts' || mounts.from === 1
  const sent = registry.requests.filter(({ method, url }) => method === 'PUT' && url.includes('/blobs/uploads/'))
  if (answersAlike && !isAborted) expect(sent).toHaveLength(MISSING)
}

/** Answers as a registry of this kind, and tells which request it is. */
function answering({ fetch }: TestRegistry, { answer, from }: Mounts, tell: (count: number) => void) {
  let [requests, mounts] = [0, 0]
  return async (request: Request): Promise<Response> => {
    tell(++requests)
    const url = new URL(request.url)
    if (!url.searchParams.has('mount')) return fetch(request)
    totals.mounts++
    if (++mounts < from || answer === 'mounts') return fetch(request)
    if (typeof answer === 'number') return new Response(null, { status: answer })
    url.search = ''
    return fetch(new Request(url, request))
  }
}

async function outcome(push: Promise<string>): Promise<string | Error> {
  totals.pushes++
  try {
    return await push
  } catch (error) {
    if (error instanceof RegistryError || (error as Error).name === 'AbortError') return error as Error
    throw error
  }
}
