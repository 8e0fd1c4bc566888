import type { TestRegistry } from '../../src/testing/index.ts'
import type { TokenDesk } from './token-desk.ts'

export const REGISTRY = 'https://registry.test'
/** The token server that is the registry's own. */
export const DESK = 'https://auth.registry.test'

type Fetch = (request: Request) => Promise<Response>

/** Puts HTTP Basic before a registry. */
export function withBasic({ fetch }: Pick<TestRegistry, 'fetch'>, username: string, password: string): Fetch {
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return async (request) => {
    if (request.headers.get('authorization') === expected) return fetch(request)
    return unauthorized('Basic realm="Registry, \\"ours\\""')
  }
}

/** Puts bearer tokens before a registry, with the rights that distribution asks for. */
export function withTokens({ fetch }: Pick<TestRegistry, 'fetch'>, desk: TokenDesk, realm: string): Fetch {
  return async (request) => {
    const needed = neededScopes(request)
    const verdict = desk.judge(request.headers.get('authorization'), needed)
    if (verdict === 'valid') return fetch(request)
    const scope = needed.length > 0 ? `,scope="${needed.join(' ')}"` : ''
    const error = verdict === 'none' ? '' : `,error="${verdict}"`
    return unauthorized(`Bearer realm="${realm}",service="registry.test"${scope}${error}`)
  }
}

export function unauthorized(challenge: string, status = 401): Response {
  const errors = [{ code: 'UNAUTHORIZED', message: 'authentication required', detail: null }]
  return Response.json({ errors }, { status, headers: { 'www-authenticate': challenge } })
}

function neededScopes({ url, method }: Request): readonly string[] {
  const { pathname, searchParams } = new URL(url)
  if (pathname === '/v2/_catalog') return ['registry:catalog:*']
  const name = /^\/v2\/(.+?)\/(?:tags|manifests|blobs)\//.exec(pathname)?.[1]
  if (!name) return []
  const actions = method === 'GET' || method === 'HEAD' ? 'pull' : method === 'DELETE' ? 'delete' : 'pull,push'
  const from = searchParams.get('from')
  return [`repository:${name}:${actions}`, ...(from ? [`repository:${from}:pull`] : [])]
}
