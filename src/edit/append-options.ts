import type { Compression } from '../compress/compress-options.ts'
import type { CompressionFormat, RuntimeOptions } from '../runtime.ts'
import type { FileOptions } from './layer-files.ts'

/** How much of the files of a layer was read. */
export interface LayerProgress {
  /** The bytes of the files that were read. */
  readonly doneBytes: number
  /** The size of all files in bytes. */
  readonly totalBytes: number
}

/** How the files become a layer. */
export interface LayerMakingOptions extends FileOptions, RuntimeOptions {
  /** The compression of the layer; `false` leaves it uncompressed. @default gzip */
  readonly compress?: CompressionFormat | Compression | false | undefined
  /** Called for each piece of a file that was read. */
  readonly onProgress?: ((progress: LayerProgress) => void) | undefined
  /** Aborts the reading of the files, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** The options of `appendLayer`. */
export interface AppendOptions extends LayerMakingOptions {
  /** Paths that the layer removes from the image: files, or folders with all that is in them. */
  readonly remove?: readonly string[] | undefined
  /** The date of the layer in the history, and of the image: RFC 3339, or a `Date`. @default that of the image */
  readonly created?: string | Date | undefined
  /** The platform of an index that gets the layer, such as `linux/amd64`. The result is the image of this platform. */
  readonly platform?: string | undefined
  /**
   * The platforms of an index that get the layer, such as `['linux/amd64', 'linux/arm64']`, or `all`. The result is an
   * index. Other platforms stay as they are.
   */
  readonly platforms?: 'all' | readonly string[] | undefined
  /** Called for each attestation, signature and other referrer that is left out, because its subject changed. */
  readonly onWarning?: ((warning: string) => void) | undefined
}
