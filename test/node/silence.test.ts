import { describe, expect, it, vi } from 'vitest'
import { withIdleTimeout } from '../../src/http/idle-timeout.ts'
import { advance, useFakeClock } from '../support/fake-clock.ts'

describe('withIdleTimeout()', () => {
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
      const reader = withIdleTimeout(source, 100).getReader()
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
    await expect(withIdleTimeout(silent, 5).getReader().read()).rejects.toThrow('nothing came for 5 ms')
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('fails if bytes come one by one, however long that goes on', async () => {
    await useFakeClock()
    try {
      const reading = drain(withIdleTimeout(dripping(1, 300, 1000), 1000)).catch((error) => error)
      await advance(1500)
      const ended = await Promise.race([reading, 'still reading'])
      expect(ended).toBeInstanceOf(TypeError)
      expect(ended.message).toBe('less than 4096 bytes came a second')
    } finally {
      vi.useRealTimers()
    }
  })

  it('reads a large body of a slow link, which stands still at times', async () => {
    await useFakeClock()
    try {
      // 10 kB/s, a pause of 800 ms after each.
      const reading = drain(withIdleTimeout(dripping(8000, 800, 100), 1000))
      await advance(82_000)
      expect(await Promise.race([reading, 'still reading'])).toBe(800_000)
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not count the time that its reader takes', async () => {
    await useFakeClock()
    try {
      const reader = withIdleTimeout(dripping(1, 0, 5), 1000).getReader()
      for (let byte = 0; byte < 5; byte++) {
        const reading = reader.read()
        await advance(100)
        expect((await reading).done).toBe(false)
        vi.advanceTimersByTime(60_000)
      }
    } finally {
      vi.useRealTimers()
    }
  })
})

/** A body that gives so many bytes at a time, so often, with a pause in milliseconds before each. */
function dripping(bytes: number, pause: number, count: number): ReadableStream<Uint8Array> {
  let given = 0
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
      if (given++ === count) controller.close()
      else controller.enqueue(new Uint8Array(bytes))
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<number> {
  let size = 0
  for await (const { byteLength } of stream) size += byteLength
  return size
}
