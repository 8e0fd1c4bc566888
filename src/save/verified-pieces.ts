import { untilAborted } from '../async/abort.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { streamSource } from '../source/pieces.ts'
import { exactSource, type Source } from '../source/source.ts'
import type { ArchiveFile } from './archive-files.ts'

/** Hooks around each piece of a blob. */
interface Pace {
  /** Waits until so many bytes may be read. */
  before(bytes: number, signal: AbortSignal | undefined): Promise<void>
  /** Counts bytes that were passed on. */
  after(file: ArchiveFile, bytes: number): void
}

/** How bytes pass from their source to where they are written. */
export interface Passing {
  readonly createHasher: CreateHasher
  /** An abort ends the read under way. */
  readonly signal?: AbortSignal | undefined
  readonly pace?: Pace | undefined
  /** True if the writer no longer uses a piece when it asks for the next one. @default false */
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
  file: ArchiveFile,
  { createHasher, signal, pace, reusesMemory }: Passing,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { blob, source } = file
  const hasher = blob && (await createHasher())
  let passed = 0
  const verify = () => blob && hasher && verifyDigest(`the ${blob.kind} ${blob.digest}`, blob.digest, hasher.digest())
  for await (const piece of streamSource(paced(source, pace), signal, { reusesMemory })) {
    hasher?.update(piece)
    passed += piece.byteLength
    if (passed === source.size) verify()
    yield piece
    pace?.after(file, piece.byteLength)
  }
  if (source.size === 0) verify()
}

/** A source that waits before it reads, and whose reads end with an abort, also if it ignores the signal itself. */
function paced(source: Source, pace: Pace | undefined): Source {
  const exact = exactSource({ size: source.size, read: (...range) => source.read(...range) })
  return {
    size: source.size,
    async read(start, end, signal, into) {
      await pace?.before(end - start, signal)
      return untilAborted(exact.read(start, end, signal, into), signal)
    },
  }
}
