import { DigestMismatchError } from '../errors.ts'
import { readAll, type Source } from '../source/source.ts'
import { type CreateHasher, type Digest, digestOf } from './digest.ts'

/**
 * Compares a digest with the one that was promised.
 *
 * @param what The bytes in question, for the message: `layer "blobs/sha256/ab…"`.
 * @throws {DigestMismatchError} if they differ
 */
export function verifyDigest(what: string, expected: Digest, actual: string): void {
  if (actual === expected) return
  throw new DigestMismatchError(
    'DIGEST_MISMATCH',
    `Cannot trust ${what}: it should be ${expected}, but its bytes are ${actual}`,
    { expected, actual },
  )
}

const READ_SIZE = 4 * 1024 * 1024

/** Hashes a source of any size, piece by piece. */
export async function digestOfSource(
  source: Source,
  createHasher: CreateHasher,
  signal?: AbortSignal,
): Promise<Digest> {
  if (source.size <= READ_SIZE) return digestOf(await readAll(source, signal), createHasher)
  const hasher = await createHasher()
  for (let start = 0; start < source.size; start += READ_SIZE) {
    hasher.update(await source.read(start, Math.min(start + READ_SIZE, source.size), signal))
  }
  return hasher.digest()
}
