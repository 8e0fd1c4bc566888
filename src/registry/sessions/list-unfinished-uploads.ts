import { loaded } from '../../async/lazy.ts'
import { optionsOf } from '../../check-options.ts'
import { type RegistryInput, type RequestOptions, toRegistry } from '../registry.ts'
import type { SessionStore } from './store.ts'
import type { UnfinishedUpload } from './unfinished-upload.ts'

/**
 * Lists the uploads that pushes have left unfinished, as a store knows them. A push of the same image to the same place
 * continues them. Only blobs that are sent in chunks have an entry. It sends no request.
 *
 * @param sessions The store that the pushes used as `sessions`. A store of your own needs the method `list`.
 * @returns the uploads, the one that was saved last first.
 * @throws {TypeError} if `sessions` is not a store, or has no `list`.
 * @throws {RegistryError} if the store cannot be read.
 * @example
 * ```ts
 * import { listUnfinishedUploads, memorySessions } from 'registry-api-v2-client'
 *
 * for (const { repository, sentBytes, size, savedAt } of await listUnfinishedUploads(memorySessions())) {
 *   console.log(repository, `${sentBytes} of ${size} bytes`, new Date(savedAt))
 * }
 * ```
 */
export async function listUnfinishedUploads(sessions: SessionStore): Promise<UnfinishedUpload[]> {
  const { readUnfinished } = await loaded(import('./unfinished-upload.ts'))
  return readUnfinished(sessions)
}

/**
 * Drops an unfinished upload: cancels it at the registry, then removes its entry from the store. Complete blobs stay.
 * Do not drop the upload of a push that runs.
 *
 * @param registry The registry of the upload: its URL or host, or a handle of `openRegistry` if it needs credentials.
 * @param sessions The store that lists the upload.
 * @param upload The upload, as `listUnfinishedUploads` gives it.
 * @param options `signal` ends the request.
 * @returns true if the registry has cancelled the upload. False if it does not know the upload or cannot cancel one, or
 *   if the store has no entry for it any more. A registry removes open uploads itself after some days.
 * @throws {TypeError} if `upload` is of another registry, or an argument has the wrong type.
 * @throws {ValidationError} if `registry` is not a valid address.
 * @throws {ResponseError} if the registry refuses. The entry stays.
 * @throws {NetworkError} if the registry does not answer. The entry stays.
 * @throws {RegistryError} if the store cannot be used.
 * @example
 * ```ts
 * import { dropUnfinishedUpload, listUnfinishedUploads, memorySessions } from 'registry-api-v2-client'
 *
 * const sessions = memorySessions()
 * for (const upload of await listUnfinishedUploads(sessions)) {
 *   console.log(await dropUnfinishedUpload('https://registry.example.com', sessions, upload))
 * }
 * ```
 */
export async function dropUnfinishedUpload(
  registry: RegistryInput,
  sessions: SessionStore,
  upload: UnfinishedUpload,
  options: RequestOptions = {},
): Promise<boolean> {
  const checked = optionsOf(options)
  const { dropUnfinished } = await loaded(import('./unfinished-upload.ts'), checked.signal)
  return dropUnfinished(toRegistry(registry), sessions, upload, checked)
}
