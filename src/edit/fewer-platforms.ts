import { imageOf, list, optionsOf } from '../check-options.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Image } from '../images/image.ts'
import { leftOut } from '../images/rewrite-tree.ts'
import { selectImage } from '../images/select-image.ts'
import type { ChangeOptions } from './image-edits.ts'

/**
 * Selects platforms of a multi-platform image: the image of one, or a new index of several. The given image does not
 * change, and no layer is read. Attestations of the selected images are kept. Referrers of the index itself are left
 * out, because they belong to another digest.
 *
 * @param image An index of `openImage` or `openArchive`, or the result of an edit.
 * @param platforms One platform as a text, such as `'linux/amd64'`, or an array of them. `linux/arm64` means any
 *   variant of it.
 * @param options `onWarning` and `signal`; an abort rejects with the signal's reason.
 * @returns the image of the platform, or the new index, by the same names. If all platforms are selected, the image
 *   itself.
 * @throws {TypeError} if `platforms` is empty, or an argument has the wrong type.
 * @throws {ValidationError} if a platform is not there; the message lists those that are.
 * @example
 * ```ts
 * import { openImage, selectPlatforms } from 'registry-api-v2-client'
 *
 * const image = await openImage('https://registry.example.com', 'team/app', 'v7')
 * const selected = await selectPlatforms(image, 'linux/amd64')
 * console.log(selected.platform?.architecture) // 'amd64'
 * ```
 */
export async function selectPlatforms(
  image: Image,
  platforms: string | readonly string[],
  options: ChangeOptions = {},
): Promise<Image> {
  const { onWarning = () => {}, runtime: { createHasher = createPortableHasher } = {}, signal } = optionsOf(options)
  const isOne = typeof platforms === 'string'
  const selection = isOne ? { platform: platforms } : { platforms: list('platforms', platforms), onWarning }
  const selected = await selectImage(imageOf(image), selection, createHasher)
  signal?.throwIfAborted()
  const about = image.manifest.digest
  if (selected.manifest.digest !== about) {
    for (const { manifest } of image.referrers) onWarning(leftOut(manifest.digest, about))
  }
  return selected
}
