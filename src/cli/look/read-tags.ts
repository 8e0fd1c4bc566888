import {
  iterateTags,
  listTagDetails,
  matchesPattern,
  type Registry,
  sortTags,
  type TagDetails,
} from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import { collect } from './listing.ts'

/** Which tags are listed, and in which order. */
export interface TagsChoice {
  /** A pattern. */
  readonly filter?: string | undefined
  readonly sort?: 'version' | 'date' | undefined
  readonly reverse?: true | undefined
}

/** Reads the names of tags: page by page, or all of them to sort them. */
export async function* readTags(
  { signal }: Context,
  registry: Registry,
  repository: string,
  { filter = '*', sort, reverse }: TagsChoice,
): AsyncGenerator<string> {
  const listed = iterateTags(registry, repository, { signal })
  if (sort !== 'version' && !reverse) {
    for await (const tag of listed) if (matchesPattern(tag, filter)) yield tag
    return
  }
  const chosen = (await collect(listed)).filter((tag) => matchesPattern(tag, filter))
  const sorted = sort === 'version' ? sortTags(chosen) : chosen
  yield* reverse ? [...sorted].reverse() : sorted
}

/** Reads the rows of a table of tags: while they come, or all of them to sort them by date. */
export async function* readTagDetails(
  context: Context,
  registry: Registry,
  repository: string,
  choice: TagsChoice,
): AsyncGenerator<TagDetails> {
  const { filter, sort, reverse } = choice
  if (sort === 'date') {
    const rows = await collect(readTagDetails(context, registry, repository, { filter }))
    const sorted = [...rows].sort((one, other) => timeOf(other) - timeOf(one))
    yield* reverse ? sorted.reverse() : sorted
    return
  }
  const { signal, onWarning } = context
  const isSorted = sort !== undefined || reverse === true
  const tags = isSorted ? await collect(readTags(context, registry, repository, choice)) : filter
  for await (const row of listTagDetails(registry, repository, { tags, signal, onWarning })) {
    // A tag of the sorted list that was deleted since.
    if (isSorted && row.error?.code === 'NOT_FOUND' && row.digest === undefined) {
      onWarning(`The tag ${row.tag} does not exist any more.`)
    } else yield row
  }
}

/** Images without a date count as the oldest. */
function timeOf({ created }: TagDetails): number {
  return Date.parse(created ?? '') || 0
}
