import { isJsonObject } from '../oci/json.ts'
import { parseRepository } from '../oci/reference.ts'
import { type Answer, readJsonAnswer, unexpectedAnswer } from './answer.ts'
import { nextPage } from './location.ts'
import { type Registry, type RegistryInput, toRegistry } from './registry.ts'

/** Entries asked for at once. More than 1000 are refused by distribution and ECR. */
const PAGE_SIZE = 1000
const MAX_PAGES = 10_000
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
  return readPages(toRegistry(registry), 'list the repositories', 'v2/_catalog', 'repositories', options.signal)
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
  const path = `v2/${parseRepository(repository)}/tags/list`
  return readPages(toRegistry(registry), `list the tags of "${repository}"`, path, 'tags', options.signal)
}

async function readPages(
  registry: Registry,
  act: string,
  path: string,
  key: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const items: string[] = []
  const visited = new Set<string>()
  let next: URL | undefined = new URL(`${path}?n=${PAGE_SIZE}`, registry.url)
  while (next) {
    const isFirst = visited.size === 0
    visited.add(next.href)
    let answer: Answer = await registry.send({ act, method: 'GET', url: next, allow: isFirst ? [400] : [], signal })
    // Some set a lower limit than 1000, and say no more than that.
    if (answer.status === 400) answer = await registry.send({ act, method: 'GET', url: path, signal })
    // Not by a spread: a page may have more entries than a call may have arguments.
    for (const item of await readPage(answer, key)) items.push(item)
    next = nextPage(answer)
    if (next && visited.has(next.href)) throw unexpectedAnswer(answer, 'its pages go in a circle')
    if (visited.size > MAX_PAGES) throw unexpectedAnswer(answer, `there are more than ${MAX_PAGES} pages`)
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
