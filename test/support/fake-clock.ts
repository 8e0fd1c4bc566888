import { vi } from 'vitest'

/** Stops the clock and all timers; `vi.useRealTimers()` ends that. */
export function useFakeClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
}

/** Lets time pass, and what goes on between its steps take place: streams and hashes keep to no clock. */
export async function advance(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 100) {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(100)
  }
}
