import { ResponseError } from '../../errors.ts'
import { type Answer, readJsonAnswer, unexpectedAnswer } from '../../http/answer.ts'
import { accept, type Exchange } from '../../http/exchange.ts'
import type { Patience } from '../../http/request.ts'
import { isJsonObject, textField } from '../../oci/json.ts'
import { startAge } from './age.ts'
import { basicAuthorization, type Credentials, isToken, TOKEN_USERNAME } from './credentials.ts'
import { isRepositoryScope, type Scope } from './scope.ts'

/** A bearer token, and how long it is used. */
export interface Token {
  readonly text: string
  /** True if it is too old to be used: some seconds before it expires. */
  readonly isStale: () => boolean
  /** The refresh token for the next one, where the server has given another. */
  readonly identityToken: string | undefined
}

/** A request to a token server. */
interface TokenRequest {
  readonly realm: URL
  readonly service: string | undefined
  readonly scopes: readonly Scope[]
  readonly credentials: Exclude<Credentials, { readonly token: string }> | undefined
  /** How patient the act is that needs the token. */
  readonly patience: Patience | undefined
  /** The registry's host, for messages. */
  readonly host: string
}

/** In bytes. */
const MAX_TOKEN_ANSWER = 128 * 1024
/** In seconds, where a server does not say (distribution's "Token Authentication Specification"). */
const DEFAULT_LIFETIME = 60
/**
 * In seconds before it expires: a request takes a while to arrive. Of short-lived tokens it is a quarter of their life.
 */
const EARLY = 5
const CLIENT_ID = 'registry-api-v2-client'
/** Of servers that do not speak OAuth 2. */
const NO_OAUTH = [404, 405]

/**
 * Gets a bearer token: by GET, anonymously or with HTTP Basic, or for an identity token by POST (OAuth 2, RFC 6749 §
 * 6), and by GET where a server does not do that. Redirects are not followed.
 *
 * @throws {ResponseError} if the server refuses, or gives no token
 * @throws {NetworkError} if it does not answer
 */
export async function fetchToken(exchange: Exchange, request: TokenRequest): Promise<Token> {
  const scopes = request.scopes.filter(isRepositoryScope)
  try {
    return await askForToken(exchange, request)
  } catch (error) {
    // Quay's knows repositories alone: it refuses the right to list them, which nobody needs there
    // (openshift/oc-mirror#168).
    const isUnknown = error instanceof ResponseError && error.status === 400 && scopes.length < request.scopes.length
    if (!isUnknown) throw error
    return askForToken(exchange, { ...request, scopes })
  }
}

async function askForToken(exchange: Exchange, request: TokenRequest): Promise<Token> {
  const { credentials } = request
  const age = startAge()
  if (credentials && 'identityToken' in credentials) {
    const answer = await postForToken(exchange, request, credentials.identityToken)
    if (!NO_OAUTH.includes(answer.status)) return readToken(answer, age)
    const { username = TOKEN_USERNAME, identityToken } = credentials
    return readToken(await getToken(exchange, request, { username, password: identityToken }), age)
  }
  return readToken(await getToken(exchange, request, credentials), age)
}

async function getToken(
  exchange: Exchange,
  request: TokenRequest,
  credentials: { readonly username: string; readonly password: string } | undefined,
): Promise<Answer> {
  const { realm, service, scopes } = request
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  const authorization = credentials && basicAuthorization(credentials)
  return accept(
    await exchange({
      act: actOf(request),
      method: 'GET',
      url,
      ...(authorization !== undefined && { headers: { authorization } }),
      isIdentified: credentials !== undefined,
      secrets: credentials && authorization ? [credentials.password, authorization.slice('Basic '.length)] : [],
      followsRedirects: false,
      patience: request.patience,
    }),
  )
}

async function postForToken(exchange: Exchange, request: TokenRequest, identityToken: string): Promise<Answer> {
  const { realm, service, scopes } = request
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: identityToken, client_id: CLIENT_ID })
  if (service !== undefined) form.set('service', service)
  if (scopes.length > 0) form.set('scope', scopes.join(' '))
  return accept(
    await exchange({
      act: actOf(request),
      method: 'POST',
      url: realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new TextEncoder().encode(form.toString()),
      allow: NO_OAUTH,
      isIdentified: true,
      secrets: [identityToken],
      followsRedirects: false,
      patience: request.patience,
      keepsBody: true,
    }),
  )
}

async function readToken(answer: Answer, age: () => number): Promise<Token> {
  const document = await readJsonAnswer(answer, MAX_TOKEN_ANSWER)
  const object = isJsonObject(document) ? document : {}
  // Docker's name for it, and OAuth's. A server may write both, and null or an empty text in one of them.
  const text = object.token || object.access_token
  if (!isToken(text)) throw unexpectedAnswer(answer, 'it holds no token')
  const stated = object.expires_in
  const lifetime = typeof stated === 'number' && stated > 0 ? stated : DEFAULT_LIFETIME
  const usable = (lifetime - Math.min(EARLY, lifetime / 4)) * 1000
  return { text, isStale: () => age() >= usable, identityToken: textField(object, 'refresh_token') || undefined }
}

function actOf({ host, scopes }: TokenRequest): string {
  return `get a token of ${host}${scopes.length > 0 ? ` for ${scopes.join(' ')}` : ''}`
}
