import { untilAborted } from '../async/abort.ts'

/** Bytes that can be read once, from the first to the last. */
export type ByteStream = AsyncIterable<Uint8Array>

/** Reads a web stream. Whoever stops early cancels it; so does an abort, also while nothing comes. */
export async function* readStream(
  stream: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  // Not `for await`: WebKit's streams cannot do that.
  const reader = stream.getReader()
  try {
    yield* untilEnd(() => reader.read(), signal)
  } finally {
    // The rest is not wanted, and a failure to say so changes nothing.
    reader.cancel().catch(() => undefined)
  }
}

/** Reads what can be iterated over, such as a stream of Node's. Whoever stops early ends it; so does an abort. */
export async function* readIterable(iterable: ByteStream, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = iterable[Symbol.asyncIterator]()
  try {
    yield* untilEnd(() => iterator.next(), signal)
  } finally {
    // A stream of Node's that waits for data hears only this.
    if (signal?.aborted) (iterable as { destroy?: () => void }).destroy?.()
    abandon(iterator)
  }
}

/** Tells a stream that the rest of it is not wanted. A failure to hear that changes nothing. */
export function abandon(stream: AsyncIterator<Uint8Array>): void {
  stream.return?.()?.then(undefined, () => undefined)
}

/** Makes a web stream of a stream, for interfaces that take nothing else. */
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
  // Nothing is read before it is asked for.
  return new ReadableStream(source, { highWaterMark: 0 })
}

async function* untilEnd(
  next: () => Promise<{ done?: boolean | undefined; value?: unknown }>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    signal?.throwIfAborted()
    const { done, value } = await untilAborted(next(), signal)
    if (done) return
    if (!(value instanceof Uint8Array)) throw new TypeError('Cannot read the stream: it gives no bytes (Uint8Array)')
    yield value
  }
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
