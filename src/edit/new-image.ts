import type { ImageEdits } from './image-edits.ts'
import type { FileOptions, LayerFiles } from './layer-files.ts'

/** A layer of a new image. */
export interface NewLayer<F = LayerFiles> extends FileOptions {
  readonly files: F
}

/** The content of a new image: `files` as one layer, or several `layers`. */
export interface NewImage<F = LayerFiles> {
  /** The files of the only layer. */
  readonly files?: F | undefined
  /** The layers, lowest first. What changes often is best in the last one. */
  readonly layers?: ReadonlyArray<NewLayer<F>> | undefined
  /** How a container runs: `cmd`, `entrypoint`, `env`, `workingDir`, `user`, `exposedPorts`, `labels` and others. */
  readonly config?: Omit<ImageEdits, 'annotations' | 'manifestAnnotations' | 'created'> | undefined
  /** Annotations of the manifest. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** The platform that the files are for. @default linux/amd64 */
  readonly platform?: string | undefined
  /** The date of the image: RFC 3339, or a `Date`. @default 1970-01-01T00:00:00Z */
  readonly created?: string | Date | undefined
}
