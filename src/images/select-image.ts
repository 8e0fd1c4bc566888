import { loaded } from '../async/lazy.ts'
import { choice } from '../check-options.ts'
import type { CreateHasher } from '../oci/digest.ts'
import type { Image } from './image.ts'
import { isWhole } from './platforms.ts'

/** Selects platforms of multi-platform images. */
export interface PlatformSelection {
  /** One platform of a multi-platform image, such as `linux/amd64`: its manifest is used instead of the index. */
  readonly platform?: string | undefined
  /**
   * The part to use of an index that lists more than there is. `available`: a new index that lists what there is; its
   * digest is another one, which `onWarning` tells. `all`: that is an error.
   * @default as `docker push` does: the manifest of the only platform that is there, which `onWarning` tells; an error
   *   if there are several, but not all
   */
  readonly platforms?: 'all' | 'available' | undefined
  /** Called for each thing that is odd, but does no harm. */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/**
 * Selects the part of an image that is moved: the image itself, one of its platforms, or what is there of its index.
 *
 * @throws {ValidationError} if some of an index is missing, and a choice is needed, or the platform is not there
 */
export async function selectImage(
  image: Image,
  { platform, platforms, onWarning = () => {} }: PlatformSelection,
  createHasher: CreateHasher,
): Promise<Image> {
  if (platforms !== undefined) choice('platforms', platforms, ['all', 'available'])
  if (platform === undefined && isWhole(image)) return image
  const select = await loaded(import('./select-platforms.ts'))
  if (platform !== undefined) return select.selectPlatform(image, platform)
  if (platforms === 'all') throw select.notWhole(image)
  const make = platforms === 'available' ? select.makeAvailable : select.selectAvailable
  return make(image, createHasher, onWarning)
}
