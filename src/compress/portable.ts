import { loaded } from '../load.ts'
import type { CompressionFormat, Encoder } from './encoder.ts'

/**
 * Makes an encoder that gives the same bytes on every runtime: fflate for gzip, which is plain JavaScript, and the reference encoder in WebAssembly for zstd. They are
 * loaded when they are needed, and work where they are called, on one core.
 *
 * @param level @default 6 for gzip, 3 for zstd
 * @throws {RangeError} if there is no such level
 * @throws {RegistryError} if it does not load
 */
export async function createPortableEncoder(format: CompressionFormat, level?: number): Promise<Encoder> {
  if (format === 'zstd') {
    const { createZstdEncoder } = await loaded(import('./zstd.ts'))
    return createZstdEncoder(level)
  }
  const { createGzipEncoder } = await loaded(import('./gzip.ts'))
  return createGzipEncoder(level)
}
