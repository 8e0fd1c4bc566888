import { toBase64 } from '../oci/base64.ts'
import { jsonAnswer, Refusal, refusalBy } from './answers.ts'
import { randomId } from './random-id.ts'
import type { Received } from './received.ts'
import type { SignInRules } from './rules.ts'

/** The user who may access the registry. */
export interface TestCredentials {
  readonly username: string
  readonly password: string
}

/**
 * Checks a request. Returns `undefined` to let it pass, or a response with a token.
 *
 * @throws {Refusal} if the request is not authorized
 */
export type SignIn = (received: Received) => Response | undefined

/** The path of the registry's own token server. */
const TOKEN_PATH = '/v2/auth'
const CATALOG = 'registry:catalog:*'
/** The lifetime of a token in seconds. */
const LIFETIME = 300

/**
 * Creates a sign-in that requires a bearer token, with a token server for one user (distribution's "Token
 * Authentication Specification").
 */
export function createSignIn({ username, password }: TestCredentials, rules: SignInRules): SignIn {
  const basic = `Basic ${toBase64(new TextEncoder().encode(`${username}:${password}`))}`
  const tokens = new Map<string, { readonly scopes: readonly string[]; readonly expiresAt: number }>()

  function giveToken({ url, headers }: Received): Response {
    if (headers.get('authorization') !== basic) throw unauthorized('Basic realm="token server"')
    const scopes = url.searchParams.getAll('scope')
    const foreign = scopes.find((scope) => !scope.startsWith('repository:'))
    if (rules.foreignScope && foreign) throw refusalBy(rules.foreignScope, { scope: foreign })
    const token = randomId()
    for (const [old, { expiresAt }] of tokens) if (expiresAt <= Date.now()) tokens.delete(old)
    tokens.set(token, { scopes, expiresAt: Date.now() + LIFETIME * 1000 })
    return jsonAnswer(200, { token, expires_in: LIFETIME })
  }

  return (received) => {
    const { url, headers } = received
    if (url.pathname === TOKEN_PATH) return giveToken(received)
    const needed = neededScope(received, rules)
    const known = tokens.get(headers.get('authorization')?.replace(/^Bearer /, '') ?? '')
    const isValid = known !== undefined && known.expiresAt > Date.now()
    if (isValid && (needed === undefined || known.scopes.some((scope) => covers(scope, needed)))) return undefined
    const scope = needed === undefined ? '' : `,scope="${needed}"`
    const error = isValid ? ',error="insufficient_scope"' : ''
    throw unauthorized(`Bearer realm="${url.origin}${TOKEN_PATH}",service="${url.host}"${scope}${error}`)
  }
}

function neededScope({ method, url }: Received, rules: SignInRules): string | undefined {
  if (url.pathname === '/v2/_catalog') return rules.foreignScope ? undefined : CATALOG
  const name = /^\/v2\/(.+?)\/(?:tags|manifests|referrers|blobs)\//.exec(url.pathname)?.[1]
  if (name === undefined) return undefined
  const isRead = method === 'GET' || method === 'HEAD'
  return `repository:${name}:${isRead ? 'pull' : method === 'DELETE' ? rules.deleteActions : 'pull,push'}`
}

/** Tells whether a scope includes another one. */
function covers(have: string, wanted: string): boolean {
  const [thing, actions] = split(have)
  const [wantedThing, wantedActions] = split(wanted)
  return thing === wantedThing && wantedActions.every((action) => actions.includes(action))
}

function split(scope: string): readonly [thing: string, actions: readonly string[]] {
  const end = scope.lastIndexOf(':')
  return [scope.slice(0, end), scope.slice(end + 1).split(',')]
}

function unauthorized(challenge: string): Refusal {
  return new Refusal(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge })
}
