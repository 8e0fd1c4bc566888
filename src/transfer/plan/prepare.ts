import { loaded } from '../../async/lazy.ts'
import { choice } from '../../check-options.ts'
import { createWasmHasher } from '../../hash/sha256.ts'
import type { Image } from '../../images/image.ts'
import { isWhole } from '../../images/platforms.ts'
import type { RuntimeOptions } from '../../runtime.ts'
import type { ImagePush } from './needs.ts'

/** Selects platforms of multi-platform images. */
export interface PlatformSelection extends RuntimeOptions {
  /** One platform of a multi-platform image, such as `linux/amd64`: its manifest is pushed instead of the index. */
  readonly platform?: string | undefined
  /**
   * The part to push of an index that lists more than the archive has. `available`: a new index that lists what there
   * is; its digest is another one, which `onWarning` tells. `all`: that is an error.
   * @default as `docker push` does: the manifest of the only platform that is there, which `onWarning` tells; an error
   *   if there are several, but not all
   */
  readonly platforms?: 'all' | 'available' | undefined
  /** Called for each thing that is odd, but does no harm. */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/**
 * Takes of each image what is pushed of it, and adds its referrers (signatures, SBOMs), and theirs.
 *
 * @param all All images of the archive.
 * @throws {ValidationError} if the archive lacks some of an index, and a choice is needed, or the platform is not there
 */
export async function preparePushes(
  pushes: readonly ImagePush[],
  all: readonly Image[],
  selection: PlatformSelection,
): Promise<readonly ImagePush[]> {
  // An image that goes to several places is made once, and told of once.
  const prepared = new Map<Image, Image>()
  for (const { image } of pushes) {
    if (!prepared.has(image)) prepared.set(image, await prepare(image, selection))
  }
  const made = pushes.map((push) => {
    const image = prepared.get(push.image) ?? push.image
    const before = push.image.manifest.digest
    return { ...push, image, ...(image.manifest.digest !== before && { originalDigest: before }) }
  })
  // An index of which one platform is pushed may list what is about that.
  const referrers = all.flatMap((image) => [...allUnder(image)]).filter(({ subject }) => subject !== undefined)
  if (referrers.length === 0) return made
  const { withReferrers } = await loaded(import('./add-referrers.ts'))
  return withReferrers(made, referrers, selection.onWarning)
}

async function prepare(image: Image, selection: PlatformSelection): Promise<Image> {
  const { platform, platforms, onWarning = () => {}, runtime: { createHasher = createWasmHasher } = {} } = selection
  if (platforms !== undefined) choice('platforms', platforms, ['all', 'available'])
  if (platform === undefined && isWhole(image)) return image
  const select = await loaded(import('../../images/select-platforms.ts'))
  if (platform !== undefined) return select.selectPlatform(image, platform)
  if (platforms === 'all') throw select.notWhole(image)
  const make = platforms === 'available' ? select.makeAvailable : select.selectAvailable
  return make(image, createHasher, onWarning)
}

/** An image, and all that is under it. */
function* allUnder(image: Image): Generator<Image> {
  yield image
  for (const child of image.children) yield* allUnder(child)
}
