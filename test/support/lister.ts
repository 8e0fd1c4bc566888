import { expect } from 'vitest'
import { iterateTags, listTags, openRegistry } from '../../src/index.ts'

export const ORIGIN = 'https://registry.test'

/** This many tags, in the order of a list. */
export const numbered = (length: number) => Array.from({ length }, (_, index) => `v${String(index).padStart(6, '0')}`)

/** How a registry of our own lists its tags. */
export interface Lister {
  readonly tags: readonly string[]
  /** Of a page without `n`, and the largest. @default all */
  readonly pageSize?: number
  /** The `Link` of a page that others come after; nothing for none. */
  readonly link?: (last: string) => string | undefined
  /** Parameters that are not heeded. */
  readonly ignores?: readonly string[]
  /** The base URL of the registry. */
  readonly base?: string
  /** The status of a query that is refused, if this one is. */
  readonly refuse?: (query: URLSearchParams) => number | undefined
}

/** Collects what an iterator gives. */
export async function collected<T>(iterable: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of iterable) items.push(item)
  return items
}

/**
 * A registry that lists tags at one path of one origin, and nothing elsewhere. `list` reads the list in both ways, which
 * have to send the same requests and to give the same tags, or the same error.
 */
export function lister({ tags, pageSize, link, ignores = [], base = ORIGIN, refuse }: Lister) {
  const asked: string[] = []
  const path = `${new URL(base).pathname.replace(/\/$/, '')}/v2/team/app/tags/list`
  const fetch = async ({ url }: Request) => {
    const { origin, pathname, search, searchParams } = new URL(url)
    asked.push(search)
    if (origin !== new URL(base).origin || pathname !== path) return new Response(null, { status: 404 })
    const status = refuse?.(searchParams)
    if (status) return new Response(null, { status })
    const read = (name: string) => (ignores.includes(name) ? null : searchParams.get(name))
    const [n, last] = [read('n'), read('last')]
    const start = last === null ? 0 : tags.findIndex((tag) => tag > last)
    const rest = start < 0 ? [] : tags.slice(start)
    const page = rest.slice(0, Math.min(n === null ? Number.POSITIVE_INFINITY : Number(n), pageSize ?? tags.length))
    const next = page.length < rest.length ? link?.(page.at(-1) as string) : undefined
    return Response.json({ name: 'team/app', tags: page }, next === undefined ? {} : { headers: { link: next } })
  }
  const handle = () => openRegistry(base, { fetch, retry: 0 })
  async function list(): Promise<readonly string[]> {
    asked.length = 0
    const listed = listTags(handle(), 'team/app')
    const [outcome] = await Promise.allSettled([listed])
    const first = asked.splice(0)
    const [other] = await Promise.allSettled([collected(iterateTags(handle(), 'team/app'))])
    expect(asked).toEqual(first)
    expect(other).toEqual(outcome)
    return listed
  }
  return { asked, list, handle }
}

/** A registry that answers every request with this body and these headers. */
export const answering = (body: BodyInit, headers: Record<string, string> = {}) =>
  openRegistry(ORIGIN, { retry: 0, fetch: async () => new Response(body, { headers }) })
