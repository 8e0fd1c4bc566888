import { type CompressionCache, parseStoredCompression } from '../../compress/cache.ts'
import { keepInFolder, userFolder } from './folder-store.ts'

/** In milliseconds: ninety days. */
const MAX_AGE = 90 * 24 * 60 * 60 * 1000

/**
 * Keeps in a folder what came of compressing layers for ninety days, a file each, that only its owner may look into: who writes into it decides which blobs a
 * pushed image names.
 *
 * @param path The folder, which is made if it is not there. @default `registry-api-v2-client/compressions` in `$XDG_CACHE_HOME`, else in
 *   `~/.cache`; on Windows in `%LOCALAPPDATA%`
 * @returns a cache whose methods reject with a `RegistryError` if the folder is a link or another user's, others may look into it, or it cannot be used
 * @throws {RegistryError} if there is no path and the user has no home
 */
export function folderCompressions(
  path: string = userFolder('XDG_CACHE_HOME', '.cache', 'compressions'),
): CompressionCache {
  return keepInFolder(path, {
    what: 'compressions',
    danger: 'whoever writes into it decides which layers a pushed image has',
    parse: parseStoredCompression,
    maxAge: MAX_AGE,
  })
}
