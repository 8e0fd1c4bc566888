import { loaded } from '../async/lazy.ts'
import { list, optionsOf } from '../check-options.ts'
import type { Image, ImageIndex } from '../images/image.ts'
import type { CreateIndexOptions } from './image-edits.ts'

/**
 * Creates an index of images: a multi-platform image. The platform of each image is that of its config. Of an index it
 * takes what the index lists, with attestations. The images keep their digests, and no layer is read.
 *
 * The index is OCI's kind. If all images are Docker's and there are no annotations, it is a manifest list of Docker's.
 *
 * @param images Images and indexes of `openImage`, `openArchive` or `editImage`, also of several registries.
 * @param options `annotations` of the index, `platforms` (default: all), `onWarning` and `signal`; an abort rejects
 *   with the signal's reason.
 * @returns the index, without a name: push it with a repository and a tag.
 * @throws {TypeError} if `images` is not an array of images, or an option has the wrong type.
 * @throws {ValidationError} if there is no image, one is an artifact or has no platform, two have the same platform, or
 *   one of `platforms` is not there.
 * @example
 * ```ts
 * import { createIndex, openImage, pushImage } from 'registry-api-v2-client'
 *
 * const amd64 = await openImage('https://registry.example.com', 'team/app', 'v7')
 * const index = await createIndex([amd64], { annotations: { 'org.opencontainers.image.version': '7' } })
 * await pushImage(index, 'https://mirror.example.com', 'team/app', 'v7-all')
 * console.log(index.children.length) // 1
 * ```
 */
export async function createIndex(images: readonly Image[], options: CreateIndexOptions = {}): Promise<ImageIndex> {
  const { signal } = optionsOf(options)
  const { makeIndex } = await loaded(import('./make-index.ts'), signal)
  return makeIndex(list('images', images, 'an array of images'), options)
}
