import { choice } from '../check-options.ts'
import type { CreateHasher } from '../oci/digest.ts'
import type { Image } from './image.ts'
import type { PlatformSelection } from './platform-selection.ts'
import { isWhole } from './platforms.ts'
import { indexOfPlatforms, makeAvailable, notWhole, selectAvailable, selectPlatform } from './select-platforms.ts'
import { checkPlatforms } from './wanted-platforms.ts'

/** Selects the part of an image that the options or the image itself ask for. Throws what `selectImage` throws. */
export async function selectPart(
  image: Image,
  { platform, platforms, onWarning = () => {} }: PlatformSelection,
  createHasher: CreateHasher,
): Promise<Image> {
  if (typeof platforms === 'object') {
    return indexOfPlatforms(image, checkPlatforms(platforms, platform), createHasher, onWarning)
  }
  if (platforms !== undefined) choice('platforms', platforms, ['all', 'available'])
  if (platform !== undefined) return selectPlatform(image, platform)
  if (isWhole(image)) return image
  if (platforms === 'all') throw notWhole(image)
  const make = platforms === 'available' ? makeAvailable : selectAvailable
  return make(image, createHasher, onWarning)
}
