import { untilAborted } from '../../async/abort.ts'
import type { Content } from '../../oci/descriptor.ts'
import type { CreateHasher, Digest, Hasher } from '../../oci/digest.ts'
import { verifyDigest } from '../../oci/verify.ts'
import { exactSource } from '../../source/source.ts'
import type { ByteStream } from '../../source/stream.ts'

/** In bytes, of one read in a stream. */
export const PIECE = 512 * 1024
/** A piece is being sent while a stream in between holds another; the third is for one more such stream. */
const ROOM = 3
/** In bytes. To have fewer hashed elsewhere takes longer than to do it. */
const LEAST_PART = 4 * 1024 * 1024

/**
 * Reads a blob for an upload, and hashes each byte the first time that it is read. Whoever reads the last byte learns
 * whether the digest agrees.
 */
export interface BlobReader {
  /**
   * Reads and hashes what comes before `offset` and was not hashed yet.
   *
   * @param signal Ends that.
   */
  catchUp(offset: number, signal: AbortSignal | undefined): Promise<void>
  /**
   * Reads `[start, end)`. What comes before and was not hashed yet is read, too.
   *
   * @throws {DigestMismatchError} at the end of a blob that is another
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
  /**
   * Reads `[start, end)` piece by piece, where all before is hashed. The last piece of a blob comes only if the digest
   * agrees.
   *
   * @param signal Ends the reading; without one, whoever reads does.
   */
  stream(start: number, end: number, signal: AbortSignal | undefined): ByteStream
  /** Returns the state of the hasher after exactly `[0, offset)`, if it can be saved. */
  stateAt(offset: number): Uint8Array | undefined
  /** The last failure of the blob's own source. All others are of the registry that gets the blob. */
  readonly failure: unknown
  /** Starts again. With a state that loads, `[0, offset)` counts as hashed. */
  restart(state?: Uint8Array, offset?: number): Promise<void>
}

interface ReaderOptions {
  readonly createHasher: CreateHasher
  /** How many bytes count as hashed from the start. @default 0 */
  readonly hashed?: number | undefined
  /** True if a piece of a stream may be read over one that came some pieces before. @default false */
  readonly reusesPieces?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * How far a blob is hashed. What reads on for a request that broke off keeps to its own, also after a new beginning.
 */
interface Hashing {
  readonly hasher: Hasher
  hashed: number
  /** Of the whole blob. */
  digest?: Digest
}

/** @param what The blob, for the message. */
export async function createBlobReader(
  content: Content,
  what: string,
  { createHasher, hashed = 0, reusesPieces = false, signal }: ReaderOptions,
): Promise<BlobReader> {
  const { size } = content
  // Bytes that do not come would be waited for for ever.
  const source = exactSource(content.source)
  let failure: unknown
  let room: { readonly end: number; readonly pieces: Uint8Array<ArrayBuffer>[] } | undefined
  let current: Hashing = { hasher: await createHasher(), hashed }

  /** Another reader, of a request that broke off, may have been here before. */
  function hash(hashing: Hashing, bytes: Uint8Array, start: number): void {
    const end = start + bytes.byteLength
    if (end <= hashing.hashed) return
    hashing.hasher.update(bytes.subarray(hashing.hashed - start))
    hashing.hashed = end
  }

  function verifyWhole(hashing: Hashing): void {
    if (hashing.hashed < size) return
    hashing.digest ??= hashing.hasher.digest()
    verifyDigest(what, content.digest, hashing.digest)
  }

  async function readPart(
    hashing: Hashing,
    start: number,
    end: number,
    signal: AbortSignal | undefined,
    into?: Uint8Array<ArrayBuffer>,
  ) {
    const bytes = await source.read(start, end, signal, into).catch((error) => {
      failure = error
      throw error
    })
    hash(hashing, bytes, start)
    verifyWhole(hashing)
    return bytes
  }

  /** Reuses the buffers only if this stream continues the last one, all of which has arrived. */
  function roomFor(start: number, end: number): Uint8Array<ArrayBuffer>[] | undefined {
    if (!reusesPieces) return undefined
    room = { end, pieces: room?.end === start ? room.pieces : [] }
    return room.pieces
  }

  /**
   * Has a part of a file hashed elsewhere, if that can be; else it stays as it was, and who reads it learns what is
   * wrong with it.
   */
  async function hashPart(hashing: Hashing, end: number, signal: AbortSignal | undefined): Promise<void> {
    const { hasher, hashed } = hashing
    if (!source.slice || !hasher.updateFrom || end - hashed < LEAST_PART) return
    if (!(await untilAborted(hasher.updateFrom(source.slice(hashed, end)), signal))) return
    hashing.hashed = end
    verifyWhole(hashing)
  }

  async function catchUp(offset: number, signal: AbortSignal | undefined): Promise<void> {
    const hashing = current
    await hashPart(hashing, offset, signal)
    while (hashing.hashed < offset) {
      await readPart(hashing, hashing.hashed, Math.min(hashing.hashed + PIECE, offset), signal)
    }
  }

  return {
    catchUp,
    async read(start, end) {
      await catchUp(start, signal)
      return readPart(current, start, end, signal)
    },
    async *stream(start, end, signal) {
      const hashing = current
      const pieces = roomFor(start, end)
      for (let from = start; from < end; from += PIECE) {
        const into = pieces && (pieces.length < ROOM ? new Uint8Array(PIECE) : pieces.shift())
        if (into) pieces?.push(into)
        yield await readPart(hashing, from, Math.min(from + PIECE, end), signal, into)
      }
    },
    get failure() {
      return failure
    },
    stateAt: (offset) => (offset === current.hashed && !current.digest ? current.hasher.save?.() : undefined),
    async restart(state, offset = 0) {
      const loaded = state && (await loadHasher(createHasher, state))
      current = { hasher: loaded ?? (await createHasher()), hashed: loaded ? offset : hashed }
    },
  }
}

/**
 * A state may be another version's, or damaged: then the bytes are hashed again. What cannot save does not load either,
 * and heeds no state.
 */
async function loadHasher(createHasher: CreateHasher, state: Uint8Array): Promise<Hasher | undefined> {
  try {
    const hasher = await createHasher(state)
    return hasher.save && hasher
  } catch {
    return undefined
  }
}
