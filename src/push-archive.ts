import { type Archive, withArchive } from './archive/archive.ts'
import { chosenImage } from './archive/chosen-image.ts'
import type { ArchiveInput } from './archive/input.ts'
import type { ReadOptions } from './archive/read-options.ts'
import { optionalList } from './check-options.ts'
import type { CompressOptions } from './compress/compress-options.ts'
import type { PlatformChoice } from './images/choose-image.ts'
import type { Digest } from './oci/digest.ts'
import { type RegistryInput, toRegistry } from './registry/registry.ts'
import { withControl } from './transfer/control/controller.ts'
import { nameImage, nameImages, type PushNaming } from './transfer/plan/naming.ts'
import type { ImagePush } from './transfer/plan/needs.ts'
import type { PlatformSelection } from './transfer/plan/prepare.ts'
import { chooseImages, type PlanOptions } from './transfer/plan-push.ts'
import { pushImages } from './transfer/push.ts'
import type { PushOptions } from './transfer/push-options.ts'

/** How to push an archive. */
export interface PushArchiveOptions
  extends PushOptions,
    ReadOptions,
    PlatformSelection,
    CompressOptions,
    Pick<PushNaming, 'tags' | 'rename'>,
    Pick<PlanOptions, 'mountFrom' | 'existing' | 'foreignLayers'> {}

/**
 * Pushes one image of an archive, single or multi-platform, byte for byte as the archive has it. If the archive has only one platform of the
 * image's index, it pushes that one, as `docker push` does. Referrers of the image in the archive, such as signatures, go along. It does what
 * `planPush` and `executePush` do, but does not ask what tags point at now.
 *
 * @param repository Where to, as `team/app`. The registry's own host in front is dropped. @default the repository of the name by which the image was chosen, or of its first, the registry dropped
 * @param tag Which tag to set; `tags` come on top. @default the tag of that name, or `latest` if it has none
 * @returns the digest of the image's manifest or index
 * @throws {TarReadError} if the archive is none, or is damaged
 * @throws {ValidationError} if it holds no image, or several and none is chosen, or some platforms but not all and none is chosen, or there is no name to push to
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
  const { rename, onWarning } = options
  const tags = tag === undefined ? options.tags : [tag, ...(optionalList('tags', options.tags) ?? [])]
  const [pushed] = await pushNamed(archive, registry, options, async (archive, registry) => [
    nameImage(await chosenImage(archive, options), { registry, repository, tags, rename, onWarning }),
  ])
  return pushed?.digest as Digest
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
 * @param options.images Which of the images, each by a name of its own or its index from 0. @default all
 * @returns the digests of the manifests, one a name, in the archive's order
 * @throws {ValidationError} if an image has no name, and is no referrer of one that has
 */
export async function pushDockerTarWithAllOriginalTags(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  options: PushArchiveOptions & Pick<PlanOptions, 'images'> = {},
): Promise<readonly Digest[]> {
  const { tags, rename, onWarning } = options
  const pushed = await pushNamed(archive, registry, options, async ({ images }, registry) =>
    nameImages(await chooseImages(images, options), images, { registry, tags, rename, onWarning }),
  )
  return pushed.flatMap(({ tags, digest }) => tags.map(() => digest))
}

/** @returns what each of the named images went up as, and by which tags */
async function pushNamed(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  given: PushArchiveOptions,
  name: (archive: Archive, registry: string) => Promise<readonly ImagePush[]>,
): Promise<ReadonlyArray<{ readonly tags: readonly string[]; readonly digest: Digest }>> {
  return withControl(given, async (options) => {
    const handle = toRegistry(registry)
    return withArchive(archive, options, async (archive) => {
      const { images } = archive
      const named = await name(archive, handle.url)
      const plan = await pushImages(named, images, handle, options)
      const changes = new Map(plan.digestChanges.map(({ repository, from, to }) => [`${repository}@${from}`, to]))
      return named.map(({ image: { manifest }, repository, tags }) => ({
        tags,
        digest: changes.get(`${repository}@${manifest.digest}`) ?? manifest.digest,
      }))
    })
  })
}
