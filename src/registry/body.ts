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
  // Not `for await`: WebKit's streams cannot do that.
  const reader = stream?.getReader()
  while (reader && size <= limit) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    size += value.byteLength
  }
  const isWhole = size <= limit
  // The rest is not wanted, and a failure to say so changes nothing.
  if (!isWhole) reader?.cancel().catch(() => undefined)
  return { bytes: concat(chunks, Math.min(size, limit)), isWhole }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, size - offset), offset)
    offset += chunk.byteLength
  }
  return bytes
}
