import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type CompressionCache,
  DigestMismatchError,
  memoryCompressions,
  memorySessions,
  openArchive,
  openRegistry,
  type PushArchiveOptions,
  planPush,
  pushDockerTar,
  RegistryError,
  type SessionStore,
  type UploadEvent,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { advance, useFakeClock } from '../support/fake-clock.ts'

const ACTS = ['get', 'set', 'delete'] as const
type Act = (typeof ACTS)[number]
const reason = new Error('enough')

const layers = ['a', 'b'].map((letter) => ({ [letter]: letter.repeat(10_000) }))
const archive = createTestArchive({ images: [{ names: ['app:v1'], layers }] })

beforeEach(useFakeClock)
afterEach(() => void vi.useRealTimers())

/** A store of which one method never answers. `isAsked` resolves when that method is called for the first time. */
function hanging<S extends SessionStore | CompressionCache>(store: S, act: Act) {
  const calls = { [act]: 0 } as Record<Act, number>
  let tell = () => {}
  const isAsked = new Promise<void>((resolve) => {
    tell = resolve
  })
  const hang = () => {
    calls[act]++
    tell()
    return new Promise<never>(() => {})
  }
  return { store: { ...store, [act]: hang }, isAsked, count: () => calls[act] }
}

/** A cache that says of each layer that it becomes another: it is deleted from the cache when it is compressed. */
function wrongCache(): CompressionCache {
  return { ...memoryCompressions(), get: async () => ({ digest: `sha256:${'1'.repeat(64)}`, size: 10 }) }
}

function push(options: PushArchiveOptions) {
  const registry = createTestRegistry()
  const controller = new AbortController()
  const handle = openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0 })
  const pushing = archive.then((bytes) =>
    pushDockerTar(bytes, handle, 'app', 'v1', { concurrency: 1, signal: controller.signal, ...options }),
  )
  let isOver = false
  const over = () => {
    isOver = true
  }
  pushing.then(over, over)
  return { pushing, registry, abort: () => controller.abort(reason), isOver: () => isOver }
}

describe('pushDockerTar() with compressions that hang', () => {
  it.each(['get', 'set'] as const)('at %s() asks them once, tells it, and succeeds after 10 s', async (act) => {
    const { store, isAsked, count } = hanging(memoryCompressions(), act)
    const warnings: string[] = []
    const onWarning = (warning: string) => warnings.push(warning)
    const { pushing, isOver } = push({ compress: 'gzip', compressions: store, onWarning })
    await isAsked
    await advance(9_900)
    expect(isOver()).toBe(false)
    await advance(100)
    expect(await pushing).toMatch(/^sha256:/)
    expect(warnings).toEqual([expect.stringMatching(/cache .* Cannot use compressions: .* within 10 s$/)])
    expect(count()).toBe(1)
  })

  it('at delete() fails after 10 s as it would without the delay', async () => {
    const { store, isAsked } = hanging(wrongCache(), 'delete')
    const { pushing } = push({ compress: 'gzip', compressions: store })
    const failed = rejection(pushing, DigestMismatchError, /compressed by/)
    await isAsked
    await advance(10_000)
    await failed
  })

  it.each(ACTS)('at %s() ends at once when it is aborted', async (act) => {
    const { store, isAsked } = hanging(act === 'delete' ? wrongCache() : memoryCompressions(), act)
    const { pushing, abort } = push({ compress: 'gzip', compressions: store })
    await isAsked
    abort()
    await expect(pushing).rejects.toBe(reason)
  })
})

describe('planPush() with compressions that hang', () => {
  it('ends at once when it is aborted', async () => {
    const { store, isAsked } = hanging(memoryCompressions(), 'get')
    const controller = new AbortController()
    const handle = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    const { images } = await openArchive(await archive)
    const planning = planPush(images, handle, { compress: 'gzip', compressions: store, signal: controller.signal })
    await isAsked
    controller.abort(reason)
    await expect(planning).rejects.toBe(reason)
  })
})

describe('pushDockerTar() with sessions that hang', () => {
  it.each(ACTS)('at %s() asks them once, tells it, and succeeds after 10 s', async (act) => {
    const { store, isAsked, count } = hanging(memorySessions(), act)
    const events: UploadEvent[] = []
    const onEvent = (event: UploadEvent) => events.push(event)
    const { pushing, isOver } = push({ sessions: store, chunkSize: 4096, onEvent })
    await isAsked
    await advance(9_900)
    expect(isOver()).toBe(false)
    await advance(100)
    expect(await pushing).toMatch(/^sha256:/)
    expect(events).toMatchObject([{ kind: 'unsaved', error: expect.any(RegistryError) }])
    expect(String(events[0]?.kind === 'unsaved' && events[0].error)).toMatch(/Cannot use sessions: .* within 10 s$/)
    expect(count()).toBe(1)
  })

  it('at get() ends at once when it is aborted, and leaves no upload', async () => {
    const { store, isAsked } = hanging(memorySessions(), 'get')
    const { pushing, abort, registry } = push({ sessions: store })
    await isAsked
    abort()
    await expect(pushing).rejects.toBe(reason)
    expect(registry.openUploads).toBe(0)
  })

  it.each([
    // It may still be writing: the next push finds the upload if it does.
    ['set', 1],
    ['delete', 0],
  ] as const)('at %s() gives it one second when it is aborted, and leaves %i uploads', async (act, openUploads) => {
    const { store, isAsked } = hanging(memorySessions(), act)
    const { pushing, abort, registry, isOver } = push({ sessions: store, chunkSize: 4096 })
    const aborted = expect(pushing).rejects.toBe(reason)
    await isAsked
    abort()
    await advance(900)
    expect(isOver()).toBe(false)
    await advance(100)
    await aborted
    expect(registry.openUploads).toBe(openUploads)
  })

  it('takes a store that answers without a promise, such as a Map', async () => {
    const sessions = new Map()
    const events: UploadEvent[] = []
    const controller = new AbortController()
    const set = sessions.set.bind(sessions)
    sessions.set = (key, session) => {
      controller.abort(reason)
      return set(key, session)
    }
    const onEvent = (event: UploadEvent) => events.push(event)
    const options = { sessions: sessions as unknown as SessionStore, chunkSize: 4096, onEvent }
    await expect(push({ ...options, signal: controller.signal }).pushing).rejects.toBe(reason)
    expect([sessions.size, events]).toEqual([1, []])
  })

  it.each([500, 1500])('keep what a store writes %i ms after the abort', async (delay) => {
    const stored = memorySessions()
    let keys: string[] = []
    const controller = new AbortController()
    const slow: SessionStore = {
      ...stored,
      async set(key, session) {
        controller.abort(reason)
        await new Promise((resolve) => setTimeout(resolve, delay))
        keys = [...keys, key]
        await stored.set(key, session)
      },
    }
    const { pushing, registry } = push({ sessions: slow, chunkSize: 4096, signal: controller.signal })
    const aborted = expect(pushing).rejects.toBe(reason)
    await vi.waitFor(() => expect(controller.signal.aborted).toBe(true))
    await advance(delay)
    await aborted
    expect(await stored.get(keys[0] as string)).toMatchObject({ offset: 4096 })
    expect(registry.openUploads).toBe(1)
  })
})
