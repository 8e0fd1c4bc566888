import { createStore, del, get, set } from 'idb-keyval'
import { type CompressionCache, parseStoredCompression } from './cache.ts'

/** Opens the cache in the database of that name. */
export function openIndexedDb(name: string): CompressionCache {
  // idb-keyval makes no second store in a database that is there: sessions have one of their own.
  const database = createStore(name, 'compressions')
  return {
    get: async (key) => parseStoredCompression(await get(key, database)),
    set: (key, compression) => set(key, compression, database),
    delete: (key) => del(key, database),
  }
}
