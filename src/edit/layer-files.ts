import type { SourceInput } from '../source/from.ts'

/** The permissions, the owner and the date of a file. */
export interface FileAttributes {
  /** The permissions, such as `0o755`. @default 0o644; 0o755 for a folder, and for an executable on a disk */
  readonly mode?: number | undefined
  /** The number of the user who owns it. @default 0 */
  readonly uid?: number | undefined
  /** The number of its group. @default 0 */
  readonly gid?: number | undefined
  /** The date of its last change, in whole seconds. @default 1970-01-01 */
  readonly mtime?: Date | undefined
}

/** A file with attributes. */
export interface LayerFile extends FileAttributes {
  /** A text is written in UTF-8. */
  readonly content: string | SourceInput
}

/** A symbolic link. */
export interface LayerLink extends Omit<FileAttributes, 'mode'> {
  /** The target, as the container sees it. A relative target begins at the folder of the link. */
  readonly link: string
}

/**
 * A file as text, bytes, a `Blob` or a `Source`, or with attributes; a symbolic link; or the attributes of a folder,
 * whose path ends with a slash.
 */
export type LayerFileInput = string | SourceInput | LayerFile | LayerLink | FileAttributes

/**
 * Files by their paths, or the `File`s of a page. If the user chose a folder (`<input webkitdirectory>`), the paths
 * begin in that folder. A path with `undefined` is left out.
 */
export type LayerFiles =
  | Readonly<Record<string, LayerFileInput | undefined>>
  | ReadonlyMap<string, LayerFileInput>
  | Iterable<File>

/** Which files a layer has, where, and how. */
export interface FileOptions extends Omit<FileAttributes, 'mode'> {
  /** The folder in the image under which the files are. @default / */
  readonly at?: string | undefined
  /** The permissions of the files, or a function that returns them for a path in the image. */
  readonly mode?: number | ((path: string) => number | undefined) | undefined
  /**
   * Returns false for a file, a link or a folder that the layer leaves out. The path begins in the folder with the
   * files. @default the layer has all of them
   */
  readonly filter?: ((path: string) => boolean) | undefined
  /** Says in the history of the image how the layer was made. @default registry-api-v2-client */
  readonly createdBy?: string | undefined
}
