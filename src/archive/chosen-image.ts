import { loaded } from '../async/lazy.ts'
import type { PlatformChoice } from '../images/choose-image.ts'
import type { Image } from '../images/image.ts'
import type { Archive } from './archive.ts'

/**
 * Gives the image of an archive that is meant: the only one, or the one that is asked for.
 *
 * @throws {ValidationError} if that is not exactly one image
 */
export async function chosenImage(
  { images, index }: Pick<Archive, 'images' | 'index'>,
  choice: PlatformChoice,
): Promise<Image> {
  const [only] = images
  if (only && images.length === 1 && choice.image === undefined) return only
  const { chooseImage } = await loaded(import('../images/choose-image.ts'))
  return chooseImage(images, choice, index)
}
