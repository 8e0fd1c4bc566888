/** Sizes of pieces in which no header and no file of a tar begins or ends. */
const ODD = [1, 511, 513, 70_001, 4_096, 33]

/** Bytes as a pipe brings them: in pieces of odd sizes, each read once. */
export async function* piped(bytes: Uint8Array, sizes: readonly number[] = ODD): AsyncGenerator<Uint8Array> {
  for (let start = 0, count = 0; start < bytes.length; count++) {
    const size = sizes[count % sizes.length] as number
    yield bytes.slice(start, start + size)
    start += size
  }
}
