import { createStore, del, delMany, entries, get, set, type UseStore } from 'idb-keyval'
import { parseStoredSession, type SessionStore } from './store.ts'

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
  const database = createStore(name, 'uploads')
  let swept: Promise<void> | undefined
  const use = async <T>(act: () => Promise<T>): Promise<T> => {
    swept ??= sweep(database)
    await swept.catch((error) => {
      swept = undefined
      throw error
    })
    return act()
  }
  return {
    get: (key) => use(async () => parseStoredSession(await get(key, database))),
    set: (key, session) => use(() => set(key, session, database)),
    delete: (key) => use(() => del(key, database)),
  }
}

/** Removes what is too old, or damaged. */
async function sweep(database: UseStore): Promise<void> {
  const all = await entries(database)
  const useless = all.filter(([, session]) => !parseStoredSession(session))
  const keys = useless.map(([key]) => key)
  await delMany(keys, database)
}
