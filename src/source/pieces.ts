import type { Source } from './source.ts'
import { type ByteStream, concat } from './stream.ts'

/** The size of one read in bytes. */
const PIECE = 1024 * 1024

/**
 * Reads a source from start to end in pieces, as the reader requests them.
 *
 * @param options.reusesMemory True if the reader no longer uses a piece when it requests the next one. Then all pieces
 *   may share the same memory. @default false
 */
export async function* streamSource(
  source: Source,
  signal?: AbortSignal,
  { reusesMemory = false } = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const into = reusesMemory ? new Uint8Array(Math.min(PIECE, source.size)) : undefined
  for (let start = 0; start < source.size; start += PIECE) {
    yield await source.read(start, Math.min(start + PIECE, source.size), signal, into)
  }
}

/** Splits a stream into small pieces, because a decoder needs memory for the output of a whole piece. */
export async function* inPieces(stream: ByteStream, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) {
    for (let start = 0; start < piece.byteLength; start += size) yield piece.subarray(start, start + size)
  }
}

/**
 * Regroups a stream into blocks of equal size, except the last, so that the result does not depend on the stream's
 * pieces.
 */
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

/**
 * Reads the first bytes of a stream without consuming them.
 *
 * @param length The number of bytes. There are fewer if the stream is shorter.
 * @returns the bytes, and a stream that includes them
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
