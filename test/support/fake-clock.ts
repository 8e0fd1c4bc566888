import { vi } from 'vitest'
import { listTags, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'

let loading: Promise<void> | undefined

/** Stops the clock and all timers; `vi.useRealTimers()` ends that. It first loads what a push loads when needed: loading keeps to no clock. */
export async function useFakeClock(): Promise<void> {
  loading ??= loadAll()
  await loading
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
}

/** Pushes and lists, with a limit and after a failure: each loads parts of its own. */
async function loadAll(): Promise<void> {
  const { fetch } = createTestRegistry()
  let count = 0
  const failing = async (request: Request) => {
    if (count++ === 0)
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) })
    return fetch(request)
  }
  const registry = openRegistry('https://registry.test', { fetch: failing, retryDelay: 1 })
  await pushDockerTar(await createTestArchive(), registry, 'a', 'v1', { maxBytesPerSecond: 2 ** 30 })
  await listTags(registry, 'a')
}

/** Lets time pass, and what goes on between its steps take place: streams and hashes keep to no clock. */
export async function advance(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 100) {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(100)
  }
}
