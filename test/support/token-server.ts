import { serveOnLoopback } from '../../scripts/loopback-server.js'
import { type Access, createTokenIssuer, type TokenIssuer } from './token-issuer.ts'
import { findByForm, findByHeader, type TokenUsers } from './token-users.ts'

export interface TokenServerOptions extends TokenUsers {
  /** Seconds after which the registry really refuses a token; it may be one more. @default 300 */
  readonly lifetime?: number
  /** Seconds that an answer states as `expires_in`; with `false` it states nothing. @default lifetime */
  readonly stated?: number | false
  /** Where the answer to a GET has the token; to a POST it is always `access_token`. @default 'token' */
  readonly field?: 'token' | 'access_token'
  /** Who asks for more than the rights they have gets a token without the others, or no token but 403. @default 'rights' */
  readonly refuses?: 'rights' | 'request'
  /** The status that every POST is answered with, by a server that knows only GET. @default none: it knows POST */
  readonly postStatus?: 404 | 405
  /** Certificate and key in PEM. @default none: HTTP */
  readonly tls?: { readonly certificate: string; readonly key: string }
}

/** One request for a token. */
interface TokenRequest {
  readonly method: string
  readonly authorization: 'none' | 'Basic' | 'other'
  readonly scopes: readonly string[]
  /** The query of a GET, the form of a POST; but for the scopes. */
  readonly fields: Readonly<Record<string, string>>
  /** What it was answered. */
  readonly status: number
}

/** A server that gives tokens for a registry, to pages of any origin, too. */
export interface TokenServer {
  /** Where tokens are to be had: the realm. */
  readonly url: string
  readonly service: string
  readonly issuer: string
  readonly rootCertBundle: string
  /** All requests until now, but for preflights. */
  readonly requests: readonly TokenRequest[]
  close(): Promise<void>
}

const NAME = 'token server of a test'
const SERVICE = 'registry of a test'
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'Authorization, Content-Type',
  'access-control-max-age': '7200',
}

/** Serves tokens (distribution § Token Authentication Specification, § OAuth2 Token Authentication). */
export async function serveTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const issuer = await createTokenIssuer(NAME)
  const requests: TokenRequest[] = []
  const server = await serveOnLoopback(async (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: CORS })
    const asked = await readAsked(request)
    const answer = await answerTo(request, asked, issuer.issue, options)
    requests.push({ ...asked, status: answer.status })
    for (const [name, value] of Object.entries(CORS)) answer.headers.set(name, value)
    return answer
  }, options.tls && { cert: options.tls.certificate, key: options.tls.key })
  return {
    url: `${server.url}token`,
    service: SERVICE,
    issuer: issuer.name,
    rootCertBundle: issuer.rootCertBundle,
    requests,
    close: server.close,
  }
}

async function readAsked(request: Request): Promise<Omit<TokenRequest, 'status'>> {
  const form = request.method === 'POST' ? new URLSearchParams(await request.text()) : new URL(request.url).searchParams
  const { scope: _, ...fields } = Object.fromEntries(form)
  const header = request.headers.get('authorization')
  return {
    method: request.method,
    authorization: header === null ? 'none' : /^basic /i.test(header) ? 'Basic' : 'other',
    // A GET repeats the parameter; a POST has all in one, with spaces between (RFC 6749 § Access Token Scope).
    scopes: form.getAll('scope').flatMap((scope) => scope.split(' ').filter(Boolean)),
    fields,
  }
}

async function answerTo(
  request: Request,
  { scopes, fields }: Omit<TokenRequest, 'status'>,
  issue: TokenIssuer['issue'],
  options: TokenServerOptions,
): Promise<Response> {
  const { lifetime = 300, stated = lifetime, field = 'token', refuses = 'rights' } = options
  const isPost = request.method === 'POST'
  if (isPost && options.postStatus) return refusal(options.postStatus, 'UNSUPPORTED')
  if (fields.service !== SERVICE) return refusal(400, 'UNSUPPORTED')
  const asker = isPost ? findByForm(fields, options) : findByHeader(request.headers.get('authorization'), options)
  if (!asker) return refusal(401, 'UNAUTHORIZED')

  const wanted = scopes.map(parseScope)
  const isAllowed =
    ({ name, type }: Access) =>
    (action: string) =>
      asker.allows(name, action, type)
  const isShort = !wanted.every((access) => access.actions.every(isAllowed(access)))
  if (isShort && refuses === 'request') return refusal(403, 'DENIED')

  const access = wanted.map((all) => ({ ...all, actions: all.actions.filter(isAllowed(all)) }))
  const wantsMore = fields.offline_token === 'true' || fields.access_type === 'offline'
  return Response.json({
    [isPost ? 'access_token' : field]: await issue({ subject: asker.name, audience: SERVICE, access, lifetime }),
    ...(stated !== false && { expires_in: stated }),
    ...(isPost && {
      scope: access
        .filter(({ actions }) => actions.length > 0)
        .map(formatScope)
        .join(' '),
    }),
    ...(wantsMore && asker.identityToken !== undefined && { refresh_token: asker.identityToken }),
    issued_at: new Date().toISOString(),
  })
}

/** `repository:team/app:pull,push`; a name may have colons of its own. */
function parseScope(scope: string): Access {
  const [type = '', ...name] = scope.split(':')
  const actions = name.pop() ?? ''
  return { type, name: name.join(':'), actions: actions.split(',') }
}

function formatScope({ type, name, actions }: Access): string {
  return `${type}:${name}:${actions.join(',')}`
}

function refusal(status: number, code: string): Response {
  const headers = { ...(status === 401 && { 'www-authenticate': `Basic realm="${NAME}"` }) }
  return Response.json({ errors: [{ code, message: `refused by the ${NAME}` }] }, { status, headers })
}
