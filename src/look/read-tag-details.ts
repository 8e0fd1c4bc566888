import { mapAhead } from '../async/map-ahead.ts'
import { createSemaphore, fixed } from '../async/semaphore.ts'
import { choice, list, positive } from '../check-options.ts'
import { parseTag } from '../oci/reference.ts'
import { iterateTags } from '../registry/lists.ts'
import type { Registry } from '../registry/registry.ts'
import { chooserOf } from '../registry/tag-choice.ts'
import { createTagReader, type TagDetails } from './tag-details.ts'
import type { TagDetailsOptions } from './tag-details-options.ts'

/** Rows that wait for the reader, for each tag that is read at once. One slow image does not stop the others soon. */
const ROWS_AHEAD = 4

/** Reads the tags of a repository; throws what `listTagDetails` throws. */
export async function* readTagDetails(
  registry: Registry,
  repository: string,
  { tags, concurrency = 8, order = 'list', onWarning, signal }: TagDetailsOptions,
): AsyncGenerator<TagDetails, void> {
  const atOnce = positive('concurrency', concurrency)
  const isOrdered = choice('order', order, ['list', 'ready']) === 'list'
  const named = Array.isArray(tags) ? [...new Set(list('tags', tags).map(parseTag))] : undefined
  const isChosen = tags === undefined ? () => true : chooserOf('tags', tags)
  const limited = limitRequests(registry, atOnce)
  const read = createTagReader(limited, repository, named === undefined)

  async function* openTags(signal: AbortSignal): AsyncGenerator<string, void> {
    if (named) yield* named
    else for await (const tag of iterateTags(limited, repository, { signal })) if (isChosen(tag)) yield tag
  }

  const ahead = { atOnce, ahead: ROWS_AHEAD * atOnce, isOrdered, signal }
  const rows = mapAhead(openTags, ahead, async (tag, signal) => ({ tag, details: await read(tag, signal) }))
  for await (const { tag, details } of rows) {
    if (details) yield details
    else onWarning?.(`The tag "${tag}" of "${repository}" was listed, but does not exist; it was left out.`)
  }
}

/** The same registry with few requests at once, also for an index with many images. */
function limitRequests(registry: Registry, requests: number): Registry {
  const permit = createSemaphore(fixed(requests))
  return {
    ...registry,
    async send(request) {
      const release = await permit(request.signal)
      try {
        return await registry.send(request)
      } finally {
        release()
      }
    },
  }
}
