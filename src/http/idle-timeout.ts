import { onAbort } from '../async/abort.ts'

/** In bytes per second: 8 MiB take half an hour at most, and a link of 10 kB/s is fast enough. */
const LEAST_RATE = 4096

/**
 * Makes a stream fail when nothing comes for the time of the limit, when its bytes come too slowly, or when the signal
 * aborts. The limit is also the time to read all of the stream; each byte adds to it by a rate of 4 KiB/s. Only time
 * that is spent waiting for bytes counts. The body of a custom `fetch` may heed no signal itself.
 *
 * @param limit In milliseconds.
 */
export function withIdleTimeout(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  signal?: AbortSignal,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  let left = limit
  let failure: { readonly reason: unknown } | undefined
  // Once for the stream, not for each piece.
  const unwatch = onAbort(signal, () => fail(signal?.reason))
  function fail(reason: unknown): void {
    failure = { reason }
    end(reason)
  }
  /** Ends a pending read, too. */
  function end(reason: unknown): void {
    unwatch()
    // Not waited for: that of a clone may never settle.
    reader.cancel(reason).catch(() => undefined)
  }
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const start = performance.now()
      const fault = left < limit ? `less than ${LEAST_RATE} bytes came a second` : `nothing came for ${limit} ms`
      const timer = setTimeout(() => fail(new TypeError(fault)), Math.min(left, limit))
      try {
        signal?.throwIfAborted()
        const { done, value } = await reader.read()
        if (failure) throw failure.reason
        if (done) {
          unwatch()
          return controller.close()
        }
        left += (value.byteLength / LEAST_RATE) * 1000 - (performance.now() - start)
        controller.enqueue(value)
      } catch (error) {
        end(error)
        throw error
      } finally {
        clearTimeout(timer)
      }
    },
    cancel: end,
  }
  // Nothing is read ahead: a slow reader does not make the server silent.
  return new ReadableStream(source, { highWaterMark: 0 })
}

/** A stream that is being sent, and a signal that tells when it stands still. */
interface WatchedStream {
  readonly stream: ReadableStream<Uint8Array>
  /** Aborted when nothing of it was taken for so long; or, once all is taken, when so long has passed since. */
  readonly signal: AbortSignal
  /** The request is over: nothing more is read. Node continues to read what it was to send after an abort. */
  stop(): void
}

/**
 * Watches how a stream is sent. It may take long, and the stream itself may wait for bytes. It is a failure only if
 * bytes are there and nothing takes them.
 *
 * @param limit In milliseconds. Without one it may stand still.
 * @param reason Makes what the signal aborts with.
 */
export function watchTaking(
  stream: ReadableStream<Uint8Array>,
  limit: number | undefined,
  reason: () => Error,
): WatchedStream {
  const reader = stream.getReader()
  const silence = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  function wait(): void {
    clearTimeout(timer)
    if (limit !== undefined) timer = setTimeout(() => silence.abort(reason()), limit)
  }
  wait()
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      if (isOver) throw new TypeError('the request is over')
      clearTimeout(timer)
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
      if (!isOver) wait()
    },
    cancel: (why) => reader.cancel(why),
  }
  return {
    stream: new ReadableStream(source, { highWaterMark: 0 }),
    signal: silence.signal,
    stop() {
      isOver = true
      clearTimeout(timer)
      // The rest is not wanted, and a failure to say so changes nothing.
      reader.cancel().catch(() => undefined)
    },
  }
}
