import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { parsePlace } from '../input/place.ts'
import { type RemovalFlags, remove } from '../removal/remove.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface PruneFlags extends RemovalFlags {
  readonly keep?: number | undefined
  readonly by: 'date' | 'version'
  readonly olderThan?: string | Date | undefined
  readonly match?: readonly string[] | undefined
  readonly except?: readonly string[] | undefined
}

/** Deletes images of a repository by rules. */
export async function prune(
  context: Context,
  repository: string,
  { keep: keepNewest, by, olderThan, match: tags, except: keep, ...flags }: PruneFlags,
): Promise<Result> {
  const place = parsePlace(repository)
  if (place.tag !== undefined || place.digest !== undefined) {
    throw new UsageError(
      `Cannot prune "${repository}": it names one image`,
      'pass a repository, or run "registry-client delete" to delete single images',
    )
  }
  if (keepNewest === undefined && olderThan === undefined && tags === undefined) {
    throw new UsageError(`Cannot prune "${repository}" without a rule`, 'pass --keep, --older-than or --match')
  }
  return remove(context, { place, what: { keepNewest, by, olderThan, tags, keep } }, flags)
}
