import { formatPlatform, type Platform } from '../oci/descriptor.ts'
import type { Image } from './image.ts'

/**
 * Tells whether a platform, written as `linux/arm64/v8`, is the one that is meant. `linux/arm64` means any variant, and
 * is one word for `linux/arm64/v8`.
 */
export function isPlatform(platform: string | undefined, wanted: string): boolean {
  if (platform === undefined) return false
  return platform === wanted || platform.startsWith(`${wanted}/`) || `${platform}/v8` === wanted
}

/** An image that runs somewhere. */
export type RunnableImage = Image & { readonly platform: Platform }

/**
 * Lists the images that run on a platform: the image itself, or those in an index, at any depth. Attestations and
 * other artifacts are left out.
 *
 * @param image An image of an open archive.
 * @returns the images, each with its platform, in the index's order.
 * @example
 * ```ts
 * import { formatPlatform, openArchive, runnableImages } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const archive = await openArchive(file)
 * const runnable = archive.images.flatMap((image) => runnableImages(image))
 * console.log(runnable.map(({ platform }) => formatPlatform(platform))) // [ 'linux/amd64' ]
 * ```
 */
export function runnableImages(image: Image): readonly RunnableImage[] {
  const { platform } = image
  if (image.children.length > 0 || platform === undefined) return image.children.flatMap(runnableImages)
  return platform.os === 'unknown' ? [] : [{ ...image, platform }]
}

/** Tells whether an image runs on a platform, or has one under it that does. */
export function runsOn(image: Image, wanted: string): boolean {
  return runnableImages(image).some(({ platform }) => isPlatform(formatPlatform(platform), wanted))
}

/** Tells whether all that an index lists is there, at any depth. An image without children is whole. */
export function isWhole({ missing, children }: Image): boolean {
  return missing.length === 0 && children.every(isWhole)
}

/**
 * Lists the referrers among images and all that is under and about them. An index of which one platform is used may
 * list what is about that.
 */
export function referrersUnder(images: readonly Image[]): readonly Image[] {
  return images.flatMap((image) => [
    ...(image.subject === undefined ? [] : [image]),
    ...referrersUnder([...image.children, ...image.referrers]),
  ])
}
