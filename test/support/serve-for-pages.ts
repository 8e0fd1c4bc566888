import { serveOnLoopback } from '../../scripts/loopback-server.js'

/** What is served. */
export interface ServedForPages {
  readonly url: string
  /** Method and path of each request, preflights included. */
  readonly asked: string[]
  close(): Promise<void>
}

/** Serves something over HTTP, and lets web pages of all origins ask it for everything. */
export async function serveForPages(handle: (request: Request) => Promise<Response>): Promise<ServedForPages> {
  const asked: string[] = []
  const allowed = (request: Request) => request.headers.get('access-control-request-headers') ?? '*'
  const cors = {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'access-control-expose-headers': 'Location, WWW-Authenticate, Range, Link, Docker-Content-Digest',
  }
  const server = await serveOnLoopback(async (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`)
    const preflight = {
      ...cors,
      'access-control-allow-headers': allowed(request),
      // Else Chromium remembers it for five seconds.
      'access-control-max-age': '7200',
    }
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: preflight })
    const response = await handle(request)
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value)
    return response
  })
  return { ...server, asked }
}
