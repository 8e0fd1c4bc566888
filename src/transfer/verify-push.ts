import { runPool } from '../async/pool.ts'
import type { Concurrency } from '../async/semaphore.ts'
import { RegistryError } from '../errors.ts'
import { verifyDigest } from '../oci/verify.ts'
import { isHeld } from '../registry/blob-end.ts'
import { lookForBlob } from '../registry/blobs.ts'
import { manifestAt } from '../registry/manifests.ts'
import { resolveManifest } from '../registry/read-manifest.ts'
import type { Registry } from '../registry/registry.ts'
import type { PlannedBlob, PushPlan } from './plan/plan.ts'

/**
 * Asks the registry for all that a push brought in: each blob, each manifest, and what each tag points at. Of a blob
 * that was there before, it reads the last byte.
 *
 * @throws {RegistryError} if it lacks something that it has taken
 * @throws {DigestMismatchError} if a tag points at something else
 */
export async function verifyPush(
  registry: Registry,
  { blobs, manifests, tags }: PushPlan,
  concurrency: Concurrency,
  signal: AbortSignal | undefined,
): Promise<void> {
  const checks = [
    ...blobs.map((blob) => async (signal: AbortSignal) => {
      if (await isThere(registry, blob, signal)) return
      throw lacking(blob.digest, blob.repository)
    }),
    ...manifests.map(({ repository, digest }) => async (signal: AbortSignal) => {
      if (!(await resolveManifest(manifestAt(registry, repository, digest), signal))) throw lacking(digest, repository)
    }),
    ...tags.map(({ repository, tag, digest }) => async (signal: AbortSignal) => {
      const pointsAt = await resolveManifest(manifestAt(registry, repository, tag), signal)
      if (!pointsAt) throw lacking(`the tag ${tag}`, repository)
      verifyDigest(`what the tag ${tag} of "${repository}" points at`, digest, pointsAt)
    }),
  ]
  await runPool(checks, concurrency, signal, (check, signal) => check(signal))
}

/**
 * Reads the end of a blob that this push has not sent, and of one that HEAD does not find, or finds with another size.
 * An upload that ends because the registry has the blob has read it already.
 */
async function isThere(registry: Registry, blob: PlannedBlob, signal: AbortSignal): Promise<boolean> {
  const found = await lookForBlob(registry, blob.repository, blob, signal)
  if (found === 'there' && blob.action === 'upload') return true
  return isHeld(registry, blob.repository, blob, found === 'there', signal)
}

/** Some registries keep in a cache what they have, and a garbage collection does not clear it. */
function lacking(what: string, repository: string): RegistryError {
  return new RegistryError(
    'CONTENT_LOST',
    `Cannot verify the push: the registry has taken ${what} into "${repository}", but does not have it`,
    {
      remedy:
        "push again with { existing: 'upload' }, which sends also the blobs that it says it has, and check its garbage collection",
    },
  )
}
