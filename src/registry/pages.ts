import { isJsonObject } from '../oci/json.ts'
import { type Answer, readJsonAnswer, unexpectedAnswer } from './answer.ts'
import type { Scope } from './auth/scope.ts'
import { resolveLocation } from './location.ts'
import type { Registry } from './registry.ts'

/** Entries asked for at once. More than 1000 are refused by distribution and ECR. */
const PAGE_SIZE = 1000
const MAX_PAGES = 10_000
const MAX_ITEMS = 1_000_000
/** In bytes. */
const MAX_PAGE = 16 * 1024 * 1024

/** What to list. */
export interface List {
  readonly act: string
  readonly path: string
  /** Where the entries stand in an answer. */
  readonly key: string
  readonly scopes: readonly Scope[]
}

/**
 * Reads a list, all pages of it.
 *
 * @throws {ResponseError} if the registry refuses, or its pages do not end
 * @throws {NetworkError} if it does not answer
 */
export async function readPages(
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

/**
 * Finds the next page of a list: `Link: <…>; rel="next"` (RFC 8288).
 *
 * @param registry The registry's base URL.
 * @throws {ResponseError} if it leads to another origin than the registry's (GHSA-h7vf-4x9w-h99v)
 */
function nextPage(answer: Answer, registry: string): URL | undefined {
  const target = /<([^>]*)>\s*;[^<]*\brel\s*=\s*"?next\b/i.exec(answer.headers.get('link') ?? '')?.[1]
  if (!target) return undefined
  const { location } = resolveLocation(target, answer.url)
  if (location?.origin === new URL(registry).origin) return location
  throw unexpectedAnswer(answer, 'its next page is on another host')
}
