import { loaded } from '../async/lazy.ts'
import { optionsOf, text } from '../check-options.ts'
import type { Image } from '../images/image.ts'
import type { ImageFile, ImageFilesOptions } from './image-files-options.ts'
import type { OpenedFile } from './opened-file.ts'
import type { ReadFileOptions } from './read-file-options.ts'

/**
 * Lists the files of an image as a container sees them: all layers together, without the paths that whiteouts remove.
 * With `{ layer }` it lists the entries of that layer as they stand, while it is read. The image may come from
 * anywhere: `openArchive`, `openImage` or `editImage`.
 *
 * @param image The image.
 * @param options `layer`, `platform` (of an index), `limits`, `onProgress` and `signal`; an abort throws the signal's
 *   reason.
 * @returns the files, when all layers were read and verified; of one layer, while it is read. Each tells its layer. The
 *   iteration throws all errors, also those of a wrong call.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if a layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if a platform has to be chosen or is not there, a layer is not a tar or has no bytes.
 * @throws {DigestMismatchError} if the bytes of a layer do not match its digest.
 * @throws {ResponseError} if the image is in a registry that refuses, or does not have a layer.
 * @throws {NetworkError} if that registry does not answer.
 * @example
 * ```ts
 * import { listImageFiles, openArchive } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const archive = await openArchive(file)
 * for (const image of archive.images) {
 *   for await (const { path, size } of listImageFiles(image)) {
 *     if (path === 'etc/motd') console.log(size) // 21
 *   }
 * }
 * await archive.close()
 * ```
 */
export async function* listImageFiles(image: Image, options: ImageFilesOptions = {}): AsyncGenerator<ImageFile, void> {
  const { signal } = optionsOf(options)
  const { readImageFiles } = await loaded(import('./read-image-files.ts'), signal)
  yield* readImageFiles(image, options)
}

/**
 * Reads one file of an image as a container sees it: from the highest layer that has it, unless a whiteout removes it.
 * The layers are read to their ends and verified. The image may come from anywhere: `openArchive`, `openImage` or
 * `editImage`.
 *
 * @param image The image.
 * @param path The path of the file, such as `etc/motd`. Links of folders on the way are followed.
 * @param options `layer`, `platform` (of an index), `followLinks` (default: false), `limits`, `onProgress` and
 *   `signal`; an abort rejects with the signal's reason.
 * @returns the entry, with `bytes()` and `stream()` for its content. A symbolic link is returned as a link, unless
 *   you follow it.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if a layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if a platform has to be chosen or is not there, a layer is not a tar or has no bytes,
 *   or the file is not there.
 * @throws {DigestMismatchError} if the bytes of a layer do not match its digest.
 * @throws {ResponseError} if the image is in a registry that refuses, or does not have a layer.
 * @throws {NetworkError} if that registry does not answer.
 * @example
 * ```ts
 * import { openImage, readImageFile } from 'registry-api-v2-client'
 *
 * const image = await openImage('https://registry.example.com', 'team/app', 'v7')
 * const file = await readImageFile(image, 'etc/motd')
 * console.log(file.size) // 21
 * ```
 */
export async function readImageFile(
  image: Image,
  path: string,
  options: ImageFilesOptions & ReadFileOptions = {},
): Promise<OpenedFile> {
  const { signal } = optionsOf(options)
  const { openImageFile } = await loaded(import('./read-image-files.ts'), signal)
  return openImageFile(image, text('path', path, 'the path of a file, such as "etc/motd"'), options)
}
