import { Gzip } from 'fflate'
import type { Encoder } from '../runtime.ts'
import { inBlocks } from '../source/pieces.ts'
import type { ByteStream } from '../source/stream.ts'
import { checkLevel } from './encoder.ts'

/** The default of zlib. A higher level takes more time for little gain. */
const LEVEL = 6
/** In bytes: how much is compressed before other work gets a turn. */
const BLOCK = 64 * 1024

/**
 * Makes an encoder of gzip in plain JavaScript.
 *
 * @throws {RangeError} if the level is out of range
 */
export async function createGzipEncoder(level = LEVEL): Promise<Encoder> {
  const checked = checkLevel(level, [1, 9])
  return {
    format: 'gzip',
    level: checked,
    name: 'fflate 0.8.3',
    async *encode(bytes: ByteStream) {
      const made: Uint8Array[] = []
      // No time in the header: the same layer has the same digest tomorrow.
      const gzip = new Gzip({ level: checked as 6, mtime: 0 }, (piece) => void made.push(piece))
      // What fflate makes depends on the sizes of what it gets.
      for await (const block of inBlocks(bytes, BLOCK)) {
        gzip.push(block)
        yield* made.splice(0)
      }
      gzip.push(new Uint8Array(), true)
      yield* made.splice(0)
    },
  }
}
