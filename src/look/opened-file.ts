import type { ListedFile } from './listed-file.ts'

/** A file of a layer or an image, with its content. */
export interface OpenedFile extends ListedFile {
  /**
   * Reads the content into memory.
   *
   * @throws {ValidationError} if it is a directory, a device or a symbolic link
   * @throws {TarReadError} if it is larger than the limit `fileSize`
   */
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  /**
   * Reads the content as a stream. It ends when the layer was read to its end, and fails there if the layer does not
   * match its digest.
   */
  stream(): ReadableStream<Uint8Array>
  /** Lists what is in a directory, at any depth, by the paths in the image. Empty for everything else. */
  entries(): Iterable<ListedFile>
}
