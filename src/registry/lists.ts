import { isJsonObject } from '../oci/json.ts'
import { type Answer, readJsonAnswer, unexpectedAnswer } from './answer.ts'
import { CATALOG, type Scope } from './auth/scope.ts'
import { nextPage } from './location.ts'
import { type Registry, type RegistryInput, toRegistry } from './registry.ts'
import { locateRepository } from './repository.ts'

/** Entries asked for at once. More than 1000 are refused by distribution and ECR. */
const PAGE_SIZE = 1000
const MAX_PAGES = 10_000
const MAX_ITEMS = 1_000_000
/** In bytes. */
const MAX_PAGE = 16 * 1024 * 1024

/**
 * Lists all repositories of a registry, all pages of them. Not every registry lets itself be listed: Docker Hub and GHCR do not.
 *
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
 */
export async function listRepositories(
  registry: RegistryInput,
  options: { signal?: AbortSignal } = {},
): Promise<readonly string[]> {
  const list = { act: 'list the repositories', path: 'v2/_catalog', key: 'repositories', scopes: [CATALOG] }
  return readPages(toRegistry(registry), list, options.signal)
}

/**
 * Lists all tags of a repository, all pages of them (distribution-spec § Listing Tags).
 *
 * @throws {ValidationError} if the name is no repository's
 * @throws {ResponseError} if the registry refuses, or has no such repository (`status` 404)
 * @throws {NetworkError} if it does not answer
 */
export async function listTags(
  registry: RegistryInput,
  repository: string,
  options: { signal?: AbortSignal } = {},
): Promise<readonly string[]> {
  const handle = toRegistry(registry)
  const { path, pull } = locateRepository(handle.url, repository)
  const list = { act: `list the tags of "${repository}"`, path: `${path}tags/list`, key: 'tags', scopes: pull }
  return readPages(handle, list, options.signal)
}

interface List {
  readonly act: string
  readonly path: string
  /** Where the entries stand in an answer. */
  readonly key: string
  readonly scopes: readonly Scope[]
}

async function readPages(
  registry: Registry,
  { act, path, key, scopes }: List,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const request = { act, method: 'GET', scopes, signal } as const
  const items: string[] = []
  const visited = new Set<string>()
  let next: URL | undefined = new URL(`${path}?n=${PAGE_SIZE}`, registry.url)
  while (next) {
    const isFirst = visited.size === 0
    visited.add(next.href)
    let answer: Answer = await registry.send({ ...request, url: next, allow: isFirst ? [400] : [] })
    // Some set a lower limit than 1000, and say no more than that.
    if (answer.status === 400) answer = await registry.send({ ...request, url: path })
    // Not by a spread: a page may have more entries than a call may have arguments.
    for (const item of await readPage(answer, key)) items.push(item)
    next = nextPage(answer, registry.url)
    if (next && visited.has(next.href)) throw unexpectedAnswer(answer, 'its pages go in a circle')
    if (visited.size > MAX_PAGES) throw unexpectedAnswer(answer, `there are more than ${MAX_PAGES} pages`)
    if (items.length > MAX_ITEMS) throw unexpectedAnswer(answer, `there are more than ${MAX_ITEMS} entries`)
  }
  return items
}

async function readPage(answer: Answer, key: string): Promise<readonly string[]> {
  const document = await readJsonAnswer(answer, MAX_PAGE)
  // distribution writes null where there are none.
  const items = isJsonObject(document) ? (document[key] ?? []) : undefined
  if (Array.isArray(items) && items.every((item) => typeof item === 'string')) return items
  throw unexpectedAnswer(answer, `its "${key}" is not a list of texts`)
}
