import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useFakeClock } from '../support/fake-clock.ts'
import { pushOverLink, type Told } from '../support/simulated-link.ts'

const KIB = 1024
const MIB = 1024 * KIB
const SLOW = 400_000
const FAST = 200_000_000

beforeEach(useFakeClock)
afterEach(() => void vi.useRealTimers())

/** The longest time without a further byte, in seconds. */
function longestStandstill(told: readonly Told[]): number {
  let [last, bytes, longest] = [0, 0, 0]
  for (const { at, sentBytes } of told) {
    if (sentBytes <= bytes) continue
    longest = Math.max(longest, at - last)
    last = at
    bytes = sentBytes
  }
  return longest
}

/** How far the time left was from the truth at worst, as a part of it: in the time given, in seconds. */
function worstEstimate(told: readonly Told[], from: number, to: number): number {
  const end = told.at(-1)?.at ?? 0
  const wrong = told
    // Of several events at the same time a person sees the last.
    .filter(({ at }, index) => at >= from && at <= to && at !== told[index + 1]?.at)
    .map(({ at, remainingSeconds = 0 }) => Math.abs(remainingSeconds / (end - at) - 1))
  expect(wrong.length).toBeGreaterThan(5)
  return Math.max(...wrong)
}

describe('the chunks of a blob of more than 5 MiB', () => {
  it('begin small, and then take one to two seconds each', async () => {
    const { chunks, told } = await pushOverLink({ bytesPerSecond: SLOW }, { layers: [8 * MIB] })
    expect(chunks[0]?.bytes).toBe(512 * KIB)
    expect(chunks.length).toBeGreaterThan(10)
    for (const { from, to } of chunks) {
      expect(to - from).toBeGreaterThan(0.9)
      expect(to - from).toBeLessThan(2)
    }
    expect(longestStandstill(told)).toBeLessThan(2)
  })

  it('share the link with those of others, from the first on', async () => {
    const layers = Array.from({ length: 6 }, () => 6 * MIB)
    const { carried, told } = await pushOverLink({ bytesPerSecond: SLOW }, { layers })
    expect(Math.max(...carried.slice(1, 30).map(({ bytes }) => bytes))).toBeLessThan(128 * KIB)
    expect(longestStandstill(told)).toBeLessThan(2)
  })

  it('are few where the link is fast', async () => {
    const { chunks } = await pushOverLink({ bytesPerSecond: FAST, answer: 5 }, { layers: [60 * MIB] })
    expect(chunks.map(({ bytes }) => bytes / MIB)).toEqual([0.5, 8])
  })

  it('become larger where the registry takes its time for each', async () => {
    const { chunks } = await pushOverLink({ bytesPerSecond: FAST, answer: 3000 }, { layers: [20 * MIB] })
    expect(chunks.length).toBeLessThan(7)
  })

  it('become smaller where the link becomes slower, and larger again', async () => {
    const bytesPerSecond = (seconds: number) => (seconds > 5 && seconds < 20 ? SLOW : 8 * SLOW)
    const { chunks } = await pushOverLink({ bytesPerSecond }, { layers: [40 * MIB] })
    const sizesAt = (from: number, to: number) => {
      const sizes = chunks.filter((chunk) => chunk.from > from && chunk.to < to).map(({ bytes }) => bytes)
      expect(sizes).not.toEqual([])
      return sizes
    }
    expect(Math.min(...sizesAt(2, 5))).toBeGreaterThan(2_000_000)
    expect(Math.max(...sizesAt(15, 20))).toBeLessThan(800_000)
    expect(Math.min(...sizesAt(23, 26))).toBeGreaterThan(2_000_000)
  })

  it('are no larger than 5 MiB where they are held in memory', async () => {
    const link = { bytesPerSecond: FAST, answer: 5 }
    const { carried } = await pushOverLink(link, { layers: [20 * MIB], runtime: { streamsChunks: false } })
    expect(Math.max(...carried.map(({ bytes }) => bytes))).toBe(5 * MIB)
  })

  it('are as large as the registry or the caller asks for', async () => {
    const link = { bytesPerSecond: FAST, answer: 5 }
    const told = await pushOverLink(link, { layers: [6 * MIB], registry: { minChunkLength: MIB } })
    expect(told.chunks[0]?.bytes).toBe(MIB)
    const asked = await pushOverLink(link, { layers: [6 * MIB], chunkSize: 2 * MIB })
    expect(asked.chunks.map(({ bytes }) => bytes)).toEqual([2 * MIB, 2 * MIB, 2 * MIB])
  })

  it('are 5 MiB once a registry behind another name has refused smaller ones', async () => {
    const { events, chunks } = await pushOverLink(
      { bytesPerSecond: FAST / 100 },
      { layers: [12 * MIB], registry: { profile: 'ecr' } },
    )
    expect(events).toMatchObject([{ kind: 'learned', minChunkSize: 5 * MIB }, { kind: 'restart' }])
    expect(chunks.slice(-2).map(({ bytes }) => bytes)).toEqual([5 * MIB, 5 * MIB])
  })
})

it('a blob of at most 5 MiB goes in one request, however slow the link is', async () => {
  const { carried, chunks } = await pushOverLink({ bytesPerSecond: SLOW }, { layers: [5 * MIB - 10 * KIB, 6 * MIB] })
  expect(carried.filter(({ method, bytes }) => method === 'PUT' && bytes > 4 * MIB)).toHaveLength(1)
  expect(Math.max(...chunks.map(({ bytes }) => bytes))).toBeLessThan(MIB)
})

describe('the time left', () => {
  it('is not known before something larger has come in, nor is the speed', async () => {
    const { told } = await pushOverLink({ bytesPerSecond: SLOW }, { layers: [8 * MIB, 1000, 2000] })
    const before = told.filter(({ sentBytes }) => sentBytes < 100 * KIB)
    expect(before.length).toBeGreaterThan(4)
    for (const { bytesPerSecond, remainingSeconds } of before) {
      expect([bytesPerSecond, remainingSeconds]).toEqual([0, undefined])
    }
  })

  it.each([
    { layers: [12 * MIB] },
    { layers: [6 * MIB, 6 * MIB, 6 * MIB] },
    { layers: [8 * MIB, 4 * MIB, 4 * MIB, MIB] },
  ])('is right to within 30 per cent from the tenth second on, for layers of $layers bytes', async ({ layers }) => {
    const { told, seconds } = await pushOverLink({ bytesPerSecond: SLOW }, { layers })
    expect(worstEstimate(told, 10, seconds - 5)).toBeLessThan(0.3)
  })
})
