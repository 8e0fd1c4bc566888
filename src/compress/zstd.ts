import { RegistryError } from '../errors.ts'
import { inBlocks } from '../source/pieces.ts'
import type { ByteStream } from '../source/stream.ts'
import { checkLevel, type Encoder } from './encoder.ts'

/** zstd's own. */
const LEVEL = 3
/** In bytes. It decides what comes out: to change it gives all layers other digests. */
export const ZSTD_BLOCK = 2 * 1024 * 1024
/** What a frame begins with (RFC 8878 § Zstandard Frames). */
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]

/** Makes frames of a stream, one of each 2 MiB: of nothing there may be none. */
export type ToFrames = (bytes: ByteStream, level: number) => AsyncGenerator<Uint8Array>

/**
 * Makes an encoder of Zstandard (RFC 8878): the reference encoder in WebAssembly, loaded when it is needed. It gives frames of 2 MiB one after the other, so that
 * its memory does not know the layer's size, and that it can be shared out: the bytes are the same whoever makes the frames.
 *
 * @throws {RangeError} if there is no such level
 * @throws {RegistryError} if it does not load
 */
export async function createZstdEncoder(level = LEVEL, toFrames: ToFrames = toFramesHere): Promise<Encoder> {
  const checked = checkLevel(level, [1, 19])
  const compress = await loadZstd()
  return {
    format: 'zstd',
    level: checked,
    name: '@bokuweb/zstd-wasm 0.0.27',
    async *encode(bytes: ByteStream) {
      let isEmpty = true
      for await (const frame of toFrames(bytes, checked)) {
        isEmpty = false
        yield verifyFrame(frame)
      }
      if (isEmpty) yield verifyFrame(compress(new Uint8Array(), checked))
    },
  }
}

async function* toFramesHere(bytes: ByteStream, level: number): AsyncGenerator<Uint8Array> {
  const compress = await loadZstd()
  for await (const block of inBlocks(bytes, ZSTD_BLOCK)) yield compress(block, level)
}

type Compress = typeof import('@bokuweb/zstd-wasm').compress

let loading: Promise<Compress> | undefined

/** Loads it once: to initialize it again takes its memory away from who is using it. */
export function loadZstd(): Promise<Compress> {
  loading ??= initialize().catch((cause) => {
    loading = undefined
    throw new RegistryError(
      "Cannot compress with zstd: its encoder does not load; in a page its content security policy has to allow 'wasm-unsafe-eval', " +
        'and its "zstd.wasm" has to be served beside it; gzip needs neither',
      { cause },
    )
  })
  return loading
}

async function initialize(): Promise<Compress> {
  const { init, compress } = await import('@bokuweb/zstd-wasm')
  await init()
  return compress
}

/** Another part of the program may initialize it too, in the midst of all. */
function verifyFrame(frame: Uint8Array): Uint8Array {
  if (MAGIC.every((byte, position) => frame[position] === byte)) return frame
  throw new RegistryError('Cannot compress with zstd: what its encoder gave is no frame of zstd; push again')
}
