import { createStore, del, delMany, entries, get, set, type UseStore } from 'idb-keyval'
import type { KeyedStore } from './keyed-store.ts'

/**
 * Opens a store in an IndexedDB database, and removes the values in it that are damaged or too old.
 *
 * @param name The database. It has one object store: idb-keyval adds no second one to a database that exists.
 * @param parse Returns `undefined` for a value that is damaged or too old.
 */
export async function openIndexedDb<T>(
  name: string,
  objectStore: string,
  parse: (value: unknown) => T | undefined,
): Promise<KeyedStore<T>> {
  const database = createStore(name, objectStore)
  await sweep(database, parse)
  return {
    get: async (key) => parse(await get(key, database)),
    set: (key, value) => set(key, value, database),
    delete: (key) => del(key, database),
    list: async () => (await entries(database)).flatMap(([, value]) => parse(value) ?? []),
  }
}

async function sweep(database: UseStore, parse: (value: unknown) => unknown): Promise<void> {
  const all = await entries(database)
  const useless = all.filter(([, value]) => parse(value) === undefined)
  const keys = useless.map(([key]) => key)
  await delMany(keys, database)
}
