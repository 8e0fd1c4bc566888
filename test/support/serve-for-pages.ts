import { serve } from 'srvx/node'

/** Serves something over HTTP, and lets web pages of all origins ask it for everything. */
export async function serveForPages(
  handle: (request: Request) => Promise<Response>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const allowed = (request: Request) => request.headers.get('access-control-request-headers') ?? '*'
  const cors = {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'access-control-expose-headers': 'Location, WWW-Authenticate, Range',
  }
  const server = serve({
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    gracefulShutdown: false,
    async fetch(request) {
      const preflight = { ...cors, 'access-control-allow-headers': allowed(request) }
      if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: preflight })
      const response = await handle(request)
      for (const [name, value] of Object.entries(cors)) response.headers.set(name, value)
      return response
    },
  })
  await server.ready()
  return { url: server.url as string, close: () => server.close(true) }
}
