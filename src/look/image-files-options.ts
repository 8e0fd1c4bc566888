import type { Layer } from '../images/image.ts'
import type { LayerFilesOptions } from './layer-options.ts'
import type { ListedFile } from './listed-file.ts'

/** A file of an image. */
export interface ImageFile extends ListedFile {
  /** The layer that has the file. */
  readonly layer: Layer
}

/** Options of functions that read the files of an image. */
export interface ImageFilesOptions extends LayerFilesOptions {
  /** One of the image's layers: only its entries. @default all layers together */
  readonly layer?: Layer | undefined
  /** The platform of an index, such as `linux/amd64`. @default the only one */
  readonly platform?: string | undefined
}
