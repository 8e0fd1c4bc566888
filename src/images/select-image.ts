import { loaded } from '../async/lazy.ts'
import type { CreateHasher } from '../oci/digest.ts'
import type { Image } from './image.ts'
import type { PlatformSelection } from './platform-selection.ts'
import { isWhole } from './platforms.ts'

/**
 * Selects the part of an image that is moved: the image itself, some of its platforms, or what is there of its index.
 *
 * @throws {ValidationError} if some of an index is missing, and a choice is needed, or a platform is not there
 */
export async function selectImage(
  image: Image,
  selection: PlatformSelection,
  createHasher: CreateHasher,
): Promise<Image> {
  const { platform, platforms } = selection
  if (platform === undefined && platforms === undefined && isWhole(image)) return image
  const { selectPart } = await loaded(import('./select-part.ts'))
  return selectPart(image, selection, createHasher)
}
