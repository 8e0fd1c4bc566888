import { iterateRepositories } from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'

/** How many names are passed on at once. */
const PORTION = 500

/** The repositories of a registry. */
export function createRepositories(session: Session) {
  return {
    /** Lists repositories in portions, as the pages of the registry come. */
    list(registry: string, onPortion: (names: readonly string[]) => void, signal: AbortSignal): Promise<void> {
      return session.use(registry, async (handle) => {
        let portion: string[] = []
        for await (const name of iterateRepositories(handle, { signal })) {
          portion.push(name)
          if (portion.length < PORTION) continue
          onPortion(portion)
          portion = []
        }
        onPortion(portion)
      })
    },
  }
}
