import { RegistryError } from '../errors.ts'
import { type ByteStream, inBlocks } from '../source/stream.ts'
import { type CompressionFormat, checkLevel, type Encoder } from './encoder.ts'

/** zlib's own: beyond it, time grows and size hardly shrinks. */
const GZIP_LEVEL = 6
/** In bytes: so much is compressed between two looks at what else there is to do. */
const BLOCK = 64 * 1024

/**
 * Makes an encoder that gives the same bytes on every runtime: fflate, which is plain JavaScript, and is loaded when it is needed. It works where it is called: in a page
 * between frames, on one core.
 *
 * @param level @default 6
 * @throws {RangeError} if there is no such level
 * @throws {RegistryError} if it is to be zstd
 */
export async function createPortableEncoder(format: CompressionFormat, level = GZIP_LEVEL): Promise<Encoder> {
  if (format !== 'gzip') throw unknown(format)
  const checked = checkLevel(level, [1, 9])
  const { Gzip } = await import('fflate')
  return {
    format,
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

function unknown(format: CompressionFormat): RegistryError {
  return new RegistryError(
    `Cannot compress with ${JSON.stringify(format)}: there is no portable encoder of it; use "gzip", or in "registry-api-v2-client/node" a runtime whose zlib has zstd (Node 22.15)`,
  )
}
