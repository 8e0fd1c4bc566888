import { loaded } from '../load.ts'
import { contains } from '../oci/choose-image.ts'
import type { CreateHasher } from '../oci/digest.ts'
import type { Image } from '../oci/image.ts'
import { requireWhole, selectPlatform } from '../oci/platforms.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import type { ImagePush } from './layout.ts'

/** What of multi-platform images is pushed. */
export interface PlatformSelection {
  /** One platform of a multi-platform image, such as `linux/amd64`: its manifest is pushed in the place of the index. */
  readonly platform?: string | undefined
  /**
   * `available`: of an index, what the archive holds is pushed, with a new index that lists no more than that; its digest is another
   * one, which `onWarning` tells. `all`: an index that lists what the archive lacks is an error. @default all
   */
  readonly platforms?: 'all' | 'available' | undefined
  /** Called for each thing that is odd, but does no harm. */
  readonly onWarning?: ((warning: string) => void) | undefined
  /** The SHA-256 to use. @default hash-wasm; in `./node` the runtime's own, which is several times faster */
  readonly createHasher?: CreateHasher | undefined
}

/**
 * Makes of each image what is to be pushed of it, and adds what is about them (signatures, SBOMs), and about that in turn.
 *
 * @param all All images of the archive.
 * @throws {ValidationError} if an index lists what the archive lacks, or the platform is not there
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
    return { ...push, image, ...(image.manifest.digest !== before && { madeOf: before }) }
  })
  return withReferrers(made, all)
}

async function prepare(image: Image, selection: PlatformSelection): Promise<Image> {
  const { platform, platforms = 'all', createHasher = createWasmHasher, onWarning } = selection
  if (platforms !== 'all' && platforms !== 'available') {
    throw new TypeError(`Cannot push: platforms has to be "all" or "available", not ${JSON.stringify(platforms)}`)
  }
  const chosen = platform === undefined ? image : selectPlatform(image, platform)
  if (platforms === 'all') {
    requireWhole(chosen)
    return chosen
  }
  const { pruneIndex } = await loaded(import('../oci/prune.ts'))
  const pruned = await pruneIndex(chosen, createHasher)
  if (pruned !== chosen) {
    const [before, after] = [chosen.manifest.digest, pruned.manifest.digest]
    onWarning?.(`The archive lacks some of what the index ${before} lists; a new index was made of the rest: ${after}.`)
  }
  return pruned
}

/** Adds what is about the images that are pushed, and about that in turn, by digest to the repositories that they go to. */
function withReferrers(pushes: readonly ImagePush[], images: readonly Image[]): readonly ImagePush[] {
  const all = new Map(pushes.map((push) => [`${push.repository}@${push.image.manifest.digest}:${push.tags}`, push]))
  // Those that are added on the way are looked at too.
  for (const { image, repository } of all.values()) {
    for (const referrer of images) {
      if (referrer.subject === undefined || !contains(image, referrer.subject)) continue
      requireWhole(referrer)
      const key = `${repository}@${referrer.manifest.digest}:`
      if (!all.has(key)) all.set(key, { image: referrer, repository, tags: [] })
    }
  }
  return [...all.values()]
}
