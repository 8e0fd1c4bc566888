import { createStore, del, get, set } from 'idb-keyval'
import { type CompressionCache, parseStoredCompression } from './cache.ts'

/** How to keep in a browser what came of compressing. */
export interface BrowserCompressionsOptions {
  /** The name of the IndexedDB database. @default registry-api-v2-client-compressions */
  readonly name?: string | undefined
}

/** Keeps in IndexedDB what came of compressing layers, where it outlives the page: every page of this origin can read it, and no other. */
export function browserCompressions({
  name = 'registry-api-v2-client-compressions',
}: BrowserCompressionsOptions = {}): CompressionCache {
  // idb-keyval makes no second store in a database that is there: sessions have one of their own.
  const database = createStore(name, 'compressions')
  return {
    get: async (key) => parseStoredCompression(await get(key, database)),
    set: (key, compression) => set(key, compression, database),
    delete: (key) => del(key, database),
  }
}
