import { TarReadError } from '../errors.ts'
import type { ByteStream } from '../source/stream.ts'

/** What unpacking and spooling may come to, whatever the file says of itself. */
export interface UnpackLimits {
  /** Entries of a tar or a zip, or files of a folder. @default 250 000 */
  readonly entries: number
  /** Bytes that a stream, or what comes out of a packed file, may have. @default 64 GiB */
  readonly spoolSize: number
  /** How many bytes may come out of one packed byte, on average, from 64 MiB on. Layers full of zeros come to 1000. @default 200 */
  readonly unpackRatio: number
  /** How often a file may be packed: `artifact.zip` with `image.tar.gz` in it is packed twice. @default 4 */
  readonly packings: number
}

export const UNPACK_LIMITS: UnpackLimits = {
  entries: 250_000,
  spoolSize: 64 * 1024 ** 3,
  unpackRatio: 200,
  packings: 4,
}

/** In bytes: so much does no harm, however little it was packed into. */
const HARMLESS = 64 * 1024 ** 2

/** Passes on a stream of any origin up to the absolute limit. */
export async function* limitSize(stream: ByteStream, { spoolSize }: UnpackLimits): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const piece of stream) {
    size += piece.byteLength
    if (size > spoolSize) throw tooLarge(`it has more than ${spoolSize} bytes`, 'spoolSize')
    yield piece
  }
}

/** Passes on what comes out of a packed file, and stops a bomb: by either limit. */
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
      throw tooLarge(`each of its bytes unpacks to more than ${unpackRatio}`, 'unpackRatio')
    }
    yield piece
  }
}

function tooLarge(fault: string, limit: keyof UnpackLimits): TarReadError {
  return new TarReadError(
    `Cannot unpack the archive: ${fault}; if you trust where it comes from, raise { limits: { ${limit} } }`,
  )
}
