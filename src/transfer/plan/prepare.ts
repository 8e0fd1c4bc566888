import { loaded } from '../../async/lazy.ts'
import { createPortableHasher } from '../../hash/sha256.ts'
import type { Image } from '../../images/image.ts'
import type { PlatformSelection } from '../../images/platform-selection.ts'
import { referrersUnder } from '../../images/platforms.ts'
import { selectImage } from '../../images/select-image.ts'
import type { RuntimeOptions } from '../../runtime.ts'
import type { ImagePush } from './needs.ts'

/**
 * Selects what is pushed of each image, and adds its referrers (signatures, SBOMs), and the referrers of these.
 *
 * @param all All images of the archive.
 * @throws {ValidationError} if some of an index is missing, and a choice is needed, or the platform is not there
 */
export async function preparePushes(
  pushes: readonly ImagePush[],
  all: readonly Image[],
  selection: PlatformSelection & RuntimeOptions,
): Promise<readonly ImagePush[]> {
  const { onWarning, runtime: { createHasher = createPortableHasher } = {} } = selection
  // An image that goes to several places is made once, and told of once.
  const prepared = new Map<Image, Image>()
  for (const { image } of pushes) {
    if (!prepared.has(image)) prepared.set(image, await selectImage(image, selection, createHasher))
  }
  const made = pushes.map((push) => {
    const image = prepared.get(push.image) ?? push.image
    const before = push.image.manifest.digest
    return { ...push, image, ...(image.manifest.digest !== before && { originalDigest: before }) }
  })
  const referrers = referrersUnder(all)
  if (referrers.length === 0) return made
  const { pushReferrers } = await loaded(import('./push-referrers.ts'))
  return pushReferrers(made, referrers, onWarning)
}
