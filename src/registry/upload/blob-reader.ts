import type { Content } from '../../oci/descriptor.ts'
import type { CreateHasher, Hasher } from '../../oci/digest.ts'
import { verifyDigest } from '../../oci/verify.ts'

/**
 * Reads a blob for an upload, and hashes each byte the first time that it is read. Whoever reads the last byte learns whether the digest
 * agrees.
 */
export interface BlobReader {
  /**
   * Reads `[start, end)`. What comes before and was not hashed yet is read, too.
   *
   * @throws {DigestMismatchError} at the end of a blob that is another
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
  /** What the hasher knows of exactly `[0, offset)`, if it can be saved. */
  stateAt(offset: number): Uint8Array | undefined
  /** Begins anew; with a state, and if that loads, as if `[0, offset)` were hashed. */
  restart(state?: Uint8Array, offset?: number): Promise<void>
}

interface ReaderOptions {
  readonly createHasher: CreateHasher
  /** In bytes: of what has to be caught up with, so much is read at once. */
  readonly chunkSize: number
  readonly signal?: AbortSignal
}

/** @param what The blob, for the message. */
export async function createBlobReader(
  { source, digest, size }: Content,
  what: string,
  { createHasher, chunkSize, signal }: ReaderOptions,
): Promise<BlobReader> {
  let hasher = await createHasher()
  let hashed = 0
  let isVerified = false

  async function catchUp(start: number): Promise<void> {
    while (hashed < start) {
      const end = Math.min(hashed + chunkSize, start)
      hasher.update(await source.read(hashed, end, signal))
      hashed = end
    }
  }

  return {
    async read(start, end) {
      await catchUp(start)
      const bytes = await source.read(start, end, signal)
      if (end > hashed) hasher.update(bytes.subarray(hashed - start))
      hashed = Math.max(hashed, end)
      if (hashed === size && !isVerified) {
        verifyDigest(what, digest, hasher.digest())
        isVerified = true
      }
      return bytes
    },
    stateAt: (offset) => (offset === hashed && !isVerified ? hasher.save?.() : undefined),
    async restart(state, offset = 0) {
      const loaded = state && (await loadHasher(createHasher, state))
      hasher = loaded ?? (await createHasher())
      hashed = loaded ? offset : 0
      isVerified = false
    },
  }
}

/** A state may be another version's, or damaged: then the bytes are hashed again. What cannot save does not load either, and heeds no state. */
async function loadHasher(createHasher: CreateHasher, state: Uint8Array): Promise<Hasher | undefined> {
  try {
    const hasher = await createHasher(state)
    return hasher.save && hasher
  } catch {
    return undefined
  }
}
