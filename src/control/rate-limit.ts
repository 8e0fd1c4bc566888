import { untilAborted } from '../async/abort.ts'
import { MAX_TIMEOUT } from '../async/delay.ts'
import type { Control } from './controller.ts'

/** Keeps what a transfer sends or writes to its `maxBytesPerSecond`. */
export interface RateLimit {
  /** In bytes: a request should carry no more. */
  readonly maxChunk: number
  /**
   * Waits until the bytes may be sent. Callers are served in order.
   *
   * @param isUnderWay True if the request is under way already: a pause does not stop it.
   * @throws the signal's reason, if it aborts before
   */
  take(bytes: number, signal: AbortSignal | undefined, isUnderWay?: boolean): Promise<void>
}

interface Waiting {
  readonly bytes: number
  readonly isUnderWay: boolean
  go: () => void
}

/** In bytes. Smaller chunks would cost more in requests than they gain in smoothness. */
const LEAST_CHUNK = 64 * 1024
/** In seconds: the unused rate of this time may be used later, because timers are late. */
const CREDIT = 0.1

/**
 * A token bucket that may be in debt. Bytes are sent while there is no debt, and add to it. So a chunk of any size is
 * sent whole, and the next one waits.
 */
export function createRateLimit(control: Control): RateLimit {
  const waiting = new Set<Waiting>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let debt = 0
  /** When the debt was last computed, and the rate at which it falls since then. */
  let [since, rate] = [performance.now(), control.maxBytesPerSecond]

  function payDebt(): void {
    const now = performance.now()
    debt = rate === Number.POSITIVE_INFINITY ? 0 : Math.max(debt - ((now - since) / 1000) * rate, -rate * CREDIT)
    since = now
    rate = control.maxBytesPerSecond
  }

  /** Ends the waits whose turn it is. A timer runs only while something waits for it. */
  function settle(): void {
    clearTimeout(timer)
    payDebt()
    for (;;) {
      const next = [...waiting].find(({ isUnderWay }) => isUnderWay || !control.isPaused)
      if (!next) return
      if (rate === Number.POSITIVE_INFINITY) debt = 0
      if (debt > 0) break
      debt += next.bytes
      waiting.delete(next)
      next.go()
    }
    timer = setTimeout(settle, Math.min(Math.ceil((debt / rate) * 1000), MAX_TIMEOUT))
  }

  control.watch(settle)
  return {
    get maxChunk() {
      return Math.max(Math.floor(control.maxBytesPerSecond), LEAST_CHUNK)
    },
    async take(bytes, signal, isUnderWay = false) {
      signal?.throwIfAborted()
      const isFree = rate === Number.POSITIVE_INFINITY && waiting.size === 0
      if (isFree && (isUnderWay || !control.isPaused)) return
      const place: Waiting = { bytes, isUnderWay, go() {} }
      const turn = new Promise<void>((resolve) => {
        place.go = resolve
      })
      waiting.add(place)
      settle()
      try {
        await untilAborted(turn, signal)
      } catch (reason) {
        // Its turn may have come at the same time as the abort: then its bytes count as sent, but are not.
        if (!waiting.delete(place)) debt -= bytes
        settle()
        throw reason
      }
    },
  }
}

/**
 * Slows down the stream of a request under way, in pieces of at most a tenth of a second, so that it flows evenly.
 * A pause does not stop it. An abort ends the wait.
 */
export async function* inPace(
  stream: AsyncIterable<Uint8Array>,
  rateLimit: RateLimit,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of stream) {
    for (let [start, end] = [0, 0]; start < bytes.byteLength; start = end) {
      end = Math.min(start + Math.max(Math.ceil(rateLimit.maxChunk / 10), LEAST_CHUNK / 4), bytes.byteLength)
      await rateLimit.take(end - start, signal, true)
      yield bytes.subarray(start, end)
    }
  }
}
