import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import type { Image } from '../images/image.ts'
import type { DiffImagesOptions, ImageDiff } from './image-diff.ts'

/**
 * Compares two images: their layers, sizes and configs, and with `{ files: true }` their files. The images may come
 * from anywhere: `openArchive`, `openImage` or `editImage`.
 *
 * Without `files` no layer is read. With it, the lowest layers that both images have are not read, unless
 * `sharedLayers` is true.
 *
 * @param from The first image.
 * @param to The second image.
 * @param options `platform` (of indexes), `files` (default: false), `sharedLayers` (default: false), `limits`,
 *   `onProgress` and `signal`; an abort rejects with the signal's reason.
 * @returns the differences, seen from the first image to the second.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if a layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if a platform has to be chosen or is not there, or a layer is not a tar or has no bytes.
 * @throws {DigestMismatchError} if the bytes of a layer do not match its digest.
 * @throws {ResponseError} if an image is in a registry that refuses, or does not have a layer.
 * @throws {NetworkError} if that registry does not answer.
 * @example
 * ```ts
 * import { diffImages, openImage } from 'registry-api-v2-client'
 *
 * const image = await openImage('https://registry.example.com', 'team/app', 'v7')
 * const { layers, config } = await diffImages(image, image)
 * console.log(layers.added.length, config) // 0
 * ```
 */
export async function diffImages(from: Image, to: Image, options: DiffImagesOptions = {}): Promise<ImageDiff> {
  const { signal } = optionsOf(options)
  const { readImageDiff } = await loaded(import('./read-image-diff.ts'), signal)
  return readImageDiff(from, to, options)
}
