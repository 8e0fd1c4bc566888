import { onAbort, untilAborted } from '../async/abort.ts'

/** Bytes that can be read once, from the first to the last. */
export type ByteStream = AsyncIterable<Uint8Array>

/**
 * Reads a web stream. A reader that stops early cancels the stream. An abort does the same, even during a pending read.
 *
 * @param toFailure Makes what is thrown of a failure of the stream. @default the failure itself
 * @throws {TypeError} if the stream is locked
 */
export async function* readStream(
  stream: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
  toFailure: (cause: unknown) => unknown = (cause) => cause,
): AsyncGenerator<Uint8Array> {
  if (stream.locked) throw new TypeError('Cannot read the stream again: pass a new stream')
  // Not `for await`, which WebKit's streams do not support.
  const reader = stream.getReader()
  // The rest is not needed, so a failure to cancel does not matter.
  const cancel = () => void reader.cancel().catch(() => undefined)
  // Once for the stream, not for each piece: a cancel ends a pending read.
  const unwatch = onAbort(signal, cancel)
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { done, value } = await reader.read()
      signal?.throwIfAborted()
      if (done) return
      yield verifyBytes(value)
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw toFailure(error)
  } finally {
    unwatch()
    cancel()
  }
}

/** Reads an async iterable, such as a Node stream. A reader that stops early ends it. An abort does the same. */
export async function* readIterable(iterable: ByteStream, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = iterable[Symbol.asyncIterator]()
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { done, value } = await untilAborted(iterator.next(), signal)
      if (done) return
      yield verifyBytes(value)
    }
  } finally {
    // A Node stream that waits for data reacts only to `destroy`.
    if (signal?.aborted) (iterable as { destroy?: () => void }).destroy?.()
    abandon(iterator)
  }
}

/** Ends a stream early, without waiting. Ignores a failure, because the rest is not needed. */
export function abandon(stream: AsyncIterator<Uint8Array>): void {
  stream.return?.()?.then(undefined, () => undefined)
}

/** Turns a stream into a web stream, for APIs that require one. */
export function toReadable(stream: ByteStream): ReadableStream<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]()
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  }
  // With 0, nothing is read in advance.
  return new ReadableStream(source, { highWaterMark: 0 })
}

function verifyBytes(piece: unknown): Uint8Array {
  // `instanceof` fails for bytes of another window, and for all streams in tests with jsdom.
  if (Object.prototype.toString.call(piece) === '[object Uint8Array]') return piece as Uint8Array
  throw new TypeError('Cannot read the stream: its pieces are not bytes (Uint8Array)')
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.byteLength
  }
  return bytes
}
