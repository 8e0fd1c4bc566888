import { RegistryError, ValidationError } from '../errors.ts'
import type { Digest } from '../oci/digest.ts'
import type { Registry } from '../registry/registry.ts'
import type { DeletePlan } from './delete-plan.ts'
import { makePlan } from './make-plan.ts'
import { createRepositoryReader } from './repository-reader.ts'
import { runDelete } from './run-delete.ts'

/** A repository whose registry deletes only whole manifests. */
interface Deletion {
  readonly registry: Registry
  readonly repository: string
  readonly signal: AbortSignal | undefined
}

/** Requests at once. */
const CONCURRENCY = 8

/**
 * Deletes the manifest of a tag; throws what `deleteImage` throws. It takes nothing else along.
 *
 * @param takesSiblings Whether its other tags may go too.
 * @returns whether the tag existed
 */
export async function deleteWholeManifest(
  { registry, repository, signal }: Deletion,
  tag: string,
  takesSiblings: boolean,
): Promise<boolean> {
  const reader = createRepositoryReader(registry, repository, { concurrency: CONCURRENCY, signal })
  const alone = { all: true, children: false, referrers: false }
  let plan = await makePlan(reader, [tag], alone)
  const digest = plan.tags.find((one) => one.tag === tag)?.digest
  if (!digest) return false
  const siblings = plan.deletes[0]?.siblings ?? []
  if (siblings.length > 0 && takesSiblings) plan = await makePlan(reader, [digest], alone)
  if (plan.deletes[0]?.way !== 'digest') throw cannotGo(plan, tag, digest)
  const { deleted, failed, skipped } = await runDelete(reader, plan, {}, true)
  if (failed[0]) throw failed[0].error
  if (skipped[0]?.reason === 'moved') {
    throw new RegistryError('TAG_MOVED', `Cannot delete the tag "${tag}" of "${repository}": ${skipped[0].text}`, {
      remedy: 'look at it, then try again',
    })
  }
  return deleted.length > 0
}

/** Makes the error for a manifest that cannot be deleted, because something needs it that stays. */
function cannotGo({ repository, deletes, stays }: DeletePlan, tag: string, digest: Digest): ValidationError {
  const act = `Cannot delete the tag "${tag}" of "${repository}" alone: the registry deletes whole manifests only`
  const siblings = deletes[0]?.siblings ?? []
  if (siblings.length > 0) {
    const names = siblings.map((name) => `"${name}"`).join(', ')
    const remedy = 'pass { deleteSharedManifest: true } to delete them all'
    return new ValidationError('TAG_SHARED', `${act}, and ${names} would be deleted too (${digest})`, {
      remedy,
      input: tag,
    })
  }
  const why = stays.find((one) => one.digest === digest && one.reason !== 'shared')?.text ?? 'something needs it'
  return new ValidationError('TAG_SHARED', `${act}, and ${digest} is kept: ${why}`, {
    remedy: 'first delete the images that need it; planDelete tells why it is kept',
    input: tag,
  })
}
