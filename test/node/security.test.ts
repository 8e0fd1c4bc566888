import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  checkRegistryConnectivity,
  deleteImage,
  getImageInfo,
  getManifest,
  listRepositories,
  listTags,
  NetworkError,
  openRegistry,
  pushDockerTar,
  RegistryError,
  type RegistryOptions,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { type Attack, createHostileRegistry, EVIL } from '../support/hostile-registry.ts'
import { createOrigins } from '../support/origins.ts'
import { DESK, REGISTRY, unauthorized } from '../support/protected-registry.ts'

// Incidents in other clients, tried on this one. Each test has the incident's ID in its name; docs/security.md has the table.

const CREDENTIALS = { username: 'ci', password: 'hunter2-hunter2' }
const BASIC = `Basic ${btoa('ci:hunter2-hunter2')}`
const HEADERS = { 'x-team-secret': 'blue-blue' }
const SECRETS = [CREDENTIALS.password, btoa('ci:hunter2-hunter2'), '-of-the-desk', HEADERS['x-team-secret']]

function attacked(attack: Attack = {}, options: RegistryOptions = {}) {
  const world = createHostileRegistry(attack)
  const settings = { fetch: world.fetch, retry: 1, credentials: CREDENTIALS, headers: HEADERS, ...options }
  return { world, handle: openRegistry(attack.registry ?? REGISTRY, settings) }
}

const push = async (handle: ReturnType<typeof openRegistry>, options = {}) =>
  pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1', options)

describe('a realm that a registry names', () => {
  const ids =
    'CVE-2026-48978, GHSA-xf85-363p-868w, GHSA-28r5-37g7-p6mp, CVE-2026-33540, GHSA-3p65-76g6-3w7r, CVE-2026-12566, go-containerregistry#2193'
  it.each([
    [`${EVIL}/token`, /at https:\/\/evil.test, another site.*allowedRealms: \['https:\/\/evil.test'\]/],
    ['https://registry.test.evil.test/token', /another site/],
    ['https://evilregistry.test/token', /another site/],
    ['https://10.0.0.7/token', /local network.*allowedRealms/],
    ['https://169.254.169.254/latest/meta-data', /local network/],
    ['https://[fd00::1]/token', /local network/],
    ['https://localhost:8443/token', /local network/],
    ['https://2130706433/token', /local network/],
    ['https://token.internal/', /local network/],
    ['https://ci:stolen@auth.registry.test/token', /user name in its URL/],
    ['https://:stolen@auth.registry.test/token', /user name in its URL/],
    ['https://auth.docker.io/token', /another site/],
    ['ftp://auth.registry.test/token', /not at an http or https URL/],
    ['file:///etc/passwd', /not at an http or https URL/],
    ['/token', /not at an http or https URL/],
  ])(`gets no secret, if it is %s (${ids})`, async (realm, message) => {
    const { world, handle } = attacked({ realm })
    const error = await rejection(push(handle), ResponseError, message)
    expect(error.message).toMatch(/^Cannot sign in to registry.test: its token server /)
    expect(world.leaked(SECRETS)).toEqual([])
    expect(world.seen.filter(({ origin }) => origin !== REGISTRY)).toEqual([])
  })

  it('gets no secret without TLS, if the registry has it (CVE-2019-10214)', async () => {
    for (const realm of ['http://auth.registry.test/token', 'http://registry.test/token']) {
      const { world, handle } = attacked({ realm })
      await rejection(push(handle), ResponseError, /not encrypted/)
      expect(world.seen.filter(({ origin }) => origin !== REGISTRY)).toEqual([])
    }
  })

  it('gets no identity token, and no token that is ready, of a stranger (CVE-2026-48978)', async () => {
    for (const credentials of [{ identityToken: 'my-refresh-token' }, { token: 'my-ready-token' }]) {
      const { world, handle } = attacked({ realm: `${EVIL}/token` }, { credentials })
      await rejection(push(handle), ResponseError, /401|another site/)
      expect(world.leaked([...SECRETS, 'my-refresh-token', 'my-ready-token'])).toEqual([])
    }
  })

  it('is another site, if two customers of one hoster have it and the registry (CVE-2026-48978)', async () => {
    const { world, handle } = attacked({ registry: 'https://victim.github.io', realm: 'https://evil.github.io/token' })
    await rejection(push(handle), ResponseError, /another site/)
    expect(world.leaked(SECRETS)).toEqual([])
  })

  it('is another site, if both hosts are public suffixes (CVE-2026-48978)', async () => {
    const { world, handle } = attacked({ registry: 'https://github.io', realm: 'https://gitlab.io/token' })
    await rejection(push(handle), ResponseError, /another site/)
    expect(world.leaked(SECRETS)).toEqual([])
  })

  it('is not asked by anonymous, if it is of a local network (go-containerregistry#2193)', async () => {
    for (const realm of [
      'http://169.254.169.254/token',
      'https://10.1.2.3/token',
      'https://printer/token',
      'https://printer./token',
      'https://localhost./token',
      'https://a.localhost./token',
      'https://token.internal./',
      ...['local', 'intranet', 'lan', 'home', 'corp', 'private'].map((name) => `https://token.${name}/`),
    ]) {
      const { world, handle } = attacked({ realm }, { credentials: undefined } as RegistryOptions)
      await rejection(listTags(handle, 'a'), ResponseError, /local network|not encrypted/)
      expect(world.seen.filter(({ origin }) => origin !== REGISTRY)).toEqual([])
    }
  })

  it('may be asked by anonymous anywhere else', async () => {
    const { world, handle } = attacked({ realm: `${EVIL}/token` }, { credentials: undefined } as RegistryOptions)
    await push(handle)
    expect(world.leaked(SECRETS)).toEqual([])
  })

  it.each([
    ['https://10.0.0.5:5000', 'https://10.0.0.5:5000/service/token'],
    ['http://10.0.0.5:5000', 'http://10.0.0.5:5000/service/token'],
    ['http://10.0.0.5:5000', 'http://10.0.0.5:5001/token'],
    ['http://localhost:5000', 'http://127.0.0.1:5001/token'],
    ['https://registry.example.co.uk', 'https://auth.example.co.uk/token'],
  ])('is trusted on-prem: %s with %s (go-containerregistry#2258, #2302, mindthegap#1046)', async (registry, realm) => {
    const { handle } = attacked({ registry, realm })
    await push(handle)
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
  })

  it('is trusted, if the caller allows it before', async () => {
    for (const [realm, allowed] of [
      [`${EVIL}/token`, EVIL],
      ['https://10.0.0.7:8443/token', 'https://10.0.0.7:8443/another/path'],
      ['http://evil.test/token', 'http://evil.test'],
    ] as const) {
      const { handle } = attacked({ realm }, { allowedRealms: [allowed] })
      await push(handle)
      expect(await listTags(handle, 'team/app')).toEqual(['v1'])
    }
    const { handle } = attacked({ realm: `${EVIL}/token` }, { allowedRealms: ['http://evil.test', `${EVIL}:444`] })
    await rejection(push(handle), ResponseError, /another site/)
    for (const realm of ['evil.test', 'ftp://evil.test', '', 'https://ci:hunter2@evil.test']) {
      expect(() => openRegistry(REGISTRY, { allowedRealms: [realm] })).toThrow(ValidationError)
      expect(() => openRegistry(REGISTRY, { allowedRealms: [realm] })).not.toThrow(/hunter2/)
    }
  })

  it('that redirects is not followed with a secret (GHSA-vh4v-2xq2-g5cg)', async () => {
    const token = () => Response.redirect(`${EVIL}/token`, 307)
    const redirecting = attacked({ token })
    const fetch: RegistryOptions['fetch'] = async (request) => {
      const response = await redirecting.world.fetch(request)
      // As a runtime does it.
      if (response.status === 307 && request.redirect === 'error')
        throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') })
      return response
    }
    const handle = openRegistry(REGISTRY, { fetch, credentials: CREDENTIALS, retry: 0 })
    await rejection(push(handle), NetworkError, /token of registry.test.*redirect/)
    expect(redirecting.world.leaked(SECRETS)).toEqual([])
  })
})

/** Moves uploads elsewhere. */
const uploadsAt =
  (origin: string): Attack['change'] =>
  (request, response) => {
    const location = response.headers.get('location')
    if (request.method !== 'PUT' && location?.includes('/uploads/')) response.headers.set('location', origin + location)
    return undefined
  }

describe('an upload that a registry moves', () => {
  it.each([
    ['another host', EVIL],
    ['another port', `${REGISTRY}:8443`],
  ])('to %s goes there without secrets (CVE-2026-50151, GHSA-jxpm-75mh-9fp7)', async (_, origin) => {
    for (const isBasic of [true, false]) {
      const { world, handle } = attacked({
        isBasic,
        change: uploadsAt(origin),
        realm: origin === EVIL ? `${DESK}/token` : `${origin}/token`,
      })
      await push(handle, { chunkSize: 4000 })
      const there = world.at(origin).filter(({ path }) => path.includes('/uploads/'))
      expect(there.length).toBeGreaterThan(5)
      for (const { headers } of there) {
        expect([headers.get('authorization'), headers.get('x-team-secret'), headers.get('cookie')]).toEqual([
          null,
          null,
          null,
        ])
      }
    }
  })

  it('to another host does not come back with rights (GHSA-6pjf-3r9x-m592)', async () => {
    const { world, handle } = attacked({ change: uploadsAt(EVIL) })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    const { length } = world.seen
    const fetch: RegistryOptions['fetch'] = async (request) => {
      if (new URL(request.url).origin !== EVIL) return world.fetch(request)
      return new Response(null, { status: 202, headers: { location: `${REGISTRY}/v2/team/app/manifests/v1` } })
    }
    const again = openRegistry(REGISTRY, { fetch, credentials: CREDENTIALS, retry: 0 })
    const other = await createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(9000) }] }] })
    const pushing = pushDockerTar(other, again, 'team/app', 'v2', { chunkSize: 4000 })
    await rejection(pushing, ResponseError, /its Location leads back to the registry/)
    const later = world.seen.slice(length).map(({ method, path }) => `${method} ${path}`)
    expect(later.filter((request) => /^(?:PUT|PATCH|DELETE) .*manifests/.test(request))).toEqual([])
  })

  it.each(['http://evil.test', 'http://registry.test:5000'])(
    'to %s is refused, for it leaves https (CVE-2019-10214)',
    async (origin) => {
      const { world, handle } = attacked({ change: uploadsAt(origin) })
      await rejection(push(handle), ResponseError, /its Location leads from https to http.*not encrypted/)
      expect(world.seen.filter((request) => request.origin.startsWith('http:'))).toEqual([])
    },
  )

  it.each([
    ['http://registry.test', REGISTRY],
    ['http://registry.test:8443', `${REGISTRY}:8443`],
    ['http://registry.test', `${REGISTRY}:8443`],
  ])('to %s is taken for its own %s (distribution#970)', async (origin, registry) => {
    const { world, handle } = attacked({ registry, change: uploadsAt(origin) })
    await push(handle)
    expect(new Set(world.seen.map((request) => request.origin))).toEqual(new Set([registry, DESK]))
  })

  it('from http to https goes there, and not back', async () => {
    const registry = 'http://registry.test'
    const { world, handle } = attacked({ registry, realm: `${registry}/token`, change: uploadsAt(EVIL) })
    await push(handle)
    expect(world.at(EVIL).length).toBeGreaterThan(2)
    expect(world.leaked(SECRETS)).toEqual([])
  })

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://ci@registry.test/',
    'https://:pw@registry.test/',
    'http://',
  ])('to %j is refused', async (location) => {
    const change: Attack['change'] = (request, response) => {
      if (request.method === 'POST' && response.status === 202) response.headers.set('location', location)
      return undefined
    }
    await rejection(push(attacked({ change }).handle), ResponseError, /its Location is no plain http or https URL/)
  })

  it('of more than 16 KiB is refused, also if it grows from one answer to the next', async () => {
    const withState = (response: Response, length: number) => {
      const location = new URL(response.headers.get('location') ?? '', REGISTRY)
      location.searchParams.set('more', 'x'.repeat(length))
      response.headers.set('location', location.href)
    }
    const long = (request: Request, response: Response) => {
      if (request.method === 'POST' && response.status === 202) withState(response, 16_384)
      return undefined
    }
    await rejection(
      push(attacked({ change: long }).handle),
      ResponseError,
      /its Location has more than 16384 characters/,
    )
    let length = 0
    const growing = (request: Request, response: Response) => {
      if (request.method !== 'PATCH' || response.status !== 202) return undefined
      length += 2048
      withState(response, length)
      return undefined
    }
    const options = { chunkSize: 64 }
    const pushing = push(attacked({ change: growing }).handle, options)
    await rejection(pushing, ResponseError, /its Location has more than 16384 characters/)
    expect(length).toBeLessThan(3 * 16_384)
  })
})

describe('a redirect', () => {
  const redirecting =
    (to: (request: Request) => string, status = 307): Attack['change'] =>
    (request, response) => {
      const isBlob = request.url.includes('/blobs/sha256')
      return response.ok && isBlob ? new Response(null, { status, headers: { location: to(request) } }) : undefined
    }
  const ids =
    'GHSA-vh4v-2xq2-g5cg, GHSA-qvqc-4c52-x6qp, GHSA-whvf-jp7m-59f3, GHSA-h3wm-jjqf-8jm2, GHSA-r4q5-vmmm-2653, go-containerregistry#2349'

  it(`of a download takes no secrets along, and answers no question there (${ids})`, async () => {
    const { world, handle } = attacked({
      change: redirecting((request) => `${EVIL}${new URL(request.url).pathname}?signature=s3cr3t`),
    })
    await push(handle)
    const error = await rejection(getImageInfo(handle, 'team/app', 'v1'), ResponseError, /evil.test.*401/)
    expect(error.url).toMatch(/^https:\/\/evil\.test\/.*\?…$/)
    expect(world.at(EVIL).length).toBeGreaterThan(0)
    expect(world.leaked(SECRETS)).toEqual([])
  })

  it.each([301, 302, 303, 307, 308])('by %i of a download is followed', async (status) => {
    const presigned = 'https://storage.test/blob?signature=s3cr3t'
    const { world, handle } = attacked({ change: redirecting(() => presigned, status) })
    await push(handle)
    const asked: Request[] = []
    const fetch: RegistryOptions['fetch'] = async (request) => {
      if (request.url !== presigned) return world.fetch(request)
      asked.push(request)
      const blob = world.seen.findLast(({ path }) => path.includes('/blobs/sha256'))
      const stored = attacked()
      await push(stored.handle)
      return stored.world.fetch(
        new Request(`${REGISTRY}${blob?.path}`, { headers: { authorization: await tokenOf(stored) } }),
      )
    }
    const info = await getImageInfo(
      openRegistry(REGISTRY, { fetch, credentials: CREDENTIALS, headers: HEADERS }),
      'team/app',
      'v1',
    )
    expect(info.os).toBe('linux')
    expect(asked.map(({ headers }) => [...headers.keys()])).toEqual([[]])
  })

  it(`back to the registry does not bring the secrets back (${ids})`, async () => {
    const change: Attack['change'] = (request, response) => {
      if (!request.url.includes('/blobs/sha256') || request.url.includes('?again')) return undefined
      return response.ok ? new Response(null, { status: 307, headers: { location: `${EVIL}/hop` } }) : undefined
    }
    const { world, handle } = attacked({ change })
    await push(handle)
    const fetch: RegistryOptions['fetch'] = async (request) =>
      request.url === `${EVIL}/hop`
        ? new Response(null, { status: 307, headers: { location: `${REGISTRY}/v2/team/app/blobs/sha256:aa?again` } })
        : world.fetch(request)
    const again = openRegistry(REGISTRY, { fetch, credentials: CREDENTIALS, headers: HEADERS, retry: 0 })
    await rejection(getImageInfo(again, 'team/app', 'v1'), ResponseError, /401/)
    const last = world.seen.filter(({ path }) => path.endsWith('?again'))
    expect(last.length).toBeGreaterThan(0)
    for (const { headers } of last) expect([...headers.keys()].filter((name) => /auth|team/.test(name))).toEqual([])
  })

  it(`back to the registry, and on within it, does not bring the secrets back (${ids})`, async () => {
    const redirect = (location: string) => new Response(null, { status: 307, headers: { location } })
    const paths: Record<string, () => Response> = {
      [`${REGISTRY}/v2/a/tags/list`]: () => redirect(`${EVIL}/hop`),
      [`${EVIL}/hop`]: () => redirect(`${REGISTRY}/elsewhere`),
      [`${REGISTRY}/elsewhere`]: () => redirect('/elsewhere/2'),
      [`${REGISTRY}/elsewhere/2`]: () => Response.json({ tags: [] }),
    }
    const origins = createOrigins(
      Object.fromEntries(
        [REGISTRY, EVIL].map((origin) => [
          origin,
          ({ url }: Request) => paths[url.replace(/\?.*/, '')]?.() ?? unauthorized('Basic'),
        ]),
      ),
    )
    await listTags(openRegistry(REGISTRY, { fetch: origins.fetch, credentials: CREDENTIALS, headers: HEADERS }), 'a')
    const signed = origins.seen.map(({ path, headers }) => [path, headers.has('authorization')])
    expect(signed.slice(1)).toEqual([
      ['/v2/a/tags/list?n=1000', true],
      ['/hop', false],
      ['/elsewhere', false],
      ['/elsewhere/2', false],
    ])
    expect(origins.seen.at(-1)?.headers.has('x-team-secret')).toBe(false)
  })

  it.each([301, 302, 303])('by %i of what changes something is not followed', async (status) => {
    const { world, handle } = attacked({
      change: ({ method }, response) =>
        response.status === 202 && method === 'POST'
          ? new Response(null, { status, headers: { location: `${EVIL}/v2/team/app/blobs/uploads/` } })
          : undefined,
    })
    await rejection(push(handle), ResponseError, new RegExp(`${status}`))
    expect(world.at(EVIL)).toEqual([])
  })

  it.each([307, 308])('by %i of what opens an upload is followed', async (status) => {
    const { world, handle } = attacked({
      change: ({ method, url }, response) =>
        response.status === 202 && method === 'POST'
          ? new Response(null, { status, headers: { location: url.replace(REGISTRY, EVIL) } })
          : undefined,
    })
    await push(handle)
    expect(world.at(EVIL).filter(({ method }) => method === 'POST')).toHaveLength(3)
    expect(world.leaked(SECRETS)).toEqual([])
  })

  it.each([300, 304, 305, 306])('is none by %i: that is a refusal', async (status) => {
    const { world, handle } = attacked({ change: redirecting(() => `${EVIL}/blob`, status) })
    await push(handle)
    const error = await rejection(getImageInfo(handle, 'team/app', 'v1'), ResponseError)
    expect(error.status).toBe(status)
    expect(world.at(EVIL)).toEqual([])
  })

  it("that a caller's fetch follows by itself is not answered either (go-containerregistry#2349)", async () => {
    const { world } = attacked()
    const fetch: RegistryOptions['fetch'] = async (request) => {
      if (!request.url.includes('/tags/list')) return world.fetch(request)
      const response = unauthorized('Basic realm="x"')
      return Object.defineProperties(response, { redirected: { value: true }, url: { value: `${EVIL}/tags` } })
    }
    const handle = openRegistry(REGISTRY, { fetch, credentials: CREDENTIALS, retry: 0 })
    await rejection(listTags(handle, 'a'), ResponseError, /https:\/\/evil.test\/tags answered 401/)
    expect(world.at(REGISTRY).map(({ headers }) => headers.get('authorization'))).not.toContain(BASIC)
  })

  it('of the first question lets no stranger say what is wanted (go-containerregistry#2349)', async () => {
    const origins = createOrigins({
      [REGISTRY]: ({ url }) =>
        url === `${REGISTRY}/v2/` ? Response.redirect(`${EVIL}/v2/`, 307) : Response.json({ tags: [] }),
      [EVIL]: () => unauthorized('Basic realm="x"'),
    })
    await listTags(openRegistry(REGISTRY, { fetch: origins.fetch, credentials: CREDENTIALS }), 'a')
    expect(origins.at(EVIL)).toHaveLength(1)
    expect(origins.seen.some(({ headers }) => headers.has('authorization'))).toBe(false)
  })

  it('within the registry keeps them', async () => {
    const change: Attack['change'] = (request, response) =>
      response.ok && request.url.endsWith('/tags/list?n=1000')
        ? new Response(null, { status: 307, headers: { location: '/v2/team/app/tags/list' } })
        : undefined
    const { handle } = attacked({ change })
    await push(handle)
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
  })

  it.each([
    ['to http', () => 'http://evil.test/blob', /leads from https to http:\/\/evil.test, which is not encrypted/],
    ['to nowhere', () => 'file:///etc/passwd', /no plain http or https URL/],
    ['of more than 16 KiB', () => `${EVIL}/${'x'.repeat(16_384)}`, /its redirect has more than 16384 characters/],
    ['without end', (request: Request) => request.url, /do not end/],
  ])('%s is refused (CVE-2022-0235, CVE-2024-28849)', async (_, to, message) => {
    const { world, handle } = attacked({ change: redirecting(to) })
    await push(handle)
    await rejection(getImageInfo(handle, 'team/app', 'v1'), ResponseError, message)
    expect(world.leaked(SECRETS)).toEqual([])
    expect(world.seen.length).toBeLessThan(40)
  })
})

describe('a page of a list', () => {
  it.each([`${EVIL}/v2/a/tags/list`, `${REGISTRY}:8443/v2/a/tags/list`, 'http://evil.test/', '//evil.test/v2/'])(
    'that goes on at %s goes on at the registry (GHSA-h7vf-4x9w-h99v, go-containerregistry#2332)',
    async (next) => {
      const change: Attack['change'] = (_, response) => {
        response.headers.set('link', `<${next}>; rel="next"`)
        return undefined
      }
      const { world, handle } = attacked({ change })
      await push(handle)
      expect(await listTags(handle, 'team/app')).toEqual(['v1'])
      expect(await listRepositories(handle)).toEqual(['team/app'])
      expect(world.seen.filter(({ origin }) => origin !== REGISTRY && origin !== DESK)).toEqual([])
    },
  )

  it('that has no end is refused (GHSA-h7vf-4x9w-h99v, CVE-2023-2253, GHSA-hqxw-f8mx-cpmw, oras-go#1215)', async () => {
    let count = 0
    const change: Attack['change'] = (request, response) => {
      if (!response.ok || !request.url.includes('_catalog')) return undefined
      const repositories = Array.from({ length: 50_000 }, (_, index) => `r${count}/${index}`)
      return Response.json({ repositories }, { headers: { link: `</v2/_catalog?last=${count++}>; rel="next"` } })
    }
    await rejection(listRepositories(attacked({ change }).handle), ResponseError, /more than 1000000 entries/)
    expect(count).toBeLessThan(30)
  })

  it('of few huge entries is refused (oras-go#1215)', async () => {
    let count = 0
    const fetch: RegistryOptions['fetch'] = async () => {
      const headers = { link: `<?last=${count++}>; rel="next"` }
      return Response.json({ tags: [`${count}`.padEnd(15_000_000, 'x')] }, { headers })
    }
    await rejection(
      listTags(openRegistry(REGISTRY, { fetch }), 'a'),
      ResponseError,
      /an entry of its "tags" has more than 1024 characters/,
    )
    expect(count).toBe(1)
  })
})

describe('an answer that comes byte by byte', () => {
  const slow = (status = 200) => {
    const pull = async (controller: ReadableStreamDefaultController) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      controller.enqueue(new Uint8Array([0x20]))
    }
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    return new Response(body, { status, headers: { 'content-type': 'application/json' } })
  }
  const handle = openRegistry(REGISTRY, { fetch: async () => slow(), timeout: 200, retry: 0 })

  it.each<[string, () => Promise<unknown>]>([
    ['a manifest', () => getManifest(handle, 'a', 'v1')],
    ['a list', () => listTags(handle, 'a')],
    ['an answer to a check', () => checkRegistryConnectivity(handle)],
  ])('ends, be it %s', async (_, ask) => {
    await rejection(ask(), NetworkError, /broke off/)
  })

  it('ends, be it a token', async () => {
    const { handle } = attacked({ token: () => slow() }, { timeout: 200, retry: 0 })
    await rejection(listTags(handle, 'a'), NetworkError, /token.*broke off/)
  })
})

describe('a body without end', () => {
  let pulled = 0
  const endless = (headers: Record<string, string> = {}, status = 200) => {
    pulled = 0
    const pull = (controller: ReadableStreamDefaultController) => {
      pulled += 100_000
      controller.enqueue(new Uint8Array(100_000).fill(0x20))
    }
    return new Response(new ReadableStream({ pull }), { status, headers })
  }
  const ids = 'CVE-2020-1702, CVE-2023-2253, GHSA-hqxw-f8mx-cpmw'

  it(`of a manifest is cut off (${ids})`, async () => {
    const handle = openRegistry(REGISTRY, { fetch: async () => endless() })
    await rejection(getManifest(handle, 'a', 'v1'), ResponseError, /more than 8388608 bytes/)
    expect(pulled).toBeLessThan(9e6)
  })

  it(`of a list is cut off (${ids})`, async () => {
    await rejection(
      listTags(openRegistry(REGISTRY, { fetch: async () => endless() }), 'a'),
      ResponseError,
      /more than 16777216 bytes/,
    )
    expect(pulled).toBeLessThan(18e6)
  })

  it(`of an error is cut off (${ids})`, async () => {
    await rejection(
      listTags(openRegistry(REGISTRY, { fetch: async () => endless({}, 400), retry: 0 }), 'a'),
      ResponseError,
      /400/,
    )
    expect(pulled).toBeLessThan(1e6)
  })

  it(`of a token is cut off (${ids})`, async () => {
    const { handle } = attacked({ token: () => endless({ 'content-type': 'application/json' }) })
    await rejection(listTags(handle, 'a'), ResponseError, /token.*more than 131072 bytes/)
    expect(pulled).toBeLessThan(1e6)
  })

  it(`of a ping is not read (${ids})`, async () => {
    await rejection(
      checkRegistryConnectivity(openRegistry(REGISTRY, { fetch: async () => endless() })),
      ResponseError,
      /more than 65536/,
    )
    expect(pulled).toBeLessThan(1e6)
  })
})

// Node's own fetch unpacks the answers here.
describe('an answer that is packed', () => {
  let registry: Server
  let body: Uint8Array
  let encoding = ''
  const handle = () => openRegistry(`http://127.0.0.1:${(registry.address() as AddressInfo).port}`, { retry: 0 })
  const packed = (times: number) => {
    body = new Uint8Array(256 * 1024 * 1024).fill(0x20)
    for (let turn = 0; turn < times; turn++) body = gzipSync(body)
    encoding = Array.from({ length: times }, () => 'gzip').join(', ')
  }
  beforeAll(async () => {
    registry = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(body)
    })
    registry.listen(0, '127.0.0.1')
    await once(registry, 'listening')
  })
  afterAll(() => registry.close())

  it.each([
    ['once', 1],
    ['twice', 2],
    ['three times', 3],
  ])('%s is cut off at the limit of what comes out (CVE-2026-22036)', async (_, times) => {
    packed(times)
    const before = process.memoryUsage().rss
    await rejection(getManifest(handle(), 'a', 'v1'), ResponseError, /more than 8388608 bytes/)
    await rejection(listTags(handle(), 'a'), ResponseError, /more than 16777216 bytes/)
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024)
  })

  it('by a chain of 1000 encodings ends with an error (CVE-2026-22036)', async () => {
    packed(1)
    encoding = Array.from({ length: 1000 }, () => 'gzip').join(', ')
    await rejection(listTags(handle(), 'a'), RegistryError)
  })
})

const moved = (location: string) => new Response(null, { status: 307, headers: { location } })
const refusal = (message: string) => Response.json({ errors: [{ code: 'DENIED', message }] }, { status: 403 })

describe('what is shown', () => {
  const show = (value: unknown) =>
    [
      inspect(value, { depth: 12, showHidden: true }),
      JSON.stringify(value),
      String(value),
      (value as Error)?.stack,
    ].join('\n')
  const id = 'GHSA-5jhf-2qmf-m8c5'

  it(`of a handle has no secret (${id})`, async () => {
    const { handle } = attacked()
    await push(handle)
    for (const secret of SECRETS) expect(show(handle)).not.toContain(secret)
  })

  it.each<[string, (secret: string) => Response]>([
    ['in the path of a redirect', (secret) => moved(`/moved/${encodeURIComponent(encodeURIComponent(secret))}`)],
    ['in a URL in that path', (secret) => moved(`/moved/${encodeURIComponent(`https://store.test/?sig=${secret}`)}`)],
    [
      'as its content type',
      (secret) => new Response('no', { status: 403, headers: { 'content-type': `text/${secret}` } }),
    ],
    ['as the type of a manifest', (secret) => Response.json({}, { headers: { 'content-type': `x/${secret}` } })],
    ['in JSON in JSON', (secret) => refusal(JSON.stringify({ seen: secret }))],
  ])('of an error and its handle has no secret that a server echoes %s', async (_, answer) => {
    const secret = 'hunter2"secret/+'
    const fetch = async ({ url }: Request) => (url.includes('/moved/') ? refusal('no') : answer(secret))
    const handle = openRegistry(REGISTRY, { fetch, headers: { 'x-team': secret }, retry: 0 })
    const error = await getManifest(handle, 'team/app', 'v1').then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(error).toBeInstanceOf(RegistryError)
    for (const shown of [error, handle]) expect(show(shown)).not.toMatch(/hunter2/)
  })

  it('of an error has at most a thousand characters of a URL', async () => {
    const long = `/${'a'.repeat(15_000)}`
    const handle = openRegistry(REGISTRY, {
      fetch: async ({ url }) => (url.endsWith(long) ? refusal('no') : moved(long)),
      retry: 0,
    })
    const error: Error = await getManifest(handle, 'team/app', 'v1').catch((error) => error)
    expect(error).toBeInstanceOf(RegistryError)
    expect(error.message.length).toBeLessThan(1500)
  })

  it(`of an answer has no upload state and no presigned query (${id})`, async () => {
    const { handle } = attacked()
    const answer = await handle.send({
      act: 'open an upload',
      method: 'POST',
      url: 'v2/team/app/blobs/uploads/?state=s3cr3t',
      scopes: ['repository:team/app:pull,push'],
    })
    expect(JSON.stringify(answer)).toBe(
      JSON.stringify({ method: 'POST', url: `${REGISTRY}/v2/team/app/blobs/uploads/?…`, status: 202 }),
    )
    expect(answer.headers.get('location')).toContain('_state=')
    for (const secret of ['s3cr3t', '_state=']) expect(show(answer)).not.toContain(secret)
  })

  it.each([
    ['its headers and their decoded password', (request: Request) => [...request.headers, decoded(request)].join()],
    ['its URL', (request: Request) => request.url],
    [
      'a presigned URL',
      () => 'see https://storage.test/blob?X-Amz-Signature=s3cr3t-s3cr3t and https://ci:s3cr3t-s3cr3t@storage.test',
    ],
  ])(`of an error has no secret, if the registry echoes %s (${id})`, async (_, echo) => {
    for (const isBasic of [true, false]) {
      const change: Attack['change'] = (request, response) => {
        if (response.status === 401 && !request.headers.has('authorization')) return undefined
        if (request.method === 'HEAD' || request.method === 'POST') return undefined
        const errors = [{ code: 'DENIED', message: echo(request), detail: { echo: echo(request) } }]
        return Response.json({ errors }, { status: 403 })
      }
      const { handle } = attacked({ isBasic, change })
      const error = await rejection(push(handle), ResponseError, /403 \(DENIED/)
      for (const secret of [...SECRETS, '_state=', 's3cr3t']) expect(show(error)).not.toContain(secret)
      expect(error.errors[0]?.code).toBe('DENIED')
    }
  })

  it(`of an error has no secret, if the token server echoes what it was given (${id})`, async () => {
    for (const credentials of [CREDENTIALS, { identityToken: 'my-refresh-token' }]) {
      const world = createHostileRegistry()
      const fetch: RegistryOptions['fetch'] = async (request) => {
        if (new URL(request.url).origin !== DESK) return world.fetch(request)
        const message = [...request.headers, decoded(request), await request.text()].join()
        return Response.json({ errors: [{ code: 'UNAUTHORIZED', message }] }, { status: 401 })
      }
      const error = await rejection(
        listTags(openRegistry(REGISTRY, { fetch, credentials, retry: 0 }), 'a'),
        ResponseError,
        /401/,
      )
      for (const secret of [...SECRETS, 'my-refresh-token']) expect(show(error)).not.toContain(secret)
    }
  })

  const forms = ['go&<more>', '/php/', 'my token(1)!', 'half\ud800half']
  it.each([
    ['Go', (text: string) => text.replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)],
    ['PHP', (text: string) => text.replaceAll('/', '\\/')],
    ['JavaScript', (text: string) => text],
  ])(`of an error has no secret, however %s writes it in JSON (${id})`, async (_, spell) => {
    for (const form of forms) {
      const password = `hunter2-${form}`
      const said = [
        password,
        encodeURIComponent(password.replace('\ud800', '\ufffd')),
        new URLSearchParams({ password }),
        'Get "https://storage.test/blob?X-Amz-Date=1&X-Amz-Signature=s3cr3t": EOF',
        "(https://storage.test/blob?file='a'&(b)&sig=s3cr3t): connect",
        'https://storage.test??s3cr3t s3://bucket/key?s3cr3t',
        'https://ci:s3cr3t@s3cr3t@storage.test/',
        'no route for PUT /v2/team/app/blobs/uploads/1?_state=s3cr3t',
      ]
      const errors = [{ code: 'DENIED', message: said.join(' '), detail: { [password]: said } }]
      const body = spell(JSON.stringify({ errors }))
      const fetch: RegistryOptions['fetch'] = async ({ headers }) =>
        headers.has('authorization')
          ? new Response(body, { status: 400, headers: { 'content-type': 'application/json' } })
          : new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic' } })
      // A header whose value is a part of what shows where a URL begins.
      const headers = { 'x-forwarded-proto': 'https' }
      const handle = openRegistry(REGISTRY, { fetch, headers, credentials: { username: 'ci', password }, retry: 0 })
      const error = await rejection(listTags(handle, 'a'), ResponseError, /400 \(DENIED/)
      for (const secret of ['hunter2', 's3cr3t']) expect(show(error)).not.toContain(secret)
      expect(error.errors[0]?.message).toContain('//storage.test/blob?…')
    }
  })

  it(`of an error has no token that the caller put into a header (${id})`, async () => {
    const errors = [{ code: 'DENIED', message: 'my-own-token is too old' }]
    const fetch: RegistryOptions['fetch'] = async () => Response.json({ errors }, { status: 403 })
    const handle = openRegistry(REGISTRY, { fetch, headers: { authorization: 'Bearer my-own-token' } })
    const error = await rejection(listTags(handle, 'a'), ResponseError, /DENIED: … is too old/)
    expect(show(error)).not.toContain('my-own-token')
  })

  it('of an error ends, if its cause is its own', async () => {
    const fetch: RegistryOptions['fetch'] = async () => {
      const reason = new TypeError('fetch failed')
      reason.cause = reason
      throw reason
    }
    await rejection(listTags(openRegistry(REGISTRY, { fetch, retry: 0 }), 'a'), NetworkError, /no answer/)
  })

  it(`of an error has no secret, if the runtime writes URLs into its own (${id})`, async () => {
    const { world } = attacked()
    const fetch: RegistryOptions['fetch'] = async (request) => {
      if (request.method !== 'PUT') return world.fetch(request)
      const inner = Object.assign(new Error(`connect to ${request.url} (${request.headers.get('authorization')})`), {
        code: 'ECONNRESET',
        request,
      })
      throw new TypeError(`error sending request for url (${request.url})`, { cause: inner })
    }
    const handle = openRegistry(REGISTRY, { fetch, credentials: CREDENTIALS, retry: 0 })
    const error = await rejection(push(handle, { uploadRetry: 0 }), NetworkError, /\(ECONNRESET\)/)
    expect(error.cause).toBeInstanceOf(TypeError)
    for (const secret of [...SECRETS, '_state=']) expect(show(error)).not.toContain(secret)
  })

  it(`of a broken answer has no secret (${id})`, async () => {
    const body = () =>
      new ReadableStream({ pull: (controller) => controller.error(new TypeError('https://a.test/?s3cr3t broke off')) })
    const handle = openRegistry(REGISTRY, { fetch: async () => new Response(body()) })
    const error = await rejection(listTags(handle, 'a'), NetworkError, /broke off/)
    expect(show(error)).not.toContain('s3cr3t')
  })
})

describe('a registry', () => {
  it('never gets a cookie (harbor#19502)', async () => {
    const change: Attack['change'] = (_, response) => {
      response.headers.set('set-cookie', 'sid=1234; Path=/')
      return undefined
    }
    const { world, handle } = attacked({ change })
    const modes: string[] = []
    const fetch: RegistryOptions['fetch'] = (request) => {
      modes.push(request.credentials)
      return world.fetch(request)
    }
    await push(openRegistry(REGISTRY, { fetch, credentials: CREDENTIALS }))
    await push(handle)
    expect(world.seen.some(({ headers }) => headers.has('cookie'))).toBe(false)
    expect(new Set(modes)).toEqual(new Set(['omit']))
  })

  it('is asked to delete by nothing but deleteImage() (GHSA-6pjf-3r9x-m592)', async () => {
    const { world, handle } = attacked()
    await push(handle)
    await Promise.all([listTags(handle, 'team/app'), listRepositories(handle), getImageInfo(handle, 'team/app', 'v1')])
    expect(world.seen.some(({ method }) => method === 'DELETE')).toBe(false)
    await deleteImage(handle, 'team/app', 'v1')
    expect(world.seen.some(({ method }) => method === 'DELETE')).toBe(true)
  })

  it('reaches only what a fetch of the caller lets through (go-containerregistry#2293, #2295, #2440)', async () => {
    const refused: string[] = []
    for (const attack of [{ realm: `${EVIL}/token` }, { change: uploadsAt(EVIL) }] satisfies Attack[]) {
      const world = createHostileRegistry(attack)
      const fetch: RegistryOptions['fetch'] = async (request) => {
        const { origin, hostname } = new URL(request.url)
        if (hostname.endsWith('registry.test')) return world.fetch(request)
        refused.push(origin)
        throw new TypeError(`${origin} is not on the list`)
      }
      await rejection(push(openRegistry(REGISTRY, { fetch, retry: 0 }), { uploadRetry: 0 }), NetworkError)
      expect(world.at(EVIL)).toEqual([])
    }
    expect(new Set(refused)).toEqual(new Set([EVIL]))
  })
})

/** What a server reads in the header of HTTP Basic. */
function decoded({ headers }: Request): string {
  const [, credentials = ''] = /^Basic (.*)/.exec(headers.get('authorization') ?? '') ?? []
  return atob(credentials)
}

async function tokenOf({ world }: ReturnType<typeof attacked>): Promise<string> {
  return world.seen.findLast(({ headers }) => headers.has('authorization'))?.headers.get('authorization') ?? ''
}
