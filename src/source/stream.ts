import type { Source } from './source.ts'

/** Bytes that can be read once, from the first to the last. */
export type ByteStream = AsyncIterable<Uint8Array>

/** In bytes, of one read. */
const PIECE = 1024 * 1024

/**
 * Reads a source from its first byte to its last, piece by piece, as the reader goes on.
 *
 * @param options.reusesMemory The reader is done with each piece when it asks for the next: all may come in the same memory. @default false
 */
export async function* streamSource(
  source: Source,
  signal?: AbortSignal,
  { reusesMemory = false } = {},
): AsyncGenerator<Uint8Array> {
  const into = reusesMemory ? new Uint8Array(Math.min(PIECE, source.size)) : undefined
  for (let start = 0; start < source.size; start += PIECE) {
    yield await source.read(start, Math.min(start + PIECE, source.size), signal, into)
  }
}

/** Reads a web stream. Whoever stops early cancels it; so does an abort, also while nothing comes. */
export async function* readStream(
  stream: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  // Not `for await`: WebKit's streams cannot do that.
  const reader = stream.getReader()
  try {
    yield* untilAborted(() => reader.read(), signal)
  } finally {
    // The rest is not wanted, and a failure to say so changes nothing.
    reader.cancel().catch(() => undefined)
  }
}

/** Reads what can be iterated over, such as a stream of Node's. Whoever stops early ends it; so does an abort. */
export async function* readIterable(iterable: ByteStream, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = iterable[Symbol.asyncIterator]()
  try {
    yield* untilAborted(() => iterator.next(), signal)
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

/** Cuts a stream into small pieces: what takes them in needs room for what comes out of one. */
export async function* inPieces(stream: ByteStream, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) {
    for (let start = 0; start < piece.byteLength; start += size) yield piece.subarray(start, start + size)
  }
}

/** Puts a stream together anew, in blocks of one size but for the last: what becomes of them shall not depend on how it came. */
export async function* inBlocks(stream: ByteStream, size: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const piece of stream) {
    for (let start = 0; start < piece.byteLength; ) {
      const part = piece.subarray(start, start + size - length)
      start += part.byteLength
      length += part.byteLength
      waiting.push(part)
      if (length < size) continue
      yield waiting.length === 1 ? part : concat(waiting)
      waiting = []
      length = 0
    }
  }
  if (length > 0) yield concat(waiting)
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

/**
 * Looks at the first bytes of a stream.
 *
 * @param length How many; fewer come where the stream is shorter.
 * @returns them, and the stream as it was before
 */
export async function peek(stream: ByteStream, length: number): Promise<{ head: Uint8Array; stream: ByteStream }> {
  const iterator = stream[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  for (let size = 0; size < length; ) {
    const { done, value } = await iterator.next()
    if (done) break
    seen.push(value)
    size += value.byteLength
  }
  return { head: concat(seen).subarray(0, length), stream: resume(seen, iterator) }
}

async function* resume(seen: readonly Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* seen
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

async function* untilAborted(
  next: () => Promise<{ done?: boolean | undefined; value?: unknown }>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted()
  let stop: (reason: unknown) => void = () => {}
  const abort = () => stop(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    for (;;) {
      // Not a race with one promise for all: that would keep every piece until the end.
      const { done, value } = await new Promise<Awaited<ReturnType<typeof next>>>((resolve, reject) => {
        stop = reject
        next().then(resolve, reject)
      })
      if (done) return
      if (!(value instanceof Uint8Array)) throw new TypeError('Cannot read the stream: it gives no bytes (Uint8Array)')
      yield value
      signal?.throwIfAborted()
    }
  } finally {
    signal?.removeEventListener('abort', abort)
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
