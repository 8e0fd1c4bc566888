import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import { RegistryError, ResponseError } from '../errors.ts'
import type { Digest } from '../oci/digest.ts'
import { isOutage } from '../registry/outage.ts'
import { removeFromReferrersTag } from '../registry/referrers-tag.ts'
import { findNeeded } from './changes.ts'
import { createDeleter, type Skip } from './delete-one.ts'
import type { TidyOptions } from './delete-options.ts'
import type { DeletePlan, DeleteResult, PlannedDelete } from './delete-plan.ts'
import { groupByDepth } from './group-by-depth.ts'
import type { RepositoryReader } from './repository-reader.ts'

/** The outcome of one part of a plan. */
type Outcome = { readonly skip: Skip } | { readonly error: Error } | 'deleted'

/**
 * Executes a plan; throws what `executeDelete` throws.
 *
 * @param isFresh True if the plan was made just now: then only the tags that go are looked at once more.
 */
export async function runDelete(
  reader: RepositoryReader,
  plan: DeletePlan,
  options: Pick<TidyOptions, 'onProgress' | 'onWarning'>,
  isFresh = false,
): Promise<DeleteResult> {
  const { registry, repository, signal, concurrency } = reader
  const deleter = createDeleter(registry, repository, signal)
  const manifests = new Map(plan.manifests.map((manifest) => [manifest.digest, manifest]))
  const needed = isFresh ? new Map<Digest, string>() : await findNeeded(reader, plan)
  const outcomes = new Map<PlannedDelete, Outcome>()
  /** The manifests that are not there any more. */
  const gone = new Set<Digest>()
  let hasChanged = false
  /** The failure that ended the rest. */
  let outage: RegistryError | undefined

  function reasonToSkip({ digest, way, after }: PlannedDelete): Skip | undefined {
    if (outage) return { reason: 'stopped', text: 'an earlier delete failed' }
    if (way !== 'digest') return undefined
    const need = needed.get(digest)
    if (need !== undefined) return { reason: 'needed', text: need }
    const staying = after.find((parent) => !gone.has(parent))
    return (
      staying && {
        reason: 'parent-stays',
        text: `${staying}, which lists it or which it is attached to, was not deleted`,
      }
    )
  }

  async function deletePart(part: PlannedDelete): Promise<Outcome> {
    const { digest, way } = part
    const skip = reasonToSkip(part) ?? (await deleter.delete(part, manifests.get(digest)))
    if (way === 'digest' && (!skip || skip.reason === 'gone')) gone.add(digest)
    if (skip) return { skip }
    hasChanged = true
    await removeFromList(part)
    return 'deleted'
  }

  async function removeFromList({ digest, listed }: PlannedDelete): Promise<void> {
    if (!listed) return
    const { subject } = listed
    await removeFromReferrersTag(registry, { repository, subject, referrer: digest }, signal).catch((error) => {
      signal?.throwIfAborted()
      options.onWarning?.(`${digest} is deleted, but the list of the referrers of ${subject} still has it: ${error}`)
    })
  }

  async function run(part: PlannedDelete): Promise<void> {
    try {
      outcomes.set(part, await deletePart(part))
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof RegistryError)) throw error
      if (isOutage(error) || (await isOff(error))) outage ??= error
      outcomes.set(part, { error })
    }
    options.onProgress?.({ phase: 'delete', done: outcomes.size, total: plan.deletes.length })
  }

  /** Tells whether a registry refuses a delete because deletes are off. */
  async function isOff(error: RegistryError): Promise<boolean> {
    if (hasChanged || !isRefusal(error)) return false
    return !(await deleter.deletesAtAll().catch(() => true))
  }

  for (const wave of wavesOf(plan.deletes)) await runPool(wave, fixed(concurrency), signal, run)
  // Now no delete is under way. After the first one, the caller needs the undo.
  if (outage && !hasChanged) throw outage
  return resultOf(plan, outcomes)
}

/** Puts parts together that need not wait for each other. The first is alone: it shows whether the registry deletes. */
function wavesOf(parts: readonly PlannedDelete[]): ReadonlyArray<readonly PlannedDelete[]> {
  const depths = new Map<Digest, number>()
  return groupByDepth(parts, (part) => {
    const depth = part === parts[0] ? 0 : Math.max(1, ...part.after.map((parent) => (depths.get(parent) ?? 0) + 1))
    if (part.way === 'digest') depths.set(part.digest, depth)
    return depth
  })
}

function isRefusal(error: RegistryError): boolean {
  return error instanceof ResponseError && (error.status === 405 || error.status === 501)
}

/** Sums up what became of a plan, in its order. */
function resultOf(plan: DeletePlan, outcomes: ReadonlyMap<PlannedDelete, Outcome>): DeleteResult {
  const { version, registry, repository, deletes, manifests } = plan
  const deleted = deletes.filter((part) => outcomes.get(part) === 'deleted')
  const left = deletes.flatMap((part) => {
    const outcome = outcomes.get(part)
    return outcome === undefined || outcome === 'deleted' ? [] : [{ part, outcome }]
  })
  const digests = new Set(deleted.flatMap(({ digest, listed }) => (listed ? [digest, listed.list] : digest)))
  return {
    deleted,
    skipped: left.flatMap(({ part: { digest, tags }, outcome }) =>
      'skip' in outcome ? [{ digest, tags, ...outcome.skip }] : [],
    ),
    failed: left.flatMap(({ part: { digest, tags }, outcome }) =>
      'error' in outcome ? [{ digest, tags, error: outcome.error }] : [],
    ),
    undo: {
      ...{ version, registry, repository },
      deletes: deleted,
      manifests: manifests.filter(({ digest }) => digests.has(digest)),
    },
  }
}
