import { loaded } from '../async/lazy.ts'
import type { CompressionFormat, Encoder } from '../runtime.ts'

/**
 * Creates an encoder that writes the same bytes on every runtime. It uses fflate for gzip, in JavaScript, and
 * WebAssembly for zstd. Each is loaded when it is needed, and runs on the thread that calls it.
 *
 * @param format `gzip` or `zstd`.
 * @param level From little to much work: 1 to 9 for gzip (default: 6), 1 to 19 for zstd (default: 3).
 * @returns the encoder, as `runtime.createEncoder` returns it.
 * @throws {RangeError} if `level` is out of range.
 * @throws {RegistryError} if the encoder's code cannot be loaded.
 * @example
 * ```ts
 * import { createPortableEncoder, pushDockerTar } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const options = { compress: 'gzip', runtime: { createEncoder: createPortableEncoder } } as const
 * const digest = await pushDockerTar(file, 'https://registry.example.com', 'team/app', 'v7', options)
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function createPortableEncoder(format: CompressionFormat, level?: number): Promise<Encoder> {
  if (format === 'zstd') {
    const { createZstdEncoder } = await loaded(import('./zstd-encoder.ts'))
    return createZstdEncoder(level)
  }
  const { createGzipEncoder } = await loaded(import('./gzip-encoder.ts'))
  return createGzipEncoder(level)
}
