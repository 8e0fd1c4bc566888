import type { Content } from '../../oci/descriptor.ts'
import type { CreateHasher, Hasher } from '../../oci/digest.ts'
import { verifyDigest } from '../../oci/verify.ts'
import type { ByteStream } from '../../source/stream.ts'

/** In bytes, of one read in a stream. */
export const PIECE = 1024 * 1024

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
  /** Reads `[start, end)` piece by piece. The last piece of a blob comes only if the digest agrees. */
  stream(start: number, end: number): ByteStream
  /** What the hasher knows of exactly `[0, offset)`, if it can be saved. */
  stateAt(offset: number): Uint8Array | undefined
  /** Begins anew; with a state, and if that loads, as if `[0, offset)` were hashed. */
  restart(state?: Uint8Array, offset?: number): Promise<void>
}

interface ReaderOptions {
  readonly createHasher: CreateHasher
  readonly signal?: AbortSignal
}

/** @param what The blob, for the message. */
export async function createBlobReader(
  { source, digest, size }: Content,
  what: string,
  { createHasher, signal }: ReaderOptions,
): Promise<BlobReader> {
  let hasher = await createHasher()
  let hashed = 0
  let isVerified = false

  /** Another reader, of a request that broke off, may have been here before. */
  function hash(bytes: Uint8Array, start: number): void {
    const end = start + bytes.byteLength
    if (end <= hashed) return
    hasher.update(bytes.subarray(hashed - start))
    hashed = end
  }

  async function read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    while (hashed < start) {
      const from = hashed
      hash(await source.read(from, Math.min(from + PIECE, start), signal), from)
    }
    const bytes = await source.read(start, end, signal)
    hash(bytes, start)
    if (hashed === size && !isVerified) {
      verifyDigest(what, digest, hasher.digest())
      isVerified = true
    }
    return bytes
  }

  return {
    read,
    async *stream(start, end) {
      for (let from = start; from < end; from += PIECE) yield await read(from, Math.min(from + PIECE, end))
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
