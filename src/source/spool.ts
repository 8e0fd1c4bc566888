import { RegistryError } from '../errors.ts'
import { toSource } from './from.ts'
import type { Source } from './source.ts'
import { type ByteStream, toReadable } from './stream.ts'

/** A source that has to be closed when it is no longer needed. */
export interface OpenSource extends Source {
  /** Lets go of what holds the bytes. They cannot be read after it. */
  close(): Promise<void>
}

/** Keeps the bytes of a stream where they can be read in any order: in a `Blob` in `.`, in a temporary file in `./node`. */
export type Spool = (stream: ByteStream, signal?: AbortSignal) => Promise<OpenSource>

/**
 * Keeps a stream in a `Blob`. It is the browser that collects it, since it puts it on the disk then; a `Blob` made of parts stays in the
 * memory of Chromium, which has no more than 500 MB to 2 GB for all of them, and gives them up without a word.
 *
 * @throws {RegistryError} if the browser has no room for it
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
    // Browsers tell no more than that it failed.
    if (failure) throw failure.error
    throw new RegistryError('STORAGE_FAILED', 'Cannot spool the archive: the browser has no room for it', {
      remedy: 'unpack it first',
      cause,
    })
  }
}

/** Keeps nothing of a stream but its size. */
export async function measureStream(stream: ByteStream): Promise<OpenSource> {
  let size = 0
  for await (const piece of stream) size += piece.byteLength
  const read = () => Promise.reject(new TypeError('Cannot read what was only measured'))
  return { size, read, close: async () => undefined }
}
