import { vi } from 'vitest'

// Loads all that is loaded on demand: loading keeps to no clock.
import.meta.glob(['../../src/**/*.ts', '!../../src/{node,hash,element,cli}/**', '!../../src/testing/node.ts'], {
  eager: true,
})

/**
 * Runs something by a clock that jumps to the next timer whenever nothing else is to be done: waits of minutes take no
 * time. Only for what does its work in memory: files and networks keep to no clock.
 *
 * @returns what it gives, and how many timers it leaves behind
 */
export async function inFastTime<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly timers: number }> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  vi.setTimerTickMode('nextTimerAsync')
  try {
    const value = await run()
    // What ends together with it may take some turns.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    return { value, timers: vi.getTimerCount() }
  } finally {
    vi.useRealTimers()
  }
}
