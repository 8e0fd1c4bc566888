import { loaded } from '../async/lazy.ts'
import { parseDigest } from '../oci/digest.ts'
import { parseRepositoryOf, parseTag } from '../oci/reference.ts'
import { manifestAt } from '../registry/manifests.ts'
import { type RegistryInput, type RequestOptions, toRegistry } from '../registry/registry.ts'

/** The options of `deleteImage`. */
export interface DeleteOptions extends RequestOptions {
  /** Deletes the manifest with all its tags if the registry cannot delete a single tag. @default false */
  readonly deleteSharedManifest?: boolean | undefined
}

/**
 * Deletes one tag of a repository.
 *
 * Some registries, such as distribution 2 and Nexus, cannot delete a single tag. There it deletes the manifest by its
 * digest, which deletes all tags of it, but only if no other tag names that manifest and no index that stays lists it.
 * It leaves the manifests that an index lists, and the referrers. `deleteTags` deletes these too.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param tag The tag to delete.
 * @param options `deleteSharedManifest` deletes the manifest with all its tags if the registry cannot delete a single
 *   tag (default: false). `signal` aborts the requests; the promise then rejects with the signal's reason.
 * @returns true if the tag was deleted, false if it did not exist.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `repository` or `tag` is not valid, or if other tags would be deleted too, or an index
 *   that stays lists the manifest; the message names them.
 * @throws {RegistryError} if another client moves the tag meanwhile (code `TAG_MOVED`).
 * @throws {ResponseError} if the registry refuses. Status 405 means that deletes are not enabled, and 404 that the
 *   registry has the manifest but does not delete it.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { deleteImage } from 'registry-api-v2-client'
 *
 * console.log(await deleteImage('https://registry.example.com', 'team/app', 'v7')) // true
 * ```
 */
export async function deleteImage(
  registry: RegistryInput,
  repository: string,
  tag: string,
  options: DeleteOptions = {},
): Promise<boolean> {
  const { deleteSharedManifest = false, signal } = options
  const handle = toRegistry(registry)
  const name = parseRepositoryOf(handle.url, repository)
  const deletion = { registry: handle, repository: name, signal }
  const place = manifestAt(handle, name, parseTag(tag))
  const { resolveManifest } = await loaded(import('../registry/read-manifest.ts'), signal)
  if (!(await resolveManifest(place, signal))) return false
  const { CANNOT_DELETE_TAGS, sendDelete } = await loaded(import('../registry/delete-manifest.ts'), signal)
  const status = await sendDelete(deletion, tag, CANNOT_DELETE_TAGS)
  if (status < 300) return true
  // Somebody else may have deleted or moved the tag by now.
  if (status === 404 && !(await resolveManifest(place, signal))) return false
  const { deleteWholeManifest } = await loaded(import('./whole-manifest.ts'), signal)
  return deleteWholeManifest(deletion, tag, deleteSharedManifest)
}

/**
 * Deletes a manifest and every tag that names it. Its blobs stay until the next garbage collection. It does not
 * check whether an index lists the manifest: `planDelete` does.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param digest The digest of the manifest or index, `sha256:` and 64 hexadecimal digits.
 * @param options `signal` aborts the requests; the promise then rejects with the signal's reason.
 * @returns true if the manifest was deleted, false if it did not exist.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `repository` or `digest` is not valid.
 * @throws {ResponseError} if the registry refuses. Status 405 means that deletes are not enabled, and 404 that the
 *   registry has the manifest but does not delete it.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { deleteImageByDigest, getManifest, openRegistry } from 'registry-api-v2-client'
 *
 * const registry = openRegistry('https://registry.example.com')
 * const { digest } = await getManifest(registry, 'team/app', 'v7')
 * console.log(await deleteImageByDigest(registry, 'team/app', digest)) // true
 * ```
 */
export async function deleteImageByDigest(
  registry: RegistryInput,
  repository: string,
  digest: string,
  options: RequestOptions = {},
): Promise<boolean> {
  const handle = toRegistry(registry)
  const reference = parseDigest(digest, 'the image to delete')
  const name = parseRepositoryOf(handle.url, repository)
  const { deleteManifest } = await loaded(import('../registry/delete-manifest.ts'), options.signal)
  return deleteManifest({ registry: handle, repository: name, signal: options.signal }, reference)
}
