import type { Options } from 'ky'
import { untilAborted } from '../async/abort.ts'
import { withGrace } from '../async/abort-grace.ts'
import { loaded } from '../async/lazy.ts'
import { NetworkError, publicUrl, RegistryError, ResponseError } from '../errors.ts'
import { releaseBody } from '../source/release.ts'
import { type Answer, createAnswer, isHtml, unexpectedAnswer } from './answer.ts'
import { boundErrorBody } from './error-body.ts'
import { watchTaking, withIdleTimeout } from './idle-timeout.ts'
import { isLastingFailure, noAnswer, refusedPreflight, timedOut } from './network-failure.ts'
import { createPreflights, type Preflights } from './preflights.ts'
import { redactCause, redactPath, secretsIn } from './redact.ts'
import { refusingMode } from './redirect-mode.ts'
import type { PrivateRequest } from './request.ts'
import type { RefusedRequest } from './response-error.ts'
import { createRetryAfter, delayBefore } from './retry-after.ts'

/** An answer, or a refusal. */
interface Exchanged {
  readonly answer: Answer
  /** Makes the error that the answer stands for, if its status is neither good nor allowed. */
  readonly refusal?: () => Promise<ResponseError>
  /** True if another origin than the registry's gave it. */
  readonly isForeign: boolean
}

/**
 * Sends a request as it is, and returns the answer.
 *
 * @throws {ResponseError} if that is no answer of a registry
 * @throws {NetworkError} if there is no answer
 */
export type Exchange = (request: PrivateRequest) => Promise<Exchanged>

/** The settings that all requests of one handle share. */
interface Connection {
  readonly base: URL
  readonly fetch: (request: Request) => Promise<Response>
  /** Settings for the registry's own origin; no other origin ever sees them. */
  readonly ownHeaders: Readonly<Record<string, string>>
  readonly retry: number
  /** In milliseconds: the longest wait before the first further try; it doubles with each. */
  readonly retryDelay: number
  /** In milliseconds. */
  readonly timeout: number
}

/** The same, and what is learned about it. */
interface LearningConnection extends Connection {
  readonly preflights: Preflights
  /** Texts that no error may show. */
  readonly hidden: readonly string[]
}

/**
 * Statuses that may pass: the server, or what is in front of it, is busy or restarts. 499 and 52x are those of nginx
 * and Cloudflare.
 */
export const PASSING_STATUSES = [408, 425, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524]
const MAX_RETRY_AFTER = 60_000
/** Secrets of requests that a handle remembers, besides those of its headers. */
const MAX_HIDDEN = 200

/** Returns the answer, or throws the error that it stands for. */
export async function accept({ answer, refusal }: Exchanged): Promise<Answer> {
  if (refusal) throw await refusal()
  return answer
}

export function createExchange(settings: Connection): Exchange {
  // Of the whole handle: a server may echo what it got with another request.
  const hidden = Object.values(settings.ownHeaders).flatMap(secretsIn)
  const ownCount = hidden.length
  const hide = (secrets: readonly string[] = []) => {
    hidden.push(...secrets.filter((secret) => !hidden.includes(secret)))
    // Old tokens are dropped first.
    if (hidden.length > ownCount + MAX_HIDDEN) hidden.splice(ownCount, hidden.length - ownCount - MAX_HIDDEN)
  }
  const connection = { ...settings, preflights: createPreflights(settings), hidden }
  const pause = createRetryAfter()
  // A page loads it while it opens an archive. A failure is that of the first request.
  loadClient().catch(() => undefined)
  return async (request) => {
    void loadExplanations()
    const { default: ky, HTTPError, TimeoutError } = await loaded(loadClient(), request.signal)
    const { act, method, skipsPause = false, grace = 0 } = request
    const url = new URL(request.url, connection.base)
    hide(request.secrets)
    let isIdentified = request.isIdentified ?? false
    const wait = async () => {
      if (!skipsPause) await pause.over(url.origin, request.signal)
      await request.hold?.()
      request.signal?.throwIfAborted()
    }
    const sign = async () => {
      const signature = await request.sign?.()
      hide(signature?.secrets)
      isIdentified ||= signature?.isIdentified ?? false
      return signature?.value
    }
    await wait()
    const made = typeof request.body === 'function' ? await request.body() : request.body
    const late = (limit = connection.timeout) => timedOut({ act, method, url: redactPath(url, hidden) }, limit)
    // A body may take any time, while its bytes continue to move.
    const { timeout, standstill } = request
    const watched = made instanceof ReadableStream ? watchTaking(made, standstill, () => late(standstill)) : undefined
    const body = watched?.stream ?? made
    // Where the answer comes from, after redirects. What a custom fetch made itself has no URL to tell.
    let from = url
    const give = ({ status, headers }: Response, body: Answer['body'], refusal?: Exchanged['refusal']): Exchanged => ({
      answer: createAnswer({ status, headers, body, url: from, method, act, secrets: hidden }),
      ...(refusal && { refusal }),
      isForeign: from.origin !== connection.base.origin,
    })
    // After all that takes time: a token may expire meanwhile.
    const authorization = await sign()
    request.signal?.throwIfAborted()
    const { signal: graceful, stop } = withGrace(request.signal, grace)
    const signal = watched && graceful ? AbortSignal.any([graceful, watched.signal]) : (watched?.signal ?? graceful)
    const sending: Promise<Response> = ky(
      url,
      kyOptions(connection, { ...request, signal }, body, url, {
        authorization,
        async onRetry({ headers }) {
          await wait()
          const next = await sign()
          if (next !== undefined) headers.set('authorization', next)
        },
        onAnswer(response, place) {
          pause.note(place.origin, response)
          if (place.origin === connection.base.origin) connection.preflights.note(response)
          from = place
        },
      }),
    )
    try {
      // A fetch of the user's own may not look at the signal.
      const response = await untilAborted(sending, signal)
      const answered =
        response.body && wantsBody(request) ? withIdleTimeout(response.body, connection.timeout, request.signal) : null
      if (!answered) releaseBody(response.body)
      const exchanged = give(response, answered)
      if (isPageForAct(exchanged.answer)) throw unexpectedAnswer(exchanged.answer, 'that is a web page')
      return exchanged
    } catch (error) {
      if (error instanceof HTTPError) {
        const { response, data } = error
        const isRedirected = from.origin !== url.origin
        const refused = { act, method, url: from, isRedirected, isIdentified, secrets: hidden }
        return give(response, null, () => explainRefusal(refused, response, data))
      }
      if (error instanceof TimeoutError) throw late(timeout)
      if (!signal?.aborted) throw error
      // Its answer may come late.
      sending.then(
        ({ body }) => releaseBody(body),
        () => undefined,
      )
      throw signal.reason
    } finally {
      watched?.stop()
      stop()
    }
  }
}

/** The state of the tries of one request. */
interface Tries {
  /** Of the first one. */
  readonly authorization: string | undefined
  readonly onRetry: (request: Request) => Promise<void>
  readonly onAnswer: (response: Response, url: URL) => void
}

function loadClient() {
  return import('ky')
}

/** Loads with the first request, so that it is there when one is refused: the network may fail later. */
function loadExplanations() {
  return import('./response-error.ts').catch(() => undefined)
}

/** Makes the error for a refusal. If a page could not load the explanations, it has only the status. */
async function explainRefusal(refused: RefusedRequest, response: Response, data: unknown): Promise<ResponseError> {
  const explanations = await loadExplanations()
  if (explanations) return explanations.toResponseError(refused, response, data)
  const { act, method, secrets } = refused
  const url = redactPath(refused.url, secrets)
  const { status } = response
  return new ResponseError('REFUSED', `Cannot ${act}: ${publicUrl(url)} answered ${status}`, { method, url, status })
}

function kyOptions(
  connection: LearningConnection,
  request: PrivateRequest,
  body: Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array> | undefined,
  url: URL,
  { authorization, onRetry, onAnswer }: Tries,
): Options {
  const { method, headers, accept, signal, patience, allow = [], isUpload = false } = request
  const { base, ownHeaders, timeout, preflights } = connection
  const retry = Math.max(connection.retry, patience?.retry ?? 0)
  const retryDelay = patience?.retryDelay ?? connection.retryDelay
  const given = new Headers(headers)
  const isOwn = url.origin === base.origin
  const own = new Headers(isOwn ? ownHeaders : undefined)
  if (authorization !== undefined) own.set('authorization', authorization)
  const isBare = [...own].length === 0
  if (accept) given.set('accept', accept(preflights.spares(isBare)))
  return {
    method,
    headers: { ...Object.fromEntries(own), ...Object.fromEntries(given) },
    ...(body && { body }),
    ...(signal && { signal }),
    fetch: (input) => fetchOnce(connection, input as Request, request, given, onAnswer),
    throwHttpErrors: (status) => !allow.includes(status),
    timeout: body instanceof ReadableStream ? false : (request.timeout ?? (isUpload ? false : timeout)),
    retry: {
      limit: isUpload ? 0 : retry,
      methods: ['get', 'head', 'post', 'put', 'delete'],
      statusCodes: PASSING_STATUSES,
      maxRetryAfter: MAX_RETRY_AFTER,
      delay: (tries) => delayBefore(tries, retryDelay),
      // That of the delay itself.
      jitter: false,
      shouldRetry({ error }) {
        if (error instanceof RegistryError) return error instanceof NetworkError && !isLastingFailure(error)
        return patience && error.name === 'TimeoutError' ? true : undefined
      },
    },
    hooks: { beforeRetry: [({ request: next }) => onRetry(next)] },
    // Without cookies: Harbor takes a request with them for one of its pages and asks for a CSRF token.
    credentials: 'omit',
    cache: isOwn ? preflights.cacheMode(request, isBare) : 'no-store',
    // A redirected body would be kept whole in memory to be sent again, and these two prevent it (nodejs/undici#4058).
    redirect: followsRedirects(request) ? 'manual' : refusingMode(),
    window: null,
  }
}

/** Where the runtime's fetch is called: its failures get our type here, and error bodies their limit. */
async function fetchOnce(
  { fetch, base, preflights, hidden }: LearningConnection,
  request: Request,
  given: PrivateRequest,
  headers: Headers,
  onAnswer: (response: Response, url: URL) => void,
): Promise<Response> {
  // A fetch of the user's own may not look at the signal.
  request.signal.throwIfAborted()
  const { act, allow = [] } = given
  const { method, url } = request
  try {
    const rules = { fetch, base, given: headers, follows: followsRedirects(given), act, secrets: hidden }
    const follow = async (request: Request) => {
      const first = await fetch(request)
      preflights.notePassed(request)
      if (!isRedirect(first)) return { response: first, url: new URL(url) }
      const { followRedirects } = await loaded(import('./redirect.ts'))
      return followRedirects(request, first, rules)
    }
    let { response, url: from } = await follow(request)
    if (preflights.isOld(given, request.cache, response)) {
      releaseBody(response.body)
      ;({ response, url: from } = await follow(new Request(request, { cache: 'no-store' })))
    }
    onAnswer(response, from)
    const isUnread = allow.includes(response.status) && !wantsBody(given)
    return response.ok || isUnread ? response : await boundErrorBody(response, hidden, request.signal)
  } catch (error) {
    if (request.signal.aborted || error instanceof RegistryError) throw error
    const cause = redactCause(error, hidden)
    const unanswered = { act, method, url: redactPath(new URL(url), hidden) }
    throw (await preflights.isRefused(request))
      ? refusedPreflight(unanswered, cause)
      : await noAnswer(unanswered, cause)
  }
}

/**
 * Tells whether a web site answered what is no GET. A registry says 201, 202 or 204 to an act, with html as its type if
 * that is Quay (GoogleContainerTools/jib#1986), and the size or the digest of what it has to HEAD. Bodies are judged
 * where they are read.
 */
function isPageForAct({ method, status, headers }: Answer): boolean {
  const isSaid = method === 'HEAD' && (headers.has('docker-content-digest') || headers.has('content-length'))
  return status === 200 && method !== 'GET' && isHtml(headers) && !isSaid
}

/** Tells whether an answer is a redirect, or the result of one that a browser or a custom `fetch` followed. */
function isRedirect({ status, type, redirected }: Response): boolean {
  return redirected || type === 'opaqueredirect' || (status >= 300 && status < 400)
}

function followsRedirects({ body, followsRedirects = true }: PrivateRequest): boolean {
  return !body && followsRedirects
}

function wantsBody({ method, keepsBody = method === 'GET' }: PrivateRequest): boolean {
  return keepsBody
}
