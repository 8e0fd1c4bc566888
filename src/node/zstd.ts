import { createRequire } from 'node:module'
import * as zlib from 'node:zlib'
import { loadZstd, ZSTD_BLOCK } from '../compress/zstd.ts'
import type { ByteStream } from '../source/stream.ts'
import { compressBlocks } from './blocks.ts'
import type { Job } from './threads.ts'

/** Of the encoder that is used everywhere: the same version makes the same bytes, whoever built it. */
const VERSION = '1.5.7'

/** Compresses on all cores, each block to a frame of its own, into the bytes of every runtime. */
export async function* compressZstd(bytes: ByteStream, level: number): AsyncGenerator<Uint8Array> {
  const compress = await loadZstd()
  yield* compressBlocks(bytes, {
    blockSize: ZSTD_BLOCK,
    hasDictionary: false,
    job: jobOf(level),
    compress: (block) => compress(block, level),
  })
}

/** By the runtime's own encoder where it is that version: Node has it from 22.15 on, and it is faster than WebAssembly. */
function jobOf(level: number): Job {
  if (process.versions.zstd !== VERSION || !('zstdCompressSync' in zlib)) {
    const path = createRequire(import.meta.url).resolve('@bokuweb/zstd-wasm')
    return { wasm: { path, level } }
  }
  const { ZSTD_c_compressionLevel = 100 } = zlib.constants as { readonly ZSTD_c_compressionLevel?: number }
  return { zstd: { params: { [ZSTD_c_compressionLevel]: level }, chunkSize: ZSTD_BLOCK + 64 * 1024 } }
}
