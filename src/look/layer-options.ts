import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { RequestOptions } from '../registry/registry.ts'
import type { RuntimeOptions } from '../runtime.ts'
import type { LayerLimits } from './layer-limits.ts'

/** A layer of a registry: its entry in a manifest, or its digest alone. */
export type LayerReference = Descriptor | Digest | (string & {})

/** How much of the layers, or of another blob, was read. */
export interface ReadProgress {
  /** The number of bytes that were read, packed as they are. */
  readonly readBytes: number
  /** The number of bytes that have to be read in all. */
  readonly totalBytes: number
}

/** Options of functions that read the files of layers. */
export interface LayerFilesOptions extends RequestOptions, RuntimeOptions {
  /** The limits of the layers. Each has a default. */
  readonly limits?: Partial<LayerLimits> | undefined
  /** Called when bytes of a layer were read. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined
}
