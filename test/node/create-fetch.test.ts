import { execFile } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { NetworkError, ValidationError } from '../../src/errors.ts'
import {
  checkRegistryConnectivity,
  createFetch,
  type FetchOptions,
  getImageInfo,
  openRegistry,
  pushDockerTar,
} from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import { rejection } from '../support/errors.ts'
import { type ForwardProxy, startProxy } from '../support/proxy.ts'
import { startTlsServer, type TlsServer } from '../support/tls-server.ts'

type Identity = Awaited<ReturnType<Authority['issue']>>

const PASSWORD = 'tr0ub4dor'
/** Where a registry sends those who ask for this blob, as to a storage. */
let elsewhere: string

let authority: Authority
let identity: Identity
let client: Identity
/** A registry that asks everybody for a client certificate, and one that insists. */
let registry: TlsServer
let strict: TlsServer
/** On another origin: what a token server or a storage is to a registry. */
let other: TlsServer
let plain: Server
let plainUrl: string

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

/** The handle of a user who passes these options. */
function open(url: string, options: Omit<FetchOptions, 'registry'> = {}) {
  return openRegistry(url, { fetch: createFetch({ registry: url, ...options }), retry: 0 })
}

const trusting = () => ({ ca: authority.certificate })
const identified = () => ({ ...trusting(), cert: client.certificate, key: client.key })

describe('createFetch()', () => {
  it('pushes into a registry of a private authority', async () => {
    const handle = open(registry.url, trusting())
    const digest = await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1', { chunkSize: 1000 })
    expect((await getImageInfo(handle, 'team/app', 'v1')).digest).toBe(digest)
  })

  it('takes authorities as text, bytes, lists, and several in one file', async () => {
    const stranger = await createAuthority()
    const bundle = `# Ours\n${stranger.certificate}\n# And theirs\n${authority.certificate}\n`
    for (const ca of [Buffer.from(bundle), bundle, [stranger.certificate, Buffer.from(authority.certificate)]]) {
      expect(await checkRegistryConnectivity(open(registry.url, { ca }))).toBe(true)
    }
  })

  it('names what is wrong with the TLS of a registry', async () => {
    const check = (options = {}, url = registry.url) => checkRegistryConnectivity(open(url, options))
    await rejection(check(), NetworkError, /no answer from https:.* \(SELF_SIGNED_CERT_IN_CHAIN\)/)
    const stranger = await createAuthority()
    await rejection(check({ ca: stranger.certificate }), NetworkError, /\(SELF_SIGNED_CERT_IN_CHAIN\)/)
    const { certificate, key } = await authority.issue({ name: 'server', hosts: ['elsewhere.test'] })
    const lonely = await startTlsServer({ cert: certificate, key })
    await rejection(check({}, lonely.url), NetworkError, /\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/)
    await rejection(check(trusting(), lonely.url), NetworkError, /\(ERR_TLS_CERT_ALTNAME_INVALID\)/)
    await lonely.close()
  })

  it('lets an abort out as it is', async () => {
    const controller = new AbortController()
    controller.abort(new Error('enough'))
    const request = new Request(registry.url, { signal: controller.signal })
    await expect(createFetch({ registry: registry.url, ...trusting() })(request)).rejects.toThrow('enough')
  })
})

describe('createFetch() with a client certificate', () => {
  it('presents it to the registry', async () => {
    await rejection(checkRegistryConnectivity(open(strict.url, trusting())), NetworkError)
    expect(strict.clients).toEqual([])
    expect(await checkRegistryConnectivity(open(strict.url, identified()))).toBe(true)
    expect(strict.clients).toEqual(['robot'])
  })

  it('takes a key that is encrypted', async () => {
    const secret = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: PASSWORD } as const
    const key = String(createPrivateKey(client.key).export(secret))
    expect(await checkRegistryConnectivity(open(strict.url, { ...identified(), key, passphrase: PASSWORD }))).toBe(true)
    for (const passphrase of [undefined, `${PASSWORD}!`]) {
      const act = () => open(strict.url, { ...identified(), key, ...(passphrase && { passphrase }) })
      // One wrong passphrase in 256 leaves a padding that is right, and bytes that are no key.
      expect(act).toThrow(/Cannot use \{ cert, key \}: (?:bad decrypt|unsupported); .* the \{ passphrase \}/)
      expect(act).toThrow(expect.toSatisfy((error) => !inspect(error, { depth: 10 }).includes(PASSWORD)))
    }
  })

  it('presents it to no other origin, asked or redirected to (GHSA-whvf-jp7m-59f3)', async () => {
    for (const proxy of [undefined, await startProxy()]) {
      const fetch = createFetch({ registry: registry.url, ...identified(), ...(proxy && { proxy: proxy.url }) })
      // A token server.
      expect((await fetch(new Request(`${other.url}/token`))).status).toBe(200)
      // A storage.
      const stored = await fetch(new Request(`${registry.url}/moved`))
      expect([stored.status, stored.url]).toEqual([200, elsewhere])
      // The registry's host under another name is another origin, and so is its other port.
      await fetch(new Request(`${registry.url.replace('localhost', '127.0.0.1')}/v2/`))
      expect(other.clients.splice(0)).toEqual([undefined, undefined])
      expect(registry.clients.splice(0)).toEqual(['robot', undefined])
      await proxy?.close()
    }
  })

  it('presents it to the registry alone on connections that are already open', async () => {
    const fetch = createFetch({ registry: `${registry.url}/`, ...identified() })
    for (let turn = 0; turn < 3; turn++) {
      await (await fetch(new Request(`${registry.url}/v2/`))).text()
      await (await fetch(new Request(`${other.url}/v2/`))).text()
    }
    expect(registry.clients).toEqual(['robot', 'robot', 'robot'])
    expect(other.clients).toEqual([undefined, undefined, undefined])
  })
})

describe('createFetch() that is insecure', () => {
  it('believes the registry alone, and says so', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const fetch = createFetch({ registry: registry.url, insecure: true })
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(`The TLS certificate of ${new URL(registry.url).host} is not checked`),
    ])
    expect((await fetch(new Request(`${registry.url}/v2/`))).status).toBe(200)
    await expect(fetch(new Request(`${other.url}/token`))).rejects.toThrow('fetch failed')
    await expect(fetch(new Request(`${registry.url}/moved`))).rejects.toThrow('fetch failed')
    expect(other.clients).toEqual([])
    expect(warn).toHaveBeenCalledTimes(1)
  })
})

describe('createFetch() with a proxy', () => {
  let proxy: ForwardProxy
  let withPassword: string
  beforeEach(async () => {
    proxy = await startProxy({ knows: 'registry.test' })
    withPassword = proxy.url.replace('//', `//us%20er:${PASSWORD}%25@`)
  })
  afterEach(() => proxy.close())
  const registryHost = () => new URL(registry.url).host
  /** By a name that the proxy alone knows: what is named by an address of this machine goes straight. */
  const named = (url: string) => url.replace(/localhost|127\.0\.0\.1/, 'registry.test')

  it('tunnels what is https and hands over what is http', async () => {
    const handle = open(registry.url, { ...trusting(), proxy: withPassword })
    await pushDockerTar(await createTestArchive(), handle, 'team/proxied', 'v1', { chunkSize: 1000 })
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${registryHost()}`]))
    proxy.asked.length = 0
    expect(await checkRegistryConnectivity(open(plainUrl, { proxy: new URL(withPassword) }))).toBe(true)
    expect(proxy.asked).toEqual([`GET ${plainUrl}/v2/`])
    const expected = `Basic ${Buffer.from(`us er:${PASSWORD}%`).toString('base64')}`
    expect(new Set(proxy.authorizations)).toEqual(new Set([expected]))
  })

  it.each([
    ['HTTPS_PROXY', 'https', true],
    ['https_proxy', 'https', true],
    ['HTTPS_PROXY', 'http', false],
    ['HTTP_PROXY', 'http', true],
    ['http_proxy', 'http', true],
    ['HTTP_PROXY', 'https', true],
  ])('goes through %s for %s: %s', async (name, scheme, isProxied) => {
    // With and without the scheme, which curl does not ask for either.
    for (const value of [proxy.url, new URL(proxy.url).host]) {
      vi.stubEnv(name, value)
      const checking = checkRegistryConnectivity(open(named(scheme === 'https' ? registry.url : plainUrl), trusting()))
      // Straight there is no such host.
      if (isProxied) expect(await checking).toBe(true)
      else await rejection(checking, NetworkError)
      expect(proxy.asked.splice(0)).toHaveLength(isProxied ? 1 : 0)
    }
  })

  it.each(['NO_PROXY', 'no_proxy'])('leaves out what %s names', async (name) => {
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    const url = named(registry.url)
    for (const value of ['registry.test', '.example.com, test', new URL(url).host, '*']) {
      vi.stubEnv(name, value)
      await rejection(checkRegistryConnectivity(open(url, trusting())), NetworkError)
      expect(proxy.asked).toEqual([])
    }
    vi.stubEnv(name, 'example.com,registry.test:1')
    expect(await checkRegistryConnectivity(open(url, trusting()))).toBe(true)
    expect(proxy.asked).toHaveLength(1)
  })

  it('of the environment is told nothing of a registry on this machine, nor its token', async () => {
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    vi.stubEnv('HTTP_PROXY', proxy.url)
    for (const url of [registry.url, plainUrl, plainUrl.replace('127.0.0.1', 'localhost')]) {
      const fetch = createFetch({ registry: url, ...trusting() })
      await checkRegistryConnectivity(openRegistry(url, { fetch, credentials: { token: 't0k3n' }, retry: 0 }))
    }
    expect(proxy.asked).toEqual([])
  })

  it('that is reached by TLS needs no other authority, and sees no client certificate', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { certificate, key } = identity
    const asking = { cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false }
    const secure = await startProxy({ tls: asking })
    for (const url of [secure.url, secure.url.replace('127.0.0.1', 'localhost')]) {
      expect(await checkRegistryConnectivity(open(strict.url, { ...identified(), proxy: url }))).toBe(true)
      expect(await checkRegistryConnectivity(open(plainUrl, { ...trusting(), proxy: url }))).toBe(true)
      expect(secure.asked.splice(0)).toEqual([strict.url, plainUrl].map((target) => `CONNECT ${new URL(target).host}`))
      expect(secure.clients.splice(0)).toEqual([undefined, undefined])
      expect(strict.clients.splice(0)).toEqual(['robot'])
      const untrusted = checkRegistryConnectivity(open(strict.url, { proxy: url }))
      await rejection(untrusted, NetworkError, /\(SELF_SIGNED_CERT_IN_CHAIN\)/)
    }
    await secure.close()
    const { certificate: misnamed, key: itsKey } = await authority.issue({ name: 'proxy', hosts: ['elsewhere.test'] })
    const wrong = await startProxy({ tls: { cert: misnamed, key: itsKey } })
    for (const url of [wrong.url, wrong.url.replace('127.0.0.1', 'localhost')]) {
      const handle = open(strict.url, { ...identified(), insecure: true, proxy: url })
      await rejection(checkRegistryConnectivity(handle), NetworkError)
    }
    expect(wrong.asked).toEqual([])
    await wrong.close()
  })

  it('that is given goes before the environment', async () => {
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    vi.stubEnv('NO_PROXY', '*')
    await checkRegistryConnectivity(open(registry.url, { ...trusting(), proxy: proxy.url }))
    expect(proxy.asked).toHaveLength(1)
    vi.stubEnv('NO_PROXY', undefined)
    await checkRegistryConnectivity(open(registry.url, { ...trusting(), proxy: false }))
    expect(proxy.asked).toHaveLength(1)
  })

  it('that refuses or is not there is a NetworkError without its password', async () => {
    const refusing = await startProxy({ refusal: () => 407 })
    const check = (url: string, address: string) =>
      checkRegistryConnectivity(open(url, { ...trusting(), proxy: address.replace('//', `//user:${PASSWORD}@`) }))
    const errors = [
      await rejection(check(registry.url, refusing.url), NetworkError, /\(PROXY_ANSWERED_407\)/),
      await rejection(check(plainUrl, refusing.url), NetworkError, /\(PROXY_ANSWERED_407\)/),
    ]
    await refusing.close()
    const closing = await startProxy({ refusal: () => 0 })
    errors.push(await rejection(check(registry.url, closing.url), NetworkError, /\(ECONNRESET\)/))
    expect(closing.asked).toHaveLength(1)
    await closing.close()
    errors.push(await rejection(check(registry.url, refusing.url), NetworkError, /\(ECONNREFUSED\)/))
    const encoded = Buffer.from(`user:${PASSWORD}`).toString('base64').slice(0, 12)
    for (const error of errors) {
      const shown = `${inspect(error, { depth: 10, showHidden: true })}${JSON.stringify(error)}`
      expect(shown).not.toContain(PASSWORD)
      expect(shown).not.toContain(encoded)
    }
  })
})

describe('createFetch() refuses', () => {
  const attempt = (options: unknown) => () => createFetch(options as FetchOptions)

  it.each([
    ['no registry', {}, /Cannot use the registry's address/],
    [
      'a certificate for an http registry',
      { registry: 'http://a.test', cert: 'c', key: 'k' },
      /\{ cert \}: http:\/\/a.test is not https/,
    ],
    [
      'to be insecure with an http registry',
      { registry: 'http://a.test', insecure: true },
      /\{ insecure \}: http:\/\/a.test is not https/,
    ],
    ['the path of an authority', { ca: '/etc/ssl/ca.pem' }, /not a certificate in PEM; pass the content of the file/],
    [
      'a damaged authority',
      { ca: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' },
      /not a certificate in PEM/,
    ],
    [
      'nonsense as certificate',
      { cert: 'nonsense', key: 'nonsense' },
      /Cannot use \{ cert, key \}: .*; pass a certificate/,
    ],
    [
      'a proxy of another kind',
      { proxy: `socks5://u:${PASSWORD}@a.test` },
      /the option "proxy": it is not the URL of a proxy; pass one like "http:/,
    ],
    ['a proxy that is no URL', { proxy: `http://u:${PASSWORD}@` }, /the option "proxy"/],
    ['a proxy with a bare %', { proxy: `http://u:${PASSWORD}%@a.test` }, /with "%" in user and password as "%25"/],
  ])('%s', (_, options, message) => {
    const refused = attempt({
      ...('registry' in options || !Object.keys(options).length ? {} : { registry: 'https://a.test' }),
      ...options,
    })
    expect(refused).toThrow(ValidationError)
    expect(refused).toThrow(message)
    expect(refused).toThrow(
      expect.toSatisfy((error) => !inspect(error, { depth: 10, showHidden: true }).includes(PASSWORD)),
    )
  })

  it.each([
    ['a certificate without a key', { cert: 'c' }, /pass both \{ cert, key \}/],
    ['a key without a certificate', { key: 'k' }, /pass both \{ cert, key \}/],
    ['a passphrase without a key', { passphrase: 'p' }, /\{ passphrase \}/],
    ['a passphrase that is no text', { cert: 'c', key: 'k', passphrase: 1 }, /\{ passphrase \}: pass it as a string/],
    ['"false" as insecure', { insecure: 'false' }, /\{ insecure \}: pass true or false/],
  ])('%s', (_, options, message) => {
    expect(attempt({ registry: 'https://a.test', ...options })).toThrow(TypeError)
    expect(attempt({ registry: 'https://a.test', ...options })).toThrow(message)
  })

  it('a key of another certificate', async () => {
    const stranger = await authority.issue({ name: 'stranger', client: true })
    const act = attempt({ registry: 'https://a.test', cert: client.certificate, key: stranger.key })
    expect(act).toThrow(/Cannot use \{ cert, key \}: key values mismatch/)
  })

  it('a proxy in the environment that is none, by the name of the variable', () => {
    vi.stubEnv('HTTPS_PROXY', `ftp://user:${PASSWORD}@proxy.test`)
    expect(attempt({ registry: 'https://a.test' })).toThrow(/^Cannot use the variable HTTPS_PROXY: it is not the URL/)
  })
})

describe('createFetch() of the built package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'create-fetch-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  async function run([command, ...parameters]: readonly [string, ...string[]], options: unknown, urls: string[]) {
    const program = [...parameters, 'test/support/fetch-program.js', JSON.stringify(options), ...urls]
    return JSON.parse((await promisify(execFile)(command, program)).stdout)
  }

  it('trusts in Node what Node trusts, and leaves the rest of the program alone', async () => {
    const stranger = await createAuthority()
    const { certificate, key } = await stranger.issue({ name: 'server', hosts: ['localhost'] })
    const strange = await startTlsServer({ cert: certificate, key })
    writeFileSync(join(folder, 'extra.pem'), stranger.certificate)
    vi.stubEnv('NODE_EXTRA_CA_CERTS', join(folder, 'extra.pem'))
    const outcome = await run([process.execPath], trusting(), [registry.url, strange.url])
    expect(outcome).toEqual({ outcomes: [true, true], isUntouched: true })
    await strange.close()
  })

  it.each([
    ['Deno', ['node_modules/.bin/deno', 'run', '--allow-all', '--no-lock']],
    ['Bun', ['node_modules/.bin/bun', 'run']],
  ] as const)('says in %s that it works only in Node', async (_, runtime) => {
    const { outcomes } = await run([...runtime], {}, [registry.url])
    expect(outcomes).toEqual([expect.stringMatching(/^Cannot create a fetch: this works only in Node/)])
    expect(registry.clients).toEqual([])
  })
})
