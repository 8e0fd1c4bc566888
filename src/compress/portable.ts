import { loaded } from '../async/lazy.ts'
import type { CompressionFormat, Encoder } from '../runtime.ts'

/**
 * Makes an encoder that gives the same bytes on every runtime: gzip by fflate, in JavaScript, and zstd in WebAssembly. Each loads when it is needed, and works on the
 * thread that calls it.
 *
 * @param level @default 6 for gzip, 3 for zstd
 * @throws {RangeError} if there is no such level
 * @throws {RegistryError} if the encoder does not load
 */
export async function createPortableEncoder(format: CompressionFormat, level?: number): Promise<Encoder> {
  if (format === 'zstd') {
    const { createZstdEncoder } = await loaded(import('./zstd-encoder.ts'))
    return createZstdEncoder(level)
  }
  const { createGzipEncoder } = await loaded(import('./gzip-encoder.ts'))
  return createGzipEncoder(level)
}
