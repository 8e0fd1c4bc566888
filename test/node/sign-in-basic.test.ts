import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  checkRegistryConnectivity,
  listTags,
  NetworkError,
  openRegistry,
  pushDockerTar,
  type RegistryOptions,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { PASSWORD } from '../support/desk-registry.ts'
import { rejection } from '../support/errors.ts'
import { createOrigins, type Handler } from '../support/origins.ts'
import { REGISTRY, withBasic } from '../support/protected-registry.ts'

describe('openRegistry() with a registry that asks for HTTP Basic', () => {
  const open = (options: RegistryOptions = {}) => {
    const registry = createTestRegistry()
    const origins = createOrigins({ [REGISTRY]: withBasic(registry, 'mé', 'hünter2') })
    return { origins, handle: openRegistry(REGISTRY, { fetch: origins.fetch, ...options }) }
  }

  it('asks the registry once what it wants, and sends user and password in UTF-8', async () => {
    const { origins, handle } = open({ credentials: { username: 'mé', password: 'hünter2' } })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
    const [first, ...rest] = origins.seen.map(({ headers }) => headers.get('authorization'))
    expect(first).toBeNull()
    expect(new Set(rest)).toEqual(new Set(['Basic bcOpOmjDvG50ZXIy']))
    expect(origins.seen[0]).toMatchObject({ method: 'GET', path: '/v2/' })
  })

  it('throws after one try when the registry refuses the password', async () => {
    const { origins, handle } = open({ credentials: PASSWORD, retry: 0 })
    const error = await rejection(
      listTags(handle, 'a'),
      ResponseError,
      /Cannot list the tags of "a".*401.*does not accept the credentials/,
    )
    expect(error.status).toBe(401)
    expect(origins.seen).toHaveLength(2)
  })

  it('sends no identity token', async () => {
    const { origins, handle } = open({ credentials: { identityToken: 'my-refresh-token' } })
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(origins.seen.map(({ headers }) => headers.get('authorization'))).toEqual([null, null])
  })

  it('calls the function for credentials once per act when the registry refuses them', async () => {
    const credentials = vi.fn(() => PASSWORD)
    const { handle } = open({ credentials })
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(credentials).toHaveBeenCalledTimes(1)
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(credentials).toHaveBeenCalledTimes(2)
  })

  it('asks the registry again what it wants when the first question had no answer', async () => {
    const registry = createTestRegistry()
    const servers: Record<string, Handler> = {}
    const handle = openRegistry(REGISTRY, { fetch: createOrigins(servers).fetch, credentials: PASSWORD, retry: 0 })
    await rejection(listTags(handle, 'a'), NetworkError)
    servers[REGISTRY] = withBasic(registry, 'ci', 'hunter2')
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
  })

  it('sends one request when there are no credentials', async () => {
    const { origins, handle } = open()
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(origins.seen).toHaveLength(1)
  })

  it('sends the password when the registry refuses later requests, but not the ping', async () => {
    const registry = createTestRegistry()
    const protect = withBasic(registry, 'ci', 'hunter2')
    const origins = createOrigins({
      [REGISTRY]: (request) => (request.method === 'GET' ? registry.fetch(request) : protect(request)),
    })
    const handle = openRegistry(REGISTRY, { fetch: origins.fetch, credentials: PASSWORD })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
  })

  it('sends the password when the challenge cannot be read, as in a page', async () => {
    const registry = createTestRegistry()
    const protect = withBasic(registry, 'ci', 'hunter2')
    const hiding = async (request: Request) => {
      const response = await protect(request)
      response.headers.delete('www-authenticate')
      return response
    }
    const handle = openRegistry(REGISTRY, { fetch: hiding, credentials: PASSWORD })
    expect(await checkRegistryConnectivity(handle)).toBe(true)
  })
})

describe('openRegistry() in a page that cannot read the answer 401', () => {
  const BASIC = 'Basic Y2k6aHVudGVyMg=='
  beforeEach(() => vi.stubGlobal('location', new URL('https://page.test/')))
  afterEach(() => vi.unstubAllGlobals())

  /** Answers of errors have no CORS headers: fetch fails. */
  const hidingErrors = (handler: Handler): Handler => {
    return async (request) => {
      const response = await handler(request)
      if (response.status >= 400) throw new TypeError('Failed to fetch')
      return response
    }
  }
  const open = (address: string, handler: Handler) => {
    const servers: Record<string, Handler> = { [address]: handler }
    const origins = createOrigins(servers)
    const handle = openRegistry(address, { fetch: origins.fetch, credentials: PASSWORD, retry: 0 })
    return { handle, servers, sent: () => origins.seen.map(({ headers }) => headers.get('authorization')) }
  }

  it('sends the password to a registry that takes it', async () => {
    const guarded = withBasic(createTestRegistry(), 'ci', 'hunter2')
    const { handle, sent } = open(REGISTRY, hidingErrors(guarded))
    expect(await checkRegistryConnectivity(handle)).toBe(true)
    expect(sent()).toEqual([null, BASIC, BASIC])
  })

  it('sends no password unasked over plain http', async () => {
    const guarded = withBasic(createTestRegistry(), 'ci', 'hunter2')
    const { handle, sent } = open('http://registry.test', hidingErrors(guarded))
    await rejection(listTags(handle, 'a'), NetworkError)
    expect(new Set(sent())).toEqual(new Set([null]))
  })

  it('asks first again after the network was away, and sends no password to a registry that wants none', async () => {
    const { handle, servers, sent } = open(REGISTRY, () => {
      throw new TypeError('Failed to fetch')
    })
    await rejection(listTags(handle, 'a'), NetworkError)
    const before = sent().length
    servers[REGISTRY] = createTestRegistry().fetch
    expect(await checkRegistryConnectivity(handle)).toBe(true)
    expect(new Set(sent().slice(before))).toEqual(new Set([null]))
  })

  it('learns that a registry wants tokens when the network comes back between two requests', async () => {
    const challenge = `Bearer realm="${REGISTRY}/token",service="registry.test"`
    let requests = 0
    const { handle, sent } = open(REGISTRY, ({ url, headers }) => {
      if (++requests === 1) throw new TypeError('Failed to fetch')
      if (new URL(url).pathname === '/token') return Response.json({ token: 'a-token' })
      if (headers.get('authorization') === 'Bearer a-token') return Response.json({ name: 'a', tags: ['v1'] })
      return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } })
    })
    expect(await listTags(handle, 'a')).toEqual(['v1'])
    // Without a sign-in, once with the password to the registry itself, to its token server, and with the token.
    expect(sent()).toEqual([null, BASIC, BASIC, 'Bearer a-token'])
  })
})
