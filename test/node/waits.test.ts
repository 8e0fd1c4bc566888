import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onAbort, untilAborted } from '../../src/async/abort.ts'
import { withGrace } from '../../src/async/abort-grace.ts'
import { beforeDeadline } from '../../src/async/deadline.ts'
import { delay } from '../../src/async/delay.ts'

const reason = new Error('enough')
const never = () => new Promise<never>(() => {})

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** Counts the listeners that are on a signal now. */
function countedSignal() {
  const controller = new AbortController()
  const { signal } = controller
  const on = vi.spyOn(signal, 'addEventListener')
  const off = vi.spyOn(signal, 'removeEventListener')
  return { controller, signal, on, off }
}

describe('onAbort()', () => {
  it('calls every function when the signal aborts, by one listener', () => {
    const { controller, signal, on } = countedSignal()
    const calls = [vi.fn(), vi.fn(), vi.fn()]
    const [, stop] = calls.map((call) => onAbort(signal, call))
    stop?.()
    controller.abort(reason)
    expect(calls.map((call) => call.mock.calls.length)).toEqual([1, 0, 1])
    expect(new Set(on.mock.calls.map(([, listener]) => listener)).size).toBe(1)
  })

  it('leaves no listener when all waits have ended', () => {
    const { signal, on, off } = countedSignal()
    const stops = [onAbort(signal, () => {}), onAbort(signal, () => {})]
    for (const stop of stops) stop()
    expect(off).toHaveBeenCalledWith('abort', on.mock.calls[0]?.[1])
  })
})

describe('untilAborted()', () => {
  it('gives what the promise gives, or its error', async () => {
    const { signal } = new AbortController()
    expect(await untilAborted(Promise.resolve(1), signal)).toBe(1)
    expect(await untilAborted(Promise.resolve(1), undefined)).toBe(1)
    await expect(untilAborted(Promise.reject(reason), signal)).rejects.toBe(reason)
  })

  it('rejects with the reason when the signal aborts, or has aborted before', async () => {
    const controller = new AbortController()
    const waiting = untilAborted(never(), controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(untilAborted(never(), controller.signal)).rejects.toBe(reason)
  })
})

describe('delay()', () => {
  it('resolves after its time and not before', async () => {
    const over = vi.fn()
    const waiting = delay(1000, undefined).then(over)
    await vi.advanceTimersByTimeAsync(999)
    expect(over).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(over).toHaveBeenCalled()
    await waiting
  })

  it('rejects with the reason at once when the signal aborts, and leaves no timer', async () => {
    const controller = new AbortController()
    const waiting = delay(1000, controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
    await expect(delay(1000, controller.signal)).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('beforeDeadline()', () => {
  const late = new Error('too late')
  const deadline = { milliseconds: 1000, late: () => late }

  it('gives what comes in time, and leaves no timer', async () => {
    const { signal } = new AbortController()
    expect(await beforeDeadline(Promise.resolve(1), deadline, signal)).toBe(1)
    await expect(beforeDeadline(Promise.reject(reason), deadline, signal)).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects with its own error when the time is over', async () => {
    const waiting = expect(beforeDeadline(never(), deadline, undefined)).rejects.toBe(late)
    await vi.advanceTimersByTimeAsync(1000)
    await waiting
  })

  it('rejects with the reason when the signal aborts before', async () => {
    const controller = new AbortController()
    const waiting = beforeDeadline(never(), deadline, controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('withGrace()', () => {
  it('passes the abort on when the grace is over', async () => {
    const controller = new AbortController()
    const { signal } = withGrace(controller.signal, 1000)
    await vi.advanceTimersByTimeAsync(5000)
    controller.abort(reason)
    await vi.advanceTimersByTimeAsync(999)
    expect(signal?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(signal?.reason).toBe(reason)
  })

  it('gives the grace to what begins after the abort', async () => {
    const { signal } = withGrace(AbortSignal.abort(reason), 1000)
    expect(signal?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(signal?.reason).toBe(reason)
  })

  it('leaves no timer when it is stopped', () => {
    const controller = new AbortController()
    const { stop } = withGrace(controller.signal, 1000)
    controller.abort(reason)
    stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})
