import { createSHA256, type IHasher } from 'hash-wasm'
import { readStream } from '../source/stream.ts'

// Runs in a Worker: hashes parts of files, one after the other. Only what names them, and states of hashers, come and go.

/** A part of a file, and the state of the hasher before it. */
export interface HashJob {
  readonly state: Uint8Array
  readonly part: Blob
}

/** In bytes, of the one buffer that is read into. */
const BUFFER = 1024 * 1024

/** The state of the hasher after it; nothing, if the part could not be read or hashed here. */
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
    // Whoever asked reads the part, and finds out what is wrong with it.
    return undefined
  }
}

/**
 * Reads a part piece by piece: as a stream, which costs less than slices that are read one by one, and into the same buffer again and again, so
 * that each piece holds until the next.
 */
async function* read(part: Blob): AsyncGenerator<Uint8Array> {
  const stream = part.stream()
  const reader = byteReader(stream)
  // Chromium collects a stream that nothing but a waiting read knows of, and then the read never ends.
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

/** WebKit has none. */
function byteReader(stream: ReadableStream): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}
