import { loaded } from '../async/lazy.ts'
import { ValidationError } from '../errors.ts'
import { type Digest, parseDigest } from '../oci/digest.ts'
import { parseRepositoryOf, parseTag } from '../oci/reference.ts'
import { readTags } from './lists.ts'
import { manifestAt } from './manifests.ts'
import { type Registry, type RegistryInput, type RequestOptions, toRegistry } from './registry.ts'

/**
 * Answers of registries that delete no tags: 400 by distribution 2, 404 by Nexus (regclient/regclient#258), 405 by the
 * spec.
 */
const CANNOT_DELETE_TAGS = [400, 404, 405, 501]
/** Requests at once. */
const CONCURRENCY = 8

/** The options of `deleteImage`. */
export interface DeleteOptions extends RequestOptions {
  /** Deletes the manifest with all its tags if the registry cannot delete a single tag. @default false */
  readonly deleteSharedManifest?: boolean | undefined
}

/**
 * Deletes one tag of a repository.
 *
 * Some registries, such as distribution 2 and Nexus, cannot delete a single tag. There it deletes the manifest by its
 * digest, which deletes all tags of it, but only if no other tag names that manifest. It does not check whether an
 * index of the repository lists the manifest.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param tag The tag to delete.
 * @param options `deleteSharedManifest` deletes the manifest with all its tags if the registry cannot delete a single
 *   tag (default: false). `signal` aborts the requests; the promise then rejects with the signal's reason.
 * @returns true if the tag was deleted, false if it did not exist.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `repository` or `tag` is not valid, or if other tags would be deleted too; the message
 *   names them.
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
  let digest = await resolve(handle, name, parseTag(tag), signal)
  if (!digest) return false
  const status = await sendDelete(handle, name, tag, CANNOT_DELETE_TAGS, signal)
  if (status < 300) return true
  // Somebody else may have deleted or moved the tag by now.
  if (status === 404) digest = await resolve(handle, name, tag, signal)
  if (!digest) return false
  if (!deleteSharedManifest) await refuseIfShared(handle, name, tag, digest, signal)
  return deleteManifest(handle, name, digest, signal)
}

/**
 * Deletes a manifest and every tag that names it. Its blobs stay until the registry collects its garbage.
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
  return deleteManifest(handle, parseRepositoryOf(handle.url, repository), reference, options.signal)
}

async function deleteManifest(
  registry: Registry,
  repository: string,
  digest: Digest,
  signal?: AbortSignal,
): Promise<boolean> {
  if ((await sendDelete(registry, repository, digest, [404], signal)) < 300) return true
  if (!(await resolve(registry, repository, digest, signal))) return false
  // Quay, for one, does not delete a manifest without a tag. That is a refusal.
  await sendDelete(registry, repository, digest, [], signal)
  return true
}

/**
 * Deletes what a tag or a digest names (distribution-spec § Deleting tags, § Deleting Manifests).
 *
 * @param allow Statuses that are answers here, not failures.
 * @returns the status: 202 if it is deleted
 */
async function sendDelete(
  registry: Registry,
  repository: string,
  reference: string,
  allow: readonly number[],
  signal?: AbortSignal,
): Promise<number> {
  const { status } = await registry.send({
    act: `delete ${reference} of "${repository}"${allow.length > 0 ? '' : ', which it has'}`,
    method: 'DELETE',
    ...manifestAt(registry, repository, reference),
    allow,
    signal,
  })
  return status
}

async function refuseIfShared(
  registry: Registry,
  repository: string,
  tag: string,
  digest: Digest,
  signal?: AbortSignal,
): Promise<void> {
  const others = (await readTags(registry, repository, signal)).filter((other) => other !== tag)
  const sharing: string[] = []
  for (let start = 0; start < others.length; start += CONCURRENCY) {
    const batch = others.slice(start, start + CONCURRENCY)
    const digests = await Promise.all(batch.map((other) => resolve(registry, repository, other, signal)))
    sharing.push(...batch.filter((_, index) => digests[index] === digest))
  }
  if (sharing.length === 0) return
  throw new ValidationError(
    'TAG_SHARED',
    `Cannot delete the tag "${tag}" of "${repository}" alone: the registry deletes whole manifests only, and ` +
      `${sharing.map((name) => `"${name}"`).join(', ')} would go too (${digest})`,
    { remedy: 'pass { deleteSharedManifest: true } to delete them all', input: tag },
  )
}

async function resolve(
  registry: Registry,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<Digest | undefined> {
  const { resolveManifest } = await loaded(import('./read-manifest.ts'))
  return resolveManifest(manifestAt(registry, repository, reference), signal)
}
