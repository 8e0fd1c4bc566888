import { loaded } from '../../async/lazy.ts'
import type { SessionStore, StoredSession } from './store.ts'

/** Keeps uploads for as long as the process or the page lives: for pushing again after a failure or an abort. */
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
  }
}
