import { createTestRegistry } from '../../src/testing/index.ts'
import { withBasic } from './protected-registry.ts'
import { serveForPages } from './serve-for-pages.ts'

/** A registry that keeps its blobs on another origin, as those on object storage do. Both are served, and allow web pages all. */
export interface RedirectingRegistry {
  readonly url: string
  /** `GET` it to read which headers the storage has seen, by their names: a list for each request. */
  readonly seenUrl: string
  close(): Promise<void>
}

export const USER = { username: 'ci', password: 'hunter2-hunter2' }

/** Serves one. It wants `USER`, by HTTP Basic. */
export async function serveRedirectingRegistry(): Promise<RedirectingRegistry> {
  const registry = createTestRegistry()
  const guarded = withBasic(registry, USER.username, USER.password)
  const seen: string[][] = []
  const storage = await serveForPages(async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/seen') return Response.json(seen)
    seen.push([...request.headers.keys()])
    return registry.fetch(request)
  })
  const front = await serveForPages(async (request) => {
    const response = await guarded(request)
    const { pathname } = new URL(request.url)
    if (!response.ok || request.method !== 'GET' || !pathname.includes('/blobs/sha256')) return response
    return new Response(null, { status: 307, headers: { location: storage.url + pathname.slice(1) } })
  })
  return {
    url: front.url,
    seenUrl: `${storage.url}seen`,
    async close() {
      await Promise.all([front.close(), storage.close()])
    },
  }
}
