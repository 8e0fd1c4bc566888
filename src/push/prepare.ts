import { loaded } from '../load.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import type { Image } from '../oci/image.ts'
import { isWhole } from '../oci/platforms.ts'
import { contains } from '../oci/referrer.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import type { ImagePush } from './layout.ts'

/** What of multi-platform images is pushed. */
export interface PlatformSelection {
  /** One platform of a multi-platform image, such as `linux/amd64`: its manifest is pushed instead of the index. */
  readonly platform?: string | undefined
  /**
   * What is pushed of an index that lists more than the archive holds. `available`: a new index that lists what there is; its digest is
   * another one, which `onWarning` tells. `all`: that is an error.
   * @default as `docker push` does: the manifest of the only platform that is there, which `onWarning` tells; an error if there are several, but not all
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
    return { ...push, image, ...(image.manifest.digest !== before && { madeOf: before }) }
  })
  return withReferrers(made, all, selection)
}

async function prepare(image: Image, selection: PlatformSelection): Promise<Image> {
  const { platform, platforms, createHasher = createWasmHasher, onWarning = () => {} } = selection
  if (platforms !== undefined && platforms !== 'all' && platforms !== 'available') {
    throw new TypeError(`Cannot push: platforms has to be "all" or "available", not ${JSON.stringify(platforms)}`)
  }
  if (platform === undefined && isWhole(image)) return image
  const select = await loaded(import('../oci/select-platforms.ts'))
  if (platform !== undefined) return select.selectPlatform(image, platform)
  if (platforms === 'all') throw select.notWhole(image)
  const make = platforms === 'available' ? select.makeAvailable : select.selectAvailable
  return make(image, createHasher, onWarning)
}

/** Adds what is about the images that are pushed, and about that in turn, by digest to the repositories that they go to. */
async function withReferrers(
  pushes: readonly ImagePush[],
  images: readonly Image[],
  { onWarning }: PlatformSelection,
): Promise<readonly ImagePush[]> {
  const referrers = images.flatMap(allUnder).filter(({ subject }) => subject !== undefined)
  const all = new Map(pushes.map((push) => [`${push.repository}@${push.image.manifest.digest}:${push.tags}`, push]))
  const strangers = new Map<Digest, Digest>()
  // Those that are added on the way are looked at too.
  for (const { image, repository, madeOf } of all.values()) {
    for (const referrer of referrers) {
      const { subject, manifest } = referrer
      if (subject === undefined || contains(image, manifest.digest)) continue
      if (subject === madeOf) strangers.set(manifest.digest, subject)
      if (!contains(image, subject)) continue
      if (!isWhole(referrer)) throw (await loaded(import('../oci/select-platforms.ts'))).notWhole(referrer)
      const key = `${repository}@${manifest.digest}:`
      if (!all.has(key)) all.set(key, { image: referrer, repository, tags: [] })
    }
  }
  for (const [digest, about] of strangers) {
    onWarning?.(`${digest} is about the index ${about}, which is not pushed, so it is not pushed either.`)
  }
  return [...all.values()]
}

/** An image, and all that is under it: an index of which one platform is pushed may list what is about that. */
function allUnder(image: Image): readonly Image[] {
  return [image, ...image.children.flatMap(allUnder)]
}
