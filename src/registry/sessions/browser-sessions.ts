import { loaded } from '../../async/lazy.ts'
import type { SessionStore } from './store.ts'

/** How to keep uploads in a browser. */
export interface BrowserSessionsOptions {
  /** The name of the IndexedDB database. @default registry-api-v2-client */
  readonly name?: string | undefined
}

/**
 * Keeps uploads in IndexedDB, where they outlive the page: every page of this origin can read them, and no other. The file itself is not kept:
 * after the page was loaded anew, the user chooses it again.
 */
export function browserSessions({ name = 'registry-api-v2-client' }: BrowserSessionsOptions = {}): SessionStore {
  let opened: SessionStore | undefined
  async function open(): Promise<SessionStore> {
    const { openIndexedDb } = await loaded(import('./indexed-db.ts'))
    opened ??= openIndexedDb(name)
    return opened
  }
  return {
    get: async (key) => (await open()).get(key),
    set: async (key, session) => (await open()).set(key, session),
    delete: async (key) => (await open()).delete(key),
  }
}
