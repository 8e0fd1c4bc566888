import fc from 'fast-check'
import { parseTar } from 'nanotar'
import { expect } from 'vitest'
import {
  type Image,
  type OpenImageOptions,
  openImage,
  openRegistry,
  type Registry,
  RegistryError,
} from '../../src/index.ts'
import {
  createTestRegistry,
  type Fault,
  type ObjectStorageOptions,
  type TestRegistry,
} from '../../src/testing/index.ts'
import { inFastTime } from './fast-time.ts'
import { objectStorage, PROFILES } from './fuzzed-faults.ts'
import { createFuzzedImage } from './fuzzed-image.ts'
import { blobPath } from './whole-tar.ts'

/** What is read of the image. */
export const CHOICES: Readonly<Record<string, OpenImageOptions>> = {
  all: {},
  one: { platform: 'linux/amd64' },
  some: { platforms: ['linux/arm64'] },
  signed: { referrers: true },
}

/** A registry that is read, what goes wrong there, and when the reading is aborted. */
export interface Schedule {
  readonly profile: (typeof PROFILES)[number]
  readonly storage: ObjectStorageOptions | undefined
  readonly faults: readonly Fault[]
  /** A key of `CHOICES`. */
  readonly choice: string
  /** The number of requests after which it is aborted. @default never */
  readonly abortAfter: number | undefined
}

/** A schedule in which nothing goes wrong. */
export const UNDISTURBED: Schedule = {
  profile: 'spec',
  storage: undefined,
  faults: [],
  choice: 'all',
  abortAfter: undefined,
}

/** The image that is read. */
export const SOURCE_IMAGE = createFuzzedImage()

/** The registry of a schedule. */
export interface SimulatedSource {
  readonly registry: TestRegistry
  /** Opens the registry by what the schedule says. */
  readonly handle: Registry
  /** Aborted by the schedule. */
  readonly signal: AbortSignal
  open(): Promise<Image>
}

/** How an act ended: with a value, or with an error that it may end with. */
export type Ended<T> =
  | { readonly value: T; readonly receivedBytes: number; readonly error?: undefined }
  | { readonly error: Error }

export const schedules = (fault: fc.Arbitrary<Fault>): fc.Arbitrary<Schedule> =>
  fc.record({
    profile: fc.constantFrom(...PROFILES),
    storage: objectStorage,
    faults: fc.array(fault, { maxLength: 6 }),
    choice: fc.constantFrom(...Object.keys(CHOICES)),
    abortAfter: fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 12 }) },
    ),
  })

const ABORTED = new Error('the user has enough')

/** Counts how the acts of a test ended. */
export function createTally() {
  const totals = { runs: 0, faults: 0, whole: 0, errors: 0, aborted: 0, neededBytes: 0, receivedBytes: 0 }
  return {
    totals,
    print(): void {
      const { runs, faults, whole, errors, aborted, receivedBytes, neededBytes } = totals
      const ratio =
        neededBytes > 0 ? `; ${(receivedBytes / neededBytes).toFixed(3)} bytes received for each needed` : ''
      process.stdout.write(
        `${runs} schedules, ${faults} faults: ${whole} whole, ${errors} errors, ${aborted} aborted${ratio}\n`,
      )
    },
    /**
     * Acts on the image of a schedule's registry, and checks how that ends: with a value, a typed error or the reason of
     * the abort, without a timer or an answer that is left open.
     *
     * @param isDisturbed Whether an error is what it may end with. @default if the schedule has faults
     */
    async simulate<T>(
      given: Schedule,
      act: (source: SimulatedSource) => Promise<T>,
      isDisturbed = given.faults.length > 0,
    ): Promise<Ended<T>> {
      totals.runs++
      const source = await openSource(given)
      const { registry } = source
      const { value: ended, timers } = await inFastTime(() =>
        act(source).then(
          (value) => ({ value, receivedBytes: registry.downloadedBytes }),
          (error: Error) => ({ error }),
        ),
      )
      totals.faults += given.faults.length - registry.faultsLeft
      expect([timers, registry.openBodies], 'timers and answers that are left open').toEqual([0, 0])
      if (!('error' in ended)) {
        totals.whole++
        return ended
      }
      if (ended.error === ABORTED) totals.aborted++
      else {
        totals.errors++
        expect(ended.error).toBeInstanceOf(RegistryError)
        expect(isDisturbed, `${ended.error.stack}`).toBe(true)
      }
      return ended
    },
  }
}

async function openSource({ profile, storage, faults, choice, abortAfter }: Schedule): Promise<SimulatedSource> {
  const registry = createTestRegistry({
    ...(profile !== 'spec' && { profile }),
    ...(storage && { objectStorage: storage }),
    faults,
  })
  await SOURCE_IMAGE.put(registry)
  const controller = new AbortController()
  const { signal } = controller
  let requests = 0
  const fetch = (request: Request) => {
    if (++requests === abortAfter) controller.abort(ABORTED)
    return registry.fetch(request)
  }
  const handle = openRegistry('https://registry.test', { fetch, retry: 2, retryDelay: 10 })
  return { registry, handle, signal, open: () => openImage(handle, 'team/app', 'v1', { ...CHOICES[choice], signal }) }
}

/**
 * Tells whether all that a schedule can lead to is the image as it is: no manifest changes meanwhile, and no refusal
 * says that there is nothing about it.
 */
export function isExact({ faults, choice }: Schedule): boolean {
  const isRefusal = (fault: Fault) => fault.kind === 'status' && fault.status < 500
  return !faults.some((fault) => fault.kind === 'changed' || (choice === 'signed' && isRefusal(fault)))
}

/** Expects an error of a registry that damages nothing to say so. */
export function expectNoDamage({ code, message }: Error & { readonly code?: string }): void {
  expect(['DIGEST_MISMATCH', 'CONTENT_LOST', 'FILE_UNREADABLE'], message).not.toContain(code)
}

/** Tells whether a `Range` is heeded by a schedule, so that nothing has to be read twice. */
export function heedsRanges({ faults }: Schedule): boolean {
  return !faults.some(({ kind }) => kind === 'whole' || kind === 'other-range')
}

/** The bytes of the image's blobs in a tar. */
export function blobBytes(tar: Uint8Array): number {
  const blobs = new Set([...SOURCE_IMAGE.blobs.keys()].map(blobPath))
  return parseTar(tar).reduce((sum, { name, size = 0 }) => sum + (blobs.has(name) ? size : 0), 0)
}
