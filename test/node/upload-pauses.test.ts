import { describe, expect, it, vi } from 'vitest'
import { listTags, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { at, disturbedPush } from '../support/disturbed-push.ts'
import { advance, useFakeClock } from '../support/fake-clock.ts'

const busy =
  (seconds: string, status = 503) =>
  () =>
    new Response(null, { status, headers: { 'retry-after': seconds } })

/** Where uploads are moved to an origin of their own, which behaves like this once. */
function openMoved(refuse: () => Response) {
  const embedded = createTestRegistry()
  let isRefused = false
  let tell = () => {}
  const refused = new Promise<void>((resolve) => {
    tell = resolve
  })
  const fetch = async (request: Request) => {
    if (request.url.startsWith('https://uploads.test')) {
      if (request.method === 'PATCH' && !isRefused) {
        isRefused = true
        setTimeout(tell, 20)
        return refuse()
      }
      return embedded.fetch(new Request(request.url.replace('uploads.test', 'registry.test'), request))
    }
    const response = await embedded.fetch(request)
    const location = response.headers.get('location')
    if (location) response.headers.set('location', `https://uploads.test${location}`)
    return response
  }
  return { registry: openRegistry('https://registry.test', { fetch, retry: 0 }), refused }
}

describe('a pause that a server asks for', () => {
  it('is kept by requests to it alone', async () => {
    const { registry, refused } = openMoved(busy('1'))
    const times = { registry: 0, push: 0 }
    const started = Date.now()
    const pushing = pushDockerTar(await createTestArchive(), registry, 'a', 'v1', {
      chunkSize: 1000,
      uploadRetryDelay: 1,
    })
    const pushed = pushing.then(() => {
      times.push = Date.now() - started
    })
    await refused
    await listTags(registry, 'a').catch(() => undefined)
    times.registry = Date.now() - started
    await pushed
    expect(times.registry).toBeLessThan(900)
    expect(times.push).toBeGreaterThan(950)
  })

  it('is not made shorter by a later answer that asks for less', async () => {
    let count = 0
    const started = Date.now()
    const fetch = async () => {
      const nth = ++count
      if (nth === 2) await new Promise((resolve) => setTimeout(resolve, 20))
      return nth < 3 ? busy(nth === 1 ? '1' : '0')() : Response.json({ tags: [] })
    }
    const registry = openRegistry('https://registry.test', { fetch, retry: 0 })
    await Promise.allSettled([listTags(registry, 'a'), listTags(registry, 'b')])
    await listTags(registry, 'c')
    expect(Date.now() - started).toBeGreaterThan(950)
  })

  it('is ended at once by an abort, and the open upload is cancelled all the same', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const { pushing, registry } = await disturbedPush(at('PATCH', 2, busy('30')), { signal: controller.signal })
    const started = Date.now()
    setTimeout(() => controller.abort(reason), 100)
    await expect(pushing).rejects.toBe(reason)
    expect(Date.now() - started).toBeLessThan(2000)
    expect(registry.openUploads).toBe(0)
  })

  it('lasts a minute at most, whatever is asked for and whatever becomes of the clock', async () => {
    await useFakeClock()
    try {
      for (const [text, status] of [
        ['86400', 429],
        ['Fri, 01 Jan 2100 00:00:00 GMT', 503],
      ] as const) {
        const { pushing } = await disturbedPush(at('PATCH', 2, busy(text, status)))
        let isOver = false
        void pushing.then(() => {
          isOver = true
        })
        await advance(59_000)
        expect(isOver).toBe(false)
        vi.setSystemTime(Date.now() - 3_600_000)
        await advance(2_000)
        expect(isOver).toBe(true)
      }
    } finally {
      vi.useRealTimers()
    }
  })

  it('is not there where the text is none, or in the past', async () => {
    for (const text of ['soon', '-5', '', 'Fri, 01 Jan 1999 00:00:00 GMT']) {
      const started = Date.now()
      const { pushing } = await disturbedPush(at('PATCH', 2, busy(text)))
      await pushing
      expect(Date.now() - started).toBeLessThan(900)
    }
  })
})

describe('the waiting for an answer', () => {
  it('is longer for more bytes, at 16 KiB/s', async () => {
    await useFakeClock()
    try {
      for (const [chunkSize, seconds] of [
        [16 * 1024, 61],
        [1024 * 1024, 124],
      ] as const) {
        const { pushing } = await disturbedPush(
          (request, go) => (request.method === 'PATCH' ? new Promise(() => {}) : go()),
          {
            chunkSize,
            uploadRetry: 0,
            layers: ['x'.repeat(2_000_000)],
          },
        )
        const outcome = pushing.catch((error) => `${error}`)
        await advance((seconds - 1) * 1000)
        expect(await Promise.race([outcome, 'waiting'])).toBe('waiting')
        await advance(3000)
        expect(await Promise.race([outcome, 'waiting'])).toMatch(new RegExp(`within ${seconds}000 ms`))
      }
    } finally {
      vi.useRealTimers()
    }
  })

  it('ends half a minute after a failure at the latest, with any uploadRetryDelay', async () => {
    await useFakeClock()
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.99)
    try {
      let count = 0
      const fetch = async () => (++count === 1 ? new Response(null, { status: 503 }) : Response.json({ tags: ['v1'] }))
      const listing = listTags(openRegistry('https://registry.test', { fetch, retryDelay: 2 ** 31 - 1 }), 'a')
      await advance(31_000)
      expect(await Promise.race([listing, 'waiting'])).toEqual(['v1'])
    } finally {
      random.mockRestore()
      vi.useRealTimers()
    }
  })
})

describe('an abort', () => {
  it('lets a chunk that is under way end, but no longer than 5 s, and begins nothing but the cancelling', async () => {
    await useFakeClock()
    try {
      for (const seconds of [3, 3600]) {
        const controller = new AbortController()
        const reason = new Error('enough')
        const slow = at('PATCH', 2, async (request, go) => {
          await new Promise((resolve, reject) => {
            setTimeout(resolve, seconds * 1000)
            request.signal.addEventListener('abort', () => reject(request.signal.reason))
          })
          return go()
        })
        const { pushing, registry, recorder } = await disturbedPush(slow, { signal: controller.signal })
        const outcome = pushing.catch((error) => [error, performance.now()])
        await advance(1000)
        const started = performance.now()
        controller.abort(reason)
        await advance(20_000)
        const [error, ended] = (await outcome) as [unknown, number]
        expect(error).toBe(reason)
        expect(ended - started).toBeCloseTo(seconds === 3 ? 2000 : 5000, -3)
        expect(recorder.exchanges.at(-1)?.method).toBe('DELETE')
        expect(recorder.count('PATCH')).toBe(2)
        expect(registry.openUploads).toBe(0)
      }
    } finally {
      vi.useRealTimers()
    }
  })

  it('is not held up where the cancelling gets no answer, even by a fetch that looks at no signal', async () => {
    await useFakeClock()
    try {
      const controller = new AbortController()
      const reason = new Error('enough')
      const { pushing, recorder } = await disturbedPush(
        (request, go) => {
          if (request.method === 'PATCH') controller.abort(reason)
          return request.method === 'DELETE' ? new Promise<never>(() => {}) : go()
        },
        { signal: controller.signal },
      )
      const outcome = pushing.catch((error) => error)
      while (recorder.count('DELETE') === 0) await advance(100)
      await advance(4_000)
      expect(await Promise.race([outcome, Promise.resolve('waiting')])).toBe('waiting')
      await advance(1_500)
      expect(await Promise.race([outcome, Promise.resolve('waiting')])).toBe(reason)
    } finally {
      vi.useRealTimers()
    }
  })
})
