import { loaded, untilAborted } from '../load.ts'
import { letGo } from '../source/let-go.ts'
import type { Answer } from './answer.ts'
import type { Authenticator, AuthenticatorSettings, Authorization } from './auth/authenticator.ts'
import type { Scope } from './auth/scope.ts'
import { accept, type Exchange, type HttpRequest } from './http.ts'

/** One request to a registry. */
export interface RegistryRequest extends HttpRequest {
  /** The rights that it needs, for registries with a token server: `repository:team/app:pull`. @default what the registry asks for */
  readonly scopes?: readonly Scope[]
}

/**
 * Sends a request, signed in as far as the registry asks for it, and gives its answer.
 *
 * @throws {ResponseError} if the registry or its token server answers no
 * @throws {NetworkError} if one of them does not answer
 */
export type SendRequest = (request: RegistryRequest) => Promise<Answer>

/** The first try may teach what the registry wants, the second that a token is too old or its rights too few; then it is no. */
const MAX_TRIES = 3

/**
 * Makes what sends requests and signs them in. Only the registry's own origin sees what signs in, and only its refusals teach anything. A
 * refused request is sent again only with another authorization than before, its body included: uploads keep their session.
 */
export function createSend(exchange: Exchange, settings: AuthenticatorSettings): SendRequest {
  const base = settings.registry
  let loading: Promise<Authenticator> | undefined

  /** What signs in is loaded where there is somebody to sign in, or the registry asks for that. */
  function loadAuthenticator(): Promise<Authenticator> {
    loading ??= loaded(import('./auth/authenticator.ts')).then(
      ({ createAuthenticator }) => createAuthenticator(settings, exchange),
      (error) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }

  // Usually long before it is needed: a page first waits for the user's file. The request that needs it reports a failure.
  const isSigningIn = settings.credentials !== undefined
  if (isSigningIn) loadAuthenticator().catch(() => undefined)

  async function authorize(scopes: readonly Scope[]): Promise<Authorization | undefined> {
    if (!loading && !isSigningIn) return undefined
    const authenticator = await loadAuthenticator()
    return authenticator.authorize(scopes)
  }

  return async ({ scopes: needed = [], ...request }) => {
    if (new URL(request.url, base).origin !== base.origin) return accept(await exchange(request))
    request.signal?.throwIfAborted()
    const startedAt = Date.now()
    const sign = (scopes: readonly Scope[]) => untilAborted(authorize(scopes), request.signal)
    let scopes = needed
    let authorization = await sign(scopes)
    for (let tries = 1; ; tries++) {
      const signed = { authorization: authorization?.value, secrets: authorization?.secrets ?? [] }
      const exchanged = await exchange({ ...request, ...signed })
      const { status, headers } = exchanged.answer
      if (exchanged.isForeign || (status !== 401 && status !== 403) || tries === MAX_TRIES) return accept(exchanged)
      await request.hold?.()
      const { learn } = await untilAborted(loadAuthenticator(), request.signal)
      const wanted = learn({ status, headers, scopes, authorization, startedAt })
      const next = wanted && (await sign(wanted))
      if (!next || next.value === authorization?.value) return accept(exchanged)
      letGo(exchanged.answer.body)
      scopes = wanted
      authorization = next
    }
  }
}
