/** One request, as a server saw it. */
interface SeenRequest {
  readonly origin: string
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Headers
  readonly body: string
}

/** Several servers in memory, and all that they saw. */
export interface Origins {
  /** Brings each request to its server; what has none is not there. */
  readonly fetch: (request: Request) => Promise<Response>
  readonly seen: SeenRequest[]
  /** What one origin saw. */
  at(origin: string): readonly SeenRequest[]
}

export type Handler = (request: Request) => Response | Promise<Response>

/** Makes a small internet of servers, by their origins. */
export function createOrigins(servers: Readonly<Record<string, Handler>>): Origins {
  const seen: SeenRequest[] = []
  return {
    seen,
    at: (origin) => seen.filter((request) => request.origin === origin),
    async fetch(request) {
      const { origin, pathname, search } = new URL(request.url)
      const body = await request.clone().text()
      seen.push({ origin, method: request.method, path: pathname + search, headers: request.headers, body })
      const server = servers[origin]
      if (!server) throw new TypeError(`fetch failed: nothing is at ${request.url}`)
      return server(request)
    },
  }
}
