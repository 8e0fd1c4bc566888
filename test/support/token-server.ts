import { serve } from 'srvx/node'
import { type Access, createTokenIssuer } from './token-issuer.ts'

/** Whether someone may do something: `('team/app', 'push', 'repository')`, `('catalog', '*', 'registry')`. */
export type Rights = (name: string, action: string, type: string) => boolean

export interface TokenUser {
  readonly password?: string
  /** Taken in the password's place, by HTTP Basic with any name, or as a refresh token by POST. */
  readonly identityToken?: string
  readonly allows: Rights
}

export interface TokenServerOptions {
  readonly users?: Readonly<Record<string, TokenUser>>
  /** What those may who do not say who they are. @default none: they are answered 401 */
  readonly anonymous?: Rights
  /** Seconds after which the registry really refuses a token. @default 300 */
  readonly lifetime?: number
  /** Seconds that an answer states as `expires_in`; with `false` it states nothing. @default lifetime */
  readonly stated?: number | false
  /** Where the answer to a GET has the token. @default 'token' */
  readonly field?: 'token' | 'access_token'
  /** Who asks for more than the rights they have gets a token without the others, or no token but 403. @default 'rights' */
  readonly refuses?: 'rights' | 'request'
  /** The status that every POST is answered with, by a server that knows only GET. @default none: it knows POST */
  readonly postStatus?: 404 | 405
  /** Certificate and key in PEM. @default none: HTTP */
  readonly tls?: { readonly certificate: string; readonly key: string }
}

/** One request for a token. */
export interface TokenRequest {
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

const SERVICE = 'registry of a test'
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'Authorization, Content-Type',
  'access-control-max-age': '7200',
}

/** Serves tokens (distribution § Token Authentication Specification, § OAuth2 Token Authentication). */
export async function serveTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const { lifetime = 300, stated = lifetime, field = 'token', refuses = 'rights', tls } = options
  const issuer = await createTokenIssuer('token server of a test')
  const requests: TokenRequest[] = []

  async function answer(request: Request, asked: Asked): Promise<Response> {
    if (request.method === 'POST' && options.postStatus) return refusal(options.postStatus, 'UNSUPPORTED')
    if (asked.fields.service !== SERVICE) return refusal(400, 'UNSUPPORTED')
    const asker = findAsker(request, asked, options)
    if (!asker) return refusal(401, 'UNAUTHORIZED')
    const wanted = asked.scopes.map(parseScope)
    const access = wanted.map(({ type, name, actions }) => ({
      type,
      name,
      actions: actions.filter((action) => asker.allows(name, action, type)),
    }))
    const isShort = access.some(({ actions }, index) => actions.length < (wanted[index]?.actions.length ?? 0))
    if (isShort && refuses === 'request') return refusal(403, 'DENIED')
    const token = await issuer.issue({ subject: asker.name, audience: SERVICE, access, lifetime })
    const wantsMore = asked.fields.offline_token === 'true' || asked.fields.access_type === 'offline'
    return Response.json({
      [request.method === 'POST' ? 'access_token' : field]: token,
      ...(stated !== false && { expires_in: stated }),
      ...(request.method === 'POST' && { scope: asked.scopes.join(' ') }),
      ...(wantsMore && asker.identityToken && { refresh_token: asker.identityToken }),
      issued_at: new Date().toISOString(),
    })
  }

  const server = serve({
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    gracefulShutdown: false,
    ...(tls && { tls: { cert: tls.certificate, key: tls.key } }),
    async fetch(request) {
      if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: CORS })
      const asked = await readAsked(request)
      const response = await answer(request, asked)
      requests.push({ method: request.method, ...asked, status: response.status })
      for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value)
      return response
    },
  })
  await server.ready()
  return {
    url: `${server.url}token`,
    service: SERVICE,
    issuer: issuer.name,
    rootCertBundle: issuer.rootCertBundle,
    requests,
    close: () => server.close(true),
  }
}

type Asked = Omit<TokenRequest, 'method' | 'status'>

async function readAsked(request: Request): Promise<Asked> {
  const form = request.method === 'POST' ? new URLSearchParams(await request.text()) : new URL(request.url).searchParams
  const { scope: _, ...fields } = Object.fromEntries(form)
  const header = request.headers.get('authorization')
  return {
    authorization: header === null ? 'none' : /^basic /i.test(header) ? 'Basic' : 'other',
    // A GET repeats the parameter, a POST has them all in one, with spaces between (RFC 6749 § Access Token Scope).
    scopes: form.getAll('scope').flatMap((scope) => scope.split(' ').filter(Boolean)),
    fields,
  }
}

/** Finds out who asks; nobody, if they are not who they say they are. */
function findAsker(
  request: Request,
  { authorization, fields }: Asked,
  { users = {}, anonymous }: TokenServerOptions,
): { name: string; identityToken?: string; allows: Rights } | undefined {
  const named = (isTheirs: (name: string, user: TokenUser) => boolean) => {
    const [name, user] = Object.entries(users).find((entry) => isTheirs(...entry)) ?? []
    return name !== undefined && user && { name, ...user }
  }
  const byIdentityToken = (token: string) => named((_, user) => user.identityToken === token)
  const byPassword = (username: string, password: string) =>
    named((name, user) => name === username && user.password === password)

  if (request.method === 'POST') {
    if (fields.grant_type === 'refresh_token') return byIdentityToken(fields.refresh_token ?? '') || undefined
    if (fields.grant_type === 'password') return byPassword(fields.username ?? '', fields.password ?? '') || undefined
    return undefined
  }
  if (authorization === 'Basic') {
    const [, encoded = ''] = (request.headers.get('authorization') ?? '').split(' ')
    const [, username = '', password = ''] = /^([^:]*):(.*)$/.exec(Buffer.from(encoded, 'base64').toString()) ?? []
    return byPassword(username, password) || byIdentityToken(password) || undefined
  }
  return authorization === 'none' && anonymous ? { name: '', allows: anonymous } : undefined
}

/** `repository:team/app:pull,push`; a name may have colons of its own. */
function parseScope(scope: string): Access {
  const [type = '', ...name] = scope.split(':')
  const actions = name.pop() ?? ''
  return { type, name: name.join(':'), actions: actions.split(',') }
}

function refusal(status: number, code: string): Response {
  const headers = { ...(status === 401 && { 'www-authenticate': 'Basic realm="token server of a test"' }) }
  return Response.json({ errors: [{ code, message: 'refused by the token server of a test' }] }, { status, headers })
}
