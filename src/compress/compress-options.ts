import type { CompressionFormat, RuntimeOptions } from '../runtime.ts'
import type { CompressionCache } from './cache.ts'

/** A compression format and level. */
export interface Compression {
  readonly format: CompressionFormat
  /**
   * From little to much work: 1 to 9 for gzip, 1 to 19 for zstd. @default what docs/compression.md says, by format and
   * encoder
   */
  readonly level?: number | undefined
}

/** Options of the encoder. */
export interface EncodingOptions extends RuntimeOptions {
  /** The compression cache: a layer that it knows is compressed only if the registry lacks it. @default none */
  readonly compressions?: CompressionCache | undefined
}

/** How to compress what is pushed. */
export interface CompressOptions extends EncodingOptions {
  /**
   * Compresses layers that are plain tars. Compressed layers, foreign layers and blobs of artifacts do not change. The
   * image gets a new manifest, and so another digest. Its config stays. Signatures of the old one are left out, which
   * `onWarning` tells. @default nothing is compressed
   */
  readonly compress?: CompressionFormat | Compression | undefined
}

/**
 * Reads the option `compress`.
 *
 * @throws {TypeError} if it is not a format, or an object with one
 */
export function compressionOf(compress: CompressOptions['compress']): Compression {
  const compression = typeof compress === 'string' ? { format: compress } : compress
  if (compression?.format === 'gzip' || compression?.format === 'zstd') return compression
  throw new TypeError(
    `Cannot compress: compress has to be "gzip" or "zstd", not ${JSON.stringify(compression?.format)}`,
  )
}
