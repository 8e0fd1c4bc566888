import { loaded } from '../async/lazy.ts'
import type { RegistryInput } from './registry.ts'
import type { RetaggedImage, SetTag, SetTagsOptions } from './set-tags-options.ts'

/**
 * Points tags at a manifest that is in the repository. It adds and moves exactly these tags and removes none. No layer
 * moves, and the bytes of the manifest stay the same. Tags that point at it already take one request and no PUT.
 *
 * All names are checked and all tags are looked up before the first one moves. Registries have no compare-and-swap: a
 * tag that another client moves between the look-up and the PUT is overwritten.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param digest The digest of the manifest or index, `sha256:` and 64 hexadecimal digits.
 * @param tags The tags to set. An empty list changes nothing.
 * @param options `noClobber` does not move tags that point at another manifest. `expected` is the digest that the tags
 *   must point at now. `onWarning` gets warnings. `signal` aborts the requests; the promise then rejects with the
 *   signal's reason.
 * @returns each tag with the digest that it pointed at before. To undo a move, set the tag to that digest.
 * @throws {TypeError} if `registry` is neither a URL nor a handle, `tags` is not an array, or `noClobber` and
 *   `expected` are both given.
 * @throws {ValidationError} if `repository`, `digest`, `expected` or a tag is not valid.
 * @throws {RegistryError} if a tag does not point at `expected` (code `TAG_MOVED`). Nothing is changed.
 * @throws {ResponseError} if the repository does not have the manifest (code `NOT_FOUND`), a tag cannot be moved (code
 *   `TAG_IMMUTABLE`), or the registry refuses for another reason. The message names the tags that were set before.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { getManifest, openRegistry, setTags } from 'registry-api-v2-client'
 *
 * const registry = openRegistry('https://registry.example.com')
 * const { digest } = await getManifest(registry, 'team/app', 'v7')
 * console.log(await setTags(registry, 'team/app', digest, ['stable'])) // [ { tag: 'stable', outcome: 'set' } ]
 * ```
 */
export async function setTags(
  registry: RegistryInput,
  repository: string,
  digest: string,
  tags: readonly string[],
  options: SetTagsOptions = {},
): Promise<readonly SetTag[]> {
  const { retagByDigest } = await loaded(import('./retag.ts'))
  return retagByDigest(registry, repository, digest, tags, options)
}

/**
 * Gives an image of a repository more tags, or moves tags to it, as `docker tag` and a push of each would. The rules
 * are those of `setTags`.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param from A tag of the image, or its digest.
 * @param tags The tags to set. An empty list changes nothing.
 * @param options `noClobber` does not move tags that point at another manifest. `expected` is the digest that the tags
 *   must point at now. `onWarning` gets warnings. `signal` aborts the requests; the promise then rejects with the
 *   signal's reason.
 * @returns the digest of the image, and each tag with the digest that it pointed at before.
 * @throws {TypeError} if `registry` is neither a URL nor a handle, `tags` is not an array, or `noClobber` and
 *   `expected` are both given.
 * @throws {ValidationError} if `repository`, `from`, `expected` or a tag is not valid.
 * @throws {RegistryError} if a tag does not point at `expected` (code `TAG_MOVED`). Nothing is changed.
 * @throws {ResponseError} if the repository does not have `from` (code `NOT_FOUND`), a tag cannot be moved (code
 *   `TAG_IMMUTABLE`), or the registry refuses for another reason. The message names the tags that were set before.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { retagImage } from 'registry-api-v2-client'
 *
 * const { digest } = await retagImage('https://registry.example.com', 'team/app', 'v7', ['stable', 'production'])
 * console.log(digest) // 'sha256:…'
 * ```
 */
export async function retagImage(
  registry: RegistryInput,
  repository: string,
  from: string,
  tags: readonly string[],
  options: SetTagsOptions = {},
): Promise<RetaggedImage> {
  const { retagByReference } = await loaded(import('./retag.ts'))
  return retagByReference(registry, repository, from, tags, options)
}
