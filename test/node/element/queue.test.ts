import { beforeEach, describe, expect, it } from 'vitest'
import type { Entry, EntryInput } from '../../../src/element/queue/entry.ts'
import { keepLimit } from '../../../src/element/queue/kept-limit.ts'
import { createQueue, type Queue } from '../../../src/element/queue/queue.ts'
import { createFakePushes, progressOf } from '../../support/fake-pushes.ts'

const REGISTRY = 'https://registry.test'
let worker: ReturnType<typeof createFakePushes>
let queue: Queue

beforeEach(() => {
  worker = createFakePushes()
  queue = createQueue(worker.api)
})

const fileOf = (name: string): EntryInput => ({ name, input: new File(['tar'], name, { lastModified: 1 }) })
const stateOf = (entry: Entry) => entry.$shown.get().state
const states = () => queue.$entries.get().map(stateOf)

/** Adds files of these names, and waits until all are read. */
async function add(...names: string[]): Promise<readonly Entry[]> {
  const entries = queue.add(names.map(fileOf), REGISTRY)
  await expect.poll(() => entries.map(stateOf)).not.toContain('opening')
  return entries
}

describe('a queue', () => {
  it('opens each archive that is added, and chooses all names of its images', async () => {
    const [entry] = await add('a.tar')
    expect(entry?.$shown.get()).toMatchObject({
      file: { name: 'a.tar', size: 3, lastModified: 1 },
      state: 'ready',
      registry: REGISTRY,
      choices: [{ position: 0, isIncluded: true, destinations: [{ repository: 'team/a', tags: ['v1'] }] }],
    })
  })

  it('pushes one archive after another, in order', async () => {
    await add('a.tar', 'b.tar', 'c.tar')
    queue.pushAll()
    expect(states()).toEqual(['pushing', 'waiting', 'waiting'])
    worker.pushes[0]?.succeed()
    await expect.poll(states).toEqual(['pushed', 'pushing', 'waiting'])
    expect(worker.pushes.map(({ request }) => request.archive)).toEqual([0, 1])
  })

  it('goes on with the others when one fails, and tries that one again when it is told', async () => {
    const [first] = await add('a.tar', 'b.tar')
    queue.pushAll()
    worker.pushes[0]?.fail({ name: 'NetworkError', message: 'no answer', place: undefined })
    await expect.poll(states).toEqual(['failed', 'pushing'])
    expect(first?.$shown.get().fault).toMatchObject({ name: 'NetworkError', message: 'no answer' })

    queue.push(first?.id ?? '')
    expect(states()).toEqual(['waiting', 'pushing'])
    worker.pushes[1]?.succeed()
    await expect.poll(states).toEqual(['pushing', 'pushed'])
    expect(first?.$shown.get().fault).toBeUndefined()
  })

  it('opens the others when one cannot be read, and that one again when it is told', async () => {
    worker.faults.set('bad.tar', new TypeError('not a tar'))
    const [bad] = await add('bad.tar', 'b.tar')
    expect(states()).toEqual(['failed', 'ready'])
    worker.faults.clear()
    queue.push(bad?.id ?? '')
    await expect.poll(states).toEqual(['ready', 'ready'])
  })

  it('pauses, resumes and cancels a push, and begins the next one after a cancel', async () => {
    const [first] = await add('a.tar', 'b.tar')
    const id = first?.id ?? ''
    queue.pushAll()
    queue.pause(id)
    expect(states()).toEqual(['paused', 'waiting'])
    expect(worker.pushes[0]?.isPaused).toBe(true)
    queue.resume(id)
    expect(states()).toEqual(['pushing', 'waiting'])
    expect(worker.pushes[0]?.isPaused).toBe(false)
    queue.cancel(id)
    await expect.poll(states).toEqual(['cancelled', 'pushing'])
  })

  it('limits the push that runs, and those after it', async () => {
    await add('a.tar', 'b.tar')
    queue.limit(1000)
    queue.pushAll()
    expect(worker.pushes.map(({ maxBytesPerSecond }) => maxBytesPerSecond)).toEqual([1000])
    queue.limit(500)
    expect(worker.pushes[0]?.maxBytesPerSecond).toBe(500)
    worker.pushes[0]?.succeed()
    await expect.poll(() => worker.pushes[1]?.maxBytesPerSecond).toBe(500)
    queue.limit(undefined)
    expect(worker.pushes[1]?.maxBytesPerSecond).toBeUndefined()
  })

  it('keeps its limit for the next visit, unless the browser forbids that', () => {
    const kept = new Map<string, string>()
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    }
    const visit = (open = () => storage) => {
      const queue = createQueue(worker.api)
      keepLimit(queue, 'limit', open)
      return queue
    }
    visit().limit(250_000)
    const next = visit()
    expect(next.$maxBytesPerSecond.get()).toBe(250_000)
    next.limit(undefined)
    expect(visit().$maxBytesPerSecond.get()).toBeUndefined()
    kept.set('limit', 'fast')
    expect(visit().$maxBytesPerSecond.get()).toBeUndefined()

    const forbidden = visit(() => {
      throw new DOMException('no', 'SecurityError')
    })
    forbidden.limit(1000)
    expect(forbidden.$maxBytesPerSecond.get()).toBe(1000)
  })

  it('forgets the plan of an entry whose names are changed, and pushes by the new names without their spaces', async () => {
    const [entry] = await add('a.tar')
    const id = entry?.id ?? ''
    await queue.plan(id)
    expect(entry?.$shown.get()).toMatchObject({ state: 'planned', plan: { registry: REGISTRY } })
    queue.choose(id, 0, { destinations: [{ repository: ' team/b ', tags: ['v2 ', 'latest'] }] })
    expect(entry?.$shown.get()).toMatchObject({ state: 'ready', plan: undefined })

    queue.push(id)
    expect(worker.pushes[0]?.request.images).toEqual([
      { position: 0, destinations: [{ repository: 'team/b', tags: ['v2', 'latest'] }], platforms: undefined },
    ])
  })

  it('ends the push of an entry that is removed, and closes its archive', async () => {
    const [first] = await add('a.tar', 'b.tar')
    queue.pushAll()
    queue.remove(first?.id ?? '')
    await expect.poll(states).toEqual(['pushing'])
    expect([...worker.open.keys()]).toEqual([1])
  })

  it('changes only the bar of the blob that has moved, and has no speed before one is measured', async () => {
    const [entry] = await add('a.tar')
    queue.pushAll()
    worker.pushes[0]?.listener.onProgress(progressOf(0))
    const bars = entry?.progress.$blobs.get()
    let drawn = 0
    bars?.[0]?.$bar.listen(() => drawn++)
    worker.pushes[0]?.listener.onProgress(progressOf(0))
    expect(drawn).toBe(0)
    worker.pushes[0]?.listener.onProgress(progressOf(50))
    expect(drawn).toBe(1)
    expect(entry?.progress.$blobs.get()).toBe(bars)
    expect(entry?.progress.$total.get()).toMatchObject({
      sentBytes: 50,
      bytesPerSecond: undefined,
      remaining: undefined,
    })
    worker.pushes[0]?.listener.onProgress(progressOf(60, { bytesPerSecond: 10, remainingSeconds: 4 }))
    expect(entry?.progress.$total.get()).toMatchObject({ bytesPerSecond: 10, remaining: 4 })
  })
})
