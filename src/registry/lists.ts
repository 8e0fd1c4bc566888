import { loaded } from '../async/lazy.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { CATALOG } from './auth/scope.ts'
import { type Registry, type RegistryInput, type RequestOptions, toRegistry } from './registry.ts'
import { locateRepository } from './repository.ts'

/**
 * Lists all repositories of a registry. It reads all pages of the list. Some registries, such as Docker Hub and GHCR,
 * do not offer this list.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `signal` aborts the requests; the promise then rejects with the signal's reason.
 * @returns the names of the repositories, in the registry's order.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `registry` is not a valid address.
 * @throws {ResponseError} if the registry refuses, or does not give the whole list.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { listRepositories } from 'registry-api-v2-client'
 *
 * console.log(await listRepositories('https://registry.example.com')) // [ 'team/app' ]
 * ```
 */
export async function listRepositories(
  registry: RegistryInput,
  options: RequestOptions = {},
): Promise<readonly string[]> {
  const list = { act: 'list the repositories', path: 'v2/_catalog', key: 'repositories', scopes: [CATALOG] }
  const { readPages } = await loaded(import('./pages.ts'), options.signal)
  return readPages(toRegistry(registry), list, options.signal)
}

/**
 * Lists all tags of a repository. It reads all pages of the list (distribution-spec § Listing Tags).
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param options `signal` aborts the requests; the promise then rejects with the signal's reason.
 * @returns the tags, in the registry's order.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `repository` is not a valid name.
 * @throws {ResponseError} if the registry refuses, has no such repository (`status` 404), or does not give the whole
 *   list.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { listTags } from 'registry-api-v2-client'
 *
 * console.log(await listTags('https://registry.example.com', 'team/app')) // [ 'v7' ]
 * ```
 */
export async function listTags(
  registry: RegistryInput,
  repository: string,
  options: RequestOptions = {},
): Promise<readonly string[]> {
  const handle = toRegistry(registry)
  return readTags(handle, parseRepositoryOf(handle.url, repository), options.signal)
}

/** Lists the tags of a repository by its name in the registry. Throws what `listTags` throws. */
export async function readTags(
  registry: Registry,
  repository: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { path, pull } = locateRepository(registry.url, repository)
  const list = { act: `list the tags of "${repository}"`, path: `${path}tags/list`, key: 'tags', scopes: pull }
  const { readPages } = await loaded(import('./pages.ts'), signal)
  return readPages(registry, list, signal)
}
