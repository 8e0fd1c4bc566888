import type { Zstd } from '@hpcc-js/wasm-zstd'
import { RegistryError } from '../errors.ts'
import type { Encoder } from '../runtime.ts'
import { inBlocks } from '../source/pieces.ts'
import type { ByteStream } from '../source/stream.ts'
import { checkLevel } from './encoder.ts'

/** The default of zstd. */
const LEVEL = 3
/** In bytes. It decides the bytes: another size gives all layers other digests. */
export const ZSTD_BLOCK = 2 * 1024 * 1024
/** The version of zstd that makes the bytes, whoever built it. Another one gives all layers other digests. */
export const ZSTD_VERSION = '1.5.7'
/** The first bytes of a frame (RFC 8878 § Zstandard Frames). */
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]

/** Compresses a block into one frame. */
export type CompressBlock = (block: Uint8Array, level: number) => Uint8Array

/** Where an encoder has zstd from, and how it shares out the work. */
export interface ZstdRuntime {
  /** @throws {RegistryError} if the runtime has no zstd and the package does not load */
  load(): Promise<CompressBlock>
  /** Makes frames of 2 MiB each. An empty stream may give none. */
  toFrames(bytes: ByteStream, compress: CompressBlock, level: number): AsyncGenerator<Uint8Array>
}

/** zstd in WebAssembly, on one core. */
export const WASM_ZSTD: ZstdRuntime = {
  load: loadZstd,
  async *toFrames(bytes, compress, level) {
    for await (const block of inBlocks(bytes, ZSTD_BLOCK)) yield compress(block, level)
  },
}

/**
 * Makes an encoder of Zstandard (RFC 8878). It writes frames of 2 MiB one after the other: its memory does not depend
 * on the layer's size, several threads can make them, and the bytes are the same on every runtime.
 *
 * @param level 1 to 19. @default 3
 * @throws {RangeError} if the level is out of range
 * @throws {RegistryError} if zstd does not load
 */
export async function createZstdEncoder(level = LEVEL, { load, toFrames }: ZstdRuntime = WASM_ZSTD): Promise<Encoder> {
  const checked = checkLevel(level, [1, 19])
  const compress = await load()
  return {
    format: 'zstd',
    level: checked,
    name: `zstd ${ZSTD_VERSION}`,
    async *encode(bytes: ByteStream) {
      let isEmpty = true
      for await (const frame of toFrames(bytes, compress, checked)) {
        isEmpty = false
        yield verifyFrame(frame)
      }
      if (isEmpty) yield verifyFrame(compress(new Uint8Array(), checked))
    },
  }
}

let loading: Promise<CompressBlock> | undefined

function loadZstd(): Promise<CompressBlock> {
  loading ??= initialize().catch((cause) => {
    loading = undefined
    throw new RegistryError('PART_NOT_LOADED', 'Cannot compress with zstd: its encoder does not load', {
      remedy:
        "in a page the content security policy has to allow 'wasm-unsafe-eval'; { compress: 'gzip' } needs no WebAssembly for its encoder",
      cause,
    })
  })
  return loading
}

async function initialize(): Promise<CompressBlock> {
  const { Zstd } = await import('@hpcc-js/wasm-zstd')
  const zstd = await Zstd.load()
  copyAtOnce(zstd)
  return (block, level) => zstd.compress(block, level)
}

/** The WebAssembly memory that the package hides, to copy a frame out of it. */
interface Memory {
  heapView(part: object): Uint8Array
  heapToUint8Array(part: object): Uint8Array
}

/** The package copies byte by byte through an array, which takes four times as long as to compress. */
function copyAtOnce(zstd: Zstd): void {
  const { _mainModule: memory } = zstd as unknown as { readonly _mainModule?: Memory }
  if (memory) memory.heapToUint8Array = (part) => memory.heapView(part).slice()
}

/** The package only logs that it could not compress. */
function verifyFrame(frame: Uint8Array): Uint8Array {
  if (MAGIC.every((byte, position) => frame[position] === byte)) return frame
  const fault = 'Cannot compress with zstd: its encoder failed, possibly for lack of memory'
  throw new RegistryError('COMPRESSION_FAILED', fault, { remedy: 'push again' })
}
