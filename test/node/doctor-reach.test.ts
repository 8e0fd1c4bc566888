import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { freePort } from '../../scripts/find/port.js'
import { createFetch, diagnoseRegistry, openRegistry } from '../../src/node/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import { diagnose, faultsOf } from '../support/diagnosis.ts'
import { startDistribution } from '../support/distribution.ts'
import { startTlsServer, type TlsServer } from '../support/tls-server.ts'

// Whether a registry is there: each kind of failure is one finding, and the checks after it are skipped.

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  vi.useRealTimers()
})

let authority: Authority
beforeAll(async () => {
  authority = await createAuthority()
})

/** Starts a server on loopback. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}

/** Starts a registry with TLS. */
async function startTls(
  hosts: readonly string[],
  dates: { readonly notBefore?: Date; readonly notAfter?: Date } = {},
): Promise<TlsServer> {
  const { certificate, key } = await authority.issue({ name: 'server', hosts, ...dates })
  const server = await startTlsServer({ cert: certificate, key }, createTestRegistry().fetch)
  closers.push(server.close)
  return server
}

const trusting = (url: string) =>
  openRegistry(url, { fetch: createFetch({ registry: url, ca: authority.certificate, proxy: false }) })

/** A registry that gives one answer to everything. */
function answered(status: number, body: BodyInit | null, headers: Readonly<Record<string, string>> = {}) {
  const fetch = async () => new Response(body, { status, headers })
  return openRegistry('https://registry.test/', { fetch })
}

const DAY = 24 * 60 * 60 * 1000

describe('diagnoseRegistry() at an address without a registry', () => {
  it.each<[string, () => Promise<string>, string]>([
    ['a port without a server', async () => `http://127.0.0.1:${await freePort()}`, 'connection NOTHING_LISTENS'],
    ['a port that fetch does not use', async () => 'http://127.0.0.1:6000', 'connection BLOCKED_PORT'],
    ['a host that does not exist', async () => 'https://registry.invalid', 'connection HOST_UNKNOWN'],
    [
      'a server that closes each connection',
      async () => `http://127.0.0.1:${await listen(createServer((socket) => socket.destroy()))}`,
      'connection BROKEN_OFF',
    ],
  ])('finds %s', async (_, address, fault) => {
    const diagnosis = await diagnose(await address())
    expect(faultsOf(diagnosis)).toEqual([fault])
    expect(diagnosis.connection.remedy).toBeTruthy()
    expect([diagnosis.tls.state, diagnosis.api.code, diagnosis.deletes.code]).toEqual([
      'skipped',
      'NOT_REACHED',
      'NOT_REACHED',
    ])
  })

  it('finds a server that does not answer in time', async () => {
    const sockets: { destroy(): void }[] = []
    const port = await listen(createServer((socket) => sockets.push(socket)))
    const diagnosis = await diagnose(`http://127.0.0.1:${port}`, { timeout: 200 })
    for (const socket of sockets) socket.destroy()
    expect(faultsOf(diagnosis)).toEqual(['connection SILENT'])
  })

  it.each([429, 503])('does not ask again after %i, even with credentials', async (status) => {
    let count = 0
    const fetch = async () => {
      count++
      return new Response('slow down', { status, headers: { 'retry-after': '3600' } })
    }
    const registry = openRegistry('https://registry.test/', { fetch, credentials: { username: 'u', password: 'p' } })
    const started = performance.now()
    const diagnosis = await diagnose(registry)
    expect(faultsOf(diagnosis)).toHaveLength(1)
    expect(count).toBe(1)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it.each<[string, ReturnType<typeof answered>, string]>([
    ['a web page', answered(200, '<html>Hi</html>', { 'content-type': 'text/html' }), 'api WEB_PAGE'],
    ['no such path', answered(404, 'not found'), 'api WRONG_PATH'],
    ['a firewall', answered(403, 'no'), 'api ACCESS_DENIED'],
    ['a rate limit', answered(429, 'slow down', { 'retry-after': '3600' }), 'api RATE_LIMITED'],
    ['a proxy without a registry', answered(502, '<html>Bad Gateway</html>'), 'api SERVER_FAILED'],
    ['a redirect', answered(302, null, { location: 'https://login.test/?next=%2Fv2%2F' }), 'api REDIRECTED'],
    ['something else', answered(200, 'pong', { 'content-type': 'text/plain' }), 'api UNEXPECTED_ANSWER'],
  ])('finds %s', async (_, registry, fault) => {
    const diagnosis = await diagnose(registry)
    expect(faultsOf(diagnosis)).toEqual([fault])
    expect(diagnosis.api.remedy).toBeTruthy()
    expect(diagnosis.api.message).not.toContain('next=')
    expect(diagnosis.connection.state).toBe('passed')
  })

  it('names the address of a redirect and the root of a wrong path', async () => {
    const moved = await diagnose(answered(301, null, { location: 'https://new.test/docker/v2/' }))
    expect(moved.api.remedy).toBe('use https://new.test/docker')
    const registry = openRegistry('https://registry.test/wrong', {
      fetch: async ({ url }) =>
        url === 'https://registry.test/v2/' ? Response.json({}) : new Response('', { status: 404 }),
    })
    expect((await diagnose(registry)).api.remedy).toBe('use https://registry.test')
  })
})

describe('diagnoseRegistry() with the wrong scheme', () => {
  it('finds https for an address with http', async () => {
    const { url } = await startTls(['localhost'])
    const address = url.replace('https:', 'http:')
    const diagnosis = await diagnose(trusting(url.replace('https:', 'http:')))
    expect(faultsOf(diagnosis)).toEqual(['connection WRONG_SCHEME'])
    expect(diagnosis.connection.message).toBe(`The registry does not answer at ${address}, but at ${url}.`)
    expect(diagnosis.connection.remedy).toBe(`use ${url}`)
  })

  it('finds https whose certificate is not trusted', async () => {
    const { url } = await startTls(['localhost'])
    expect(faultsOf(await diagnose(url.replace('https:', 'http:')))).toEqual(['connection WRONG_SCHEME'])
  })

  it('finds http for an address with https', async () => {
    const registry = createTestRegistry()
    const server = createHttpServer(async (request, response) => {
      const answer = await registry.fetch(new Request(`http://localhost${request.url}`))
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    })
    const port = await listen(server)
    const diagnosis = await diagnose(`https://localhost:${port}`)
    expect(faultsOf(diagnosis)).toEqual(['connection WRONG_SCHEME'])
    expect(diagnosis.connection.remedy).toContain(`use http://localhost:${port}`)
  })

  it('finds a redirect to https', async () => {
    const registry = openRegistry('http://registry.test', {
      fetch: async ({ url }) =>
        url.startsWith('https:')
          ? Response.json({})
          : new Response(null, { status: 308, headers: { location: 'https://registry.test/v2/' } }),
    })
    const { connection } = await diagnose(registry)
    expect([connection.code, connection.remedy]).toEqual(['WRONG_SCHEME', 'use https://registry.test'])
  })
})

describe('diagnoseRegistry() with TLS', () => {
  it('passes when the certificate is trusted', async () => {
    const { url } = await startTls(['localhost'])
    const diagnosis = await diagnose(trusting(url))
    expect(faultsOf(diagnosis)).toEqual([])
    expect(diagnosis.tls.state).toBe('passed')
  })

  it('finds a certificate of an unknown authority', async () => {
    const diagnosis = await diagnose((await startTls(['localhost'])).url)
    expect(faultsOf(diagnosis)).toEqual(['tls CERTIFICATE_UNKNOWN'])
    expect(diagnosis.connection.state).toBe('passed')
    expect(diagnosis.tls.remedy).toContain('NODE_EXTRA_CA_CERTS')
  })

  it.each<[string, readonly string[], { readonly notBefore?: Date; readonly notAfter?: Date }, string]>([
    ['for another host', ['other.test'], {}, 'CERTIFICATE_OTHER_HOST'],
    [
      'that has expired',
      ['localhost'],
      { notBefore: new Date(Date.now() - 2 * DAY), notAfter: new Date(Date.now() - DAY) },
      'CERTIFICATE_EXPIRED',
    ],
    [
      'that is not valid yet',
      ['localhost'],
      { notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 2 * DAY) },
      'CERTIFICATE_NOT_YET_VALID',
    ],
  ])('finds a certificate %s', async (_, hosts, dates, code) => {
    const { url } = await startTls(hosts, dates)
    expect(faultsOf(await diagnose(trusting(url)))).toEqual([`tls ${code}`])
  })

  it('finds a real distribution that wants a client certificate', async () => {
    const tls = await authority.issue({ name: 'server', hosts: ['127.0.0.1'] })
    const server = await startDistribution({ tls: { ...tls, clientCa: authority.certificate } })
    closers.push(server.stop)
    const diagnosis = await diagnose(trusting(server.url))
    // Node's fetch does not say that the server sent an alert.
    expect([faultsOf(diagnosis), diagnosis.connection.remedy]).toEqual([
      ['connection BROKEN_OFF'],
      expect.stringContaining('client certificate'),
    ])
    const { certificate: cert, key } = await authority.issue({ name: 'client', client: true })
    const fetch = createFetch({ registry: server.url, ca: authority.certificate, cert, key, proxy: false })
    expect(faultsOf(await diagnose(openRegistry(server.url, { fetch })))).toEqual([])
  })
})

describe('diagnoseRegistry() at a registry', () => {
  it('warns about http to another machine', async () => {
    const registry = openRegistry('http://registry.test', { fetch: createTestRegistry().fetch })
    expect(faultsOf(await diagnose(registry))).toEqual(['tls NOT_ENCRYPTED?'])
  })

  it('warns when the version of the API is missing', async () => {
    expect(faultsOf(await diagnose(answered(200, '{}')))).toContain('version NO_VERSION?')
  })

  it('warns when the clocks differ', async () => {
    const late = new Date(Date.now() - 3_600_000).toUTCString()
    const headers = { date: late, 'docker-distribution-api-version': 'registry/2.0' }
    const { clock } = await diagnose(answered(200, '{}', headers))
    expect([clock.state, clock.code]).toEqual(['warning', 'CLOCK_DIFFERS'])
    expect(clock.message).toMatch(/^The clock of the registry is 360[01] s behind that of this machine:/)
  })

  it('uses the headers of the handle where a gateway wants them', async () => {
    const { fetch } = createTestRegistry()
    const gateway = async (request: Request) =>
      request.headers.get('x-gateway-key') === 'open sesame' ? fetch(request) : new Response('no', { status: 403 })
    const registry = openRegistry('https://registry.test', {
      fetch: gateway,
      headers: { 'x-gateway-key': 'open sesame' },
    })
    const checks = await diagnoseRegistry(registry)
    expect(checks.filter(({ state }) => state === 'failed')).toEqual([])
    expect(JSON.stringify(checks)).not.toContain('sesame')
  })
})

describe('diagnoseRegistry() with an origin, without a registry', () => {
  it('tells of mixed content nevertheless', async () => {
    const diagnosis = await diagnose('http://registry.invalid', { origin: 'https://page.example.com' })
    expect(faultsOf(diagnosis)).toEqual(['connection HOST_UNKNOWN', 'page-address MIXED_CONTENT'])
  })
})

describe('diagnoseRegistry() when it is aborted', () => {
  it('rejects with the reason, before and while it waits', async () => {
    const registry = openRegistry('https://registry.test', { fetch: () => new Promise(() => {}) })
    await expect(diagnoseRegistry(registry, { signal: AbortSignal.abort('early') })).rejects.toBe('early')
    const controller = new AbortController()
    const diagnosing = diagnoseRegistry(registry, { signal: controller.signal })
    setTimeout(() => controller.abort('late'), 50)
    await expect(diagnosing).rejects.toBe('late')
  })
})
