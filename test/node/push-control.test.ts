import { describe, expect, it, vi } from 'vitest'
import {
  createPushController,
  listTags,
  openRegistry,
  type PushController,
  type PushOptions,
  type PushProgress,
  pushDockerTar,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { at, type Behave, broken, disturbedPush } from '../support/disturbed-push.ts'
import { rejection } from '../support/errors.ts'
import { advance, useFakeClock } from '../support/fake-clock.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const tick = (milliseconds = 40) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Pauses a push when its progress is so far, and gives what can be seen of it. */
async function pausedAt(isTime: (progress: PushProgress) => boolean, options: PushOptions = {}) {
  const controller = createPushController()
  let tell = () => {}
  const paused = new Promise<void>((resolve) => {
    tell = resolve
  })
  let isDone = false
  const push = await disturbedPush((_, go) => go(), {
    layers: ['one', 'two'],
    controller,
    ...options,
    onProgress(progress) {
      if (isDone || !isTime(progress)) return
      isDone = true
      controller.pause()
      tell()
    },
  })
  await paused
  const before = push.registry.requests.length
  await tick()
  return { ...push, controller, before, after: push.registry.requests.length }
}

describe('pause()', () => {
  it.each<[place: string, isTime: (progress: PushProgress) => boolean, next: string]>([
    ['between chunks', ({ sentBytes }) => sentBytes >= 2048, 'PATCH'],
    ['between blobs', ({ blobs }) => blobs.some(({ state }) => state === 'uploaded'), 'POST'],
    ['before the manifests', ({ phase }) => phase === 'manifests', 'PUT'],
  ])('%s lets nothing out until resume()', async (_, isTime, next) => {
    const { registry, pushing, controller, before, after } = await pausedAt(isTime)
    expect(after).toBe(before)
    expect(controller.isPaused).toBe(true)
    controller.resume()
    expect(controller.isPaused).toBe(false)
    await pushing
    expect(registry.requests[before]?.method).toBe(next)
    expect(await listTags(openRegistry('https://registry.test', { fetch: registry.fetch }), 'a')).toEqual(['v1'])
  })

  it('before the push has begun holds even its first request', async () => {
    const controller = createPushController()
    controller.pause()
    const { registry, pushing } = await disturbedPush((_, go) => go(), { controller })
    await tick()
    expect(registry.requests).toEqual([])
    controller.resume()
    await pushing
  })

  it('lets requests under way end', async () => {
    const controller = createPushController()
    const behave = at('PATCH', 2, async (_, go) => {
      controller.pause()
      await tick()
      return go()
    })
    const { pushing, recorder, sent } = await disturbedPush(behave, { controller })
    const state = () => [recorder.count('PATCH'), sent.at(-1)]
    await expect.poll(state, { timeout: 10_000 }).toEqual([2, 2048])
    await tick(120)
    expect(state()).toEqual([2, 2048])
    controller.resume()
    await pushing
  })

  it.each([
    ['a further try of a request', 'HEAD', () => new Response(null, { status: 503 })],
    [
      'a wait that the registry asked for',
      'PATCH',
      () => new Response(null, { status: 429, headers: { 'retry-after': '1' } }),
    ],
    ['a further try of a chunk', 'PATCH', broken],
  ])('holds what comes after %s', async (_, method, refuse) => {
    const controller = createPushController()
    const embedded = createTestRegistry()
    let isPaused = false
    let whilePaused = 0
    const fetch = async (request: Request) => {
      if (controller.isPaused) whilePaused++
      if (isPaused || request.method !== method) return embedded.fetch(request)
      isPaused = true
      controller.pause()
      return refuse()
    }
    const registry = openRegistry('https://registry.test', { fetch, retry: 1, retryDelay: 1 })
    const pushing = pushDockerTar(await createTestArchive(), registry, 'a', 'v1', {
      controller,
      concurrency: 1,
      lookups: 1,
      chunkSize: 1024,
      uploadRetryDelay: 1,
    })
    await expect.poll(() => isPaused, { timeout: 10_000 }).toBe(true)
    await tick(1200)
    expect([isPaused, whilePaused]).toEqual([true, 0])
    controller.resume()
    await pushing
  })

  it('holds what waits already, for the registry or for its bandwidth, and burns no timer meanwhile', async () => {
    await useFakeClock()
    try {
      const busy = () => new Response(null, { status: 429, headers: { 'retry-after': '5' } })
      const controllers = [createPushController(), createPushController({ maxBytesPerSecond: 2048 })]
      for (const controller of controllers) {
        const isLimited = controller.maxBytesPerSecond === 2048
        const behave: Behave = isLimited ? (_, go) => go() : at('PATCH', 3, busy)
        const { pushing, recorder } = await disturbedPush(behave, { controller })
        while (recorder.count('PATCH') < 3) await advance(100)
        await advance(100)
        expect(vi.getTimerCount()).toBe(1)
        controller.pause()
        expect(vi.getTimerCount()).toBe(isLimited ? 0 : 1)
        const before = recorder.exchanges.length
        await advance(8000)
        // What asks the registry how far the upload is has been held too.
        expect([vi.getTimerCount(), recorder.exchanges.length]).toEqual([0, before])
        controller.resume()
        controller.maxBytesPerSecond = undefined
        await pushing
      }
    } finally {
      vi.useRealTimers()
    }
  })

  it('holds the getting of a token too', async () => {
    const embedded = createTestRegistry()
    const realm = 'Bearer realm="https://registry.test/token",service="s"'
    const recorder = recordingFetch(async (request) => {
      if (new URL(request.url).pathname === '/token') return Response.json({ token: 'a-token' })
      if (request.headers.has('authorization')) return embedded.fetch(request)
      return new Response(null, { status: 401, headers: { 'www-authenticate': realm } })
    })
    const registry = openRegistry('https://registry.test', { fetch: recorder.fetch })
    const archive = await createTestArchive()
    await pushDockerTar(archive, registry, 'a', 'v1')
    const controller = createPushController()
    controller.pause()
    const before = recorder.exchanges.length
    const pushing = pushDockerTar(archive, registry, 'b', 'v1', { controller })
    await tick()
    expect(recorder.exchanges).toHaveLength(before)
    controller.resume()
    await pushing
    expect(recorder.exchanges[before]?.url.pathname).toBe('/token')
  })

  it('holds the getting of a new token, where the old one is refused meanwhile', async () => {
    const controller = createPushController()
    const embedded = createTestRegistry()
    const realm = 'Bearer realm="https://registry.test/token",service="s"'
    let [tokens, whilePaused] = [0, 0]
    const fetch = async (request: Request) => {
      if (controller.isPaused) whilePaused++
      if (new URL(request.url).pathname === '/token') return Response.json({ token: `token-${++tokens}` })
      const isOld = request.method === 'PATCH' && request.headers.get('authorization') === 'Bearer token-1'
      if (isOld) controller.pause()
      if (request.headers.has('authorization') && !isOld) return embedded.fetch(request)
      return new Response(null, { status: 401, headers: { 'www-authenticate': realm } })
    }
    const registry = openRegistry('https://registry.test', { fetch })
    const options = { controller, chunkSize: 1024, concurrency: 1 }
    const pushing = pushDockerTar(await createTestArchive(), registry, 'a', 'v1', options)
    await expect.poll(() => controller.isPaused, { timeout: 10_000 }).toBe(true)
    await tick(100)
    expect([controller.isPaused, tokens, whilePaused]).toEqual([true, 1, 0])
    controller.resume()
    await pushing
    expect(tokens).toBe(2)
  })
})

describe('abort()', () => {
  it('in a pause ends the push at once, and cancels what is open', async () => {
    const { pushing, registry, controller } = await pausedAt(({ sentBytes }) => sentBytes >= 2048)
    const reason = new Error('enough')
    const started = performance.now()
    controller.abort(reason)
    await expect(pushing).rejects.toBe(reason)
    expect(performance.now() - started).toBeLessThan(1000)
    expect([registry.openUploads, registry.requests.at(-1)?.method]).toEqual([0, 'DELETE'])
    expect(controller.signal.reason).toBe(reason)
  })

  it('in a pause between two tries of a request ends the push at once', async () => {
    const controller = createPushController()
    const fetch = async (request: Request) => {
      if (request.method === 'HEAD') return new Response(null, { status: 404 })
      controller.pause()
      return new Response(null, { status: 503 })
    }
    const registry = openRegistry('https://registry.test', { fetch, retryDelay: 1 })
    const pushing = pushDockerTar(await createTestArchive(), registry, 'a', 'v1', { controller })
    pushing.catch(() => undefined)
    await expect.poll(() => controller.isPaused, { timeout: 10_000 }).toBe(true)
    await tick(100)
    const started = performance.now()
    controller.abort()
    await rejection(pushing, DOMException, /aborted/)
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('without a reason is an AbortError, also beside a signal that was given', async () => {
    const { signal } = new AbortController()
    const controller = createPushController()
    const { pushing } = await disturbedPush((_, go) => go(), {
      controller,
      signal,
      onProgress: () => controller.abort(),
    })
    expect((await rejection(pushing, DOMException, /aborted/)).name).toBe('AbortError')
  })

  it('leaves the signal that was given its effect', async () => {
    const aborting = new AbortController()
    const reason = new Error('enough')
    const { pushing } = await disturbedPush((_, go) => go(), {
      controller: createPushController(),
      signal: aborting.signal,
      onProgress: () => aborting.abort(reason),
    })
    await expect(pushing).rejects.toBe(reason)
  })

  it('ends the opening of an archive too', async () => {
    const controller = createPushController()
    const endless = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) })
    const pushing = node.pushDockerTar(endless, 'https://registry.test', 'a', 'v1', { controller })
    setTimeout(() => controller.abort(), 10)
    await rejection(pushing, DOMException, /aborted/)
  })
})

describe('concurrency, changed while a push runs', () => {
  /** Holds the opening of each upload: as many are held as blobs are under way. */
  async function held(controller: PushController) {
    const waiting: (() => void)[] = []
    const layers = Array.from({ length: 12 }, (_, index) => `layer ${index}`)
    const push = await disturbedPush(
      async (request, go) => {
        if (request.method === 'POST') await new Promise<void>((resolve) => waiting.push(resolve))
        return go()
      },
      { controller, layers },
    )
    return { ...push, waiting, count: () => expect.poll(() => waiting.length) }
  }

  it('starts more at once where it is raised, and lets those under way end where it is lowered', async () => {
    const controller = createPushController({ concurrency: 2 })
    const { waiting, count, pushing } = await held(controller)
    await count().toBe(2)
    controller.concurrency = 5
    await count().toBe(5)
    controller.concurrency = 1
    for (const go of waiting.splice(0, 4)) go()
    await tick(100)
    expect(waiting).toHaveLength(1)
    for (let blob = 5; blob < 13; blob++) {
      waiting.shift()?.()
      await count().toBe(1)
      await tick(2)
      expect(waiting).toHaveLength(1)
    }
    waiting.shift()?.()
    await pushing
  })

  it('is that of the options where the controller has none of its own', async () => {
    const [own, none] = [createPushController({ concurrency: 3 }), createPushController()]
    expect([own.concurrency, none.concurrency, none.maxBytesPerSecond]).toEqual([3, 6, Number.POSITIVE_INFINITY])
    for (const controller of [own, none]) {
      await (await disturbedPush((_, go) => go(), { controller, concurrency: 7, maxBytesPerSecond: 1e9 })).pushing
    }
    expect([own.concurrency, none.concurrency, none.maxBytesPerSecond]).toEqual([3, 7, 1e9])
  })
})

describe('a controller', () => {
  it('is for one push: a second one is a TypeError', async () => {
    const controller = createPushController()
    const archive = await createTestArchive()
    const { fetch, requests } = createTestRegistry()
    const registry = openRegistry('https://registry.test', { fetch })
    await pushDockerTar(archive, registry, 'a', 'v1', { controller })
    const count = requests.length
    for (const push of [pushDockerTar, node.pushDockerTar]) {
      const again = push(archive, registry, 'a', 'v2', { controller })
      await rejection(again, TypeError, /Cannot use controller: it has to be a new one from createPushController\(\)/)
    }
    expect(requests).toHaveLength(count)
  })

  it('of another make is a TypeError', async () => {
    const pushing = pushDockerTar(await createTestArchive(), 'https://registry.test', 'a', 'v1', {
      controller: new AbortController() as unknown as PushController,
    })
    await rejection(pushing, TypeError, /a new one from createPushController\(\) or createWriteController\(\)/)
  })

  it.each([0, -1, Number.NaN, '5'])('refuses %s in its settings and in the options of a push', async (value) => {
    const wrong = value as number
    for (const [name, say] of [
      ['concurrency', /concurrency: it has to be a whole number above 0, not/],
      ['maxBytesPerSecond', /maxBytesPerSecond: it has to be a number of bytes above 0, or Infinity for no limit, not/],
    ] as const) {
      expect(() => createPushController({ [name]: wrong })).toThrow(RangeError)
      const controller = createPushController()
      expect(() => Object.assign(controller, { [name]: wrong })).toThrow(say)
      const pushing = pushDockerTar(await createTestArchive(), 'https://registry.test', 'a', 'v1', { [name]: wrong })
      await rejection(pushing, RangeError, say)
    }
  })
})
