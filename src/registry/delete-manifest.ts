import type { Digest } from '../oci/digest.ts'
import { manifestAt } from './manifests.ts'
import { resolveManifest } from './read-manifest.ts'
import type { Registry } from './registry.ts'

/** A repository, and what is deleted in it. */
interface Deletion {
  readonly registry: Registry
  readonly repository: string
  readonly signal: AbortSignal | undefined
}

/**
 * Answers of registries that delete no tags: 400 by distribution 2, 404 by Nexus (regclient/regclient#258), 405 by the
 * spec.
 */
export const CANNOT_DELETE_TAGS: readonly number[] = [400, 404, 405, 501]

/**
 * Deletes a manifest and every tag that names it.
 *
 * @returns whether it was there
 * @throws {ResponseError} if the registry refuses. Status 404 means that it has the manifest and does not delete it.
 */
export async function deleteManifest(deletion: Deletion, digest: Digest): Promise<boolean> {
  const { registry, repository, signal } = deletion
  if ((await sendDelete(deletion, digest, [404])) < 300) return true
  if (!(await resolveManifest(manifestAt(registry, repository, digest), signal))) return false
  // Quay, for one, does not delete a manifest without a tag. That is a refusal.
  await sendDelete(deletion, digest, [])
  return true
}

/**
 * Deletes what a tag or a digest names (distribution-spec § Deleting tags, § Deleting Manifests).
 *
 * @param allow Statuses that are answers here, not failures.
 * @returns the status: 202 if it is deleted
 */
export async function sendDelete(
  { registry, repository, signal }: Deletion,
  reference: string,
  allow: readonly number[],
): Promise<number> {
  const { url, scopes } = manifestAt(registry, repository, reference)
  registry.documents?.delete(url)
  const { status } = await registry.send({
    act: `delete ${reference} of "${repository}"${allow.length > 0 ? '' : ', which it has'}`,
    method: 'DELETE',
    ...{ url, scopes },
    allow,
    signal,
  })
  return status
}

/**
 * Tells whether a registry deletes manifests at all: it asks it to delete one that cannot exist. A registry without
 * deletes answers 405, others 404 (distribution 2 and 3).
 *
 * @throws {ResponseError} if the registry refuses for another reason
 */
export async function deletesManifests({ registry, repository, signal }: Deletion): Promise<boolean> {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  const digest: Digest = `sha256:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  const { status } = await registry.send({
    act: `find out whether "${repository}" deletes manifests`,
    method: 'DELETE',
    ...manifestAt(registry, repository, digest),
    allow: [404, 405, 501],
    signal,
  })
  return status !== 405 && status !== 501
}
