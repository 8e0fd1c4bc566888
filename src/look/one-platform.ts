import { imageOf } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import type { Image } from '../images/image.ts'
import { runnableImages } from '../images/platforms.ts'
import { platformsOf, selectPlatform } from '../images/select-platforms.ts'

/**
 * Selects the image that has the layers: the image itself, or of an index the platform that is meant, or its only one.
 *
 * @throws {TypeError} if it is not an image
 * @throws {ValidationError} if the platform is not there, or one of several has to be chosen
 */
export function onePlatform(given: Image, platform: string | undefined): Image {
  const image = imageOf(given)
  if (platform !== undefined) return selectPlatform(image, platform)
  if (image.kind !== 'index') return image
  const runnable = runnableImages(image)
  const [only] = runnable
  if (only && runnable.length === 1) return only
  throw new ValidationError(
    'IMAGE_NOT_CHOSEN',
    `Cannot choose an image of the index ${image.manifest.digest}: it has ${platformsOf(runnable) || 'no image'}`,
    { remedy: 'pass { platform }', input: image.manifest.digest },
  )
}
