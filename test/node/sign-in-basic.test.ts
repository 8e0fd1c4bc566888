import { describe, expect, it, vi } from 'vitest'
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
      /Cannot list the tags of "a".*401.*does not take the credentials/,
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
