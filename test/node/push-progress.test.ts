import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  createPushController,
  executePush,
  openRegistry,
  type PushController,
  type PushProgress,
  planPush,
  pushDockerTar,
  RegistryError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry, type Fault } from '../../src/testing/index.ts'
import { at, broken, disturbedPush } from '../support/disturbed-push.ts'
import { advance, useFakeClock } from '../support/fake-clock.ts'

const pass = (_: Request, go: () => Promise<Response>) => go()

async function readAll(controller: PushController, wait = async () => {}): Promise<PushProgress[]> {
  const seen: PushProgress[] = []
  for await (const progress of controller) {
    seen.push(progress)
    await wait()
  }
  return seen
}

describe('a controller as an iterable', () => {
  it('gives every reader the progress to its end, and a slow one the newest alone', async () => {
    const controller = createPushController()
    const told: PushProgress[] = []
    let isOver = false
    const untilOver = () => vi.waitUntil(() => isOver).then(() => undefined)
    const readers = [readAll(controller), readAll(controller), readAll(controller, untilOver)]
    const { pushing } = await disturbedPush(pass, { controller, onProgress: (progress) => told.push(progress) })
    await pushing
    isOver = true
    const [one = [], two = [], slow = []] = await Promise.all(readers)
    expect(one).toEqual(two)
    expect(one.length).toBeGreaterThan(10)
    expect(one.every((progress) => told.includes(progress))).toBe(true)
    expect(one.at(-1)).toMatchObject({ phase: 'done' })
    expect(slow.map(({ phase }) => phase)).toEqual(['plan', 'done'])
  })

  it('gives who comes late the last of it', async () => {
    const controller = createPushController()
    await (await disturbedPush(pass, { controller })).pushing
    expect((await readAll(controller)).map(({ phase }) => phase)).toEqual(['done'])
  })

  it.each<[name: string, push: (controller: PushController) => Promise<unknown>]>([
    [
      'fails',
      async (controller) => (await disturbedPush(() => new Response(null, { status: 403 }), { controller })).pushing,
    ],
    [
      'is aborted',
      async (controller) => (await disturbedPush(pass, { controller, onProgress: () => controller.abort() })).pushing,
    ],
    ['cannot begin', (controller) => pushDockerTar(new Uint8Array(9), 'ftp://nowhere', 'a', 'v1', { controller })],
    [
      'has a plan for another registry',
      async (controller) => {
        const { fetch } = createTestRegistry()
        const plan = await planPush([], openRegistry('https://registry.test', { fetch }))
        return executePush(plan, [], 'https://other.test', { controller })
      },
    ],
    ['finds no file', (controller) => node.pushDockerTar('/no/such/file', 'localhost', 'a', 'v1', { controller })],
    [
      'has a wrong option',
      (controller) => pushDockerTar(new Uint8Array(9), 'localhost', 'a', 'v1', { controller, concurrency: 0 }),
    ],
  ])('ends without an error where the push %s', async (_, push) => {
    const controller = createPushController()
    const reading = readAll(controller)
    await expect(push(controller)).rejects.toThrow()
    expect((await reading).length).toBeLessThan(3)
  })

  it('can be left, also while it waits, and the push goes on', async () => {
    const controller = createPushController()
    const waiting = controller[Symbol.asyncIterator]()
    const next = waiting.next()
    expect(await waiting.return?.()).toEqual({ done: true, value: undefined })
    expect(await next).toEqual({ done: true, value: undefined })
    const { pushing } = await disturbedPush(pass, { controller })
    for await (const { sentBytes } of controller) if (sentBytes > 0) break
    await pushing
    expect(await waiting.next()).toEqual({ done: true, value: undefined })
  })
})

describe('bytesPerSecond and remainingSeconds', () => {
  it('stay from phase to phase of a push that compresses its layers', async () => {
    const embedded = createTestRegistry()
    const slow = async (request: Request) => {
      if (request.method === 'PATCH' || request.method === 'PUT') await new Promise((wake) => setTimeout(wake, 30))
      return embedded.fetch(request)
    }
    const registry = openRegistry('https://registry.example.com', { fetch: slow })
    const layers = [1, 2, 3].map((seed) => ({ file: randomBytes(seed * 300_000).toString('latin1') }))
    const told: PushProgress[] = []
    await pushDockerTar(await createTestArchive({ images: [{ layers }] }), registry, 'team/app', 'v1', {
      ...{ compress: 'gzip', chunkSize: 100_000, concurrency: 1 },
      onProgress: (progress) => told.push(progress),
    })
    const measured = told.slice(told.findIndex(({ bytesPerSecond }) => bytesPerSecond > 0))
    expect(new Set(measured.map(({ phase }) => phase))).toEqual(
      new Set(['compress', 'plan', 'blobs', 'manifests', 'done']),
    )
    for (const { phase, bytesPerSecond, remainingSeconds } of measured) {
      expect([phase, bytesPerSecond > 0, remainingSeconds !== undefined]).toEqual([phase, true, true])
    }
  })

  it('follow what is sent, and leave out a pause', async () => {
    await useFakeClock()
    try {
      const controller = createPushController()
      const told: PushProgress[] = []
      let slowness = 1000
      const { pushing } = await disturbedPush(
        async (request, go) => {
          if (request.method === 'PATCH') await new Promise((resolve) => setTimeout(resolve, slowness))
          return go()
        },
        { controller, layers: ['x'.repeat(20_000)], onProgress: (progress) => told.push(progress) },
      )
      const until = async (sentBytes: number) => {
        while ((told.at(-1)?.sentBytes ?? -1) < sentBytes) await advance(100)
        return told.at(-1) as PushProgress
      }
      const first = await until(0)
      expect([first.bytesPerSecond, first.remainingSeconds]).toEqual([0, undefined])
      const steady = await until(6 * 1024)
      expect(steady.bytesPerSecond / 1024).toBeCloseTo(1, 1)
      const left = (steady.totalBytes - steady.sentBytes) / 1024
      expect((steady.remainingSeconds ?? 0) / left).toBeCloseTo(1, 1)
      controller.pause()
      await advance(600_000)
      controller.resume()
      const resumed = await until(8 * 1024)
      expect(resumed.bytesPerSecond / 1024).toBeCloseTo(1, 1)
      slowness = 250
      const fast = await until(19 * 1024)
      expect(fast.bytesPerSecond / 1024).toBeGreaterThan(1.6)
      expect(fast.bytesPerSecond / 1024).toBeLessThan(4)
      slowness = 0
      await advance(100)
      while (told.at(-1)?.phase !== 'done') await advance(100)
      await pushing
      expect(told.at(-1)?.remainingSeconds).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('fall while the registry is away', async () => {
    await useFakeClock()
    try {
      const told: PushProgress[] = []
      let isAway = false
      const { pushing } = await disturbedPush(
        async (request, go) => {
          if (isAway) return new Response(null, { status: 503 })
          if (request.method === 'PATCH') await new Promise((resolve) => setTimeout(resolve, 1000))
          return go()
        },
        {
          layers: ['x'.repeat(20_000)],
          uploadRetry: 20,
          uploadRetryDelay: 500,
          onProgress: (progress) => told.push(progress),
        },
      )
      while ((told.at(-1)?.sentBytes ?? 0) < 6 * 1024) await advance(100)
      isAway = true
      const steady = told.at(-1) as PushProgress
      await advance(60_000)
      const away = told.at(-1) as PushProgress
      expect(away.phase).toBe('blobs')
      expect(away.bytesPerSecond).toBeLessThan(steady.bytesPerSecond / 10)
      isAway = false
      while (told.at(-1)?.phase !== 'done') await advance(1000)
      await pushing
    } finally {
      vi.useRealTimers()
    }
  })

  it('count no bytes of requests that failed', async () => {
    await useFakeClock()
    try {
      const told: PushProgress[] = []
      let chunks = 0
      // Each chunk takes a second, and comes in at the second try.
      const { pushing } = await disturbedPush(
        async (request, go) => {
          if (request.method !== 'PATCH') return go()
          await new Promise((resolve) => setTimeout(resolve, 1000))
          return ++chunks % 2 === 1 ? new Response(null, { status: 503 }) : go()
        },
        { layers: ['x'.repeat(20_000)], onProgress: (progress) => told.push(progress) },
      )
      while ((told.at(-1)?.sentBytes ?? 0) < 6 * 1024) await advance(100)
      const speed = (told.at(-1)?.bytesPerSecond ?? 0) / 1024
      expect(speed).toBeGreaterThan(0.35)
      expect(speed).toBeLessThan(0.6)
      while (told.at(-1)?.phase !== 'done') await advance(100)
      await pushing
    } finally {
      vi.useRealTimers()
    }
  })

  it('count no bytes that were there before', async () => {
    const { fetch } = createTestRegistry()
    const registry = openRegistry('https://registry.test', { fetch })
    const archive = await createTestArchive({ images: [{ names: ['a:v1'], layers: [{ file: 'x'.repeat(100_000) }] }] })
    await pushDockerTar(archive, registry, 'a', 'v1')
    const told: PushProgress[] = []
    await pushDockerTar(archive, registry, 'a', 'v2', { onProgress: (progress) => told.push(progress) })
    expect(told.some(({ sentBytes }) => sentBytes > 100_000)).toBe(true)
    expect(new Set(told.map(({ bytesPerSecond }) => bytesPerSecond))).toEqual(new Set([0]))
  })
})

describe('sentBytes', () => {
  const match = {
    method: fc.constantFrom('GET', 'PATCH', 'PATCH', 'PATCH', 'PUT'),
    path: fc.constant('/blobs/uploads/'),
    nth: fc.integer({ min: 1, max: 12 }),
    times: fc.integer({ min: 1, max: 3 }),
  }
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), afterBytes: fc.integer({ min: 0, max: 3000 }), ...match }),
    fc.record({ kind: fc.constant('lost' as const), ...match }),
    fc.record({ kind: fc.constant('stale' as const), ...match }),
    fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(404, 413, 416, 500, 503), ...match }),
  )

  it('do not fall where a registry says that it has less than it said before, and goes on', async () => {
    let asked = 0
    const breakThird = at('PATCH', 3, broken)
    const { pushing, sent, events } = await disturbedPush(async (request, go, ask) => {
      if (request.method !== 'GET' || ++asked > 1) return breakThird(request, go, ask)
      const { status, headers } = await go()
      return new Response(null, { status, headers: { ...Object.fromEntries(headers), range: '0-1023' } })
    })
    await pushing
    expect(events.map(({ kind }) => kind)).toEqual(['retry', 'retry'])
    expect(sent).toEqual([...sent].sort((a, b) => a - b))
  })

  it('fall after a restart event alone, of the push and of each blob, through any faults', async () => {
    const archive = await createTestArchive({ images: [{ layers: [{ a: 'a'.repeat(9000) }, { b: 'b' }] }] })
    const totals = { restarts: 0, falls: 0 }
    const run = fc.asyncProperty(
      fc.constantFrom(undefined, 'distribution-2' as const, 'distribution-3' as const, 'quay' as const),
      fc.array(fault, { minLength: 1, maxLength: 6 }),
      async (profile, faults) => {
        const { fetch } = createTestRegistry({ ...(profile && { profile }), faults })
        const lost = new Set<string>()
        let last: PushProgress | undefined
        const pushing = pushDockerTar(
          archive,
          openRegistry('https://registry.test', { fetch, retry: 3, retryDelay: 0 }),
          'a',
          'v1',
          {
            chunkSize: 2000,
            uploadRetryDelay: 0,
            onEvent(event) {
              if (event.kind !== 'restart') return
              lost.add(event.digest)
              totals.restarts++
            },
            onProgress(progress) {
              for (const [index, { digest, sentBytes }] of progress.blobs.entries()) {
                if (sentBytes >= (last?.blobs[index]?.sentBytes ?? 0)) continue
                totals.falls++
                expect(lost).toContain(digest)
                lost.delete(digest)
              }
              const sum = progress.blobs.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
              expect(progress.sentBytes).toBe(sum)
              last = progress
            },
          },
        )
        await pushing.catch((error) => {
          if (!(error instanceof RegistryError)) throw error
        })
      },
    )
    await fc.assert(run, { numRuns: 300, seed: 20_260_101 })
    expect(totals.falls).toBeGreaterThan(20)
  })
})

describe('a program that pushes', () => {
  it.each(['resume()', "abort(new Error('enough'))"])('ends with its push, after pause() and %s', async (act) => {
    const program = `
      import { createPushController, openRegistry, pushDockerTar } from 'registry-api-v2-client/node'
      import { createTestArchive, createTestRegistry } from 'registry-api-v2-client/testing'
      const controller = createPushController({ maxBytesPerSecond: 300_000 })
      const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
      const archive = await createTestArchive({ images: [{ layers: [{ a: 'a'.repeat(200_000) }] }] })
      const pushing = pushDockerTar(archive, registry, 'a', 'v1', { controller }).catch(({ message }) => message)
      for await (const { sentBytes } of controller) {
        if (sentBytes < 60_000) continue
        controller.pause()
        break
      }
      setTimeout(() => controller.${act}, 50)
      const outcome = await pushing
      const ended = performance.now()
      process.on('exit', () => console.log(outcome, performance.now() - ended))
    `
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
    const [, outcome, late] = /^(\S+) ([\d.]+)$/.exec(stdout.trim()) ?? []
    expect(outcome).toMatch(act === 'resume()' ? /^sha256:/ : /^enough$/)
    expect(Number(late)).toBeLessThan(500)
  })
})
