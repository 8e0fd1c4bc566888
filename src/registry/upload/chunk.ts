import type { Content } from '../../oci/descriptor.ts'
import type { CreateHasher, Digest } from '../../oci/digest.ts'
import { verifyDigest } from '../../oci/verify.ts'
import { streamSource } from '../../source/stream.ts'
import type { RequestBody } from '../http.ts'
import type { Upload } from './options.ts'

/** A part of a blob, ready to be sent. */
export interface Chunk {
  readonly digest: Digest
  readonly start: number
  readonly end: number
  /** Of the whole blob. */
  readonly size: number
  /** Whether its request closes the upload. */
  readonly isClosing: boolean
  readonly body: RequestBody
  /** In milliseconds. */
  readonly timeout: number
}

/** In bytes. No registry's wish for larger chunks may fill the memory. */
const MAX_CHUNK = 64 * 1024 * 1024
/** In bytes a second. Who is slower is taken for silent. */
const LEAST_RATE = 16 * 1024
/** In milliseconds: the answer to a chunk may take so long on top of that. */
const SILENCE = 60_000
/** In milliseconds: what timers can count. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** Reads the next bytes of a blob, as many as the registry takes in one request. */
export async function prepareChunk(upload: Upload, start: number): Promise<Chunk> {
  const { blob, registry, pace, readChunk, createBody, createStreamBody } = upload
  const chunkSize = Math.min(upload.chunkSize, pace?.maxChunk ?? upload.chunkSize)
  const { minChunkSize, maxChunkSize, takesWholeOnly, closesEmpty } = registry.traits.current
  const length = Math.min(Math.max(chunkSize, Math.min(minChunkSize, MAX_CHUNK)), maxChunkSize)
  // An upload that has some chunks already may have taken them before the registry was known to take none.
  const isWhole = takesWholeOnly && start === 0
  const end = isWhole ? blob.size : Math.min(start + length, blob.size)
  const timeout = Math.min(SILENCE + ((end - start) / LEAST_RATE) * 1000, MAX_TIMEOUT)
  const isBare = start === 0 || start === end
  const isClosing = end === blob.size && (isBare || !closesEmpty)
  const chunk = { digest: blob.digest, start, end, size: blob.size, isClosing, timeout }
  if (end - start <= Math.max(length, chunkSize)) return { ...chunk, body: createBody(await readChunk(start, end)) }
  // All of it is hashed ahead: a request that carries the whole blob cannot be taken back.
  for (let from = start; from < end; from += chunkSize) await readChunk(from, Math.min(from + chunkSize, end))
  return { ...chunk, body: () => createStreamBody(streamSource(blob.source, upload.signal)) }
}

/**
 * Makes what reads a blob for an upload, and hashes each byte the first time that it is read. Whoever reads the last byte learns
 * whether the digest agrees.
 *
 * @param what The blob, for the message.
 * @returns a function that reads `[start, end)`, and throws a `DigestMismatchError` at the end of a blob that is another
 */
export async function createBlobReader(
  { source, digest, size }: Content,
  what: string,
  { createHasher, signal }: { readonly createHasher: CreateHasher; readonly signal?: AbortSignal },
): Promise<(start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>> {
  const hasher = await createHasher()
  let hashed = 0
  let isVerified = false
  return async (start, end) => {
    const bytes = await source.read(start, end, signal)
    if (end > hashed) hasher.update(bytes.subarray(hashed - start))
    hashed = Math.max(hashed, end)
    if (hashed === size && !isVerified) {
      verifyDigest(what, digest, hasher.digest())
      isVerified = true
    }
    return bytes
  }
}
