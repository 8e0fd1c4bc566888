/** Sends a request, as `fetch` does. */
type Fetch = (request: Request) => Promise<Response>

/**
 * Reports each request: method, address, status and milliseconds, and the place of a redirect. Queries, headers and
 * bodies stay out, because they may have secrets.
 */
export function traced(fetch: Fetch, report: (line: string) => void): Fetch {
  return async (request) => {
    const begin = performance.now()
    const say = (outcome: unknown) =>
      report(`${request.method} ${publicAddress(request.url)} ${outcome} ${Math.round(performance.now() - begin)} ms`)
    try {
      const response = await fetch(request)
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
      say(location === null ? response.status : `${response.status} to ${publicAddress(location, request.url)}`)
      return response
    } catch (error) {
      say(error instanceof Error ? error.name : 'failed')
      throw error
    }
  }
}

/** An address without user info and query. */
function publicAddress(address: string, base?: string): string {
  if (!URL.canParse(address, base)) return '(not a URL)'
  const { origin, pathname, search } = new URL(address, base)
  return `${origin}${pathname}${search && '?…'}`
}
