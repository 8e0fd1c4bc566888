import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFetch, openRegistry } from '../../src/node/index.ts'
import { ACTS, actOnce, expectNoSecret } from '../support/all-acts.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { type NamedNetwork, startNamedNetwork } from '../support/named-network.ts'
import { type ForwardProxy, type Heard, startProxy } from '../support/proxy.ts'
import {
  ALLOWED,
  CREDENTIALS,
  createWorld,
  HEADERS,
  HOSTS,
  type Script,
  SECRETS,
  scripts,
  type World,
} from '../support/secret-world.ts'
import { createSecret, hasSecret } from '../support/secrets.ts'

// Every act through proxies, on real sockets, against servers that answer at random. A proxy learns nothing of what is tunnelled or
// goes past it, and nobody else learns its password.

const PROXY_SECRETS = {
  http: createSecret('pxyht', '%/', '&"+='),
  https: createSecret('pxyts', ':@', 'é?#'),
}
const ALL_SECRETS = [...Object.values(SECRETS), ...Object.values(PROXY_SECRETS)]

/** Values of `NO_PROXY`, and the hosts that each exempts. Written by hand: it is not asked of the code. */
const EXEMPTIONS = [
  { text: '', exempts: () => false },
  { text: 'registry.example.com', exempts: (host: string) => /(^|\.)registry\.example\.com$/.test(host) },
  { text: '.example.com, evil.test', exempts: (host: string) => /\.example\.com$|(^|\.)evil\.test$/.test(host) },
  { text: '10.0.0.0/8,169.254.169.254', exempts: (host: string) => ['10.0.0.5', '169.254.169.254'].includes(host) },
  { text: '*', exempts: () => true },
] as const
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** How one run reaches its servers. */
const ways = fc.record({
  /** Where the proxies are named: each one in its own variable, that of http for all, as the option, or nowhere that counts. */
  given: fc.constantFrom(
    ...(['variables', 'variables', 'variables', 'HTTP_PROXY', 'HTTP_PROXY', 'option', 'option', 'none'] as const),
  ),
  exemption: fc.constantFrom(...EXEMPTIONS),
  isSecure: fc.boolean(),
  /** What the proxies do with one request after another, and from the beginning again; nothing is to let it through. */
  refusals: fc.array(fc.option(fc.constantFrom(407, 403, 502, 0), { freq: 8, nil: undefined }), {
    minLength: 1,
    maxLength: 6,
  }),
})
type Way = typeof ways extends fc.Arbitrary<infer T> ? T : never

/** The two proxies of a scheme, each with its own password. */
interface Proxies {
  readonly http: ForwardProxy
  readonly https: ForwardProxy
}

const current = { world: undefined as unknown as World, leaks: [] as string[] }
const totals = { runs: 0, requests: 0, tunnels: 0, plain: 0, refused: 0, past: 0, errors: 0 }
const printed: unknown[] = []
let authority: Authority
let network: NamedNetwork
let tls: { readonly cert: string; readonly key: string }
/** Of all proxies so far. */
const ports = new Set<number>()

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((...texts) => void printed.push(texts))
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void printed.push(warning))
  authority = await createAuthority()
  const { certificate: cert, key } = await authority.issue({ name: 'everybody', hosts: HOSTS })
  tls = { cert, key }
  network = await startNamedNetwork({ tls, isReal: (port) => ports.has(port), answer })
})
beforeEach(() => vi.unstubAllEnvs())
afterAll(async () => {
  vi.unstubAllEnvs()
  await network.close()
  vi.restoreAllMocks()
  process.stdout.write(`${JSON.stringify(totals)}\n`)
})

describe('every act through proxies', () => {
  it('gives no secret to a proxy, and none of a proxy to a server', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(
      scripts,
      ways,
      fc.constantFrom(...Object.keys(ACTS)),
      fc.constantFrom<keyof typeof CREDENTIALS>('password', 'password', 'identity', 'ready', 'none'),
      fc.constantFrom<keyof typeof HEADERS>('secret', 'basic', 'none'),
      runOnce,
    )
    await fc.assert(run, { ...shareOfRuns(0.03), timeout: CASE_TIMEOUT })
    for (const kind of ['tunnels', 'plain', 'refused', 'past', 'errors'] as const) {
      expect(totals[kind], kind).toBeGreaterThan(totals.runs / 10)
    }
    expect(printed).toEqual([])
  })
})

async function answer(request: Request): Promise<Response> {
  const seen = `${request.url}\n${JSON.stringify([...request.headers])}\n${await request.clone().text()}`
  for (const secret of Object.values(PROXY_SECRETS))
    if (hasSecret(seen, secret)) current.leaks.push(`${secret.name} to ${request.url}`)
  if (request.headers.has('proxy-authorization')) current.leaks.push(`proxy-authorization to ${request.url}`)
  return current.world.fetch(request)
}

async function runOnce(
  script: Script,
  way: Way,
  act: string,
  credentials: keyof typeof CREDENTIALS,
  headers: keyof typeof HEADERS,
): Promise<void> {
  Object.assign(current, { world: createWorld(script), leaks: [] })
  const proxies = { http: await openProxy(way), https: await openProxy(way) }
  const option = setProxies(way, proxies)
  const going = endable(createFetch({ registry: script.place.registry, ca: authority.certificate, ...option }))
  const registry = openRegistry(script.place.registry, {
    fetch: going.fetch,
    credentials: CREDENTIALS[credentials],
    headers: HEADERS[headers],
    allowedRealms: ALLOWED,
    retry: 1,
    retryDelay: 0,
  })
  const { shown, failed } = await actOnce(act, registry)
  if (failed) totals.errors++
  await going.end(proxies)
  totals.runs++
  totals.requests += current.world.requests
  const heard = checkProxies(way, proxies)
  if (heard === 0 && current.world.requests > 0) totals.past++
  expect(current.world.leaks).toEqual([])
  expect(current.leaks).toEqual([])
  expectNoSecret(shown, ALL_SECRETS)
}

/** Opens a proxy for one run alone: what undici connects to later is not of the next run. */
async function openProxy({ isSecure, refusals }: Way): Promise<ForwardProxy> {
  let asked = 0
  const refusal = () => {
    const status = refusals[asked++ % refusals.length]
    if (status !== undefined) totals.refused++
    return status
  }
  const proxy = await startProxy(isSecure ? { refusal, tls } : { refusal })
  ports.add(Number(new URL(proxy.url).port))
  return proxy
}

/** A `fetch` that can be ended, so that nothing that an act left behind comes into the next run. */
function endable(fetch: (request: Request) => Promise<Response>) {
  const pending = new Set<Promise<Response>>()
  let isOver = false
  return {
    async fetch(request: Request): Promise<Response> {
      if (isOver) throw new TypeError('The run is over')
      const answering = fetch(request)
      pending.add(answering)
      return answering.finally(() => pending.delete(answering))
    },
    async end({ http, https }: Proxies): Promise<void> {
      isOver = true
      await Promise.all([http.close(), https.close()])
      do {
        network.disconnect()
        await new Promise(setImmediate)
      } while (pending.size > 0)
    },
  }
}

/** Names the proxies in the environment, or returns the option. */
function setProxies({ given, exemption }: Way, proxies: Proxies): { proxy?: string | false } {
  const withPassword = (scheme: keyof Proxies) => {
    const password = encodeURIComponent(PROXY_SECRETS[scheme].text)
    return proxies[scheme].url.replace('//', `//us%20er:${password}@`)
  }
  vi.stubEnv('NO_PROXY', exemption.text)
  vi.stubEnv('HTTP_PROXY', withPassword('http'))
  vi.stubEnv('HTTPS_PROXY', given === 'HTTP_PROXY' ? undefined : withPassword('https'))
  if (given === 'none') return { proxy: false }
  return given === 'option' ? { proxy: withPassword('https') } : {}
}

/** Adds to the leaks what a proxy was asked or told and should not have been. Returns how often all of them were asked. */
function checkProxies(way: Way, proxies: Proxies): number {
  let asked = 0
  for (const scheme of ['http', 'https'] as const) {
    const { asked: requests, authorizations, heard } = proxies[scheme]
    asked += requests.length
    requests.forEach((request, index) => {
      const [method = '', target = ''] = request.split(' ')
      const { head, body } = heard[index] as Heard
      checkOne(way, scheme, { method, target, head, body, authorization: authorizations[index] })
    })
  }
  return asked
}

interface Asked extends Heard {
  readonly method: string
  readonly target: string
  readonly authorization: string | undefined
}

function checkOne({ given, exemption }: Way, scheme: keyof Proxies, asked: Asked): void {
  const { method, target, head, body, authorization } = asked
  const leak = (what: string) => current.leaks.push(`${what} to the proxy of ${scheme}: ${method} ${target}`)
  const isTunnel = method === 'CONNECT'
  totals[isTunnel ? 'tunnels' : 'plain']++
  // The first byte of a TLS handshake (RFC 8446 § 5.1). A tunnel that was refused shows by its port what it was for.
  const isTls = isTunnel && (body === '' ? !target.endsWith(':80') : body.startsWith('\x16'))
  const url = new URL(isTunnel ? `${isTls ? 'https' : 'http'}://${target}` : target)
  const isExempt = LOOPBACK.includes(url.hostname) || exemption.exempts(url.hostname)
  if (given === 'none') leak('a request')
  if (given !== 'option' && isExempt) leak('what is exempt')
  const isCertain = !isTunnel || body !== ''
  if (given === 'variables' && isCertain && url.protocol !== `${scheme}:`) leak('what is of the other scheme')
  if (given !== 'variables' && scheme !== (given === 'option' ? 'https' : 'http')) leak('what is for the other proxy')
  const own = `Basic ${Buffer.from(`us er:${PROXY_SECRETS[scheme].text}`).toString('base64')}`
  if (authorization !== own) leak('no password, or another one')
  const other = PROXY_SECRETS[scheme === 'http' ? 'https' : 'http']
  if (hasSecret(head + body, other)) leak(other.name)
  const hidden = isTls ? head + body : isTunnel ? head : ''
  for (const secret of Object.values(SECRETS)) if (hasSecret(hidden, secret)) leak(secret.name)
  // As if it had come to its target: the first path in the tunnel is that of all that follow.
  if (isTunnel) url.pathname = /^\S+ ([^\s?]*)/.exec(body)?.[1] ?? '/'
  if (!isTls) current.world.check({ method, url: url.href, headers: new Headers(), body: head + body })
}
