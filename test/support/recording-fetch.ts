/** One exchange with a registry. */
interface Exchange {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  /** Nothing as long as there is no answer. */
  status: number | undefined
}

/** A `fetch` that passes everything on and remembers it. */
export interface RecordingFetch {
  readonly fetch: (request: Request) => Promise<Response>
  readonly exchanges: readonly Exchange[]
  /** How many requests of this method there were. */
  count(method: string): number
}

export function recordingFetch(
  fetch: (request: Request) => Promise<Response> = (request) => globalThis.fetch(request),
): RecordingFetch {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    count: (method) => exchanges.filter((exchange) => exchange.method === method).length,
    async fetch(request) {
      const { method, headers, url } = request
      const exchange: Exchange = { method, url: new URL(url), headers, status: undefined }
      exchanges.push(exchange)
      const response = await fetch(request)
      exchange.status = response.status
      return response
    },
  }
}
