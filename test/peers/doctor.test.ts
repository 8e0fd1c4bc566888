import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createFetch, listRepositories, listTags, openRegistry, pushDockerTar } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import { type Diagnosis, diagnose, faultsOf, PAGE, passedOf } from '../support/diagnosis.ts'
import { type DistributionOptions, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { type NginxOptions, startNginx } from '../support/nginx.ts'
import { ALL, DISTRIBUTIONS, describeReal } from '../support/real-registries.ts'

// The doctor at the registries that people run, and behind an nginx with each fault of its configuration.

const servers: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const server of servers.splice(0).reverse()) await server.stop()
})

let authority: Authority
beforeAll(async () => {
  authority = await createAuthority()
})

const TRIAL = { repository: 'team/app', write: true, origin: PAGE } as const
/** What zot 1.4 does not let a page do, with all its settings. */
const ZOT_FAULTS = [
  'page-methods METHODS_MISSING',
  'page-headers HEADERS_MISSING',
  'page-exposed HEADERS_HIDDEN',
  'page-upload PREFLIGHT_REFUSED',
]

describeReal('diagnoseRegistry() at {}', ALL, ({ profile, start }) => {
  it('finds what it supports, and leaves nothing', async () => {
    const registry = await start()
    servers.push(registry)
    await pushDockerTar(await createTestArchive(), registry.url, 'team/app', 'v1')
    const diagnosis = await diagnose(registry.url, TRIAL)
    expect(faultsOf(diagnosis)).toEqual(profile === 'zot' ? ZOT_FAULTS : ['referrers NOT_SUPPORTED?'])
    const supported = ['version', 'clock', 'repository', 'catalog', 'uploads', 'chunks', 'mounts', 'deletes']
    expect(passedOf(diagnosis)).toEqual(expect.arrayContaining(supported))
    expect([await listRepositories(registry.url), await listTags(registry.url, 'team/app')]).toEqual([
      ['team/app'],
      ['v1'],
    ])
  })
})

describeReal('diagnoseRegistry() at {} with a sign-in', DISTRIBUTIONS, ({ start }) => {
  it('finds the preflights that are asked for it, distribution#4458', async () => {
    const registry = await start({ auth: { htpasswd: HTPASSWD_USER } })
    servers.push(registry)
    const diagnosis = await diagnose(openRegistry(registry.url, { credentials: HTPASSWD_USER }), { origin: PAGE })
    expect(faultsOf(diagnosis)).toEqual(['page-preflight PREFLIGHT_401'])
  })
})

/** Diagnoses a distribution behind an nginx. */
async function diagnoseBehind(
  nginx: Omit<NginxOptions, 'upstream'>,
  options: DistributionOptions = {},
): Promise<Diagnosis> {
  const registry = await startDistribution(options)
  const proxy = await startNginx({ upstream: registry.url, ...nginx })
  servers.push(registry, proxy)
  const url = proxy.url.replace('127.0.0.1', 'localhost')
  const fetch = nginx.tls && createFetch({ registry: url, ca: authority.certificate, proxy: false })
  const credentials = options.auth && HTPASSWD_USER
  return diagnose(openRegistry(url, { credentials, fetch, retry: 0 }), TRIAL)
}

const WITHOUT_CORS = { settings: { REGISTRY_HTTP_HEADERS: '{}' } }
const ONLY_ORIGIN = JSON.stringify({ 'Access-Control-Allow-Origin': ['*'] })
const WITH_SIGN_IN = { auth: { htpasswd: HTPASSWD_USER } }
const EXPOSED =
  'Location, Range, Link, WWW-Authenticate, Docker-Content-Digest, OCI-Chunk-Min-Length, OCI-Chunk-Max-Length, Retry-After'

describe('diagnoseRegistry() at a distribution behind nginx', () => {
  it('passes all checks of a page with the configuration of docs/cors.md', async () => {
    const diagnosis = await diagnoseBehind({}, WITH_SIGN_IN)
    expect(faultsOf(diagnosis)).toEqual(['repository NOT_FOUND?'])
    expect(passedOf(diagnosis)).toEqual(expect.arrayContaining(['page-preflight', 'page-upload', 'page-refusals']))
  })

  it.each<[string, Omit<NginxOptions, 'upstream'>, DistributionOptions, readonly string[]]>([
    [
      'both send the header',
      { lines: 'add_header Access-Control-Allow-Origin "*" always;' },
      {},
      ['page-read DOUBLED_HEADER'],
    ],
    [
      '"always" is missing',
      {
        lines: `add_header Access-Control-Allow-Origin "*"; add_header Access-Control-Expose-Headers "${EXPOSED}";`,
      },
      WITHOUT_CORS,
      ['page-refusals NO_CORS'],
    ],
    [
      '"always" is missing, with a sign-in',
      {
        lines: `add_header Access-Control-Allow-Origin "*"; add_header Access-Control-Expose-Headers "${EXPOSED}";`,
      },
      { ...WITHOUT_CORS, ...WITH_SIGN_IN },
      ['page-exposed HEADERS_HIDDEN', 'page-refusals NO_CORS'],
    ],
    [
      'preflights are passed on to a registry with a sign-in',
      { answersPreflights: false },
      WITH_SIGN_IN,
      ['page-preflight PREFLIGHT_401', 'page-upload PREFLIGHT_401'],
    ],
    [
      'preflights are refused',
      { answersPreflights: false, lines: 'if ($request_method = OPTIONS) { return 405; }' },
      {},
      ['page-preflight PREFLIGHT_REFUSED', 'page-upload PREFLIGHT_REFUSED'],
    ],
    [
      'preflights are redirected',
      { answersPreflights: false, lines: 'if ($request_method = OPTIONS) { return 301 https://$host/; }' },
      {},
      ['page-preflight PREFLIGHT_REDIRECTED', 'page-upload PREFLIGHT_REDIRECTED'],
    ],
    [
      'preflights are answered without headers',
      { answersPreflights: false, lines: 'if ($request_method = OPTIONS) { return 204; }' },
      {},
      ['page-preflight NO_CORS', 'page-upload NO_CORS'],
    ],
  ])('finds that %s', async (_, nginx, options, faults) => {
    const diagnosis = await diagnoseBehind(nginx, options)
    const found = faultsOf(diagnosis).filter((fault) => fault.startsWith('page-'))
    expect(found).toEqual(faults)
    const first = Object.values(diagnosis).find(({ check, state }) => check.startsWith('page-') && state === 'failed')
    // The answer says that it is nginx.
    expect(first?.settings.map(({ server }) => server)).toContain('nginx')
    expect(first?.settings.map(({ server }) => server)).not.toContain('Traefik')
  })

  it.each<[string, Omit<NginxOptions, 'upstream'>, DistributionOptions]>([
    ['a registry that allows no page', { answersPreflights: false }, WITHOUT_CORS],
    ['preflights that are asked for a sign-in', { answersPreflights: false }, { ...WITHOUT_CORS, ...WITH_SIGN_IN }],
    ['methods that are missing', { answersPreflights: false }, { settings: { REGISTRY_HTTP_HEADERS: ONLY_ORIGIN } }],
  ])('is mended by its own lines for nginx after %s', async (_, nginx, options) => {
    const before = await diagnoseBehind(nginx, options)
    const fault = Object.values(before).find(({ check, state }) => check.startsWith('page-') && state === 'failed')
    const block = fault?.settings.find(({ server }) => server === 'nginx')?.lines ?? ''
    const lines = block.split('\n').slice(1, -1).join('\n')
    const after = await diagnoseBehind({ ...nginx, lines }, options)
    expect(faultsOf(after).filter((found) => found.startsWith('page-'))).toEqual([])
    expect(passedOf(after)).toEqual(expect.arrayContaining(['page-read', 'page-preflight', 'page-upload']))
  })

  it('is mended by its own lines for distribution', async () => {
    const before = await diagnoseBehind({ answersPreflights: false }, WITHOUT_CORS)
    const block = before['page-read'].settings.find(({ server }) => server === 'distribution')?.lines ?? ''
    const headers = [...block.matchAll(/^ +(Access-[\w-]+): (\[.*\])$/gm)].map(
      ([, name, value]) => `"${name}":${value}`,
    )
    expect(headers).toHaveLength(5)
    const settings = { REGISTRY_HTTP_HEADERS: `{${headers.join(',')}}` }
    const after = await diagnoseBehind({ answersPreflights: false }, { settings })
    expect(faultsOf(after).filter((found) => found.startsWith('page-'))).toEqual([])
  })

  it('finds uploads that lead to http behind TLS', async () => {
    const identity = await authority.issue({ name: 'server', hosts: ['localhost'] })
    const tls = { tls: identity, forwardsProto: false }
    const { uploads } = await diagnoseBehind(tls)
    expect([uploads.state, uploads.code]).toEqual(['warning', 'LOCATION_NOT_ENCRYPTED'])
    expect(uploads.settings.map(({ lines }) => lines).join()).toContain('X-Forwarded-Proto $scheme')
    const relative = await diagnoseBehind(tls, { relativeUrls: true })
    expect(relative.uploads.state).toBe('passed')
  })

  it('finds http to a port of https', async () => {
    const identity = await authority.issue({ name: 'server', hosts: ['localhost'] })
    const proxy = await startNginx({ upstream: 'http://127.0.0.1:1', tls: identity })
    servers.push(proxy)
    const { connection } = await diagnose(proxy.url.replace('https:', 'http:'))
    expect([connection.code, connection.remedy]).toEqual(['WRONG_SCHEME', `use ${proxy.url}`])
  })

  it('finds that no registry is behind it', async () => {
    const proxy = await startNginx({ upstream: 'http://127.0.0.1:1' })
    servers.push(proxy)
    expect(faultsOf(await diagnose(proxy.url))).toEqual(['api SERVER_FAILED'])
  })

  it('finds that it wants a client certificate', async () => {
    const identity = await authority.issue({ name: 'server', hosts: ['localhost'] })
    const lines = 'if ($ssl_client_verify != SUCCESS) { return 496; }'
    const { tls } = await diagnoseBehind({ tls: identity, lines })
    expect(tls.code).toBe('CLIENT_CERTIFICATE')
  })
})
