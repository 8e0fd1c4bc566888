import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import type { TagDetails } from './tag-details.ts'
import type { TagDetailsOptions } from './tag-details-options.ts'

/**
 * Lists the tags of a repository with the digest, size, platforms and date of their images, row by row. The first row
 * comes before the rest is read, so that a table fills while it loads. Of each image it reads the manifests and
 * configs. Tags of one digest read it once. An image that cannot be read has a row with an `error`, and the list
 * continues.
 *
 * At most `concurrency` tags are read at once, and at most four times as many rows wait for the loop. When the loop
 * ends early, no further request is sent.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param options `tags` (default: all), `concurrency` (default: 8), `order` (default: `'list'`), `onWarning`, and
 *   `signal`, which ends the iteration; it then throws the signal's reason.
 * @returns the rows, in the registry's order of the tags. The iteration throws all errors, also those of a wrong call.
 * @throws {TypeError} if `registry` is neither a URL nor a handle, or an option has the wrong type.
 * @throws {RangeError} if `concurrency` is not a whole number above 0.
 * @throws {ValidationError} if `repository` or a tag of the list `tags` is not a valid name.
 * @throws {ResponseError} if the registry refuses the list of tags, has no such repository (`status` 404), does not
 *   give the whole list, or accepts no more requests: it refuses the credentials, limits requests, or is down.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { listTagDetails } from 'registry-api-v2-client'
 *
 * for await (const row of listTagDetails('https://registry.example.com', 'team/app', { tags: 'v*' })) {
 *   console.log(row.tag, row.digest, row.totalSize, row.platforms, row.created) // 'v7'
 * }
 * ```
 */
export async function* listTagDetails(
  registry: RegistryInput,
  repository: string,
  options: TagDetailsOptions = {},
): AsyncGenerator<TagDetails, void> {
  const { signal } = optionsOf(options)
  const { readTagDetails } = await loaded(import('./read-tag-details.ts'), signal)
  const handle = toRegistry(registry)
  yield* readTagDetails(handle, parseRepositoryOf(handle.url, repository), options)
}
