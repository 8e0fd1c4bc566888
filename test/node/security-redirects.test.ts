import { describe, expect, it } from 'vitest'
import { getImageInfo, listTags, openRegistry, type RegistryOptions, ResponseError } from '../../src/index.ts'
import { attacked, BASIC, CREDENTIALS, HEADERS, push, SECRETS } from '../support/attacked-registry.ts'
import { rejection } from '../support/errors.ts'
import { type Attack, EVIL } from '../support/hostile-registry.ts'
import { createOrigins } from '../support/origins.ts'
import { REGISTRY, unauthorized } from '../support/protected-registry.ts'

// Incidents in other clients, tried on this one. The tests have the IDs of the incidents in their names: docs/security.md has the table.

describe('openRegistry() with a registry that redirects', () => {
  const redirecting =
    (to: (request: Request) => string, status = 307): Attack['change'] =>
    (request, response) => {
      const isBlob = request.url.includes('/blobs/sha256')
      return response.ok && isBlob ? new Response(null, { status, headers: { location: to(request) } }) : undefined
    }
  const ids =
    'GHSA-vh4v-2xq2-g5cg, GHSA-qvqc-4c52-x6qp, GHSA-whvf-jp7m-59f3, GHSA-h3wm-jjqf-8jm2, GHSA-r4q5-vmmm-2653, go-containerregistry#2349'

  it(`sends no secrets along when a download is redirected, and answers no challenge there (${ids})`, async () => {
    const { world, handle } = attacked({
      change: redirecting((request) => `${EVIL}${new URL(request.url).pathname}?signature=s3cr3t`),
    })
    await push(handle)
    const error = await rejection(getImageInfo(handle, 'team/app', 'v1'), ResponseError, /evil.test.*401/)
    expect(error.url).toMatch(/^https:\/\/evil\.test\/.*\?…$/)
    expect(world.at(EVIL).length).toBeGreaterThan(0)
    expect(world.leaked(SECRETS)).toEqual([])
  })

  it.each([301, 302, 303, 307, 308])('follows a redirect of a download by %i', async (status) => {
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

  it(`sends no secrets when a redirect leads away and back to the registry (${ids})`, async () => {
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

  it(`sends no secrets when a redirect leads away, back to the registry and on within it (${ids})`, async () => {
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

  it.each([301, 302, 303])('throws when the request for an upload is redirected by %i', async (status) => {
    const { world, handle } = attacked({
      change: ({ method }, response) =>
        response.status === 202 && method === 'POST'
          ? new Response(null, { status, headers: { location: `${EVIL}/v2/team/app/blobs/uploads/` } })
          : undefined,
    })
    await rejection(push(handle), ResponseError, new RegExp(`${status}`))
    expect(world.at(EVIL)).toEqual([])
  })

  it.each([307, 308])('follows a redirect of the request for an upload by %i, without secrets', async (status) => {
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

  it.each([300, 304, 305, 306])(
    'throws when a download is answered by %i, which is no redirect to follow',
    async (status) => {
      const { world, handle } = attacked({ change: redirecting(() => `${EVIL}/blob`, status) })
      await push(handle)
      const error = await rejection(getImageInfo(handle, 'team/app', 'v1'), ResponseError)
      expect(error.status).toBe(status)
      expect(world.at(EVIL)).toEqual([])
    },
  )

  it('answers no challenge when the fetch of the caller followed a redirect by itself (go-containerregistry#2349)', async () => {
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

  it('answers no challenge of another host when the first question is redirected there (go-containerregistry#2349)', async () => {
    const origins = createOrigins({
      [REGISTRY]: ({ url }) =>
        url === `${REGISTRY}/v2/` ? Response.redirect(`${EVIL}/v2/`, 307) : Response.json({ tags: [] }),
      [EVIL]: () => unauthorized('Basic realm="x"'),
    })
    await listTags(openRegistry(REGISTRY, { fetch: origins.fetch, credentials: CREDENTIALS }), 'a')
    expect(origins.at(EVIL)).toHaveLength(1)
    expect(origins.seen.some(({ headers }) => headers.has('authorization'))).toBe(false)
  })

  it('sends the secrets along when a redirect stays within the registry', async () => {
    const change: Attack['change'] = (request, response) =>
      response.ok && request.url.endsWith('/tags/list?n=1000')
        ? new Response(null, { status: 307, headers: { location: '/v2/team/app/tags/list' } })
        : undefined
    const { handle } = attacked({ change })
    await push(handle)
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
  })

  it.each([
    ['leads to http', () => 'http://evil.test/blob', /leads from https to http:\/\/evil.test, which is not encrypted/],
    ['leads to a file', () => 'file:///etc/passwd', /no plain http or https URL/],
    ['has more than 16 KiB', () => `${EVIL}/${'x'.repeat(16_384)}`, /its redirect has more than 16384 characters/],
    ['has no end', (request: Request) => request.url, /do not end/],
  ])('throws when a redirect %s (CVE-2022-0235, CVE-2024-28849)', async (_, to, message) => {
    const { world, handle } = attacked({ change: redirecting(to) })
    await push(handle)
    await rejection(getImageInfo(handle, 'team/app', 'v1'), ResponseError, message)
    expect(world.leaked(SECRETS)).toEqual([])
    expect(world.seen.length).toBeLessThan(40)
  })
})

async function tokenOf({ world }: ReturnType<typeof attacked>): Promise<string> {
  return world.seen.findLast(({ headers }) => headers.has('authorization'))?.headers.get('authorization') ?? ''
}
