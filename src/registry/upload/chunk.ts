import type { Digest } from '../../oci/digest.ts'
import { streamSource } from '../../source/stream.ts'
import type { RequestBody } from '../http.ts'
import type { Upload } from './options.ts'
import type { UploadProfile } from './profile.ts'

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

/** How many requests a blob of this size takes, from the first to the one that closes the upload. */
export function countUploadRequests(size: number, chunkSize: number, profile: UploadProfile): number {
  const chunks = profile.takesWholeOnly ? 1 : Math.max(Math.ceil(size / chunkLength(chunkSize, profile)), 1)
  return profile.closesEmpty && chunks > 1 ? chunks + 1 : chunks
}

function chunkLength(chunkSize: number, { minChunkSize, maxChunkSize }: UploadProfile): number {
  return Math.min(Math.max(chunkSize, Math.min(minChunkSize, MAX_CHUNK)), maxChunkSize)
}

/** Reads the next bytes of a blob, as many as the registry takes in one request. */
export async function prepareChunk(upload: Upload, start: number): Promise<Chunk> {
  const { blob, registry, pace, reader, createBody, createStreamBody } = upload
  const chunkSize = Math.min(upload.chunkSize, pace?.maxChunk ?? upload.chunkSize)
  const { takesWholeOnly, closesEmpty } = registry.traits.current
  const length = chunkLength(chunkSize, registry.traits.current)
  // An upload that has some chunks already may have taken them before the registry was known to take none.
  const isWhole = takesWholeOnly && start === 0
  const end = isWhole ? blob.size : Math.min(start + length, blob.size)
  const timeout = Math.min(SILENCE + ((end - start) / LEAST_RATE) * 1000, MAX_TIMEOUT)
  const isBare = start === 0 || start === end
  const isClosing = end === blob.size && (isBare || !closesEmpty)
  const chunk = { digest: blob.digest, start, end, size: blob.size, isClosing, timeout }
  if (end - start <= Math.max(length, chunkSize)) return { ...chunk, body: createBody(await reader.read(start, end)) }
  // All of it is hashed ahead: a request that carries the whole blob cannot be taken back.
  for (let from = start; from < end; from += chunkSize) await reader.read(from, Math.min(from + chunkSize, end))
  return { ...chunk, body: () => createStreamBody(streamSource(blob.source, upload.signal)) }
}
