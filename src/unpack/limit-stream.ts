import { TarReadError } from '../errors.ts'
import type { ByteStream } from '../source/stream.ts'
import { raiseLimit, type UnpackLimits } from './unpack-limits.ts'

/** In bytes. The ratio limit applies only to larger output, because less is harmless. */
const HARMLESS = 64 * 1024 ** 2

/** Passes on a stream; throws once it exceeds `spoolSize`. */
export async function* limitSize(stream: ByteStream, { spoolSize }: UnpackLimits): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const piece of stream) {
    size += piece.byteLength
    if (size > spoolSize) throw tooLarge(`it has more than ${spoolSize} bytes`, 'spoolSize')
    yield piece
  }
}

/**
 * Passes on the output of a decoder; throws once it exceeds `spoolSize` or `unpackRatio`, as a decompression bomb does.
 */
export async function* limitUnpacked(
  unpacked: ByteStream,
  packedBytes: () => number,
  limits: UnpackLimits,
): AsyncGenerator<Uint8Array> {
  const { unpackRatio } = limits
  let size = 0
  for await (const piece of limitSize(unpacked, limits)) {
    size += piece.byteLength
    if (size > HARMLESS && size > packedBytes() * unpackRatio) {
      throw tooLarge(`each of its bytes unpacks to more than ${unpackRatio} bytes`, 'unpackRatio')
    }
    yield piece
  }
}

function tooLarge(fault: string, limit: keyof UnpackLimits): TarReadError {
  return new TarReadError('LIMIT_EXCEEDED', `Cannot unpack the archive: ${fault}`, { remedy: raiseLimit(limit) })
}
