import { MAX_TIMEOUT } from '../../async/delay.ts'
import type { RequestBody } from '../../http/request.ts'
import { isDigest } from '../../oci/digest.ts'
import type { Source } from '../../source/source.ts'
import type { UploadProfile } from '../profile.ts'
import { PIECE } from './blob-reader.ts'
import { leastChunk } from './headway.ts'
import type { Upload } from './upload-options.ts'

/** A part of a blob, ready to be sent. */
export interface Chunk {
  readonly start: number
  readonly end: number
  /** True if its request closes the upload. */
  readonly isClosing: boolean
  readonly body: RequestBody
  /** In milliseconds. */
  readonly timeout: number
  /** In milliseconds: the same for a stream. */
  readonly standstill: number
  /** When its bytes are hashed, if that continues while they are sent. */
  readonly hashed?: Promise<void>
  /** Returns the failure of the reading, if that failed. */
  readonly readFailure?: () => Promise<{ readonly error: unknown } | undefined>
}

/** In bytes. No registry's wish for larger chunks may fill the memory. */
const MAX_CHUNK = 64 * 1024 * 1024
/** In bytes per second. A slower registry counts as silent. */
const LEAST_RATE = 16 * 1024
/** In milliseconds: the answer to a chunk may take so long on top of that. */
const SILENCE = 60_000
/** In bytes a second. A registry that closes an upload may read the whole blob, or copy it, before it answers. */
const LEAST_CLOSING_RATE = 16 * 1024 * 1024

/** How many requests a blob of this size takes, from the first to the one that closes the upload. */
export function countUploadRequests(size: number, chunkSize: number, profile: UploadProfile): number {
  const chunks = goesWhole(size, profile) ? 1 : Math.max(Math.ceil(size / chunkLength(chunkSize, profile)), 1)
  return profile.closesEmpty && chunks > 1 ? chunks + 1 : chunks
}

/**
 * Returns whether a blob of this size goes in one request: the registry takes no chunks, or its largest chunk needs too
 * many requests.
 */
export function goesWhole(size: number, { takesWholeOnly, maxChunkSize }: UploadProfile): boolean {
  return takesWholeOnly || maxChunkSize < leastChunk(size)
}

/** In bytes: the chunk size with this registry, if chunks of this size are wanted. */
export function chunkLength(chunkSize: number, { minChunkSize, maxChunkSize }: UploadProfile): number {
  return Math.min(Math.max(chunkSize, Math.min(minChunkSize, MAX_CHUNK)), maxChunkSize)
}

/**
 * Reads the next bytes of a blob, as many as the registry takes in one request; or makes what reads them while they are
 * sent.
 */
export async function prepareChunk(upload: Upload, start: number): Promise<Chunk> {
  const { blob, registry, reader, streamsChunks, slicesChunks, createBody, signal } = upload
  const { current } = registry.capabilities
  const wanted = wantedLength(upload)
  const length = chunkLength(wanted, current)
  // An upload that has some chunks already may have taken them before the registry was known to take none.
  const isWhole = start === 0 && goesWhole(blob.size, current)
  const end = isWhole ? blob.size : Math.min(start + length, blob.size)
  const isBare = start === 0 || start === end
  const held = Math.max(length, wanted)
  const isHeld = end - start <= (streamsChunks ? Math.min(PIECE, held) : held)
  // A digest that the bytes tell is known once they are read: a stream is read too late for its own request.
  const isClosing = end === blob.size && (isBare || !current.closesEmpty) && (isHeld || isDigest(blob.digest))
  const standstill = SILENCE + (isClosing ? (blob.size / LEAST_CLOSING_RATE) * 1000 : 0)
  const timeout = Math.min(standstill + ((end - start) / LEAST_RATE) * 1000, MAX_TIMEOUT)
  const chunk = { start, end, isClosing, timeout, standstill }
  if (!isHeld) {
    if (slicesChunks && blob.source.slice) return { ...chunk, ...(await sliced(upload, blob.source.slice, chunk)) }
    // Before the request, which would stand still meanwhile.
    await reader.catchUp(start, signal)
    return { ...chunk, ...streamed(upload, start, end) }
  }
  return { ...chunk, body: createBody(await reader.read(start, end)) }
}

/** In bytes: what a chunk should have, before the registry's own limits. */
function wantedLength({ blob, registry, rateLimit, link, streamsChunks, chunkSize }: Upload): number {
  // Cloudflare's chunks are all of one size, but for the last (the rule of R2's multipart uploads).
  if (registry.capabilities.current.closesEmpty) return chunkSize
  // A blob that one request holds needs no second one, however the link is.
  const byLink = blob.size > chunkSize ? link?.chunkSize : undefined
  // A chunk that is held in memory stays as small as the caller expects.
  const byMemory = streamsChunks ? Number.POSITIVE_INFINITY : chunkSize
  return Math.min(byLink ?? chunkSize, byMemory, rateLimit?.maxChunk ?? Number.POSITIVE_INFINITY)
}

/**
 * A body that the browser reads. It is hashed at the same time, unless it closes the upload: then it goes out if the
 * digest agrees.
 */
async function sliced(
  { blob, reader, signal }: Upload,
  slice: (start: number, end: number) => Blob,
  { start, end, isClosing }: Pick<Chunk, 'start' | 'end' | 'isClosing'>,
): Promise<Pick<Chunk, 'body' | 'hashed' | 'readFailure'>> {
  signal?.throwIfAborted()
  // What is being sent may end after an abort, and is to be known then.
  const hashed = reader.catchUp(end, isClosing ? signal : undefined)
  if (isClosing) await hashed
  // It may fail while the part is still being sent: who waits for that learns of it then.
  hashed.catch(() => undefined)
  return {
    body: slice(start, end),
    hashed,
    readFailure: () =>
      hashed.then(
        () => probe(blob.source, start, end),
        (error) => ({ error }),
      ),
  }
}

/** A body that is read while it is sent: what fails in reading is told apart from what fails in sending. */
function streamed(
  { reader, createStreamBody, streamsChunks, signal }: Upload,
  start: number,
  end: number,
): Pick<Chunk, 'body' | 'readFailure'> {
  let failure: { readonly error: unknown } | undefined
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      // What is being sent may end after an abort: reading ends with the request then.
      yield* reader.stream(start, end, streamsChunks ? undefined : signal)
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  return { readFailure: async () => failure, body: () => createStreamBody(watched()) }
}

/** A browser does not say whether it was the file that it could not read. */
async function probe(source: Source, start: number, end: number): Promise<{ readonly error: unknown } | undefined> {
  try {
    await source.read(start, Math.min(start + 1, end))
    return undefined
  } catch (error) {
    return { error }
  }
}
