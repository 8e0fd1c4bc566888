import type { Spool } from '../source/spool.ts'
import type { CompressionCache } from './cache.ts'
import type { CompressionFormat, CreateEncoder } from './encoder.ts'

/** What to compress layers with. */
export interface Compression {
  readonly format: CompressionFormat
  /** From little to much work: 1 to 9 for gzip, 1 to 19 for zstd. @default what docs/compression.md says, by format and encoder */
  readonly level?: number | undefined
}

/** What compresses layers, and where what comes of it is kept while it is sent. */
export interface EncodingOptions {
  /**
   * What compresses. `createPortableEncoder` gives the same bytes on every runtime.
   * @default `createPortableEncoder`; in `./node` the runtime's own zlib, several times faster, whose bytes depend on its version
   */
  readonly createEncoder?: CreateEncoder | undefined
  /**
   * What came of layers that were compressed before: such a layer is compressed only if the registry lacks it. @default nothing is known
   */
  readonly compressions?: CompressionCache | undefined
  /** Where compressed layers are put until they are sent. @default a `Blob`; in `./node` a temporary file */
  readonly spool?: Spool | undefined
}

/** How to compress what is pushed. */
export interface CompressOptions extends EncodingOptions {
  /**
   * Compresses layers that are plain tars; what is compressed, foreign, or no layer of an image stays as it is. The image gets a
   * new manifest, and thus another digest; its config stays. Signatures of the old one do not go along, which `onWarning` tells. @default nothing is compressed
   */
  readonly compress?: CompressionFormat | Compression | undefined
}
