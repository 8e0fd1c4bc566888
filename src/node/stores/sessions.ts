import { parseStoredSession, type SessionStore } from '../../registry/sessions/store.ts'
import { keepInFolder, userFolder } from './folder-store.ts'

/**
 * Creates a store in a folder for uploads that a later push resumes, even in another process. Each upload is one file.
 * Only its owner may access the folder, because anyone who knows where an upload continues can tamper with it.
 *
 * @param path The folder, which is created if it does not exist. Default: `registry-api-v2-client/sessions` in
 *   `$XDG_STATE_HOME` or `~/.local/state`, on Windows in `%LOCALAPPDATA%`.
 * @returns the store, for the option `sessions` of a push. Its methods reject with a `RegistryError` if the folder is
 *   a link, belongs to another user, can be accessed by others, or cannot be used.
 * @throws {RegistryError} if `path` is not given and the user has no home folder.
 * @example
 * ```ts
 * import { folderSessions, pushDockerTar } from 'registry-api-v2-client/node'
 *
 * const options = { sessions: folderSessions() }
 * const digest = await pushDockerTar('exported.tar', 'https://registry.example.com', 'team/app', 'v7', options)
 * console.log(digest) // 'sha256:…'
 * ```
 */
export function folderSessions(path: string = userFolder('XDG_STATE_HOME', '.local/state', 'sessions')): SessionStore {
  return keepInFolder(path, {
    what: 'uploads',
    danger: 'anyone who knows where an upload continues can tamper with it',
    parse: parseStoredSession,
  })
}
