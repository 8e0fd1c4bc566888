import type { ByteStream } from './stream.ts'

/** The bytes of a stream, read once from the first to the last. */
export interface ForwardBytes {
  /** How many bytes were read. */
  readonly position: number
  /** Takes up to so many bytes of the current piece, or of the next one. Empty at the end of the stream. */
  next(most: number): Promise<Uint8Array>
  /** Fills memory with the next bytes. Returns how many there were: fewer than it holds where the stream ends. */
  fill(memory: Uint8Array): Promise<number>
  /** Reads up to a position, and keeps nothing. */
  skipTo(position: number): Promise<void>
}

/** Reads a stream. Throws what the stream throws. */
export function createForwardBytes(stream: ByteStream): ForwardBytes {
  const iterator = stream[Symbol.asyncIterator]()
  let piece: Uint8Array = new Uint8Array(0)
  let position = 0

  async function next(most: number): Promise<Uint8Array> {
    while (piece.length === 0) {
      const { done, value } = await iterator.next()
      if (done) break
      piece = value
    }
    const part = piece.subarray(0, most)
    piece = piece.subarray(part.length)
    position += part.length
    return part
  }

  return {
    next,
    get position() {
      return position
    },
    async fill(memory) {
      let filled = 0
      while (filled < memory.length) {
        const part = await next(memory.length - filled)
        if (part.length === 0) break
        memory.set(part, filled)
        filled += part.length
      }
      return filled
    },
    async skipTo(end) {
      while (position < end && (await next(end - position)).length > 0);
    },
  }
}
