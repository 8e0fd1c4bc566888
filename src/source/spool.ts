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
  const blob = await collectBlob(stream, 'Cannot spool the archive', 'unpack it first')
  return { ...toSource(blob), close: async () => undefined }
}

/**
 * Collects a stream in a `Blob`, which the browser writes to disk.
 *
 * @param act The start of the message if the browser has too little space.
 * @throws {RegistryError} if the browser has too little space; the stream's own error if that fails
 */
export async function collectBlob(stream: ByteStream, act: string, remedy: string): Promise<Blob> {
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
    return await new Response(toReadable(observed())).blob()
  } catch (cause) {
    // Browsers report only that it failed, not why.
    if (failure) throw failure.error
    throw new RegistryError('STORAGE_FAILED', `${act}: the browser has no room for it`, { remedy, cause })
  }
}

/** Reads a stream only to measure its size. The bytes cannot be read afterwards. */
export async function measureStream(stream: ByteStream): Promise<OpenSource> {
  let size = 0
  for await (const piece of stream) size += piece.byteLength
  const read = () => Promise.reject(new TypeError('Cannot read a measured stream'))
  return { size, read, close: async () => undefined }
}
