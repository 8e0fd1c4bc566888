import { untilAborted } from '../async/abort.ts'
import type { Writing } from '../control/writing.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { exactSource } from '../source/source.ts'
import type { ArchiveFile } from './archive-files.ts'

/** How bytes pass from their source to where they are written. */
export interface Passing {
  readonly createHasher: CreateHasher
  /** Paces the pieces, and counts those of blobs. */
  readonly writing: Writing
  /** An abort ends the read under way. */
  readonly signal?: AbortSignal | undefined
  /** Memory for all pieces, if the writer no longer uses a piece when it asks for the next one. */
  readonly into?: Uint8Array<ArrayBuffer> | undefined
}

/**
 * Reads a file of an archive in pieces, and verifies a blob by its digest. The last piece comes after the check, so
 * that a wrong blob is never whole.
 *
 * @throws {DigestMismatchError} if the bytes are not those of the blob's digest
 * @throws {TarReadError} if the source has fewer bytes than it says
 */
export async function* verifiedPieces(
  { blob, source }: ArchiveFile,
  { createHasher, writing, signal, into }: Passing,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { size, read } = exactSource({ size: source.size, read: (...range) => source.read(...range) })
  const hasher = blob && (await createHasher())
  const verify = () => blob && hasher && verifyDigest(`the ${blob.kind} ${blob.digest}`, blob.digest, hasher.digest())
  for (let [start, end] = [0, 0]; start < size; start = end) {
    end = Math.min(start + writing.pieceSize, size)
    await writing.turn(end - start, signal)
    // The source may ignore the abort.
    const piece = await untilAborted(read(start, end, signal, into), signal)
    hasher?.update(piece)
    if (end === size) verify()
    yield piece
    if (blob) writing.wrote(blob.digest, piece.byteLength)
  }
  if (size === 0) verify()
}
