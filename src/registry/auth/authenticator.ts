import { NetworkError, ResponseError } from '../../errors.ts'
import type { Exchange } from '../../http/exchange.ts'
import type { Patience, Signature } from '../../http/request.ts'
import { isLoopback } from '../../oci/registry-address.ts'
import { type Challenge, parseChallenges } from './challenge.ts'
import { createCredentialSource, type User } from './credential-source.ts'
import { basicAuthorization, type Credentials, type ProvideCredentials } from './credentials.ts'
import { commonScopes, scopesOfRequest } from './needed-scopes.ts'
import { readRealm, type UntrustedRealm } from './realm.ts'
import { coversScopes, mergeScopes, type Scope } from './scope.ts'
import { fetchToken, type Token } from './token.ts'

/** The authorization of a request. */
export interface Authorization extends Signature {
  readonly scheme: 'basic' | 'bearer'
  readonly user: User
  /** The token, if a token server gave it. */
  readonly token?: Token
  /** The parameters of the challenge that it answers. */
  readonly parameters?: Challenge['parameters']
}

/** A refusal by the registry, and what was refused. */
interface Refused {
  readonly status: number
  readonly headers: Headers
  readonly method: string
  readonly url: URL
  readonly scopes: readonly Scope[]
  readonly authorization: Authorization | undefined
  /** True if a token may be refused before it is known to be stale. */
  readonly mayRenew: boolean
}

/** Knowledge from a refusal, for one more try. */
interface Lesson {
  readonly scopes: readonly Scope[]
  /** True if only the token will change. */
  readonly isRenewal: boolean
}

/** Signs requests to one registry in. */
export interface Authenticator {
  /** Gives what signs a request in that needs these rights, as far as the registry's wishes are known. */
  authorize(scopes: readonly Scope[], patience: Patience | undefined): Promise<Authorization | undefined>
  /** Learns from a refusal, and tells with which rights asking once more may help; nothing where it cannot. */
  learn(refused: Refused): Lesson | undefined
}

/** The settings of an authenticator. */
export interface AuthenticatorSettings {
  /** The registry's base URL. */
  readonly registry: URL
  readonly credentials: Credentials | ProvideCredentials | undefined
  /** Origins of token servers that the caller trusts. */
  readonly allowedRealms: readonly string[]
}

const NO_PARAMETERS: Challenge['parameters'] = new Map()
/** Parameters of a challenge that describe the token server, not the request that was answered. */
const LASTING = ['realm', 'service']

/**
 * Makes the authenticator of one registry. It knows nothing until the registry sends a challenge; with credentials it
 * lets itself be asked once at the start (`GET /v2/`), so that not every first request has to be sent twice. A ready
 * token is sent at once.
 */
export function createAuthenticator(
  { registry, credentials, allowedRealms }: AuthenticatorSettings,
  exchange: Exchange,
): Authenticator {
  const provided = createCredentialSource(credentials)
  const hasReadyToken = typeof credentials === 'object' && 'token' in credentials
  let challenge: Challenge | undefined = hasReadyToken ? { scheme: 'bearer', parameters: NO_PARAMETERS } : undefined
  let probing: Promise<void> | undefined

  async function probe(patience: Patience | undefined): Promise<void> {
    const ping = { act: 'reach the registry', method: 'GET', url: 'v2/', allow: [401], keepsBody: false } as const
    const request = { ...ping, patience }
    try {
      learnFirst(await exchange(request))
    } catch (error) {
      if (!mayHideChallenge(error)) throw error
      const sign = () => signInBasic([])
      const exchanged = await exchange({ ...request, sign, isIdentified: true }).catch(() => {
        throw error
      })
      learnFirst(exchanged)
      if (!exchanged.isForeign) challenge ??= { scheme: 'basic', parameters: NO_PARAMETERS }
    }
  }

  function learnFirst({ answer, isForeign }: Awaited<ReturnType<Exchange>>): void {
    if (answer.status === 401 && !isForeign) challenge ??= choose(answer.headers)
  }

  /**
   * A proxy may let web pages read only answers that are no errors. Its 401 then looks like no answer, but its answer
   * to the password can be read. Since nobody asked for the password, it is never sent unencrypted.
   */
  function mayHideChallenge(error: unknown): boolean {
    const isInPage = globalThis.location !== undefined
    const hasPassword = typeof credentials === 'object' && 'password' in credentials
    const isPrivate = registry.protocol === 'https:' || isLoopback(registry.hostname)
    return isInPage && hasPassword && isPrivate && error instanceof NetworkError && error.code === 'NO_ANSWER'
  }

  async function signInBasic(scopes: readonly Scope[]): Promise<Authorization | undefined> {
    const user = await provided.get({ registry: registry.href, service: undefined, scopes })
    const { credentials: given } = user
    if (!given || !('password' in given)) return undefined
    const value = basicAuthorization(given)
    const secrets = [value.slice('Basic '.length), given.password]
    return { scheme: 'basic', value, secrets, isIdentified: true, user }
  }

  async function signInBearer(
    parameters: Challenge['parameters'],
    scopes: readonly Scope[],
    patience: Patience | undefined,
  ): Promise<Authorization> {
    const service = parameters.get('service')
    const user = await provided.get({ registry: registry.href, service, scopes })
    const { credentials: given } = user
    if (given && 'token' in given) return bearer(given.token, user, parameters)
    const issuer = JSON.stringify(LASTING.map((name) => parameters.get(name)))
    const token = await user.tokens.get(issuer, scopes, async () => {
      const realm = await readRealm(parameters.get('realm'), {
        registry,
        allowedRealms,
        hasSecret: given !== undefined,
      })
      if (!realm.url) throw untrusted(registry, realm)
      try {
        const asked = { realm: realm.url, service, scopes, credentials: given, host: registry.host, patience }
        const fetched = await fetchToken(exchange, asked)
        provided.keep(user, fetched.identityToken)
        return fetched
      } catch (error) {
        if (isRefusal(error, provided.hasWorked(user))) provided.forget(user)
        throw error
      }
    })
    return { ...bearer(token.text, user, parameters), token }
  }

  return {
    async authorize(scopes, patience) {
      if (!challenge && credentials !== undefined) {
        probing ??= probe(patience).catch((error) => {
          probing = undefined
          throw error
        })
        await probing
      }
      if (!challenge) return undefined
      return challenge.scheme === 'basic' ? signInBasic(scopes) : signInBearer(challenge.parameters, scopes, patience)
    },

    learn({ status, headers, method, url, scopes, authorization, mayRenew }) {
      const offered = choose(headers, challenge)
      if (!offered || hasReadyToken) return undefined
      // A registry may name scopes that this request does not need, and would get a token for them.
      const most = mergeScopes(scopes, scopesOfRequest(method, url, registry))
      const wanted = mergeScopes(scopes, commonScopes(scopesOf(offered), most))
      const isWider = !coversScopes(scopes, wanted)
      const lacksRights = offered.parameters.get('error') === 'insufficient_scope'
      // By the challenge that this request was signed in for: another request may have learned the new one meanwhile.
      const known = authorization?.parameters ?? challenge?.parameters
      const isElsewhere = LASTING.some((name) => known?.get(name) !== offered.parameters.get(name))
      if (lacksRights ? authorization && !isWider && !isElsewhere : status === 403) return undefined
      challenge = offered
      const other = { scopes: wanted, isRenewal: false }
      if (authorization?.scheme !== offered.scheme) return other
      if (offered.scheme === 'bearer' && (isWider || isElsewhere)) return other
      const { token, user } = authorization
      if (!token) {
        provided.forget(user)
        // Only who gives tokens can be asked at once: a user would only see the same question again.
        return offered.scheme === 'bearer' ? other : undefined
      }
      user.tokens.drop(token.text)
      return mayRenew ? { scopes: wanted, isRenewal: true } : undefined
    },
  }
}

/**
 * Tells whether a token server refuses the credentials. After credentials that worked, 403 refuses the scope, for
 * example of a mount.
 */
function isRefusal(error: unknown, hasWorked: boolean): boolean {
  return error instanceof ResponseError && (hasWorked ? [400, 401] : [400, 401, 403]).includes(error.status)
}

function bearer(token: string, user: User, parameters: Challenge['parameters']): Authorization {
  const isIdentified = user.credentials !== undefined
  return { scheme: 'bearer', value: `Bearer ${token}`, secrets: [token], isIdentified, user, parameters }
}

/**
 * Prefers Bearer to Basic. If no method is offered, or a web page may not read it, the known method
 * is used. If none is known, a password can still be tried.
 */
function choose(headers: Headers, known?: Challenge): Challenge | undefined {
  const header = headers.get('www-authenticate')
  if (header === null) return known ? withoutCause(known) : { scheme: 'basic', parameters: NO_PARAMETERS }
  const challenges = parseChallenges(header)
  const find = (wanted: string) => challenges.find(({ scheme }) => scheme === wanted)
  return find('bearer') ?? find('basic')
}

/** Returns the parts of a challenge that stay true for later requests. */
function withoutCause({ scheme, parameters }: Challenge): Challenge {
  return { scheme, parameters: new Map([...parameters].filter(([name]) => LASTING.includes(name))) }
}

function scopesOf({ parameters }: Challenge): readonly Scope[] {
  return (parameters.get('scope') ?? '').split(' ').filter(Boolean)
}

function untrusted(registry: URL, { fault, remedy }: UntrustedRealm): ResponseError {
  const details = { remedy, method: 'GET', url: registry.href, status: 401 }
  return new ResponseError('UNTRUSTED_REALM', `Cannot sign in to ${registry.host}: its token server ${fault}`, details)
}
