import { loaded } from '../async/lazy.ts'
import type { CompressionCache } from './cache.ts'

/** How to keep in a browser what came of compressing. */
export interface BrowserCompressionsOptions {
  /** The name of the IndexedDB database. @default registry-api-v2-client-compressions */
  readonly name?: string | undefined
}

/** Keeps in IndexedDB what came of compressing layers, where it outlives the page: every page of this origin can read it, and no other. */
export function browserCompressions({
  name = 'registry-api-v2-client-compressions',
}: BrowserCompressionsOptions = {}): CompressionCache {
  let opened: CompressionCache | undefined
  async function open(): Promise<CompressionCache> {
    const { openIndexedDb } = await loaded(import('./indexed-db.ts'))
    opened ??= openIndexedDb(name)
    return opened
  }
  return {
    get: async (key) => (await open()).get(key),
    set: async (key, compression) => (await open()).set(key, compression),
    delete: async (key) => (await open()).delete(key),
  }
}
