import { natural } from '../check-options.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { readRange } from '../registry/download/blob-source.ts'
import type { Registry, RequestOptions } from '../registry/registry.ts'
import type { RuntimeOptions } from '../runtime.ts'
import { type ByteStream, toReadable } from '../source/stream.ts'
import { endable } from './endable.ts'
import { findBlob } from './find-blob.ts'
import type { ReadProgress } from './layer-options.ts'

/** The options of `readBlob`. */
export interface ReadBlobOptions extends RequestOptions, RuntimeOptions {
  /** The position of the first byte. @default 0 */
  readonly start?: number | undefined
  /** The position behind the last byte. @default the size of the blob */
  readonly end?: number | undefined
  /** Called when bytes were read. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined
}

/** A blob of a registry, or a range of it, as a stream. */
export interface BlobStream {
  readonly digest: Digest
  /** The size of the whole blob, in bytes. */
  readonly size: number
  /** The range `[start, end)` of the stream, in bytes. */
  readonly start: number
  readonly end: number
  /**
   * True if the stream verifies the digest before its last piece. False for a range: the digest is of the whole blob.
   */
  readonly isVerified: boolean
  /** The bytes. They are requested when the stream is read. Cancel it if you do not read it to its end. */
  readonly stream: ReadableStream<Uint8Array>
}

/** Opens a blob as a stream; throws what `readBlob` throws. */
export async function openBlobStream(
  registry: Registry,
  given: string,
  wanted: string | Descriptor,
  options: ReadBlobOptions,
): Promise<BlobStream> {
  const { signal, runtime: { createHasher = createPortableHasher } = {}, onProgress } = options
  const start = natural('start', options.start ?? 0)
  if (options.end !== undefined) natural('end', options.end)
  const { repository, blob } = await findBlob(registry, given, wanted, 'digest', signal)
  const { digest, size } = blob
  const end = options.end ?? size
  if (start > end || end > size) {
    throw new RangeError(`Cannot read bytes ${start} to ${end} of ${digest}: it has ${size} bytes`)
  }
  const isVerified = start === 0 && end === size
  const place = { registry, repository, blob, end, ranges: { areIgnored: false } }
  const ending = new AbortController()
  const bytes = readRange(place, start, signal ? AbortSignal.any([signal, ending.signal]) : ending.signal)
  const pieces = reported(isVerified ? verified(bytes, blob, createHasher) : bytes, end - start, onProgress)
  return { digest, size, start, end, isVerified, stream: toReadable(endable(pieces, ending)) }
}

/** Gives the last piece only if all bytes match the digest. */
async function* verified(
  bytes: ByteStream,
  { digest, size }: Descriptor,
  createHasher: CreateHasher,
): AsyncGenerator<Uint8Array> {
  const hasher = await createHasher()
  const verify = () => verifyDigest(`what the registry holds as ${digest}`, digest, hasher.digest())
  let read = 0
  for await (const piece of bytes) {
    hasher.update(piece)
    read += piece.byteLength
    if (read === size) verify()
    yield piece
  }
  if (size === 0) verify()
}

async function* reported(
  bytes: ByteStream,
  totalBytes: number,
  onProgress?: (progress: ReadProgress) => void,
): AsyncGenerator<Uint8Array> {
  let readBytes = 0
  for await (const piece of bytes) {
    readBytes += piece.byteLength
    onProgress?.({ readBytes, totalBytes })
    yield piece
  }
}
