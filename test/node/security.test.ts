import { describe, expect, it } from 'vitest'
import {
  deleteImage,
  getImageInfo,
  listRepositories,
  listTags,
  NetworkError,
  openRegistry,
  type RegistryOptions,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { attacked, CREDENTIALS, push, SECRETS, uploadsAt } from '../support/attacked-registry.ts'
import { rejection } from '../support/errors.ts'
import { type Attack, createHostileRegistry, EVIL } from '../support/hostile-registry.ts'
import { REGISTRY } from '../support/protected-registry.ts'

// Incidents in other clients, tried on this one. The tests have the IDs of the incidents in their names: docs/security.md has the table.

describe('openRegistry() with a realm that a registry names', () => {
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
  ])(`refuses %s before it sends a secret (${ids})`, async (realm, message) => {
    const { world, handle } = attacked({ realm })
    const error = await rejection(push(handle), ResponseError, message)
    expect(error.message).toMatch(/^Cannot sign in to registry.test: its token server /)
    expect(world.leaked(SECRETS)).toEqual([])
    expect(world.seen.filter(({ origin }) => origin !== REGISTRY)).toEqual([])
  })

  it('refuses a realm without TLS when the registry has TLS (CVE-2019-10214)', async () => {
    for (const realm of ['http://auth.registry.test/token', 'http://registry.test/token']) {
      const { world, handle } = attacked({ realm })
      await rejection(push(handle), ResponseError, /not encrypted/)
      expect(world.seen.filter(({ origin }) => origin !== REGISTRY)).toEqual([])
    }
  })

  it('sends no identity token and no given token when the realm is on another site (CVE-2026-48978)', async () => {
    for (const credentials of [{ identityToken: 'my-refresh-token' }, { token: 'my-ready-token' }]) {
      const { world, handle } = attacked({ realm: `${EVIL}/token` }, { credentials })
      await rejection(push(handle), ResponseError, /401|another site/)
      expect(world.leaked([...SECRETS, 'my-refresh-token', 'my-ready-token'])).toEqual([])
    }
  })

  it('refuses the realm when it and the registry belong to two customers of one hoster (CVE-2026-48978)', async () => {
    const { world, handle } = attacked({ registry: 'https://victim.github.io', realm: 'https://evil.github.io/token' })
    await rejection(push(handle), ResponseError, /another site/)
    expect(world.leaked(SECRETS)).toEqual([])
  })

  it('refuses the realm when its host and that of the registry are public suffixes (CVE-2026-48978)', async () => {
    const { world, handle } = attacked({ registry: 'https://github.io', realm: 'https://gitlab.io/token' })
    await rejection(push(handle), ResponseError, /another site/)
    expect(world.leaked(SECRETS)).toEqual([])
  })

  it('refuses a realm on a local network when there are no credentials (go-containerregistry#2193)', async () => {
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

  it('asks a realm on another site when there are no credentials', async () => {
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
  ])(
    'signs in to the on-prem registry %s when its realm is %s (go-containerregistry#2258, #2302, mindthegap#1046)',
    async (registry, realm) => {
      const { handle } = attacked({ registry, realm })
      await push(handle)
      expect(await listTags(handle, 'team/app')).toEqual(['v1'])
    },
  )

  it('trusts a realm when allowedRealms names its origin', async () => {
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

  it('sends no secret along when the realm redirects (GHSA-vh4v-2xq2-g5cg)', async () => {
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

describe('openRegistry()', () => {
  it('never sends a cookie (harbor#19502)', async () => {
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

  it('sends DELETE only for deleteImage() (GHSA-6pjf-3r9x-m592)', async () => {
    const { world, handle } = attacked()
    await push(handle)
    await Promise.all([listTags(handle, 'team/app'), listRepositories(handle), getImageInfo(handle, 'team/app', 'v1')])
    expect(world.seen.some(({ method }) => method === 'DELETE')).toBe(false)
    await deleteImage(handle, 'team/app', 'v1')
    expect(world.seen.some(({ method }) => method === 'DELETE')).toBe(true)
  })

  it('reaches only what the fetch of the caller lets through (go-containerregistry#2293, #2295, #2440)', async () => {
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
