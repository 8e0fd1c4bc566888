import { type CompressionCache, parseStoredCompression } from '../../compress/cache.ts'
import { keepInFolder, userFolder } from './folder-store.ts'

/** 90 days in milliseconds. */
const MAX_AGE = 90 * 24 * 60 * 60 * 1000

/**
 * Creates a compression cache in a folder: one file for each layer, kept for ninety days. Only its owner may access the
 * folder, because the cache decides which blobs a pushed image has.
 *
 * @param path The folder, which is created if it does not exist. Default: `registry-api-v2-client/compressions` in
 *   `$XDG_CACHE_HOME` or `~/.cache`, on Windows in `%LOCALAPPDATA%`.
 * @returns the cache, for the option `compressions` of a push. Its methods reject with a `RegistryError` if the folder
 *   is a link, belongs to another user, can be accessed by others, or cannot be used.
 * @throws {RegistryError} if `path` is not given and the user has no home folder.
 * @example
 * ```ts
 * import { folderCompressions, pushDockerTar } from 'registry-api-v2-client/node'
 *
 * const options = { compress: 'gzip', compressions: folderCompressions() } as const
 * const digest = await pushDockerTar('exported.tar', 'https://registry.example.com', 'team/app', 'v7', options)
 * console.log(digest) // 'sha256:…'
 * ```
 */
export function folderCompressions(
  path: string = userFolder('XDG_CACHE_HOME', '.cache', 'compressions'),
): CompressionCache {
  return keepInFolder(path, {
    what: 'compressions',
    danger: 'anyone who writes to it decides which layers a pushed image has',
    parse: parseStoredCompression,
    maxAge: MAX_AGE,
  })
}
