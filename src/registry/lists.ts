import { loaded } from '../async/lazy.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { CATALOG } from './auth/scope.ts'
import { type Registry, type RegistryInput, type RequestOptions, toRegistry } from './registry.ts'
import { locateRepository } from './repository.ts'

/**
 * Lists all repositories of a registry, all pages of them. Not every registry lets itself be listed: Docker Hub and GHCR do not.
 *
 * @throws {ResponseError} if the registry refuses, or does not give all of them
 * @throws {NetworkError} if it does not answer
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
 * Lists all tags of a repository, all pages of them (distribution-spec § Listing Tags).
 *
 * @throws {ValidationError} if the name is no repository's
 * @throws {ResponseError} if the registry refuses, has no such repository (`status` 404), or does not give all of them
 * @throws {NetworkError} if it does not answer
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
