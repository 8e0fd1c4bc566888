import { execFile } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { NetworkError, ValidationError } from '../../src/errors.ts'
import {
  checkRegistryConnectivity,
  createFetch,
  type FetchOptions,
  getImageInfo,
  pushDockerTar,
} from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { createAuthority } from '../support/certificates.ts'
import { rejection } from '../support/errors.ts'
import { startProxy } from '../support/proxy.ts'
import {
  authority,
  client,
  elsewhere,
  identified,
  open,
  other,
  PASSWORD,
  registry,
  strict,
  trusting,
  useTlsRegistries,
} from '../support/tls-registries.ts'
import { startTlsServer } from '../support/tls-server.ts'

useTlsRegistries()

describe('createFetch()', () => {
  it('pushes to a registry whose certificate is from a private authority', async () => {
    const handle = open(registry.url, trusting())
    const digest = await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1', { chunkSize: 1000 })
    expect((await getImageInfo(handle, 'team/app', 'v1')).digest).toBe(digest)
  })

  it('accepts ca as text, as bytes, as a list, and with several certificates in one file', async () => {
    const stranger = await createAuthority()
    const bundle = `# Ours\n${stranger.certificate}\n# And theirs\n${authority.certificate}\n`
    for (const ca of [Buffer.from(bundle), bundle, [stranger.certificate, Buffer.from(authority.certificate)]]) {
      expect(await checkRegistryConnectivity(open(registry.url, { ca }))).toBe(true)
    }
  })

  it('rejects with an error that names the TLS problem of a registry', async () => {
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

  it('rejects with the reason of the abort when it is aborted', async () => {
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

  it('accepts an encrypted key with its passphrase', async () => {
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

  it('presents it to no other origin, also after a redirect (GHSA-whvf-jp7m-59f3)', async () => {
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

  it('presents it only to the registry when connections are already open', async () => {
    const fetch = createFetch({ registry: `${registry.url}/`, ...identified() })
    for (let turn = 0; turn < 3; turn++) {
      await (await fetch(new Request(`${registry.url}/v2/`))).text()
      await (await fetch(new Request(`${other.url}/v2/`))).text()
    }
    expect(registry.clients).toEqual(['robot', 'robot', 'robot'])
    expect(other.clients).toEqual([undefined, undefined, undefined])
  })
})

describe('createFetch() with insecure', () => {
  it('accepts any certificate of the registry and of no other host, and warns', async () => {
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

describe('createFetch() with options that are not valid', () => {
  const attempt = (options: unknown) => () => createFetch(options as FetchOptions)

  it.each([
    ['there is no registry', {}, /Cannot use the registry's address/],
    [
      'an http registry gets a certificate',
      { registry: 'http://a.test', cert: 'c', key: 'k' },
      /\{ cert \}: http:\/\/a.test is not https/,
    ],
    [
      'an http registry gets { insecure }',
      { registry: 'http://a.test', insecure: true },
      /\{ insecure \}: http:\/\/a.test is not https/,
    ],
    ['ca is a path', { ca: '/etc/ssl/ca.pem' }, /not a certificate in PEM; pass the content of the file/],
    [
      'ca is damaged',
      { ca: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' },
      /not a certificate in PEM/,
    ],
    [
      'cert and key are not PEM',
      { cert: 'nonsense', key: 'nonsense' },
      /Cannot use \{ cert, key \}: .*; pass a certificate/,
    ],
    [
      'proxy is a SOCKS proxy',
      { proxy: `socks5://u:${PASSWORD}@a.test` },
      /the option "proxy": it is not the URL of a proxy; pass one like "http:/,
    ],
    ['proxy is not a URL', { proxy: `http://u:${PASSWORD}@` }, /the option "proxy"/],
    [
      'the password of the proxy has a bare %',
      { proxy: `http://u:${PASSWORD}%@a.test` },
      /with "%" in user and password as "%25"/,
    ],
  ])('throws a ValidationError without the password when %s', (_, options, message) => {
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
    ['cert has no key', { cert: 'c' }, /pass both \{ cert, key \}/],
    ['key has no cert', { key: 'k' }, /pass both \{ cert, key \}/],
    ['passphrase has no key', { passphrase: 'p' }, /\{ passphrase \}/],
    ['passphrase is not a string', { cert: 'c', key: 'k', passphrase: 1 }, /\{ passphrase \}: pass it as a string/],
    ['insecure is the string "false"', { insecure: 'false' }, /\{ insecure \}: pass true or false/],
  ])('throws a TypeError when %s', (_, options, message) => {
    expect(attempt({ registry: 'https://a.test', ...options })).toThrow(TypeError)
    expect(attempt({ registry: 'https://a.test', ...options })).toThrow(message)
  })

  it('throws when the key belongs to another certificate', async () => {
    const stranger = await authority.issue({ name: 'stranger', client: true })
    const act = attempt({ registry: 'https://a.test', cert: client.certificate, key: stranger.key })
    expect(act).toThrow(/Cannot use \{ cert, key \}: key values mismatch/)
  })

  it('throws and names the variable when the proxy in the environment is not valid', () => {
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

  it('trusts the authorities that Node trusts, and changes no other request of the program', async () => {
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
  ] as const)('throws in %s, because it works only in Node', async (_, runtime) => {
    const { outcomes } = await run([...runtime], {}, [registry.url])
    expect(outcomes).toEqual([expect.stringMatching(/^Cannot create a fetch: this works only in Node/)])
    expect(registry.clients).toEqual([])
  })
})
