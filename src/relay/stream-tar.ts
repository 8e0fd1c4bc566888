import type { Tar } from '../archive/tar-files.ts'
import { TarReadError } from '../errors.ts'
import type { ForwardBytes } from '../source/forward-bytes.ts'
import type { ByteStream } from '../source/stream.ts'
import { BLOCK_SIZE } from '../tar/blocks.ts'
import { damaged } from '../tar/header.ts'

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
