import { loaded } from '../async/lazy.ts'
import { openOnUse } from '../stores/keyed-store.ts'
import { type CompressionCache, parseStoredCompression } from './cache.ts'

/** Options of `browserCompressions`. */
export interface BrowserCompressionsOptions {
  /** The name of the IndexedDB database. @default registry-api-v2-client-compressions */
  readonly name?: string | undefined
}

/**
 * Makes a compression cache in IndexedDB, which outlives the page. Every page of this origin can read it, and no
 * other.
 *
 * @param options `name` is the name of the IndexedDB database (default: `registry-api-v2-client-compressions`).
 * @returns the cache, for the option `compressions` of a push.
 * @example
 * ```ts
 * import { browserCompressions, pushDockerTar } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const options = { compress: 'gzip', compressions: browserCompressions() } as const
 * const digest = await pushDockerTar(file, 'https://registry.example.com', 'team/app', 'v7', options)
 * console.log(digest) // 'sha256:…'
 * ```
 */
export function browserCompressions({
  name = 'registry-api-v2-client-compressions',
}: BrowserCompressionsOptions = {}): CompressionCache {
  return openOnUse(async () => {
    const { openIndexedDb } = await loaded(import('../stores/indexed-db.ts'))
    return openIndexedDb(name, 'compressions', parseStoredCompression)
  })
}
