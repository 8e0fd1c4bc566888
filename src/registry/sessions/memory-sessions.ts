import { loaded } from '../../async/lazy.ts'
import type { SessionStore, StoredSession } from './store.ts'

/**
 * Makes a store in memory for uploads that a later push resumes, after a failure or an abort. It lives as long as the
 * process or the page.
 *
 * @returns the store, for the option `sessions` of a push.
 * @example
 * ```ts
 * import { memorySessions, pushDockerTar } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const options = { sessions: memorySessions() }
 * const push = () => pushDockerTar(file, 'https://registry.example.com', 'team/app', 'v7', options)
 * console.log(await push().catch(push)) // 'sha256:…'
 * ```
 */
export function memorySessions(): SessionStore {
  const sessions = new Map<string, StoredSession>()
  return {
    async get(key) {
      const { parseStoredSession } = await loaded(import('./store.ts'))
      for (const [other, session] of sessions) if (!parseStoredSession(session)) sessions.delete(other)
      return sessions.get(key)
    },
    async set(key, session) {
      sessions.set(key, session)
    },
    async delete(key) {
      sessions.delete(key)
    },
    list: async () => [...sessions.values()],
  }
}
