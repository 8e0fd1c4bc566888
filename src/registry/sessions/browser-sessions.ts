import { loaded } from '../../async/lazy.ts'
import { openOnUse } from '../../stores/keyed-store.ts'
import type { SessionStore } from './store.ts'

/** Options of `browserSessions`. */
export interface BrowserSessionsOptions {
  /** The name of the IndexedDB database. @default registry-api-v2-client */
  readonly name?: string | undefined
}

/**
 * Makes a store in IndexedDB for uploads that a later push resumes, also after a reload of the page. Every page of
 * this origin can read it, and no other. It does not keep the file: after a reload, the user chooses it again.
 *
 * @param options `name` is the name of the IndexedDB database (default: `registry-api-v2-client`).
 * @returns the store, for the option `sessions` of a push.
 * @example
 * ```ts
 * import { browserSessions, pushDockerTar } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const options = { sessions: browserSessions() }
 * const digest = await pushDockerTar(file, 'https://registry.example.com', 'team/app', 'v7', options)
 * console.log(digest) // 'sha256:…'
 * ```
 */
export function browserSessions({ name = 'registry-api-v2-client' }: BrowserSessionsOptions = {}): SessionStore {
  return openOnUse(async () => {
    const { openIndexedDb } = await loaded(import('../../stores/indexed-db.ts'))
    const { parseStoredSession } = await loaded(import('./store.ts'))
    return openIndexedDb(name, 'uploads', parseStoredSession)
  })
}
