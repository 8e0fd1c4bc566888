import { formatPlatform, type Image, runnableImages, ValidationError } from '../../node/index.ts'

/**
 * Takes the image that has a config: the image itself, or the only platform of an index.
 *
 * @throws {ValidationError} if the index has several platforms, or none
 */
export function oneImage(image: Image): Exclude<Image, { kind: 'index' }> {
  if (image.kind !== 'index') return image
  const runnable = runnableImages(image)
  const [only] = runnable
  if (only && only.kind !== 'index' && runnable.length === 1) return only
  const platforms = runnable.map(({ platform }) => formatPlatform(platform)).join(', ')
  throw new ValidationError(
    'IMAGE_NOT_CHOSEN',
    `Cannot choose an image of the index ${image.manifest.digest}: it has ${platforms || 'no image'}`,
    { remedy: only ? 'pass --platform' : 'choose another tag or digest', input: image.manifest.digest },
  )
}
