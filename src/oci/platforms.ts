import { ValidationError } from '../errors.ts'
import { formatPlatform, type Platform } from './descriptor.ts'
import type { Image } from './image.ts'

/** Tells whether a platform, written as `linux/arm64/v8`, is the one that is meant. `linux/arm64` means any variant, and is one word for `linux/arm64/v8`. */
export function isPlatform(platform: string | undefined, wanted: string): boolean {
  if (platform === undefined) return false
  return platform === wanted || platform.startsWith(`${wanted}/`) || `${platform}/v8` === wanted
}

/** The images that run somewhere, with their platforms: the image itself, or those under an index. Attestations are none. */
export function runnableImages(image: Image): ReadonlyArray<Image & { readonly platform: Platform }> {
  const { platform } = image
  if (image.children.length > 0 || platform === undefined) return image.children.flatMap(runnableImages)
  return platform.os === 'unknown' ? [] : [{ ...image, platform }]
}

/**
 * Finds an image's one platform that is meant. It keeps the names of the whole.
 *
 * @throws {ValidationError} if it is not there; the message lists those that are
 */
export function selectPlatform(image: Image, wanted: string): Image {
  const runnable = runnableImages(image)
  const match = runnable.find(({ platform }) => isPlatform(formatPlatform(platform), wanted))
  if (match) return { ...match, names: image.names, tags: image.tags }
  const here = runnable.map(({ platform }) => formatPlatform(platform)).join(', ') || 'none'
  const missing = missingNames(image)
  throw new ValidationError(
    `Cannot find the platform ${JSON.stringify(wanted)}: the archive holds ${here}${missing ? `, and lacks ${missing}` : ''}`,
    { input: wanted },
  )
}

/**
 * Sees to it that an index has all that it lists.
 *
 * @throws {ValidationError} if it is sparse, as `docker save` writes it of a multi-platform image of which one platform was pulled
 */
export function requireWhole(image: Image): void {
  const missing = missingNames(image)
  if (!missing) return
  throw new ValidationError(
    `Cannot push the image: its index ${image.manifest.digest} also lists ${missing}, which the archive does not hold. ` +
      "Push what there is with { platforms: 'available' } (a new index with another digest), or one platform with { platform: 'linux/amd64' }",
    { input: image.manifest.digest },
  )
}

/** Names what is missing under an image, at any depth. Empty if nothing is. */
export function missingNames(image: Image): string {
  return missingEntries(image)
    .map(({ platform, digest }) => (platform && platform.os !== 'unknown' ? formatPlatform(platform) : digest))
    .join(', ')
}

function missingEntries(image: Image): Image['missing'] {
  return [...image.missing, ...image.children.flatMap(missingEntries)]
}
