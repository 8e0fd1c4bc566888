import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { CATALOG } from './auth/scope.ts'
import type { List } from './pages.ts'
import { type Registry, type RegistryInput, type RequestOptions, toRegistry } from './registry.ts'
import { locateRepository } from './repository.ts'

/**
 * Lists all repositories of a registry. It reads all pages of the list. Some registries, such as Docker Hub and GHCR,
 * do not offer this list.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `signal` aborts the requests; the promise then rejects with the signal's reason.
 * @returns the names of the repositories, in the registry's order. The array is the caller's own.
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
export async function listRepositories(registry: RegistryInput, options: RequestOptions = {}): Promise<string[]> {
  const { signal } = optionsOf(options)
  return collect(toRegistry(registry), REPOSITORIES, signal)
}

/**
 * Iterates over the repositories of a registry. It reads a page of the list when the loop has used the page before, so
 * a loop that ends early sends no more requests. It gives each name once. For that it remembers the names, at most a
 * million. Some registries, such as Docker Hub and GHCR, do not offer this list.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `signal` ends the iteration; it then throws the signal's reason.
 * @returns the names of the repositories, in the registry's order. The iteration throws all errors, also those of a
 *   wrong call.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `registry` is not a valid address.
 * @throws {ResponseError} if the registry refuses, or does not give the whole list. Names may come before that.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { iterateRepositories } from 'registry-api-v2-client'
 *
 * for await (const repository of iterateRepositories('https://registry.example.com')) {
 *   console.log(repository) // 'team/app'
 *   break
 * }
 * ```
 */
export async function* iterateRepositories(
  registry: RegistryInput,
  options: RequestOptions = {},
): AsyncGenerator<string, void> {
  const { signal } = optionsOf(options)
  yield* iterate(toRegistry(registry), REPOSITORIES, signal)
}

/**
 * Lists all tags of a repository. It reads all pages of the list (distribution-spec § Listing Tags).
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param options `signal` aborts the requests; the promise then rejects with the signal's reason.
 * @returns the tags, in the registry's order. The array is the caller's own.
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
): Promise<string[]> {
  const { signal } = optionsOf(options)
  const handle = toRegistry(registry)
  return readTags(handle, parseRepositoryOf(handle.url, repository), signal)
}

/**
 * Iterates over the tags of a repository. It reads a page of the list when the loop has used the page before, so a loop
 * that ends early sends no more requests. It gives each tag once. For that it remembers the tags, at most a million.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param options `signal` ends the iteration; it then throws the signal's reason.
 * @returns the tags, in the registry's order. The iteration throws all errors, also those of a wrong call.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `repository` is not a valid name.
 * @throws {ResponseError} if the registry refuses, has no such repository (`status` 404), or does not give the whole
 *   list. Tags may come before that.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { iterateTags } from 'registry-api-v2-client'
 *
 * for await (const tag of iterateTags('https://registry.example.com', 'team/app')) {
 *   console.log(tag) // 'v7'
 *   break
 * }
 * ```
 */
export async function* iterateTags(
  registry: RegistryInput,
  repository: string,
  options: RequestOptions = {},
): AsyncGenerator<string, void> {
  const { signal } = optionsOf(options)
  const handle = toRegistry(registry)
  yield* iterate(handle, tagsOf(handle, parseRepositoryOf(handle.url, repository)), signal)
}

/** Lists the tags of a repository by its name in the registry. Throws what `listTags` throws. */
export function readTags(registry: Registry, repository: string, signal?: AbortSignal): Promise<string[]> {
  return collect(registry, tagsOf(registry, repository), signal)
}

const REPOSITORIES: List = {
  act: 'list the repositories',
  path: 'v2/_catalog',
  key: 'repositories',
  scopes: [CATALOG],
}

function tagsOf(registry: Registry, repository: string): List {
  const { path, pull } = locateRepository(registry.url, repository)
  return { act: `list the tags of "${repository}"`, path: `${path}tags/list`, key: 'tags', scopes: pull }
}

async function* iterate(registry: Registry, list: List, signal?: AbortSignal): AsyncGenerator<string, void> {
  const { readPages } = await loaded(import('./pages.ts'), signal)
  for await (const entries of readPages(registry, list, signal)) {
    for (const entry of entries) {
      signal?.throwIfAborted()
      yield entry
    }
  }
}

/** Collects the same entries, page by page: a step of a generator for each of a million entries takes seconds. */
async function collect(registry: Registry, list: List, signal?: AbortSignal): Promise<string[]> {
  const { readPages } = await loaded(import('./pages.ts'), signal)
  const pages: (readonly string[])[] = []
  for await (const entries of readPages(registry, list, signal)) pages.push(entries)
  return pages.flat()
}
