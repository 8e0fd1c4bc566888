import { loaded } from '../../async/lazy.ts'
import { openOnUse } from '../../stores/keyed-store.ts'
import type { SessionStore } from './store.ts'

/** Options of `browserSessions`. */
export interface BrowserSessionsOptions {
  /** The name of the IndexedDB database. @default registry-api-v2-client */
  readonly name?: string | undefined
}

/**
 * Keeps uploads in IndexedDB, where they outlive the page. Every page of this origin can read them, and no other. The file itself is not kept:
 * after a reload, the user chooses it again.
 */
export function browserSessions({ name = 'registry-api-v2-client' }: BrowserSessionsOptions = {}): SessionStore {
  return openOnUse(async () => {
    const { openIndexedDb } = await loaded(import('../../stores/indexed-db.ts'))
    const { parseStoredSession } = await loaded(import('./store.ts'))
    return openIndexedDb(name, 'uploads', parseStoredSession)
  })
}
