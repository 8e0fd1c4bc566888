import { Gunzip } from 'fflate'
import { TarReadError } from '../errors.ts'
import { inPieces } from '../source/pieces.ts'
import type { ByteStream } from '../source/stream.ts'

/**
 * Unpacks gzip with several members in JavaScript, which is slower than `unpackGzip`. eStargz layers have one member
 * for each file. It does not verify checksums, so callers must verify the digest of the result.
 *
 * @throws {TarReadError} if the data are damaged or cut short. At the end, if they have one member only: `unpackGzip`
 *   has found that damaged.
 */
export async function* unpackGzipMembers(packed: ByteStream): AsyncGenerator<Uint8Array> {
  const made: Uint8Array[] = []
  const gunzip = new Gunzip((piece) => void made.push(piece))
  let hasSeveral = false
  gunzip.onmember = () => {
    hasSeveral = true
  }
  function push(piece: Uint8Array, isLast = false): Uint8Array[] {
    try {
      gunzip.push(piece, isLast)
    } catch (cause) {
      throw damaged(cause)
    }
    return made.splice(0)
  }
  for await (const piece of inPieces(packed)) yield* push(piece)
  yield* push(new Uint8Array(0), true)
  if (!hasSeveral) throw damaged()
}

function damaged(cause?: unknown): TarReadError {
  return new TarReadError('ARCHIVE_DAMAGED', 'Cannot unpack the layer: its gzip data are damaged or cut short', {
    cause,
  })
}
