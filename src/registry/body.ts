import { concat, readStream } from '../source/stream.ts'

/**
 * Reads a stream up to a limit; the rest is cancelled.
 *
 * @param limit In bytes.
 * @returns the bytes, and whether they are all there were
 */
export async function readUpTo(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; isWhole: boolean }> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream ? readStream(stream) : []) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > limit) break
  }
  return { bytes: concat(chunks).slice(0, limit), isWhole: size <= limit }
}
