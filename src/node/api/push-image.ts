import type { Digest, Image, PushImageOptions, RegistryInput } from '../../index.ts'
import * as core from '../../index.ts'
import { inNode } from '../node-runtime.ts'

/**
 * Pushes an image: one of `openImage` or `openArchive`, or one that `editImage` or `createIndex` made. Its `referrers`
 * are pushed too.
 *
 * Blobs of an image that was opened in the same registry are not read and not sent. In its repository they are present,
 * and another repository mounts them. That takes the same handle of `openRegistry`, or a registry without credentials.
 *
 * @param image The image.
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The repository to push to, such as `team/app`. Default: the repository of the image's first name,
 *   without its registry.
 * @param tag The tag to set, besides `options.tags`. Default: the tag of that name. An image without a name gets no
 *   tag: it is put by its digest alone.
 * @param options `tags`, `onProgress`, `signal`, `controller`, `platform`, `compress`, `sessions`, `verify` and others:
 *   see `PushImageOptions`. `tags: []` sets no tag.
 * @returns the digest of the image's manifest or index.
 * @throws {TypeError} if `image`, `registry` or an option has the wrong type.
 * @throws {RangeError} if a number in the options is out of range, such as a `concurrency` of 0.
 * @throws {ValidationError} if there is no name to push to, a name is not valid, or a platform must be chosen.
 * @throws {DigestMismatchError} if bytes of the image do not match their digest.
 * @throws {ResponseError} if the registry refuses.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { editImage, openImage, pushImage } from 'registry-api-v2-client/node'
 *
 * const image = await openImage('https://registry.example.com', 'team/app', 'v7')
 * const edited = await editImage(image, { user: '1000' })
 * const digest = await pushImage(edited, 'https://mirror.example.com', 'team/app', 'v7-user')
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function pushImage(
  image: Image,
  registry: RegistryInput,
  repository?: string,
  tag?: string,
  options: PushImageOptions = {},
): Promise<Digest> {
  return core.pushImage(image, registry, repository, tag, inNode(options))
}
