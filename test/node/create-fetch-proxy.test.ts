import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NetworkError } from '../../src/errors.ts'
import { checkRegistryConnectivity, createFetch, openRegistry, pushDockerTar } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { type ForwardProxy, startProxy } from '../support/proxy.ts'
import {
  authority,
  identified,
  identity,
  open,
  PASSWORD,
  plainUrl,
  registry,
  strict,
  trusting,
  useTlsRegistries,
} from '../support/tls-registries.ts'

useTlsRegistries()

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

  it('tunnels https requests through the proxy, and sends it http requests', async () => {
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
  ])('uses %s for %s: %s', async (name, scheme, isProxied) => {
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

  it.each(['NO_PROXY', 'no_proxy'])('uses no proxy for hosts in %s', async (name) => {
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

  it('sends nothing to the proxy of the environment when the registry is on this machine', async () => {
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    vi.stubEnv('HTTP_PROXY', proxy.url)
    for (const url of [registry.url, plainUrl, plainUrl.replace('127.0.0.1', 'localhost')]) {
      const fetch = createFetch({ registry: url, ...trusting() })
      await checkRegistryConnectivity(openRegistry(url, { fetch, credentials: { token: 't0k3n' }, retry: 0 }))
    }
    expect(proxy.asked).toEqual([])
  })

  it('trusts the same authorities for a proxy with TLS, and presents it no client certificate', async () => {
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

  it('prefers the proxy in its options to the environment', async () => {
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    vi.stubEnv('NO_PROXY', '*')
    await checkRegistryConnectivity(open(registry.url, { ...trusting(), proxy: proxy.url }))
    expect(proxy.asked).toHaveLength(1)
    vi.stubEnv('NO_PROXY', undefined)
    await checkRegistryConnectivity(open(registry.url, { ...trusting(), proxy: false }))
    expect(proxy.asked).toHaveLength(1)
  })

  it('rejects with a NetworkError without the password when the proxy refuses or is missing', async () => {
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
