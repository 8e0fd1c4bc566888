import ky, { HTTPError, type Options, TimeoutError } from 'ky'
import { NetworkError, publicUrl } from '../errors.ts'
import { type Answer, unexpectedAnswer } from './answer.ts'
import { boundErrorBody, toResponseError } from './response-error.ts'

/** One request to a registry. */
export interface RegistryRequest {
  /** What is being done, to go after "Cannot" in a message: `list the tags of "team/app"`. */
  readonly act: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Relative to the registry's base URL, or absolute. */
  readonly url: string | URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer> | Blob
  /** Statuses from 300 on that are answers here, not failures. @default none */
  readonly allow?: readonly number[]
  /** The body is a blob's bytes: no time-out, and never sent a second time unasked. @default false */
  readonly isUpload?: boolean
  readonly signal?: AbortSignal
}

/**
 * Sends a request and gives its answer.
 *
 * @throws {ResponseError} if the registry answers no
 * @throws {NetworkError} if it does not answer
 */
export type SendRequest = (request: RegistryRequest) => Promise<Answer>

/** The settings that all requests of one handle share. */
export interface Connection {
  readonly base: URL
  readonly fetch: (request: Request) => Promise<Response>
  /** Secrets and settings for the registry's own origin; no other origin ever sees them. */
  readonly ownHeaders: Readonly<Record<string, string>>
  readonly retry: number
  /** In milliseconds. */
  readonly timeout: number
}

/** 413 is not among them: a body that is too large once is too large again. */
const PASSING_STATUSES = [408, 429, 500, 502, 503, 504]
const MAX_RETRY_AFTER = 60_000

export function createSend(connection: Connection): SendRequest {
  return async (request) => {
    const { act, method } = request
    const url = new URL(request.url, connection.base)
    try {
      const response = await ky(url, kyOptions(connection, request, url))
      const { status, headers } = response
      const body = method === 'GET' ? response.body : null
      // Unread bodies keep their connection busy.
      if (!body) await response.body?.cancel()
      // Answers that a custom fetch made itself have no URL.
      const answer = { status, headers, body, url: response.url ? new URL(response.url) : url, method, act }
      if (response.ok && /html/i.test(headers.get('content-type') ?? ''))
        throw unexpectedAnswer(answer, 'that is a web page')
      return answer
    } catch (error) {
      if (error instanceof HTTPError) throw toResponseError({ act, method, url }, error.response, error.data)
      if (error instanceof TimeoutError) throw timedOut({ act, method, url }, connection.timeout)
      throw error
    }
  }
}

function kyOptions(connection: Connection, request: RegistryRequest, url: URL): Options {
  const { method, headers, body, signal, allow = [], isUpload = false } = request
  const isOwn = url.origin === connection.base.origin
  const limit = isUpload ? 0 : connection.retry
  return {
    method,
    headers: { ...(isOwn && connection.ownHeaders), ...headers },
    ...(body && { body }),
    ...(signal && { signal }),
    fetch: (input) => fetchOnce(connection.fetch, input as Request, request.act),
    throwHttpErrors: (status) => !allow.includes(status),
    timeout: isUpload ? false : connection.timeout,
    retry: {
      limit,
      methods: ['get', 'head', 'post', 'put', 'delete'],
      statusCodes: PASSING_STATUSES,
      maxRetryAfter: MAX_RETRY_AFTER,
      shouldRetry: ({ error }) => (error instanceof NetworkError ? true : undefined),
    },
    // Without cookies: Harbor takes a request with them for one of its pages and asks for a CSRF token.
    credentials: 'omit',
    cache: 'no-store',
    // A redirected body would be kept whole in memory to be sent again, and these two prevent it (nodejs/undici#4058).
    redirect: method === 'GET' || method === 'HEAD' ? 'follow' : 'error',
    window: null,
  }
}

/** Where the runtime's fetch is called: its failures get our type here, and error bodies their limit. */
async function fetchOnce(fetch: Connection['fetch'], request: Request, act: string): Promise<Response> {
  // A fetch of the user's own may not look at the signal.
  request.signal.throwIfAborted()
  try {
    const response = await fetch(request)
    return response.ok ? response : await boundErrorBody(response)
  } catch (cause) {
    if (request.signal.aborted) throw cause
    const { method, url } = request
    throw new NetworkError(`Cannot ${act}: no answer from ${publicUrl(url)}${reasonOf(cause)}`, { method, url, cause })
  }
}

/** Servers' runtimes say why there is no answer; browsers do not, and then these are the reasons that there may be. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : undefined
  const code = inner instanceof Error && 'code' in inner ? inner.code : undefined
  if (typeof code === 'string') return ` (${code})`
  return ". Is the registry there? In a web page: does it allow this page's origin (CORS), and is it https where the page is?"
}

function timedOut({ act, method, url }: { act: string; method: string; url: URL }, timeout: number): NetworkError {
  return new NetworkError(
    `Cannot ${act}: no answer from ${publicUrl(url.href)} within ${timeout} ms; try again, or allow it longer with { timeout }`,
    { method, url: url.href },
  )
}
