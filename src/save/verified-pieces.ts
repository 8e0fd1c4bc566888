import { untilAborted } from '../async/abort.ts'
import type { Writing } from '../control/writing.ts'
import type { CreateHasher, Hasher } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { exactSource } from '../source/source.ts'
import type { ArchiveFile } from './archive-files.ts'
import type { LayoutBlob } from './layout-blobs.ts'

/** How bytes pass from their source to where they are written. */
export interface Passing {
  readonly createHasher: CreateHasher
  /** An abort ends the read under way. */
  readonly signal: AbortSignal | undefined
  /** Paces and counts the blobs. */
  readonly writing: Pick<Writing, 'pieceSize' | 'turn' | 'wrote'>
  /** True if the writer uses a piece at most until it asks for the one after the next. @default false */
  readonly reusesMemory?: boolean
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
  { createHasher, signal, writing, reusesMemory = false }: Passing,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { size, read } = exactSource({ size: source.size, read: (...range) => source.read(...range) })
  const hasher = blob && (await createHasher())
  if (size === 0) verify(blob, hasher)
  let [memory, other]: ReadonlyArray<Uint8Array<ArrayBuffer> | undefined> = []
  for (let [start, end] = [0, 0]; start < size; start = end) {
    end = Math.min(start + writing.pieceSize, size)
    if (blob) await writing.turn(end - start, signal)
    if (reusesMemory && (memory?.byteLength ?? 0) < end - start) memory = new Uint8Array(end - start)
    // The source itself may ignore the abort.
    const piece = await untilAborted(read(start, end, signal, memory), signal)
    hasher?.update(piece)
    if (end === size) verify(blob, hasher)
    yield piece
    ;[memory, other] = [other, memory]
    if (blob) writing.wrote(blob.digest, piece.byteLength)
  }
}

function verify(blob: LayoutBlob | undefined, hasher: Hasher | undefined): void {
  if (blob && hasher) verifyDigest(`the ${blob.kind} ${blob.digest}`, blob.digest, hasher.digest())
}
