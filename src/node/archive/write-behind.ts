import type { ByteStream } from '../../source/stream.ts'

/**
 * Writes the pieces of a stream in order. It asks for the next piece while one is written, so a piece is in use until
 * the one after the next is asked for.
 */
export async function writeBehind(stream: ByteStream, write: (piece: Uint8Array) => Promise<void>): Promise<void> {
  let writing = Promise.resolve()
  try {
    for await (const piece of stream) {
      await writing
      writing = write(piece)
      // It may fail before it is awaited. An unhandled rejection would end the process.
      writing.catch(() => {})
    }
  } finally {
    await writing
  }
}
