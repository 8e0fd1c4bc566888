import { createRequire } from 'node:module'
import { loadZstd, ZSTD_BLOCK } from '../compress/zstd.ts'
import type { ByteStream } from '../source/stream.ts'
import { compressBlocks } from './blocks.ts'

/** Compresses on all cores, each block to a frame of its own, with the encoder that is used everywhere: the bytes are the same. */
export async function* compressZstd(bytes: ByteStream, level: number): AsyncGenerator<Uint8Array> {
  const compress = await loadZstd()
  const path = createRequire(import.meta.url).resolve('@bokuweb/zstd-wasm')
  yield* compressBlocks(bytes, {
    blockSize: ZSTD_BLOCK,
    hasDictionary: false,
    job: { zstd: { path, level } },
    compress: (block) => compress(block, level),
  })
}
