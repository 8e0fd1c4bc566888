import { type Archive, withArchive } from './archive/archive.ts'
import { chosenImage } from './archive/chosen-image.ts'
import type { ArchiveInput } from './archive/input.ts'
import type { ReadOptions } from './archive/read-options.ts'
import { optionalList } from './check-options.ts'
import type { CompressOptions } from './compress/compress-options.ts'
import { withControl } from './control/controller.ts'
import type { PlatformChoice } from './images/choose-image.ts'
import { chooseImages } from './images/choose-images.ts'
import type { PlatformSelection } from './images/platform-selection.ts'
import type { Digest } from './oci/digest.ts'
import { type RegistryInput, toRegistry } from './registry/registry.ts'
import { nameImage, nameImages, type PushNaming } from './transfer/plan/naming.ts'
import type { ImagePush } from './transfer/plan/needs.ts'
import type { PlanOptions } from './transfer/plan-push.ts'
import { pushImages } from './transfer/push.ts'
import type { PushOptions } from './transfer/push-options.ts'

/**
 * The options of the functions that push an archive: those of opening it, of planning, of compressing and of sending.
 */
export interface PushArchiveOptions
  extends PushOptions,
    ReadOptions,
    PlatformSelection,
    CompressOptions,
    Pick<PushNaming, 'tags' | 'rename'>,
    Pick<PlanOptions, 'mountFrom' | 'existing' | 'foreignLayers' | 'lookups'> {}

/** Where an image is pushed. */
export interface PushTarget {
  /**
   * The repository, such as `team/app`. @default that of the image's first name, or of the name in `image`, without its
   * registry
   */
  readonly repository?: string | undefined
  /** The tag to set, besides `tags`. @default the tag of that name, or `latest` if it has none */
  readonly tag?: string | undefined
}

/**
 * Pushes one image of an archive, byte for byte as the archive has it. The image may have one platform or several. If
 * the archive has only one platform of a multi-platform image, it pushes that one, as `docker push` does. Referrers of
 * the image in the archive, such as signatures, are pushed too.
 *
 * It does the same as `planPush` and `executePush`, but does not look up what the tags point at now.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder; or an archive that
 *   `openArchive` has opened.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The repository to push to, such as `team/app`. The registry's own host in front is dropped.
 *   Default: the repository of the image's first name, or of the name in `options.image`, without its registry.
 * @param tag The tag to set, besides `options.tags`. Default: the tag of that name, or `latest` if it has none.
 * @param options `onProgress`, `signal`, `controller`, `platform`, `image`, `compress`, `sessions` and others: see
 *   `PushArchiveOptions`.
 * @returns the digest of the image's manifest or index.
 * @throws {TypeError} if `archive`, `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if the archive has no image, or several images or some platforms of an image and none is
 *   chosen; or if there is no name to push to, or a name is not valid.
 * @throws {DigestMismatchError} if bytes of the archive do not match their digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { pushDockerTar } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const digest = await pushDockerTar(file, 'https://registry.example.com', 'team/app', 'v7', {
 *   onProgress: ({ sentBytes, totalBytes }) => console.info(`${sentBytes} of ${totalBytes} bytes`),
 * })
 * console.log(digest) // 'sha256:…'
 * ```
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
 * Pushes one image of an archive. It is `pushDockerTar` with the repository and the tag among the options.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder; or an archive that
 *   `openArchive` has opened.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `repository` and `tag`, with the defaults of `pushDockerTar`, and all that `pushDockerTar` takes.
 * @returns the digest of the image's manifest or index.
 * @throws {TypeError} if `archive`, `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if the archive has no image, or several images or some platforms of an image and none is
 *   chosen; or if there is no name to push to, or a name is not valid.
 * @throws {DigestMismatchError} if bytes of the archive do not match their digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { push } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const digest = await push(file, 'https://registry.example.com', { repository: 'team/app', tag: 'v7' })
 * console.log(digest) // 'sha256:…'
 * ```
 */
export function push(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  options: PushTarget & PushArchiveOptions & PlatformChoice = {},
): Promise<Digest> {
  return pushDockerTar(archive, registry, options.repository, options.tag, options)
}

/**
 * Pushes one image of an archive under its own first name, without the name's registry. For example,
 * `localhost:5000/team/app:v1` becomes `team/app:v1`.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder; or an archive that
 *   `openArchive` has opened.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `onProgress`, `signal`, `controller`, `platform`, `image`, `compress`, `sessions` and others: see
 *   `PushArchiveOptions`.
 * @returns the digest of the image's manifest or index.
 * @throws {TypeError} if `archive`, `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if the archive has no image, or several images or some platforms of an image and none is
 *   chosen; or if the image has no name.
 * @throws {DigestMismatchError} if bytes of the archive do not match their digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { pushDockerTarWithOriginalTags } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const digest = await pushDockerTarWithOriginalTags(file, 'https://registry.example.com')
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function pushDockerTarWithOriginalTags(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  options: PushArchiveOptions & PlatformChoice = {},
): Promise<Digest> {
  return pushDockerTar(archive, registry, undefined, undefined, options)
}

/**
 * Pushes every image of an archive under every name it has, without the names' registry. Each blob is sent once. Tags
 * are set last, after the manifests and blobs of all images.
 *
 * @param archive A `File`, a `Blob`, bytes, a stream, a `Response` or the files of a folder; or an archive that
 *   `openArchive` has opened.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `images` chooses images, each by a name or by its index from 0 (default: all). `onProgress`,
 *   `signal`, `controller`, `platform`, `image`, `compress`, `sessions` and others: see `PushArchiveOptions`.
 * @returns the digests of the manifests, one for each name, in the archive's order.
 * @throws {TypeError} if `archive`, `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {TarReadError} if the file cannot be read, is not an archive, is damaged, or exceeds a limit.
 * @throws {ValidationError} if the archive has no image; if an image has no name and is not a referrer of one that
 *   has; or if the archive has some platforms of an image and none is chosen.
 * @throws {DigestMismatchError} if bytes of the archive do not match their digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { pushDockerTarWithAllOriginalTags } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const digests = await pushDockerTarWithAllOriginalTags(file, 'https://registry.example.com')
 * console.log(digests) // [ 'sha256:…' ]
 * ```
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
