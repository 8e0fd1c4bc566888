import { Gunzip } from 'fflate'
import { TarReadError } from '../errors.ts'
import { inPieces } from '../source/pieces.ts'
import type { ByteStream } from '../source/stream.ts'

/**
 * Unpacks gzip with any number of members in JavaScript, which is slower than `unpackGzip`. eStargz layers have one
 * member for each file. It verifies neither checksums nor the end of the data, so callers must verify the digest of the
 * result.
 *
 * @throws {TarReadError} if the data are damaged
 */
export async function* unpackGzipMembers(packed: ByteStream): AsyncGenerator<Uint8Array> {
  const made: Uint8Array[] = []
  const gunzip = new Gunzip((piece) => void made.push(piece))
  for await (const piece of inPieces(packed)) {
    try {
      gunzip.push(piece)
    } catch (cause) {
      throw new TarReadError('ARCHIVE_DAMAGED', 'Cannot unpack the layer: its gzip data are damaged', { cause })
    }
    yield* made.splice(0)
  }
}
