import { withControl } from '../../control/controller.ts'
import type {
  Archive,
  Digest,
  Image,
  PlanOptions,
  PlatformChoice,
  PushArchiveOptions,
  PushOptions,
  PushPlan,
  PushTarget,
  RegistryInput,
} from '../../index.ts'
import * as core from '../../index.ts'
import { type ArchiveInput, withInput } from '../archive/open-input.ts'
import { inNode } from '../node-runtime.ts'

// The functions of "." that push, in the runtime of Node, Deno and Bun. An archive may be a path.

/**
 * Pushes one image of an archive, byte for byte as the archive has it. The image may have one platform or several. If
 * the archive has only one platform of a multi-platform image, it pushes that one, as `docker push` does. Referrers of
 * the image in the archive, such as signatures, are pushed too.
 *
 * It does the same as `planPush` and `executePush`, but does not look up what the tags point at now.
 *
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`;
 *   or an archive that `openArchive` has opened.
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
 * import { pushDockerTar } from 'registry-api-v2-client/node'
 *
 * const digest = await pushDockerTar('exported.tar', 'https://registry.example.com', 'team/app', 'v7', {
 *   onProgress: ({ sentBytes, totalBytes }) => console.info(`${sentBytes} of ${totalBytes} bytes`),
 * })
 * console.log(digest) // 'sha256:…'
 * ```
 */
export function pushDockerTar(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  repository?: string,
  tag?: string,
  options: PushArchiveOptions & PlatformChoice = {},
): Promise<Digest> {
  return pushInput(archive, options, (input, options) => core.pushDockerTar(input, registry, repository, tag, options))
}

/**
 * Pushes one image of an archive. It is `pushDockerTar` with the repository and the tag among the options.
 *
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`;
 *   or an archive that `openArchive` has opened.
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
 * import { push } from 'registry-api-v2-client/node'
 *
 * const options = { repository: 'team/app', tag: 'v7' }
 * const digest = await push('exported.tar', 'https://registry.example.com', options)
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
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`;
 *   or an archive that `openArchive` has opened.
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
 * import { pushDockerTarWithOriginalTags } from 'registry-api-v2-client/node'
 *
 * const digest = await pushDockerTarWithOriginalTags('exported.tar', 'https://registry.example.com')
 * console.log(digest) // 'sha256:…'
 * ```
 */
export function pushDockerTarWithOriginalTags(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  options: PushArchiveOptions & PlatformChoice = {},
): Promise<Digest> {
  return pushInput(archive, options, (input, options) => core.pushDockerTarWithOriginalTags(input, registry, options))
}

/**
 * Pushes every image of an archive under every name it has, without the names' registry. Each blob is sent once. Tags
 * are set last, after the manifests and blobs of all images.
 *
 * @param archive The path or `file:` URL of a file, a folder or a pipe; or a `Blob`, bytes, a stream or a `Response`;
 *   or an archive that `openArchive` has opened.
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
 * import { pushDockerTarWithAllOriginalTags } from 'registry-api-v2-client/node'
 *
 * const digests = await pushDockerTarWithAllOriginalTags('exported.tar', 'https://registry.example.com')
 * console.log(digests) // [ 'sha256:…' ]
 * ```
 */
export function pushDockerTarWithAllOriginalTags(
  archive: ArchiveInput | Archive,
  registry: RegistryInput,
  options: PushArchiveOptions & Pick<PlanOptions, 'images'> = {},
): Promise<readonly Digest[]> {
  return pushInput(archive, options, (input, options) =>
    core.pushDockerTarWithAllOriginalTags(input, registry, options),
  )
}

/**
 * Plans a push: compares the images with the content of the registry, and changes nothing there. The plan is JSON.
 * Each blob is sent once, or mounted if another repository has it: one of this push, or one of `mountFrom`. Referrers
 * of the images are in the plan too.
 *
 * With `compress`, layers are compressed to compute their digests, unless `compressions` knows them. `executePush`
 * compresses them again when it sends them.
 *
 * @param images The images of an open archive: `archive.images`.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `repository`, `tag`, `images`, `platform`, `rename`, `mountFrom`, `compress` and others: see
 *   `PlanOptions`. `signal` aborts it; the promise then rejects with the signal's reason.
 * @returns the plan, for `executePush`.
 * @throws {TypeError} if `images`, `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `lookups` of 0.
 * @throws {TarReadError} if `compress` is set and the archive cannot be read.
 * @throws {ValidationError} if an image has no name and none is given, two images get the same tag, a name is not
 *   valid, or a platform must be chosen.
 * @throws {DigestMismatchError} if `compress` is set and a layer does not match its digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { openArchive, planPush } from 'registry-api-v2-client/node'
 *
 * const archive = await openArchive('exported.tar')
 * const plan = await planPush(archive.images, 'https://registry.example.com')
 * console.log(plan.tags.map(({ repository, tag }) => `${repository}:${tag}`)) // [ 'team/app:v7' ]
 * console.log(plan.uploadBytes) // …
 * await archive.close()
 * ```
 */
export async function planPush(
  images: readonly Image[],
  registry: RegistryInput,
  options: PlanOptions = {},
): Promise<PushPlan> {
  return core.planPush(images, registry, inNode(options))
}

/**
 * Executes a plan: sends the blobs, several at once, then the manifests in the plan's order, then the tags. It sets no
 * tag before all blobs and manifests are in the registry. After a failure or an abort it cancels open uploads, unless
 * `sessions` keeps them.
 *
 * @param plan The plan that `planPush` made, or its JSON parsed again.
 * @param images The images of the archive that the plan was made of. The bytes come from there.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `onProgress`, `signal`, `controller`, `concurrency`, `chunkSize`, `sessions` and others: see
 *   `PushOptions`.
 * @throws {TypeError} if `plan` is not a plan, or was made for another registry or by another encoder; or if `images`,
 *   `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {TarReadError} if the archive cannot be read.
 * @throws {ValidationError} if the images lack a blob or manifest of the plan.
 * @throws {DigestMismatchError} if bytes of the archive do not match their digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { executePush, openArchive, planPush } from 'registry-api-v2-client/node'
 *
 * const archive = await openArchive('exported.tar')
 * const plan = await planPush(archive.images, 'https://registry.example.com')
 * await executePush(plan, archive.images, 'https://registry.example.com')
 * await archive.close()
 * ```
 */
export async function executePush(
  plan: PushPlan,
  images: readonly Image[],
  registry: RegistryInput,
  options: PushOptions = {},
): Promise<void> {
  return core.executePush(plan, images, registry, inNode(options))
}

/** Opens what is pushed; that too is under the push's controller. */
async function pushInput<O extends PushArchiveOptions, T>(
  archive: ArchiveInput | Archive,
  options: O,
  push: (input: core.ArchiveInput | Archive, options: O) => Promise<T>,
): Promise<T> {
  return withControl(inNode(options), (options) =>
    withInput(archive, options, (input) => push(input as core.ArchiveInput | Archive, options)),
  )
}
