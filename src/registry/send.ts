import { untilAborted } from '../async/abort.ts'
import { loaded } from '../async/lazy.ts'
import { createSemaphore, fixed, type Semaphore } from '../async/semaphore.ts'
import type { Answer } from '../http/answer.ts'
import { accept, type Exchange } from '../http/exchange.ts'
import type { HttpRequest, Patience } from '../http/request.ts'
import { releaseBody } from '../source/release.ts'
import type { Authenticator, AuthenticatorSettings, Authorization } from './auth/authenticator.ts'
import type { Scope } from './auth/scope.ts'

/** One request to a registry. */
export interface RegistryRequest extends HttpRequest {
  /**
   * The rights that it needs, for registries with a token server: `repository:team/app:pull`. @default what the
   * registry asks for
   */
  readonly scopes?: readonly Scope[] | undefined
}

/**
 * Sends a request, signed in as far as the registry asks for it, and gives its answer.
 *
 * @throws {ResponseError} if the registry or its token server answers no
 * @throws {NetworkError} if one of them does not answer
 */
export type SendRequest = (request: RegistryRequest) => Promise<Answer>

/** The settings of what sends. */
interface SendSettings extends AuthenticatorSettings {
  /** Requests under way at once; others wait. From 4. */
  readonly maxRequests: number
}

/**
 * The first try may teach what the registry wants, another that the rights are too few, and another that the token is
 * too old.
 */
const MAX_TRIES = 4

/**
 * Makes what sends requests and signs them in. Only the registry's own origin sees signatures, and only its refusals
 * teach anything. A refused request is sent again only with another authorization than before, its body included:
 * uploads keep their session.
 */
export function createSend(exchange: Exchange, settings: SendSettings): SendRequest {
  const base = settings.registry
  // Others wait for tokens, so requests for them have a share of their own. Small requests do not wait for long
  // uploads.
  const share = Math.ceil(settings.maxRequests / 8)
  const tokens = createSemaphore(fixed(share))
  const requests = createSemaphore(fixed(settings.maxRequests - share))
  const uploads = createSemaphore(fixed(settings.maxRequests - 2 * share))
  let loading: Promise<Authenticator> | undefined

  /** Loads the authenticator, if there are credentials or the registry asks for a sign-in. */
  function loadAuthenticator(): Promise<Authenticator> {
    loading ??= loaded(import('./auth/authenticator.ts')).then(
      ({ createAuthenticator }) =>
        createAuthenticator(settings, (request) => permitted([tokens], request.signal, () => exchange(request))),
      (error) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }

  // Usually long before it is needed: a page first waits for the user's file. The request that needs it reports a
  // failure.
  const isSigningIn = settings.credentials !== undefined
  if (isSigningIn) loadAuthenticator().catch(() => undefined)

  async function authorize(scopes: readonly Scope[], patience?: Patience): Promise<Authorization | undefined> {
    if (!loading && !isSigningIn) return undefined
    const authenticator = await loadAuthenticator()
    return authenticator.authorize(scopes, patience)
  }

  return (request) => {
    const semaphores = request.isUpload && request.body ? [uploads, requests] : [requests]
    return permitted(semaphores, request.signal, () => sendSigned(request))
  }

  async function sendSigned({ scopes: needed = [], ...request }: RegistryRequest): Promise<Answer> {
    const url = new URL(request.url, base)
    if (url.origin !== base.origin) return accept(await exchange(request))
    const { method, signal, patience } = request
    signal?.throwIfAborted()
    let scopes = needed
    let isRenewed = false
    // A function may return no credentials: the authenticator tells.
    const isIdentified = typeof settings.credentials === 'object'
    const last: { authorization?: Authorization | undefined } = {}
    // Called for each try: a token may expire in the waits between them.
    const sign = async () => {
      last.authorization = await untilAborted(authorize(scopes, patience), signal)
      return last.authorization
    }
    for (let tries = 1; ; tries++) {
      const exchanged = await exchange({ ...request, sign, isIdentified })
      const { status, headers } = exchanged.answer
      if (exchanged.isForeign || (status !== 401 && status !== 403) || tries === MAX_TRIES) return accept(exchanged)
      await request.hold?.()
      const { learn } = await untilAborted(loadAuthenticator(), signal)
      const { authorization } = last
      const lesson = learn({ status, headers, method, url, scopes, authorization, mayRenew: !isRenewed })
      if (!lesson) return accept(exchanged)
      scopes = lesson.scopes
      isRenewed ||= lesson.isRenewal
      const next = await sign()
      if (!next || next.value === authorization?.value) return accept(exchanged)
      releaseBody(exchanged.answer.body)
    }
  }
}

/**
 * Runs a task with a permit of each semaphore. They are taken in one order everywhere, so that no two tasks wait for
 * each other.
 */
async function permitted<T>(
  semaphores: readonly Semaphore[],
  signal: AbortSignal | undefined,
  task: () => Promise<T>,
): Promise<T> {
  const releases: (() => void)[] = []
  try {
    for (const semaphore of semaphores) releases.push(await semaphore(signal))
    return await task()
  } finally {
    for (const release of releases) release()
  }
}
