import { afterEach, describe, expect, it } from 'vitest'
import { diagnoseRegistry, openRegistry, type RegistryOptions } from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { diagnose, faultsOf, PAGE } from '../support/diagnosis.ts'
import { HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { createOrigins, type Handler } from '../support/origins.ts'
import { serveTokenServer } from '../support/token-server.ts'

// The sign-in, at a real distribution with Basic and with tokens, and at servers in memory for the rest.

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const OWNER = { username: 'owner', password: 'correct horse' }

async function startBasic(): Promise<string> {
  const server = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  closers.push(server.stop)
  return server.url
}

/** A real distribution with a token server, which is closed early if `isDown`. */
async function startWithTokens({ isDown = false } = {}): Promise<string> {
  const tokens = await serveTokenServer({ users: { owner: { ...OWNER, allows: () => true } }, anonymous: () => false })
  const { url: realm, service, issuer, rootCertBundle } = tokens
  const server = await startDistribution({ auth: { token: { realm, service, issuer, rootCertBundle } } })
  if (isDown) await tokens.close()
  else closers.push(tokens.close)
  closers.push(server.stop)
  return server.url
}

describe('diagnoseRegistry() at a real distribution with a sign-in', () => {
  it('tells whether Basic credentials are accepted', async () => {
    const url = await startBasic()
    const right = await diagnose(openRegistry(url, { credentials: HTPASSWD_USER }))
    expect([right.challenge.code, right['sign-in'].state]).toEqual(['BASIC', 'passed'])
    const wrong = await diagnose(openRegistry(url, { credentials: { ...HTPASSWD_USER, password: 'not this one' } }))
    expect(faultsOf(wrong)).toEqual(['sign-in CREDENTIALS_REFUSED'])
    expect(JSON.stringify(wrong)).not.toContain('not this one')
    expect(faultsOf(await diagnose(url))).toEqual(['sign-in SIGN_IN_REQUIRED?'])
  })

  it('tells whether the token server accepts the credentials', async () => {
    const url = await startWithTokens()
    const right = await diagnose(openRegistry(url, { credentials: OWNER }), { origin: PAGE })
    expect([right.challenge.code, right['token-server'].state, right['sign-in'].code]).toEqual([
      'BEARER',
      'passed',
      'OK',
    ])
    expect(right['page-token-server'].state).toBe('passed')
    expect(faultsOf(right)).toEqual(['page-preflight PREFLIGHT_401'])
    const wrong = await diagnose(openRegistry(url, { credentials: { ...OWNER, password: 'incorrect horse' } }))
    expect(faultsOf(wrong)).toEqual(['sign-in CREDENTIALS_REFUSED'])
    expect(JSON.stringify(wrong)).not.toContain('incorrect horse')
    const anonymous = await diagnose(url)
    expect(anonymous['sign-in'].code).toBe('ANONYMOUS')
  })

  it('finds a token server that is down', async () => {
    const registry = openRegistry(await startWithTokens({ isDown: true }), { credentials: OWNER, retry: 0 })
    const diagnosis = await diagnose(registry)
    expect(faultsOf(diagnosis)).toEqual(['token-server REALM_NO_ANSWER'])
    expect(diagnosis['token-server'].message).toMatch(/^The token server at http:\/\/127.* refuses the connection/)
    expect(diagnosis['sign-in'].state).toBe('skipped')
  })
})

const REGISTRY = 'https://registry.test'
const CORS = { 'access-control-allow-origin': '*' }

/** A registry in memory that sends each request without a token to a realm. */
function withRealm(realm: string, desk?: Handler, options: RegistryOptions = {}) {
  const { fetch } = createTestRegistry()
  const challenge = `Bearer realm="${realm}",service="registry.test"`
  const servers: Record<string, Handler> = {
    [REGISTRY]: (request) => {
      if (request.method === 'OPTIONS' || request.headers.has('authorization')) return fetch(request)
      return new Response('{}', { status: 401, headers: { ...CORS, 'www-authenticate': challenge } })
    },
    ...(desk && { [new URL(realm).origin]: desk }),
  }
  const origins = createOrigins(servers)
  return {
    origins,
    registry: openRegistry(REGISTRY, { fetch: origins.fetch, credentials: OWNER, retry: 0, ...options }),
  }
}

const giveToken: Handler = () => Response.json({ token: 'abcdef' }, { headers: CORS })

describe('diagnoseRegistry() with a token server', () => {
  it.each<[string, string, Handler, string]>([
    ['that is not encrypted', 'http://auth.registry.test/token', giveToken, 'token-server UNTRUSTED_REALM'],
    ['of another site', 'https://auth.other.test/token', giveToken, 'token-server UNTRUSTED_REALM'],
    [
      'that is a web page',
      'https://auth.registry.test/token',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'token-server REALM_FAILED',
    ],
    [
      'that fails',
      'https://auth.registry.test/token',
      () => new Response('', { status: 500 }),
      'token-server REALM_FAILED',
    ],
  ])('finds one %s', async (_, realm, desk, fault) => {
    const { registry } = withRealm(realm, desk)
    const diagnosis = await diagnose(registry)
    expect(faultsOf(diagnosis).filter((found) => !found.startsWith('version'))).toEqual([fault])
    expect(diagnosis['token-server'].remedy).toBeTruthy()
  })

  it('sends nothing to one that is not trusted', async () => {
    const { registry, origins } = withRealm('https://auth.other.test/token', giveToken)
    await diagnoseRegistry(registry, { origin: PAGE })
    expect(origins.at('https://auth.other.test')).toEqual([])
    const allowed = withRealm('https://auth.other.test/token', giveToken, {
      allowedRealms: ['https://auth.other.test'],
    })
    expect((await diagnose(allowed.registry))['token-server'].state).toBe('passed')
  })

  it.each<[string, string, string, Handler, string]>([
    [
      'does not allow pages',
      PAGE,
      'https://auth.registry.test/token',
      () => Response.json({ token: 'abcdef' }),
      'NO_CORS',
    ],
    ['does not allow a password', PAGE, 'https://auth.registry.test/token', giveToken, 'HEADERS_MISSING'],
    [
      'asks for a sign-in in preflights',
      PAGE,
      'https://auth.registry.test/token',
      ({ method }) => (method === 'OPTIONS' ? new Response('', { status: 401 }) : giveToken(new Request(REGISTRY))),
      'PREFLIGHT_401',
    ],
    [
      'is on http for a page on https',
      'https://page.test',
      'http://auth.registry.test/token',
      giveToken,
      'MIXED_CONTENT',
    ],
  ])('finds one that %s', async (_, origin, realm, desk, code) => {
    const { registry } = withRealm(realm, desk, { allowedRealms: [new URL(realm).origin] })
    const diagnosis = await diagnose(registry, { origin })
    expect(diagnosis['page-token-server'].code).toBe(code)
    expect(diagnosis['page-token-server'].state).toBe('failed')
  })

  it('compares its clock with that of the registry', async () => {
    const late = new Date(Date.now() - 600_000).toUTCString()
    const { registry } = withRealm('https://auth.registry.test/token', () =>
      Response.json({ token: 'abcdef' }, { headers: { date: late } }),
    )
    const dated = openRegistry(REGISTRY, {
      credentials: OWNER,
      async fetch(request) {
        const answer = await registry.fetch(request)
        if (request.url.startsWith(REGISTRY)) answer.headers.set('date', new Date().toUTCString())
        return answer
      },
    })
    const { clock } = await diagnose(dated)
    expect(clock.message).toMatch(/^The clock of the token server is (599|600|601) s behind that of the registry/)
  })
})

describe('diagnoseRegistry() with a challenge', () => {
  const refusing = (headers: Record<string, string>) =>
    openRegistry(REGISTRY, { fetch: async () => new Response('{}', { status: 401, headers }), retry: 0 })

  it('finds that there is none', async () => {
    expect((await diagnose(refusing({}))).challenge.code).toBe('NO_CHALLENGE')
  })

  it('finds another scheme', async () => {
    expect((await diagnose(refusing({ 'www-authenticate': 'Negotiate' }))).challenge.code).toBe('UNKNOWN_SCHEME')
  })
})

describe('diagnoseRegistry() with a function for the credentials', () => {
  it('rejects with what the function throws', async () => {
    const mistake = new Error('a mistake of the caller')
    const credentials = () => Promise.reject(mistake)
    await expect(diagnoseRegistry(openRegistry(await startBasic(), { credentials }))).rejects.toBe(mistake)
  })
})
