import { createSHA256, type IHasher } from 'hash-wasm'
import { readStream } from '../source/stream.ts'

// Runs in a Worker: hashes parts of files one after the other. Messages have only a `Blob` handle and hasher states,
// never the bytes.

/** A part of a file to hash, and the state of the hasher before it. */
export interface HashJob {
  readonly state: Uint8Array
  readonly part: Blob
}

/** The size of the read buffer in bytes. */
const BUFFER = 1024 * 1024

/** The state of the hasher after the part, or `undefined` if the part could not be read or hashed. */
export type HashedState = Uint8Array | undefined

let loading: Promise<IHasher> | undefined

addEventListener('message', async ({ data }: MessageEvent<HashJob>) => {
  postMessage(await hash(data))
})

async function hash({ state, part }: HashJob): Promise<HashedState> {
  try {
    loading ??= createSHA256()
    const sha256 = await loading
    sha256.load(state)
    let size = 0
    for await (const piece of read(part)) {
      sha256.update(piece)
      size += piece.byteLength
    }
    return size === part.size ? sha256.save() : undefined
  } catch {
    // The caller then reads the part itself and reports the error.
    return undefined
  }
}

/**
 * Reads a part in pieces, as a stream, which is cheaper than reading slices. It reuses one buffer, so each piece is
 * valid only until the next.
 */
async function* read(part: Blob): AsyncGenerator<Uint8Array> {
  const stream = part.stream()
  const reader = byteReader(stream)
  // Without this reference, Chromium garbage-collects the stream during a pending read, which then never ends.
  Object.assign(globalThis, { reading: [part, stream, reader] })
  if (!reader) return yield* readStream(stream)
  let buffer = new ArrayBuffer(BUFFER)
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer))
    if (done) return
    yield value
    buffer = value.buffer
  }
}

/** Returns a byte reader, or `undefined` in WebKit, which does not support it. */
function byteReader(stream: ReadableStream): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}
