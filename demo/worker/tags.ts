import { listTags, sortTags } from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'

/** The tags of a repository. */
export function createTags(session: Session) {
  return {
    /** Lists the names of tags, the newest version first. */
    list(registry: string, repository: string, signal: AbortSignal): Promise<readonly string[]> {
      return session.use(registry, async (handle) => sortTags(await listTags(handle, repository, { signal })))
    },
  }
}
