import { RegistryError } from '../errors.ts'
import { toSource } from './from.ts'
import type { Source } from './source.ts'
import { type ByteStream, toReadable } from './stream.ts'

/** A source that must be closed after use. */
export interface OpenSource extends Source {
  /** Releases the bytes. They can no longer be read. */
  close(): Promise<void>
}

/**
 * Stores the bytes of a stream, so that they can be read in any order.
 * The entry `.` stores them in a `Blob`, the entry `./node` in a temporary file.
 */
export type Spool = (stream: ByteStream, signal?: AbortSignal) => Promise<OpenSource>

/**
 * Stores a stream in a `Blob`. The browser itself collects the bytes with `Response.blob()`, because it then writes
 * them to disk. A `Blob` made of parts would stay in Chromium's memory. That is limited to 500 MB to 2 GB for all
 * blobs, and Chromium silently drops them beyond it.
 *
 * @throws {RegistryError} if the browser has too little space
 */
export async function spoolToBlob(stream: ByteStream): Promise<OpenSource> {
  let failure: { readonly error: unknown } | undefined
  async function* observed(): AsyncGenerator<Uint8Array> {
    try {
      yield* stream
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  try {
    const blob = await new Response(toReadable(observed())).blob()
    return { ...toSource(blob), close: async () => undefined }
  } catch (cause) {
    // Browsers report only that it failed, not why.
    if (failure) throw failure.error
    throw new RegistryError('STORAGE_FAILED', 'Cannot spool the archive: the browser has no room for it', {
      remedy: 'unpack it first',
      cause,
    })
  }
}

/** Reads a stream only to measure its size. The bytes cannot be read afterwards. */
export async function measureStream(stream: ByteStream): Promise<OpenSource> {
  let size = 0
  for await (const piece of stream) size += piece.byteLength
  const read = () => Promise.reject(new TypeError('Cannot read a measured stream'))
  return { size, read, close: async () => undefined }
}
