/** A pause that a registry asked for, and all requests to it keep. */
export interface Pause {
  /** Notes what an answer asks for (RFC 9110 § Retry-After: seconds, or a date). */
  note(response: Response): void
  /** Resolves when there is no pause, or rejects with the signal's reason. */
  over(signal: AbortSignal | undefined): Promise<void>
}

/** Answers whose `Retry-After` is meant for whoever asks next, too. */
const PAUSING = [429, 503]
/** In milliseconds. Who asks for more is asked again earlier. */
const MAX_PAUSE = 60_000

export function createPause(): Pause {
  let until = 0
  return {
    note({ status, headers }) {
      const wait = PAUSING.includes(status) ? parseRetryAfter(headers.get('retry-after')) : 0
      until = Math.max(until, Date.now() + Math.min(wait, MAX_PAUSE))
    },
    async over(signal) {
      for (let wait = until - Date.now(); wait > 0; wait = until - Date.now()) await sleep(wait, signal)
    },
  }
}

/** Waits, in milliseconds; an abort ends it with the signal's reason. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** In milliseconds from now; 0 if there is nothing to be read. */
function parseRetryAfter(text: string | null): number {
  if (text === null) return 0
  const milliseconds = /^[0-9]+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return milliseconds > 0 ? milliseconds : 0
}
