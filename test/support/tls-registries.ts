import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import { createFetch, type FetchOptions, openRegistry } from '../../src/node/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { type Authority, createAuthority } from './certificates.ts'
import { startTlsServer, type TlsServer } from './tls-server.ts'

type Identity = Awaited<ReturnType<Authority['issue']>>
export const PASSWORD = 'tr0ub4dor'

/** Where a registry sends those who ask for this blob, as to a storage. */
export let elsewhere: string

/** Issues the certificates of the servers and of the client. */
export let authority: Authority
export let identity: Identity
export let client: Identity
/** A registry that asks everybody for a client certificate, and one that insists. */
export let registry: TlsServer
export let strict: TlsServer
/** On another origin: what a token server or a storage is to a registry. */
export let other: TlsServer
let plain: Server
/** The address of a server without TLS. */
export let plainUrl: string

/** Starts these servers for the tests of a file, and keeps the proxies of this machine out of them. */
export function useTlsRegistries(): void {
  beforeAll(async () => {
    authority = await createAuthority()
    identity = await authority.issue({ name: 'server', hosts: ['localhost', '127.0.0.1', 'registry.test'] })
    client = await authority.issue({ name: 'robot', client: true })
    const server = { cert: identity.certificate, key: identity.key }
    const asking = { ...server, ca: authority.certificate, requestCert: true, rejectUnauthorized: false }
    const embedded = createTestRegistry()
    registry = await startTlsServer(asking, (request) => {
      if (!request.url.endsWith('/moved')) return embedded.fetch(request)
      return new Response(null, { status: 307, headers: { location: elsewhere } })
    })
    strict = await startTlsServer({ ...asking, rejectUnauthorized: true })
    other = await startTlsServer(asking)
    elsewhere = `${other.url}/storage`
    plain = createServer((_, response) => response.end('{}'))
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
    plainUrl = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    for (const server of [registry, strict, other]) await server.close()
    plain.close()
    plain.closeAllConnections()
  })

  beforeEach(() => {
    // Nothing of the machine's own proxies is used.
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
      vi.stubEnv(name, undefined)
      vi.stubEnv(name.toLowerCase(), undefined)
    }
    for (const server of [registry, strict, other]) server.clients.length = 0
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })
}

/** A registry handle with the fetch that createFetch() makes of these options. */
export function open(url: string, options: Omit<FetchOptions, 'registry'> = {}) {
  return openRegistry(url, { fetch: createFetch({ registry: url, ...options }), retry: 0 })
}

export const trusting = () => ({ ca: authority.certificate })
export const identified = () => ({ ...trusting(), cert: client.certificate, key: client.key })
