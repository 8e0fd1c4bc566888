import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPushController, NetworkError, openRegistry, type PushOptions, pushDockerTar } from '../../src/index.ts'
import { toReadable } from '../../src/source/stream.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { disturbedPush } from '../support/disturbed-push.ts'
import { rejection } from '../support/errors.ts'
import { advance, useFakeClock } from '../support/fake-clock.ts'

const KIB = 1024
const MIB = 1024 * KIB
/** What may go out at once: timers come late, and what was lost so is made up for. */
const CREDIT = 0.1

/** When bytes went out, in seconds from the first, and how many. */
interface Sent {
  readonly at: number
  readonly bytes: number
}

beforeEach(useFakeClock)
afterEach(() => void vi.useRealTimers())

/** Pushes by a clock of its own, and gives what went out when. */
async function timed(options: PushOptions, layers = [512 * KIB, 700 * KIB], onSent = (_: Sent) => {}) {
  const sent: Sent[] = []
  let first: number | undefined
  const push = await disturbedPush(
    async (request, go) => {
      const bytes = (await request.clone().arrayBuffer()).byteLength
      if (bytes > 0 && request.url.includes('/uploads/')) {
        first ??= performance.now()
        sent.push({ at: (performance.now() - first) / 1000, bytes })
        onSent(sent.at(-1) as Sent)
      }
      return go()
    },
    { layers: layers.map((size, index) => String(index).repeat(size)), concurrency: 4, chunkSize: 5 * MIB, ...options },
  )
  let isOver = false
  void push.pushing.finally(() => {
    isOver = true
  })
  while (!isOver) await advance(100)
  await push.pushing
  return { ...push, sent, seconds: sent.at(-1)?.at ?? 0, total: sent.reduce((sum, { bytes }) => sum + bytes, 0) }
}

/** In no stretch of time, from any request to any other, more went out than the limit allows, but for one request. */
function expectWithin(sent: readonly Sent[], limit: number): void {
  for (const [from, { at: begin }] of sent.entries()) {
    let bytes = 0
    for (const { at, bytes: more } of sent.slice(from)) {
      expect(bytes).toBeLessThanOrEqual((at - begin + CREDIT) * limit + 1)
      bytes += more
    }
  }
}

describe('maxBytesPerSecond', () => {
  it('holds for all blobs together, in chunks of a second', async () => {
    const limit = 256 * KIB
    const { sent, seconds, total } = await timed({ maxBytesPerSecond: limit })
    expectWithin(sent, limit)
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBe(limit)
    expect(total).toBeGreaterThan(1200 * KIB)
    // The last one need not be waited for.
    expect(seconds).toBeLessThan(total / limit + 1)
    expect(seconds).toBeGreaterThan(total / limit - 1.2)
  })

  it('is kept from chunk to chunk where it is lower than the least chunk, and is no wish for larger ones', async () => {
    const slow = await timed({ maxBytesPerSecond: 20 * KIB }, [200 * KIB])
    expectWithin(slow.sent, 20 * KIB)
    expect(Math.max(...slow.sent.map(({ bytes }) => bytes))).toBe(64 * KIB)
    const small = await timed({ maxBytesPerSecond: 20 * KIB, chunkSize: 10 * KIB }, [50 * KIB])
    expect(Math.max(...small.sent.map(({ bytes }) => bytes))).toBe(10 * KIB)
  })

  it('leaves registries the chunks that they ask for', async () => {
    const registry = { minChunkLength: 300 * KIB }
    const options = { maxBytesPerSecond: 100 * KIB, registry }
    const { sent } = await timed(options, [700 * KIB])
    expectWithin(sent, 100 * KIB)
    expect(sent.map(({ bytes }) => bytes).filter((bytes) => bytes === 300 * KIB)).toHaveLength(2)
  })

  it('can be changed while the push runs, and is the controller’s first', async () => {
    const controller = createPushController({ maxBytesPerSecond: 64 * KIB })
    let slow = 0
    const { sent, seconds } = await timed({ controller, maxBytesPerSecond: 1 }, [2 * MIB], ({ at }) => {
      if (at < 4) slow++
      else controller.maxBytesPerSecond = at < 7 ? 256 * KIB : undefined
    })
    expect(slow).toBeGreaterThan(3)
    const between = (from: number, to: number) =>
      sent.filter(({ at }) => at > from && at <= to).reduce((sum, { bytes }) => sum + bytes, 0)
    expect(between(0.5, 4) / 3.5).toBeLessThan(100 * KIB)
    expect(between(4.5, 7) / 2.5).toBeGreaterThan(150 * KIB)
    expect(between(4.5, 7) / 2.5).toBeLessThan(400 * KIB)
    expect(seconds).toBeLessThan(9)
  })

  it('saves nothing up for later', async () => {
    const controller = createPushController({ maxBytesPerSecond: 64 * KIB })
    let isFirst = true
    const { sent, seconds } = await timed({ controller }, [512 * KIB], () => {
      if (isFirst) {
        controller.pause()
        setTimeout(() => controller.resume(), 30_000)
      }
      isFirst = false
    })
    expectWithin(sent, 64 * KIB)
    expect(seconds).toBeGreaterThan(36)
  })

  it('set in the middle of a wait ends that at once', async () => {
    const controller = createPushController({ maxBytesPerSecond: 64 })
    const { pushing, recorder } = await disturbedPush((_, go) => go(), { controller, chunkSize: 4096 })
    while (recorder.count('PATCH') < 1) await advance(100)
    await advance(1000)
    expect(recorder.count('PATCH')).toBe(1)
    controller.maxBytesPerSecond = Number.POSITIVE_INFINITY
    await pushing
  })

  // At the lower one it takes longer than any request without a limit may.
  it.each([100 * KIB, 5 * KIB])(
    'of %d flows through the body of a whole blob, where that is a stream',
    async (limit) => {
      const { fetch: carryOut } = createTestRegistry({ profile: 'gar' })
      const pieces: Sent[] = []
      const fetch = async (request: Request) => {
        if (request.method !== 'PUT' || !request.url.includes('/uploads/')) return carryOut(request)
        const parts: Uint8Array<ArrayBuffer>[] = []
        const reader = request.body?.getReader()
        for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
          parts.push(new Uint8Array(part.value))
          pieces.push({ at: performance.now() / 1000, bytes: part.value.byteLength })
        }
        const { url, method, headers } = request
        return carryOut(new Request(url, { method, headers, body: new Blob(parts) }))
      }
      const registry = openRegistry('https://registry.test', { fetch, profile: 'gar' })
      const archive = await createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(500 * KIB) }] }] })
      let isOver = false
      const pushing = pushDockerTar(archive, registry, 'a', 'v1', {
        maxBytesPerSecond: limit,
        runtime: { createStreamBody: toReadable },
        concurrency: 1,
      }).finally(() => {
        isOver = true
      })
      while (!isOver) await advance(100)
      await pushing
      const large = pieces.slice(0, -1)
      expectWithin(large, limit)
      expect(Math.max(...pieces.map(({ bytes }) => bytes))).toBeLessThanOrEqual(16 * KIB)
      const seconds = (large.at(-1)?.at ?? 0) - (large[0]?.at ?? 0)
      expect((seconds * limit) / (500 * KIB)).toBeGreaterThan(0.9)
      expect((seconds * limit) / (500 * KIB)).toBeLessThan(1.1)
    },
  )

  it('makes what comes after a whole blob wait for it, where that goes as the browser likes', async () => {
    const { sent } = await timed(
      { maxBytesPerSecond: 100 * KIB, concurrency: 1, profile: { takesWholeOnly: true } } as PushOptions,
      [300 * KIB, 250 * KIB],
    )
    const [first, second, third] = sent
    expect([first?.bytes, second?.bytes].every((bytes) => (bytes ?? 0) > 250 * KIB)).toBe(true)
    expect(second?.at).toBeCloseTo(3, 0)
    expect(third?.at).toBeCloseTo(5.5, 0)
  })

  it('waits for no registry for ever that takes nothing more of a stream', async () => {
    const { fetch: carryOut } = createTestRegistry({ profile: 'gar' })
    const fetch = async (request: Request) => {
      if (request.method !== 'PUT' || !request.url.includes('/uploads/')) return carryOut(request)
      await request.body?.getReader().read()
      return new Promise<Response>((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason))
      })
    }
    const registry = openRegistry('https://registry.test', { fetch, profile: 'gar' })
    const options = {
      maxBytesPerSecond: 100 * KIB,
      runtime: { createStreamBody: toReadable },
      chunkSize: 1000,
      uploadRetry: 0,
    }
    const pushing = pushDockerTar(await createTestArchive(), registry, 'a', 'v1', { ...options, concurrency: 1 })
    const failed = rejection(pushing, NetworkError, /no answer from .* within 600\d\d ms/)
    await advance(70_000)
    await failed
  })
})

describe('without maxBytesPerSecond', () => {
  it('a whole blob that is no stream may take as long as its bytes do', async () => {
    const { pushing, events } = await disturbedPush(
      async (request, go) => {
        if ((await request.clone().arrayBuffer()).byteLength > MIB) await advance(120_000)
        return go()
      },
      { layers: ['x'.repeat(2 * MIB)], profile: { takesWholeOnly: true } },
    )
    await pushing
    expect(events).toEqual([])
  })
})
