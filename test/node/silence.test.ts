import { describe, expect, it, vi } from 'vitest'
import { endSilence } from '../../src/registry/silence.ts'

describe('endSilence()', () => {
  it('reads nothing ahead, and leaves no timer behind', async () => {
    vi.useFakeTimers()
    try {
      let pulls = 0
      const source = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            pulls++
            controller.enqueue(new Uint8Array(1))
          },
        },
        { highWaterMark: 0 },
      )
      const reader = endSilence(source, 100).getReader()
      await Promise.resolve()
      expect(pulls).toBe(0)
      await reader.read()
      expect(pulls).toBe(1)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('tells the server that the rest is not wanted', async () => {
    const cancelled = vi.fn()
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}), cancel: cancelled })
    await expect(endSilence(silent, 5).getReader().read()).rejects.toThrow('nothing came for 5 ms')
    expect(cancelled).toHaveBeenCalledOnce()
  })
})
