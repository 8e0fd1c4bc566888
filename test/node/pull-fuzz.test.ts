import fc from 'fast-check'
import { parseTar } from 'nanotar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenImageOptions, openImage, openRegistry, RegistryError, writeArchive } from '../../src/index.ts'
import {
  createTestRegistry,
  type Fault,
  type ObjectStorageOptions,
  type TestRegistry,
} from '../../src/testing/index.ts'
import { inFastTime } from '../support/fast-time.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { objectStorage, PROFILES, passingFault, readFault } from '../support/fuzzed-faults.ts'
import { createFuzzedImage } from '../support/fuzzed-image.ts'
import { blobPath, expectWholeTar } from '../support/whole-tar.ts'

// Pulls from registries of every profile through random faults: whole and verified, or a typed error.

/** What is read of the image. */
const CHOICES: Readonly<Record<string, OpenImageOptions>> = {
  all: {},
  one: { platform: 'linux/amd64' },
  some: { platforms: ['linux/arm64'] },
}
type Choice = keyof typeof CHOICES

/** How the reader of the tar behaves. */
interface Reading {
  /** Waits so many milliseconds after each piece. */
  readonly pause: number
  /** Aborts after so many pieces. @default never */
  readonly abortAfter: number | undefined
}

interface Schedule {
  readonly profile: (typeof PROFILES)[number]
  readonly storage: ObjectStorageOptions | undefined
  readonly faults: readonly Fault[]
  readonly choice: Choice
  readonly reading: Reading
}

const image = createFuzzedImage()
/** The tars of an undisturbed pull, by choice. */
const expected = new Map<Choice, Buffer>()
const totals = { runs: 0, faults: 0, whole: 0, errors: 0, aborted: 0, neededBytes: 0, receivedBytes: 0 }
const aborted = new Error('the user has enough')

const schedule = (fault: fc.Arbitrary<Fault>): fc.Arbitrary<Schedule> =>
  fc.record({
    profile: fc.constantFrom(...PROFILES),
    storage: objectStorage,
    faults: fc.array(fault, { maxLength: 6 }),
    choice: fc.constantFrom('all', 'one', 'some'),
    reading: fc.record({
      pause: fc.constantFrom(0, 0, 0, 100, 7000),
      abortAfter: fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 }) },
      ),
    }),
  })

describe('openImage() and writeArchive() from any registry, through any faults', () => {
  beforeAll(async () => {
    for (const choice of Object.keys(CHOICES)) {
      const registry = await createSource({ profile: 'spec', storage: undefined, faults: [] })
      expected.set(choice, Buffer.concat(await pull(registry, choice, { pause: 0, abortAfter: undefined })))
    }
  })

  afterAll(() => {
    const { runs, faults, whole, errors, aborted, receivedBytes, neededBytes } = totals
    const ratio = (receivedBytes / neededBytes).toFixed(3)
    process.stdout.write(
      `${runs} schedules, ${faults} faults: ${whole} whole, ${errors} errors, ${aborted} aborted; ${ratio} bytes received for each needed, where connections broke\n`,
    )
  })

  it('ends whole and verified, or with a typed error', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(schedule(readFault), async (given) => {
      await simulate(given)
    })
    await fc.assert(run, { ...shareOfRuns(0.15), timeout: CASE_TIMEOUT })
    expect(totals.whole).toBeGreaterThan(totals.runs / 4)
    expect(totals.errors).toBeGreaterThan(0)
  })

  it('goes on where a download broke off', { timeout: PROPERTY_TIMEOUT }, async () => {
    const share = shareOfRuns(0.1)
    const before = totals.whole
    const run = fc.asyncProperty(schedule(passingFault), async (given) => {
      const received = await simulate({ ...given, reading: { pause: 0, abortAfter: undefined } })
      if (received === undefined) return
      totals.neededBytes += blobBytes(expected.get(given.choice) ?? Buffer.of())
      totals.receivedBytes += received
    })
    await fc.assert(run, { ...share, timeout: CASE_TIMEOUT })
    expect(totals.whole - before).toBeGreaterThan(share.numRuns * 0.95)
    expect(totals.receivedBytes).toBeLessThan(totals.neededBytes * 1.1)
  })
})

/**
 * Pulls by a schedule, and checks how that ends.
 *
 * @returns the bytes of blobs that were received, if it comes through
 */
async function simulate(given: Schedule): Promise<number | undefined> {
  const { faults, choice, reading } = given
  totals.runs++
  const registry = await createSource(given)
  const { value: ended, timers } = await inFastTime(() => outcome(pull(registry, choice, reading)))
  totals.faults += faults.length - registry.faultsLeft
  expect([timers, registry.openBodies], 'timers and answers that are left open').toEqual([0, 0])
  if (ended instanceof Error) {
    if (ended === aborted) totals.aborted++
    else {
      totals.errors++
      expect(ended).toBeInstanceOf(RegistryError)
      expect(faults.length, `${ended.stack}`).toBeGreaterThan(0)
    }
    return undefined
  }
  totals.whole++
  const tar = Buffer.concat(ended)
  const isChanged = faults.some(({ kind }) => kind === 'changed')
  if (isChanged) expectWholeTar(tar)
  else expect(tar.equals(expected.get(choice) ?? Buffer.of())).toBe(true)
  return registry.downloadedBytes
}

async function createSource({ profile, storage, faults }: Pick<Schedule, 'profile' | 'storage' | 'faults'>) {
  const registry = createTestRegistry({
    ...(profile !== 'spec' && { profile }),
    ...(storage && { objectStorage: storage }),
    faults,
  })
  await image.put(registry)
  return registry
}

/** Pulls the image, and gives the pieces of the tar. */
async function pull(registry: TestRegistry, choice: Choice, { pause, abortAfter }: Reading): Promise<Uint8Array[]> {
  const controller = new AbortController()
  const { signal } = controller
  const handle = openRegistry('https://registry.test', { fetch: registry.fetch, retry: 2, retryDelay: 10 })
  if (abortAfter === 0) setTimeout(() => controller.abort(aborted), 5)
  const opened = await openImage(handle, 'team/app', 'v1', { ...CHOICES[choice], signal })
  await using archive = await writeArchive([opened], { signal })
  const pieces: Uint8Array[] = []
  for await (const piece of archive.stream()) {
    pieces.push(piece)
    if (pieces.length === abortAfter) controller.abort(aborted)
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  }
  expect(Buffer.concat(pieces)).toHaveLength(archive.size)
  return pieces
}

async function outcome<T>(pulling: Promise<T>): Promise<T | Error> {
  return pulling.catch((error: Error) => error)
}

/** The bytes of the image's blobs in a tar. */
function blobBytes(tar: Uint8Array): number {
  const blobs = new Set([...image.blobs.keys()].map(blobPath))
  return parseTar(tar).reduce((sum, { name, size = 0 }) => sum + (blobs.has(name) ? size : 0), 0)
}
