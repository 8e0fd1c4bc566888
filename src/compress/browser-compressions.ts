import { loaded } from '../async/lazy.ts'
import { openOnUse } from '../stores/keyed-store.ts'
import { type CompressionCache, parseStoredCompression } from './cache.ts'

/** Options of `browserCompressions`. */
export interface BrowserCompressionsOptions {
  /** The name of the IndexedDB database. @default registry-api-v2-client-compressions */
  readonly name?: string | undefined
}

/** Makes a compression cache in IndexedDB, where it outlives the page. Every page of this origin can read it, and no other. */
export function browserCompressions({
  name = 'registry-api-v2-client-compressions',
}: BrowserCompressionsOptions = {}): CompressionCache {
  return openOnUse(async () => {
    const { openIndexedDb } = await loaded(import('../stores/indexed-db.ts'))
    return openIndexedDb(name, 'compressions', parseStoredCompression)
  })
}
