import { listTagDetails, listTags, sortTags, type TagDetails } from 'registry-api-v2-client'
import { type Fault, toFault } from '../../src/element/words/fault.ts'
import type { Session } from '../../src/element/worker/session.ts'

/** A tag and what it names, as plain data. */
export interface TagRow extends Omit<TagDetails, 'error'> {
  /** Why the image could not be read. */
  readonly fault: Fault | undefined
}

/** The tags of a repository. */
export function createTags(session: Session) {
  return {
    /** Lists the names of tags, the newest version first. */
    list(registry: string, repository: string, signal: AbortSignal): Promise<readonly string[]> {
      return session.use(registry, async (handle) => sortTags(await listTags(handle, repository, { signal })))
    },

    /** Reads what a few tags name, one after the other. */
    details(
      registry: string,
      repository: string,
      tags: readonly string[],
      signal: AbortSignal,
    ): Promise<readonly TagRow[]> {
      return session.use(registry, async (handle) => {
        const rows: TagRow[] = []
        for await (const { error, ...row } of listTagDetails(handle, repository, { tags, concurrency: 1, signal })) {
          rows.push({ ...row, fault: error && toFault(error) })
        }
        return rows
      })
    },
  }
}
