import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeArchive } from '../../src/index.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { passingFault, rangeFault, readFault } from '../support/fuzzed-faults.ts'
import {
  blobBytes,
  CHOICES,
  createTally,
  expectNoDamage,
  heedsRanges,
  isExact,
  type Schedule,
  type SimulatedSource,
  schedules,
  UNDISTURBED,
} from '../support/pull-simulation.ts'
import { expectWholeTar } from '../support/whole-tar.ts'

// Pulls from registries of every profile through random faults: whole and verified, or a typed error.

/** How the reader of the tar behaves. */
interface Reading {
  /** Waits so many milliseconds after each piece. */
  readonly pause: number
  /** Cancels the stream after so many pieces. @default never */
  readonly cancelAfter: number | undefined
}

const reading: fc.Arbitrary<Reading> = fc.record({
  pause: fc.constantFrom(0, 0, 0, 100, 7000),
  cancelAfter: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }) },
  ),
})
const STEADY: Reading = { pause: 0, cancelAfter: undefined }

/** The tars of undisturbed pulls, by choice. */
const expected = new Map<string, Buffer>()
const { totals, simulate, print } = createTally()

describe('openImage() and writeArchive() from any registry, through any faults', () => {
  beforeAll(async () => {
    for (const choice of Object.keys(CHOICES)) {
      const ended = await simulate({ ...UNDISTURBED, choice }, (source) => pull(source, STEADY))
      if (!ended.error && ended.value) expected.set(choice, ended.value)
    }
    expect(expected.size).toBe(Object.keys(CHOICES).length)
  })
  afterAll(print)

  it('ends whole and verified, or with a typed error', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(schedules(readFault), reading, async (given, reading) => {
      const ended = await simulate(given, (source) => pull(source, reading))
      if (!ended.error && ended.value) expectTar(ended.value, given)
    })
    await fc.assert(run, { ...shareOfRuns(0.1), timeout: CASE_TIMEOUT })
    expect(totals.whole).toBeGreaterThan(totals.runs / 2)
    expect(totals.errors).toBeGreaterThan(0)
  })

  it('goes on where a download broke off', { timeout: PROPERTY_TIMEOUT }, async () => {
    const share = shareOfRuns(0.1)
    const before = totals.whole
    const run = fc.asyncProperty(schedules(fc.oneof(passingFault, passingFault, rangeFault)), async (given) => {
      const ended = await simulate({ ...given, abortAfter: undefined }, (source) => pull(source, STEADY))
      if (ended.error) return expectNoDamage(ended.error)
      if (!ended.value) return
      expectTar(ended.value, given)
      if (!heedsRanges(given)) return
      totals.neededBytes += blobBytes(ended.value)
      totals.receivedBytes += ended.receivedBytes
    })
    await fc.assert(run, { ...share, timeout: CASE_TIMEOUT })
    // Six failures of one request in a row are too many.
    expect(totals.whole - before).toBeGreaterThan(share.numRuns * 0.8)
    expect(totals.receivedBytes).toBeLessThan(totals.neededBytes * 1.1)
  })
})

/** Pulls the image as a tar; gives none if the reader cancels it. */
async function pull({ open, signal }: SimulatedSource, { pause, cancelAfter }: Reading): Promise<Buffer | undefined> {
  await using archive = await writeArchive([await open()], { signal })
  const pieces: Uint8Array[] = []
  for await (const piece of archive.stream()) {
    pieces.push(piece)
    if (pieces.length === cancelAfter) return undefined
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  }
  const tar = Buffer.concat(pieces)
  expect(tar).toHaveLength(archive.size)
  return tar
}

function expectTar(tar: Buffer, given: Schedule): void {
  if (isExact(given)) expect(tar.equals(expected.get(given.choice) ?? Buffer.of())).toBe(true)
  else expectWholeTar(tar)
}
