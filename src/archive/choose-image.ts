import { imagesOf, optionsOf } from '../check-options.ts'
import type { PlatformChoice } from '../images/choose-image.ts'
import type { Image } from '../images/image.ts'
import type { Archive } from './archive.ts'
import { chosenImage } from './chosen-image.ts'

/**
 * Chooses one image of an open archive: the only one, or the one that is asked for. Signatures and other referrers are
 * chosen only if they are asked for.
 *
 * @param opened The archive that `openArchive` has opened.
 * @param choice `image` (a name, an index from 0, or `index` for the `index.json` of a layout), and `platform`, if
 *   several images have the same name.
 * @returns the image. The name that chose it is the first of its `names`.
 * @throws {TypeError} if `opened` or `choice` has the wrong type.
 * @throws {ValidationError} if the choice does not mean exactly one image.
 * @example
 * ```ts
 * import { chooseImage, openArchive } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const archive = await openArchive(file)
 * const image = await chooseImage(archive, { image: 'team/app:v7' })
 * console.log(image.names) // [ 'registry.example.com/team/app:v7' ]
 * await archive.close()
 * ```
 */
export async function chooseImage(
  opened: Pick<Archive, 'images' | 'index'>,
  choice: PlatformChoice = {},
): Promise<Image> {
  imagesOf(opened?.images)
  return chosenImage(opened, optionsOf(choice, 'an object such as { image }'))
}
