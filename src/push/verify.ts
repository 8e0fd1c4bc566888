import { RegistryError } from '../errors.ts'
import { verifyDigest } from '../oci/verify.ts'
import { hasBlob } from '../registry/blobs.ts'
import { resolveManifest } from '../registry/manifests.ts'
import type { Registry } from '../registry/registry.ts'
import type { PushPlan } from './plan.ts'
import { type Concurrency, runPool } from './pool.ts'

/**
 * Asks the registry for all that a push brought in: each blob, each manifest, and what each tag points at.
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
      if (!(await hasBlob(registry, blob.repository, blob, signal))) throw lacking(blob.digest, blob.repository)
    }),
    ...manifests.map(({ repository, digest }) => async (signal: AbortSignal) => {
      if (!(await resolveManifest(registry, repository, digest, signal))) throw lacking(digest, repository)
    }),
    ...tags.map(({ repository, tag, digest }) => async (signal: AbortSignal) => {
      const pointsAt = await resolveManifest(registry, repository, tag, signal)
      if (!pointsAt) throw lacking(`the tag ${tag}`, repository)
      verifyDigest(`what the tag ${tag} of "${repository}" points at`, digest, pointsAt)
    }),
  ]
  await runPool(checks, concurrency, signal, (check, signal) => check(signal))
}

function lacking(what: string, repository: string): RegistryError {
  return new RegistryError(
    `Cannot verify the push: the registry has taken ${what} into "${repository}", and now says that it is not there; push again, and see what collects its garbage`,
  )
}
