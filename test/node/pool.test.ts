import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runPool } from '../../src/async/pool.ts'
import { type Concurrency, createSemaphore, fixed } from '../../src/async/semaphore.ts'

const reason = new Error('enough')
const settle = () => delay(5)

/** A limit that a test changes, and how many listen to it. */
function changingLimit(first: number) {
  const listeners = new Set<() => void>()
  let concurrency = first
  const limit: Concurrency = {
    get concurrency() {
      return concurrency
    },
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const set = (next: number) => {
    concurrency = next
    for (const listener of [...listeners]) listener()
  }
  return { limit, set, listeners }
}

/** Tasks that end when the test says so. */
function heldTasks() {
  const begun: number[] = []
  const ends = new Map<number, { resolve(): void; reject(error: unknown): void }>()
  const task = (item: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      begun.push(item)
      ends.set(item, { resolve, reject })
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  const end = async (item: number) => {
    ends.get(item)?.resolve()
    await settle()
  }
  const fail = (item: number, error: unknown) => ends.get(item)?.reject(error)
  return { begun, task, end, fail }
}

describe('createSemaphore()', () => {
  it('gives permits in the order of the calls, as many as the limit has', async () => {
    const permit = createSemaphore(fixed(2))
    const given: number[] = []
    const releases = [0, 1, 2, 3].map(async (call) => {
      const release = await permit()
      given.push(call)
      return release
    })
    await settle()
    expect(given).toEqual([0, 1])
    ;(await releases[1])?.()
    await settle()
    expect(given).toEqual([0, 1, 2])
  })

  it('takes a permit back once, however often it is given back', async () => {
    const permit = createSemaphore(fixed(1))
    const release = await permit()
    release()
    release()
    await permit()
    await expect(permit(AbortSignal.timeout(5))).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('gives a permit that weighs more than what is left, and then none', async () => {
    const permit = createSemaphore(fixed(1))
    await permit(undefined, () => 3 / 4)
    const release = await permit(undefined, () => 3 / 4)
    await expect(permit(AbortSignal.timeout(5))).rejects.toMatchObject({ name: 'TimeoutError' })
    release()
    await permit()
  })

  it('keeps no place for a call that was aborted', async () => {
    const permit = createSemaphore(fixed(1))
    const release = await permit()
    const controller = new AbortController()
    const aborted = permit(controller.signal)
    const next = permit()
    controller.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    release()
    await next
  })

  it('gives a permit on that comes at the same time as the abort', async () => {
    const permit = createSemaphore(fixed(1))
    const release = await permit()
    const controller = new AbortController()
    const aborted = permit(controller.signal).then(
      (release) => release(),
      () => undefined,
    )
    const next = permit()
    controller.abort(reason)
    release()
    await aborted
    await next
  })

  it('follows a limit that changes, and listens to it only while a call waits', async () => {
    const { limit, set, listeners } = changingLimit(1)
    const permit = createSemaphore(limit)
    await permit()
    const second = permit()
    expect(listeners.size).toBe(1)
    set(2)
    await second
    expect(listeners.size).toBe(0)
  })
})

describe('runPool()', () => {
  it('runs tasks in order, no more than the limit at once', async () => {
    const { begun, task, end } = heldTasks()
    const pool = runPool([0, 1, 2, 3], fixed(2), undefined, task)
    await settle()
    expect(begun).toEqual([0, 1])
    await end(1)
    expect(begun).toEqual([0, 1, 2])
    for (const item of [0, 2, 3]) await end(item)
    await pool
  })

  it('begins more when the limit rises, and none while too many run', async () => {
    const { begun, task, end } = heldTasks()
    const { limit, set, listeners } = changingLimit(1)
    const pool = runPool([0, 1, 2, 3], limit, undefined, task)
    await settle()
    set(3)
    await settle()
    expect(begun).toEqual([0, 1, 2])
    set(1)
    await end(0)
    await end(1)
    expect(begun).toEqual([0, 1, 2])
    await end(2)
    await end(3)
    await pool
    expect([begun, listeners.size]).toEqual([[0, 1, 2, 3], 0])
  })

  it('weighs a task when it begins', async () => {
    const { begun, task } = heldTasks()
    const { limit, set } = changingLimit(1)
    let weight = 1 / 4
    const controller = new AbortController()
    const pool = runPool([0, 1, 2, 3, 4, 5, 6], limit, controller.signal, task, () => weight)
    await settle()
    expect(begun).toEqual([0, 1, 2, 3])
    weight = 1
    set(2)
    await settle()
    expect(begun).toEqual([0, 1, 2, 3, 4])
    controller.abort(reason)
    await expect(pool).rejects.toBe(reason)
  })

  it('throws the first failure after all tasks have ended, and begins no other', async () => {
    const { begun, task, fail } = heldTasks()
    let isCleanedUp = false
    const pool = runPool([0, 1, 2], fixed(2), undefined, async (item, signal) => {
      await task(item, signal).catch(async (error) => {
        await settle()
        isCleanedUp ||= item === 1
        throw error
      })
    })
    await settle()
    fail(0, reason)
    await expect(pool).rejects.toBe(reason)
    expect([begun, isCleanedUp]).toEqual([[0, 1], true])
  })

  it.each([
    ['before', () => AbortSignal.abort(reason), []],
    ['while tasks run', () => AbortSignal.timeout(5), [0]],
  ])('rejects with the reason of a signal that aborts %s', async (_, open, expected) => {
    const signal = open()
    const { begun, task } = heldTasks()
    await expect(runPool([0, 1], fixed(1), signal, task)).rejects.toSatisfy((error) => error === signal.reason)
    expect(begun).toEqual(expected)
  })

  it('ends at once without items', async () => {
    await runPool([], fixed(1), undefined, () => Promise.reject(reason))
  })
})
