import type { ImageChoice } from './archive/options.ts'
import { readImage, readImages } from './archive/read-images.ts'
import { ValidationError } from './errors.ts'
import type { Digest } from './oci/digest.ts'
import type { Image } from './oci/image.ts'
import { dropRegistry, parseRepository, parseTag, type RepositoryTag } from './oci/reference.ts'
import { type ImagePush, planPush } from './push/plan.ts'
import { executePush, type PushOptions } from './push/push.ts'
import { type RegistryInput, toRegistry } from './registry/registry.ts'
import type { SourceInput } from './source/from.ts'

/**
 * Pushes one image of a `docker save` archive.
 *
 * @param repository Where to. @default the repository of the image's first name, its registry dropped
 * @param tag Which tag to set. @default the tag of the image's first name, or `latest` if it has none
 * @returns the digest of the image's manifest
 * @throws {TarReadError} if the archive is not a tar, or is damaged
 * @throws {ValidationError} if it holds no image, or several and none is chosen, or there is no name to push to
 * @throws {DigestMismatchError} if its bytes are not what it says they are
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
 */
export async function pushDockerTar(
  archive: SourceInput,
  registry: RegistryInput,
  repository?: string,
  tag?: string,
  options: PushOptions & ImageChoice = {},
): Promise<Digest> {
  const handle = toRegistry(registry)
  const given = {
    ...(repository !== undefined && { repository: parseRepository(repository) }),
    ...(tag !== undefined && { tag: parseTag(tag) }),
  }
  const image = await readImage(archive, options)
  const destination = destinationOf(image, given)
  await executePush(handle, planPush([{ image, repository: destination.repository, tags: [destination.tag] }]), options)
  return image.manifest.digest
}

/**
 * Pushes one image of a `docker save` archive under its own first name, the archive's registry dropped:
 * `localhost:5000/team/app:v1` becomes `team/app:v1`. Returns and throws what `pushDockerTar` does.
 */
export async function pushDockerTarWithOriginalTags(
  archive: SourceInput,
  registry: RegistryInput,
  options: PushOptions & ImageChoice = {},
): Promise<Digest> {
  return pushDockerTar(archive, registry, undefined, undefined, options)
}

/**
 * Pushes every image of a `docker save` archive under every name it has, the archive's registry dropped. A blob goes
 * over the wire once, and no tag moves before all images are in. Throws what `pushDockerTar` does.
 *
 * @returns the digests of the manifests, one a name, in the archive's order
 * @throws {ValidationError} if an image has no name
 */
export async function pushDockerTarWithAllOriginalTags(
  archive: SourceInput,
  registry: RegistryInput,
  options: PushOptions = {},
): Promise<readonly Digest[]> {
  const handle = toRegistry(registry)
  const images = await readImages(archive, options)
  await executePush(handle, planPush(images.flatMap(pushesOf)), options)
  return images.flatMap((image) => image.names.map(() => image.manifest.digest))
}

function destinationOf(image: Image, given: Partial<RepositoryTag>): RepositoryTag {
  const { repository: givenRepository, tag: givenTag } = given
  // A name that is not needed may be none: "<none>:<none>".
  if (givenRepository !== undefined && givenTag !== undefined) return { repository: givenRepository, tag: givenTag }
  const [name] = image.names
  const own: Partial<RepositoryTag> = name === undefined ? {} : dropRegistry(name)
  const repository = givenRepository ?? own.repository
  if (repository !== undefined) return { repository, tag: givenTag ?? own.tag ?? 'latest' }
  throw new ValidationError('Cannot push the image: it has no name of its own; pass a repository to push it to')
}

function pushesOf(image: Image, position: number): readonly ImagePush[] {
  if (image.names.length > 0) {
    return image.names.map(dropRegistry).map(({ repository, tag }) => ({ image, repository, tags: [tag] }))
  }
  throw new ValidationError(
    `Cannot push all images by their names: image ${position} has none; push it with pushDockerTar, a repository and { image: ${position} }`,
  )
}
