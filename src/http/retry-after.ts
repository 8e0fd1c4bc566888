import { delay } from '../async/delay.ts'

/** Pauses that servers asked for, each for its own origin, and all requests to it keep. */
interface RetryAfter {
  /** Notes what an answer of this origin asks for (RFC 9110 § Retry-After: seconds, or a date). */
  note(origin: string, response: Response): void
  /** Resolves when there is no pause for this origin, or rejects with the signal's reason. */
  over(origin: string, signal: AbortSignal | undefined): Promise<void>
}

/** Statuses whose `Retry-After` also holds for the requests that follow. */
const PAUSING = [429, 503]
/** In milliseconds. A server that wants a longer pause is asked again earlier. */
const MAX_PAUSE = 60_000
/** In milliseconds: no wait of our own between two tries is longer. */
const MAX_DELAY = 30_000

export function createRetryAfter(): RetryAfter {
  /** When it ends, by a clock that nobody sets. */
  const ends = new Map<string, number>()
  const left = (origin: string) => Math.max((ends.get(origin) ?? 0) - performance.now(), 0)
  return {
    note(origin, { status, headers }) {
      const wait = PAUSING.includes(status) ? Math.min(parseRetryAfter(headers.get('retry-after')), MAX_PAUSE) : 0
      if (wait > left(origin)) ends.set(origin, performance.now() + wait)
    },
    async over(origin, signal) {
      for (let wait = left(origin); wait > 0; wait = left(origin)) await delay(wait, signal)
      ends.delete(origin)
    },
  }
}

/**
 * Says how long to wait before a further try, in milliseconds: the delay doubles with each try, up to 30 s. Between a
 * half and the whole of that is left to chance, so that many clients that failed together do not come back together.
 *
 * @param tries From 1.
 * @param delay The longest wait before the first further try.
 */
export function delayBefore(tries: number, delay: number): number {
  return Math.round(Math.min(delay * 2 ** (tries - 1), MAX_DELAY) * (0.5 + Math.random() / 2))
}

/** In milliseconds from now; 0 if there is nothing to be read. */
function parseRetryAfter(text: string | null): number {
  if (text === null) return 0
  const milliseconds = /^[0-9]+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return milliseconds > 0 ? milliseconds : 0
}
