import { concat, readStream } from '../source/stream.ts'

/**
 * Reads a stream up to a limit and cancels the rest.
 *
 * @param limit In bytes.
 * @returns the bytes, and whether they are all of the stream
 */
export async function readUpTo(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
  signal?: AbortSignal,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; isWhole: boolean }> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream ? readStream(stream, signal) : []) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > limit) break
  }
  return { bytes: concat(chunks).subarray(0, limit), isWhole: size <= limit }
}
