import { toSource } from './from.ts'
import type { Source } from './source.ts'
import { type ByteStream, concat } from './stream.ts'

/** A source that has to be closed when it is no longer needed. */
export interface OpenSource extends Source {
  /** Lets go of what holds the bytes. They cannot be read after it. */
  close(): Promise<void>
}

/** Keeps the bytes of a stream where they can be read in any order: in a `Blob` in `.`, in a temporary file in `./node`. */
export type Spool = (stream: ByteStream, signal?: AbortSignal) => Promise<OpenSource>

/** In bytes. Of smaller parts a `Blob` of a large archive would have too many, of larger ones the memory. */
const PART = 8 * 1024 * 1024

/** Keeps a stream in a `Blob`; browsers move the parts of a large one from the memory to the disk. */
export async function spoolToBlob(stream: ByteStream, signal?: AbortSignal): Promise<OpenSource> {
  const parts: Blob[] = []
  let pieces: Uint8Array[] = []
  let size = 0
  const pack = () => {
    parts.push(new Blob([concat(pieces)]))
    pieces = []
    size = 0
  }
  for await (const piece of stream) {
    signal?.throwIfAborted()
    pieces.push(piece)
    size += piece.byteLength
    if (size >= PART) pack()
  }
  pack()
  const blob = new Blob(parts)
  return { ...toSource(blob), close: async () => undefined }
}
