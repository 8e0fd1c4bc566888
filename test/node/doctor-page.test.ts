import { afterEach, describe, expect, it } from 'vitest'
import { openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { diagnose, faultsOf, PAGE, passedOf } from '../support/diagnosis.ts'
import {
  type Distribution,
  type DistributionOptions,
  HTPASSWD_USER,
  startDistribution,
} from '../support/distribution.ts'

// What a page of another origin would meet: each fault of a real registry's CORS headers is one finding.

const servers: Distribution[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

async function start(options?: DistributionOptions): Promise<string> {
  const server = await startDistribution(options)
  servers.push(server)
  return server.url
}

/** The headers of registry.yml. */
const HEADERS = {
  'Access-Control-Allow-Origin': ['*'],
  'Access-Control-Allow-Methods': ['GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
  'Access-Control-Allow-Headers': ['Authorization, Content-Type, Content-Range, Range, Accept'],
  'Access-Control-Expose-Headers': [
    'Location, Range, Link, WWW-Authenticate, Docker-Content-Digest, OCI-Chunk-Min-Length, OCI-Chunk-Max-Length, Retry-After',
  ],
}

const startWith = (headers: Readonly<Record<string, readonly string[]>>) =>
  start({ settings: { REGISTRY_HTTP_HEADERS: JSON.stringify(headers) } })

function without(name: keyof typeof HEADERS): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(HEADERS).filter(([key]) => key !== name))
}

const PAGE_CHECKS = [
  'page-address',
  'page-read',
  'page-preflight',
  'page-methods',
  'page-headers',
  'page-exposed',
  'page-refusals',
]

describe('diagnoseRegistry() with an origin, at a real distribution', () => {
  it('passes all checks of a page when it is configured as docs/cors.md says', async () => {
    const diagnosis = await diagnose(await start(), { origin: PAGE })
    expect(faultsOf(diagnosis)).toEqual([])
    expect(passedOf(diagnosis)).toEqual(expect.arrayContaining(PAGE_CHECKS))
  })

  it.each<[string, Readonly<Record<string, readonly string[]>>, readonly string[]]>([
    ['allows no page', {}, ['page-read NO_CORS', 'page-preflight NO_CORS']],
    [
      'allows another page',
      { ...HEADERS, 'Access-Control-Allow-Origin': ['http://other.localhost'] },
      ['page-read OTHER_ORIGIN', 'page-preflight OTHER_ORIGIN'],
    ],
    [
      'sends the origin twice',
      { ...HEADERS, 'Access-Control-Allow-Origin': ['*', '*'] },
      ['page-read DOUBLED_HEADER', 'page-preflight DOUBLED_HEADER'],
    ],
    [
      'allows no PATCH',
      { ...HEADERS, 'Access-Control-Allow-Methods': ['GET, PUT, DELETE, patch'] },
      ['page-methods METHODS_MISSING'],
    ],
    [
      'does not allow Content-Range',
      { ...HEADERS, 'Access-Control-Allow-Headers': ['authorization, content-type, range, accept'] },
      ['page-headers HEADERS_MISSING'],
    ],
    [
      'allows "*", which does not stand for Authorization',
      { ...HEADERS, 'Access-Control-Allow-Methods': ['*'], 'Access-Control-Allow-Headers': ['*'] },
      ['page-headers HEADERS_MISSING'],
    ],
    [
      'does not allow Range, which only pulls need',
      { ...HEADERS, 'Access-Control-Allow-Headers': ['Authorization, Content-Type, Content-Range, Accept'] },
      ['page-headers HEADERS_MISSING?'],
    ],
    ['exposes no header', without('Access-Control-Expose-Headers'), ['page-exposed HEADERS_HIDDEN']],
    [
      'exposes only Location',
      { ...HEADERS, 'Access-Control-Expose-Headers': ['Location'] },
      ['page-exposed HEADERS_HIDDEN?'],
    ],
  ])('finds out when it %s', async (_, headers, faults) => {
    const diagnosis = await diagnose(await startWith(headers), { origin: PAGE })
    expect(faultsOf(diagnosis)).toEqual(faults)
    const [first = ''] = faults[0]?.split(' ') ?? []
    const { message, remedy, settings } = diagnosis[first as keyof typeof diagnosis]
    expect(message).toMatch(/\.$/)
    expect(remedy).toBeTruthy()
    expect(settings.map(({ server }) => server)).toContain('nginx')
  })

  it('names the methods, headers and origins that are missing', async () => {
    const url = await startWith({
      ...without('Access-Control-Allow-Methods'),
      'Access-Control-Allow-Headers': ['range'],
    })
    const diagnosis = await diagnose(url, { origin: PAGE })
    expect(diagnosis['page-methods'].message).toBe('Preflights do not allow the methods PUT, PATCH, DELETE.')
    expect(diagnosis['page-headers'].message).toBe(
      'Preflights do not allow the request headers authorization, content-type, content-range, accept.',
    )
    expect(diagnosis['page-headers'].settings[0]).toEqual({
      server: 'distribution',
      lines: expect.stringContaining(`Access-Control-Allow-Origin: ["${PAGE}"]`),
    })
  })

  it('accepts the origin itself instead of "*"', async () => {
    const url = await startWith({ ...HEADERS, 'Access-Control-Allow-Origin': [PAGE] })
    expect(faultsOf(await diagnose(url, { origin: `${PAGE}/upload.html?x=1` }))).toEqual([])
  })

  it('finds preflights that are asked for a sign-in, distribution#4458', async () => {
    const url = await start({ auth: { htpasswd: HTPASSWD_USER } })
    const diagnosis = await diagnose(openRegistry(url, { credentials: HTPASSWD_USER }), { origin: PAGE })
    expect(faultsOf(diagnosis)).toEqual(['page-preflight PREFLIGHT_401'])
    expect(diagnosis['page-preflight'].settings.map(({ server }) => server)).toEqual(['nginx', 'Caddy', 'Traefik'])
    expect(diagnosis['page-refusals'].state).toBe('passed')
  })

  it('needs no permission when the page is on the same origin', async () => {
    const url = await startWith({})
    const { 'page-read': read, 'page-preflight': preflight } = await diagnose(url, { origin: url })
    expect([read.code, preflight.code]).toEqual(['SAME_ORIGIN', 'SAME_ORIGIN'])
  })

  it('finds mixed content and a local network without a request', async () => {
    const registry = openRegistry('http://registry.test:5000', { fetch: createTestRegistry().fetch })
    const mixed = await diagnose(registry, { origin: 'https://page.example.com' })
    expect(faultsOf(mixed)).toEqual(['tls NOT_ENCRYPTED?', 'page-address MIXED_CONTENT'])
    const local = await diagnose(await start(), { origin: 'https://page.example.com' })
    expect(faultsOf(local)).toEqual(['page-address LOCAL_NETWORK?'])
  })
})

describe('diagnoseRegistry() with an origin and a repository', () => {
  it('checks the URL of an upload and the storage of blobs', async () => {
    const url = await start()
    await pushDockerTar(await createTestArchive(), url, 'team/app', 'v1')
    const diagnosis = await diagnose(url, { origin: PAGE, repository: 'team/app', write: true })
    expect(faultsOf(diagnosis)).toEqual(['referrers NOT_SUPPORTED?'])
    expect(passedOf(diagnosis)).toEqual(expect.arrayContaining(['page-storage', 'page-upload']))
  })
})
