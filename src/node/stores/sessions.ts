import { parseStoredSession, type SessionStore } from '../../registry/sessions/store.ts'
import { keepInFolder, userFolder } from './folder-store.ts'

/**
 * Keeps uploads in a folder, a file each, that only its owner may look into: who reads where an upload goes on can meddle with it.
 *
 * @param path The folder, which is made if it is not there. @default `registry-api-v2-client/sessions` in `$XDG_STATE_HOME`, else in
 *   `~/.local/state`; on Windows in `%LOCALAPPDATA%`
 * @returns a store whose methods reject with a `RegistryError` if the folder is a link or another user's, others may look into it, or it cannot be used
 * @throws {RegistryError} if there is no path and the user has no home
 */
export function folderSessions(path: string = userFolder('XDG_STATE_HOME', '.local/state', 'sessions')): SessionStore {
  return keepInFolder(path, {
    what: 'uploads',
    danger: 'whoever knows where an upload goes on can meddle with it',
    parse: parseStoredSession,
  })
}
