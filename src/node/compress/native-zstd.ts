import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import * as zlib from 'node:zlib'
import {
  type CompressBlock,
  WASM_ZSTD,
  ZSTD_BLOCK,
  ZSTD_VERSION,
  type ZstdRuntime,
} from '../../compress/zstd-encoder.ts'
import { compressBlocks } from './blocks.ts'
import type { Job } from './threads.ts'

/** The runtimes' names of the zstd version that all encoders use: Node reports its number, Bun its commit. */
const SAME_VERSION: readonly (string | undefined)[] = [ZSTD_VERSION, 'f8745da6ff1ad1e7bab384bd1f9d742439278e99']

/**
 * Compresses with zstd on all cores: with the runtime's zstd if it has the same version, otherwise with WebAssembly.
 */
export const NATIVE_ZSTD: ZstdRuntime = {
  async load() {
    return findNativeZstd() ?? WASM_ZSTD.load()
  },
  toFrames(bytes, compress, level) {
    const job = jobOf(level)
    if (!job) return WASM_ZSTD.toFrames(bytes, compress, level)
    return compressBlocks(bytes, {
      blockSize: ZSTD_BLOCK,
      hasDictionary: false,
      job,
      compress: (block) => compress(block, level),
    })
  },
}

/** A function that Node's types lack. Node has it from 22.15 on. */
interface ZlibWithZstd {
  zstdCompressSync?(bytes: Uint8Array, options: ReturnType<typeof optionsOf> & { pledgedSrcSize: number }): Uint8Array
}

function findNativeZstd(): CompressBlock | undefined {
  const { zstdCompressSync } = zlib as ZlibWithZstd
  if (!zstdCompressSync || !SAME_VERSION.includes(process.versions.zstd)) return undefined
  return (block, level) => zstdCompressSync(block, { ...optionsOf(level), pledgedSrcSize: block.length })
}

/** Returns the job for a thread, or `undefined` if a thread cannot load zstd, as in a bundle on a Node without zstd. */
function jobOf(level: number): Job | undefined {
  if (findNativeZstd()) return { zstd: optionsOf(level) }
  try {
    const path = createRequire(import.meta.url).resolve('@hpcc-js/wasm-zstd')
    return { wasm: { url: pathToFileURL(path).href, level } }
  } catch {
    return undefined
  }
}

function optionsOf(level: number) {
  const { ZSTD_c_compressionLevel = 100 } = zlib.constants as { readonly ZSTD_c_compressionLevel?: number }
  return { params: { [ZSTD_c_compressionLevel]: level }, chunkSize: ZSTD_BLOCK + 64 * 1024 }
}
