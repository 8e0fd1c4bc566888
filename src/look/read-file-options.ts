import type { LayerFilesOptions } from './layer-options.ts'

/** Options of functions that read one file. */
export interface ReadFileOptions extends LayerFilesOptions {
  /**
   * True to follow a symbolic link at the path. Links of folders on the way are always followed. @default false
   */
  readonly followLinks?: boolean | undefined
}
