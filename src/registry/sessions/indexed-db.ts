import { createStore, del, delMany, entries, get, set, type UseStore } from 'idb-keyval'
import { parseStoredSession, type SessionStore } from './store.ts'

/** Opens the store of uploads in the database of that name. */
export function openIndexedDb(name: string): SessionStore {
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
