import type { Tar } from '../archive/tar-entries.ts'
import { BLOCK_SIZE, damaged } from '../archive/tar-header.ts'
import { TarReadError } from '../errors.ts'
import type { ByteStream } from '../source/stream.ts'

/** The bytes of a stream, read once from the first to the last. */
export interface ForwardBytes {
  /** How many bytes were read. */
  readonly position: number
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

  /** Takes up to so many bytes of the current piece, or of the next one. At the end of the stream it is empty. */
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

/**
 * Reads a stream, and says what is wrong if a Node stream is destroyed before its end.
 *
 * @throws {TarReadError} if it is
 */
export async function* untilClosed(stream: ByteStream): AsyncGenerator<Uint8Array> {
  let offset = 0
  try {
    for await (const piece of stream) {
      offset += piece.byteLength
      yield piece
    }
  } catch (cause) {
    if ((cause as { readonly code?: unknown } | null)?.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw cause
    throw damaged(`the stream was closed at byte ${offset}, before its end; it was cut short`, { offset })
  }
}

/** Gives a stream as a tar. A stream that ends after an entry counts as one with an end mark. */
export function tarOf(bytes: ForwardBytes, open: Tar['open']): Tar {
  return {
    size: Number.POSITIVE_INFINITY,
    open,
    async read(start, end) {
      await bytes.skipTo(start)
      const memory = new Uint8Array(end - start)
      const length = await bytes.fill(memory)
      if (length === memory.length || (length === 0 && start > 0 && memory.length === BLOCK_SIZE)) return memory
      if (length === 0) {
        throw new TarReadError('NOT_AN_ARCHIVE', 'Cannot read the stream: it is empty', {
          remedy: 'see why the program or server that writes it failed',
          offset: 0,
        })
      }
      throw damaged(
        start === 0
          ? `the stream has ${length} bytes, too few for a tar archive`
          : `the stream ends inside a header at byte ${start}; it was cut short`,
        { offset: start },
      )
    },
  }
}

/** Says that a stream ends inside an entry of its tar. */
export function endsInside(path: string, offset: number): TarReadError {
  const fault = `the stream ends inside ${JSON.stringify(path)} at byte ${offset}; it was cut short`
  return damaged(fault, { path, offset })
}
