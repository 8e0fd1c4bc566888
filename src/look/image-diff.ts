import type { Layer } from '../images/image.ts'
import type { Digest } from '../oci/digest.ts'
import type { LayerFilesOptions } from './layer-options.ts'
import type { ListedFile } from './listed-file.ts'

/** The difference between two images. */
export interface ImageDiff {
  /** The digests of the manifests that were compared. */
  readonly from: Digest
  readonly to: Digest
  readonly layers: {
    /** The layers that both images have: of one digest, or of one diff ID in two compressions. */
    readonly shared: readonly Layer[]
    /** The layers that only the first image has. */
    readonly removed: readonly Layer[]
    /** The layers that only the second image has. */
    readonly added: readonly Layer[]
  }
  /** The sizes in bytes of all layers, packed as they are, and the difference. */
  readonly size: { readonly from: number; readonly to: number; readonly change: number }
  /** The changes of the config and of the manifest's annotations. */
  readonly config: readonly ConfigChange[]
  /** The files that differ, by path, if `{ files: true }` was given. */
  readonly files: readonly FileChange[] | undefined
}

/** A change of the config of an image. */
export interface ConfigChange {
  readonly type: 'added' | 'removed' | 'changed'
  /** The field: `env`, `labels`, `cmd`, `entrypoint`, `user`, `exposedPorts`, `architecture`, `annotations`… */
  readonly field: string
  /** The variable, label, port, volume or annotation. Absent for fields with one value. */
  readonly name: string | undefined
  /** The value in the first image. Absent if it has none. */
  readonly from: unknown
  /** The value in the second image. Absent if it has none. */
  readonly to: unknown
}

/** A file that differs between two images. */
export interface FileChange {
  readonly path: string
  /**
   * `written` means that one image writes the file above the layers in common. These are not read, so it may have
   * replaced a file of theirs, or not. `{ sharedLayers: true }` finds out.
   */
  readonly type: 'added' | 'removed' | 'changed' | 'written'
  /** The properties that differ, if the file was changed. */
  readonly differs: ReadonlyArray<
    'type' | 'size' | 'content' | 'mode' | 'uid' | 'gid' | 'linkTarget' | 'device' | 'xattrs'
  >
  /** The file in the first image, if it was read. */
  readonly from: ListedFile | undefined
  /** The file in the second image, if it was read. */
  readonly to: ListedFile | undefined
}

/** Options of `diffImages`. */
export interface DiffImagesOptions extends LayerFilesOptions {
  /** The platform of indexes, such as `linux/amd64`. @default the only one */
  readonly platform?: string | undefined
  /** True to compare the files too. It reads the layers above those that the images have in common. @default false */
  readonly files?: boolean | undefined
  /**
   * True to read the layers in common too, once. Then files are `added`, `removed` or `changed` instead of `written`,
   * and unchanged files are left out. @default false
   */
  readonly sharedLayers?: boolean | undefined
}
