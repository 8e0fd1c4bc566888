import { type Archive, withArchive } from './archive/archive.ts'
import { chooseImage, contains, isReferrer } from './archive/choose-image.ts'
import type { ArchiveInput } from './archive/input.ts'
import type { PlatformChoice, ReadOptions } from './archive/options.ts'
import { ValidationError } from './errors.ts'
import type { Digest } from './oci/digest.ts'
import type { Image } from './oci/image.ts'
import { pruneIndex, requireWhole, selectPlatform } from './oci/platforms.ts'
import { dropRegistry, parseRepository, parseTag, type RepositoryTag } from './oci/reference.ts'
import { createWasmHasher } from './oci/sha256.ts'
import { withControl } from './push/control.ts'
import { type ImagePush, planPush } from './push/plan.ts'
import { executePush, type PushOptions } from './push/push.ts'
import { type RegistryInput, toRegistry } from './registry/registry.ts'

/** How to push an archive. */
export interface PushArchiveOptions extends PushOptions, ReadOptions {
  /** One platform of a multi-platform image, such as `linux/amd64`: its manifest is pushed in the place of the index. */
  readonly platform?: string | undefined
  /**
   * `available`: of an index, what the archive holds is pushed, with a new index that lists no more than that; its digest is another
   * one, which `onWarning` tells. `all`: an index that lists what the archive lacks is an error. @default all
   */
  readonly platforms?: 'all' | 'available' | undefined
}

/** What `pushDockerTar` takes, but for its options. */
interface PushOne {
  readonly archive: ArchiveInput | Archive
  readonly registry: RegistryInput
  readonly repository: string | undefined
  readonly tag: string | undefined
}

/**
 * Pushes one image of an archive: what its name stands for, be that a single image or a multi-platform one, byte for byte as the archive has
 * it. Referrers of it in the archive, such as signatures, go along.
 *
 * @param repository Where to. @default the repository of the name by which the image was chosen, or of its first, the registry dropped
 * @param tag Which tag to set. @default the tag of that name, or `latest` if it has none
 * @returns the digest of the image's manifest or index
 * @throws {TarReadError} if the archive is none, or is damaged
 * @throws {ValidationError} if it holds no image, or several and none is chosen, or lacks a platform, or there is no name to push to
 * @throws {DigestMismatchError} if its bytes are not what it says they are
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
 */
export async function pushDockerTar(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  repository?: string,
  tag?: string,
  options: PushArchiveOptions & PlatformChoice = {},
): Promise<Digest> {
  return withControl(options, (options) => pushOne({ archive, registry, repository, tag }, options))
}

async function pushOne(
  { archive, registry, repository, tag }: PushOne,
  options: PushArchiveOptions & PlatformChoice,
): Promise<Digest> {
  const handle = toRegistry(registry)
  const given = {
    ...(repository !== undefined && { repository: parseRepository(repository) }),
    ...(tag !== undefined && { tag: parseTag(tag) }),
  }
  return withArchive(archive, options, async ({ images }) => {
    const image = await prepare(chooseImage(images, options), options)
    const { repository, tag } = destinationOf(image, given)
    const pushes = withReferrers([{ image, repository, tags: [tag] }], images)
    await executePush(handle, planPush(pushes), options)
    return image.manifest.digest
  })
}

/**
 * Pushes one image of an archive under its own first name, the archive's registry dropped:
 * `localhost:5000/team/app:v1` becomes `team/app:v1`. Returns and throws what `pushDockerTar` does.
 */
export async function pushDockerTarWithOriginalTags(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  options: PushArchiveOptions & PlatformChoice = {},
): Promise<Digest> {
  return pushDockerTar(archive, registry, undefined, undefined, options)
}

/**
 * Pushes every image of an archive under every name it has, the archive's registry dropped. A blob goes
 * over the wire once, and no tag moves before all images are in. Throws what `pushDockerTar` does.
 *
 * @returns the digests of the manifests, one a name, in the archive's order
 * @throws {ValidationError} if an image has no name, and is no referrer of one that has
 */
export async function pushDockerTarWithAllOriginalTags(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  options: PushArchiveOptions = {},
): Promise<readonly Digest[]> {
  return withControl(options, (options) => pushAll(archive, registry, options))
}

async function pushAll(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  options: PushArchiveOptions,
): Promise<readonly Digest[]> {
  const handle = toRegistry(registry)
  return withArchive(archive, options, async ({ images }) => {
    const named: Image[] = []
    for (const [position, image] of images.entries()) {
      if (image.names.length > 0) named.push(await prepare(image, options))
      else if (!isReferrer(image, images)) throw nameless(image, position)
    }
    await executePush(handle, planPush(withReferrers(named.flatMap(pushesOf), images)), options)
    return named.flatMap((image) => image.names.map(() => image.manifest.digest))
  })
}

/** Makes of an image what is to be pushed of it. */
async function prepare(image: Image, options: PushArchiveOptions): Promise<Image> {
  const { platform, platforms = 'all', createHasher = createWasmHasher, onWarning } = options
  if (platforms !== 'all' && platforms !== 'available') {
    throw new TypeError(`Cannot push: platforms has to be "all" or "available", not ${JSON.stringify(platforms)}`)
  }
  const chosen = platform === undefined ? image : selectPlatform(image, platform)
  if (platforms === 'all') {
    requireWhole(chosen)
    return chosen
  }
  const pruned = await pruneIndex(chosen, createHasher)
  if (pruned !== chosen) {
    const [before, after] = [chosen.manifest.digest, pruned.manifest.digest]
    onWarning?.(`The archive lacks some of what the index ${before} lists; a new index was made of the rest: ${after}.`)
  }
  return pruned
}

function destinationOf(image: Image, given: Partial<RepositoryTag>): RepositoryTag {
  const { repository: givenRepository, tag: givenTag } = given
  // A name that is not needed may be none: "<none>:<none>".
  if (givenRepository !== undefined && givenTag !== undefined) return { repository: givenRepository, tag: givenTag }
  const [name] = image.names
  const own: Partial<RepositoryTag> = name === undefined ? { tag: image.tags[0] } : dropRegistry(name)
  const repository = givenRepository ?? own.repository
  if (repository !== undefined) return { repository, tag: givenTag ?? parseTag(own.tag ?? 'latest') }
  throw new ValidationError('Cannot push the image: it has no name of its own; pass a repository to push it to')
}

function pushesOf(image: Image): readonly ImagePush[] {
  return image.names.map(dropRegistry).map(({ repository, tag }) => ({ image, repository, tags: [tag] }))
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

function nameless({ tags }: Image, position: number): ValidationError {
  const [tag] = tags
  const has = tag === undefined ? 'has none' : `has no whole name, only the tag "${tag}"`
  return new ValidationError(
    `Cannot push all images by their names: image ${position} ${has}; push it with pushDockerTar, a repository and { image: ${position} }`,
  )
}
