import { describe, expect, it } from 'vitest'
import { openRegistry, pushDockerTar, type RegistryOptions, ResponseError } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { attacked, CREDENTIALS, push, SECRETS, uploadsAt } from '../support/attacked-registry.ts'
import { rejection } from '../support/errors.ts'
import { type Attack, EVIL } from '../support/hostile-registry.ts'
import { DESK, REGISTRY } from '../support/protected-registry.ts'

// Incidents in other clients, tried on this one. The tests have the IDs of the incidents in their names: docs/security.md has the table.

describe('pushDockerTar() into a registry that moves uploads', () => {
  it.each([
    ['another host', EVIL],
    ['another port', `${REGISTRY}:8443`],
  ])('sends no secrets along when an upload moves to %s (CVE-2026-50151, GHSA-jxpm-75mh-9fp7)', async (_, origin) => {
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

  it('throws when another host sends an upload back to the registry (GHSA-6pjf-3r9x-m592)', async () => {
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
    'throws when an upload moves from https to %s (CVE-2019-10214)',
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
  ])(
    'keeps to https when an upload moves to %s and the registry is %s (distribution#970)',
    async (origin, registry) => {
      const { world, handle } = attacked({ registry, change: uploadsAt(origin) })
      await push(handle)
      expect(new Set(world.seen.map((request) => request.origin))).toEqual(new Set([registry, DESK]))
    },
  )

  it('follows an upload that moves from http to https, and sends no secrets along', async () => {
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
  ])('throws when an upload moves to %j', async (location) => {
    const change: Attack['change'] = (request, response) => {
      if (request.method === 'POST' && response.status === 202) response.headers.set('location', location)
      return undefined
    }
    await rejection(push(attacked({ change }).handle), ResponseError, /its Location is no plain http or https URL/)
  })

  it('throws when the location of an upload has more than 16 KiB, at once or after it grew from one answer to the next', async () => {
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
