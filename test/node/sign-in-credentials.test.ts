import { describe, expect, it, vi } from 'vitest'
import {
  type Credentials,
  type CredentialsRequest,
  listTags,
  openRegistry,
  type ProvideCredentials,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { BASIC, PASSWORD, withDesk } from '../support/desk-registry.ts'
import { rejection } from '../support/errors.ts'
import { createOrigins } from '../support/origins.ts'
import { DESK, REGISTRY, unauthorized, withBasic } from '../support/protected-registry.ts'

describe('openRegistry() with credentials that are missing or refused', () => {
  const refusedBy = async (status: number, credentials?: Credentials | ProvideCredentials) => {
    const { handle, servers } = withDesk({ ...(credentials && { credentials: credentials as Credentials }) })
    servers[REGISTRY] = () => unauthorized(`Bearer realm="${DESK}/token"`, status)
    return rejection(listTags(handle, 'a'), ResponseError, new RegExp(`answered ${status}`))
  }

  it.each([
    ['401', 401, undefined, /: no credentials were given; pass \{ credentials \}/],
    ['401 by a function that gives none', 401, () => undefined, /: no credentials were given; pass/],
    ['403', 403, undefined, /: no credentials were given, and it may need some/],
    ['401 with a password', 401, PASSWORD, /: it does not accept the credentials/],
    ['401 with a token', 401, { token: 'ready' }, /: it does not accept the credentials/],
    ['403 with a password', 403, PASSWORD, /: the user has no right to do this; ask/],
  ])('says which of the two it is when the registry answers %s', async (_, status, credentials, message) => {
    expect((await refusedBy(status, credentials)).message).toMatch(message)
  })

  it.each<[string, Credentials | undefined, RegExp]>([
    ['no credentials', undefined, /get a token.*: no credentials were given; pass/],
    ['a password', PASSWORD, /get a token.*: it does not accept the credentials/],
    ['an identity token', { identityToken: 'old' }, /get a token.*: it does not accept the credentials/],
  ])('says which of the two it is when the token server answers 401 to %s', async (_, credentials, message) => {
    const { handle } = withDesk({
      ...(credentials && { credentials }),
      refuse: () => Response.json({}, { status: 401 }),
    })
    await rejection(listTags(handle, 'a'), ResponseError, message)
  })
})

describe('openRegistry() with a function for credentials', () => {
  it('calls it once, with what the credentials are for, and again when they are refused', async () => {
    const requests: CredentialsRequest[] = []
    const answers: (Credentials | undefined)[] = [{ username: 'ci', password: 'wrong' }, PASSWORD]
    const credentials: ProvideCredentials = async (request) => {
      requests.push(request)
      return answers.shift()
    }
    const refuse = ({ authorization }: { authorization: string | null }) =>
      authorization === BASIC ? undefined : Response.json({}, { status: 401 })
    const { handle } = withDesk({ credentials, refuse })
    const archive = await createTestArchive()
    await rejection(pushDockerTar(archive, handle, 'team/app', 'v1'), ResponseError, /401/)
    expect(requests).toEqual([
      { registry: `${REGISTRY}/`, service: 'registry.test', scopes: ['repository:team/app:pull,push'] },
    ])
    await pushDockerTar(archive, handle, 'team/app', 'v1')
    await listTags(handle, 'team/app')
    expect(requests).toHaveLength(2)
  })

  it('sends no credentials when it returns undefined', async () => {
    const { handle, desk } = withDesk({ credentials: () => undefined })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    expect(desk.requests).toMatchObject([{ authorization: null }])
    const basic = createOrigins({ [REGISTRY]: withBasic(createTestRegistry(), 'ci', 'hunter2') })
    const refused = openRegistry(REGISTRY, { fetch: basic.fetch, credentials: () => undefined })
    await rejection(listTags(refused, 'a'), ResponseError, /401/)
  })

  it('does not call it again when it returned undefined', async () => {
    const credentials = vi.fn(() => undefined)
    const { handle } = withDesk({ credentials, refuse: () => new Response(null, { status: 401 }) })
    for (const name of ['a', 'b']) await rejection(listTags(handle, name), ResponseError, /401/)
    expect(credentials).toHaveBeenCalledTimes(1)
  })

  it('calls it once more when several requests are refused at once', async () => {
    const { desk, servers } = withDesk()
    const scopes = ['a', 'b', 'c'].map((name) => `scope=repository:${name}:pull`).join('&')
    const credentials = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (credentials.mock.calls.length === 1) return { token: 'too-old' }
      await desk.fetch(new Request(`${DESK}/token?${scopes}`))
      return { token: `token-${desk.requests.length}-of-the-desk` }
    })
    const { fetch } = createOrigins(servers)
    let count = 0
    const late = async (request: Request) => {
      await new Promise((resolve) => setTimeout(resolve, 5 * count++))
      return fetch(request)
    }
    const handle = openRegistry(REGISTRY, { fetch: late, credentials })
    await Promise.all(['a', 'b', 'c'].map((name) => rejection(listTags(handle, name), ResponseError, /404/)))
    expect(credentials).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['the rights to a mount are refused', 403, (scopes: readonly string[]) => scopes.length > 1],
    ['a token server is out of order', 503, (_: unknown, count: number) => count === 1],
  ])('does not call it again when %s', async (_, status, isRefused) => {
    const credentials = vi.fn(() => PASSWORD)
    let count = 0
    const refuse = ({ scopes }: { scopes: readonly string[] }) =>
      isRefused(scopes, ++count) ? Response.json({}, { status }) : undefined
    const { handle } = withDesk({ credentials, refuse })
    const archive = await createTestArchive({ images: [{ names: ['one/app:v1', 'two/app:v1'] }] })
    const push = () => pushDockerTarWithAllOriginalTags(archive, handle)
    await push().catch(push)
    expect(credentials).toHaveBeenCalledTimes(1)
  })

  it('drops the tokens of the earlier user when it gives another user', async () => {
    const users = ['alice', 'bob']
    const credentials = vi.fn(() => ({ username: users.shift() ?? 'nobody', password: 'hunter2' }))
    const isAlice = (authorization: string | null) => authorization === `Basic ${btoa('alice:hunter2')}`
    const { desk, handle } = withDesk({
      credentials,
      // Alice loses her account after her first token.
      refuse: ({ authorization }) =>
        isAlice(authorization) && desk.requests.length > 1 ? new Response(null, { status: 401 }) : undefined,
    })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    await rejection(listTags(handle, 'b'), ResponseError, /401: it does not accept the credentials/)
    for (const name of ['b', 'a']) await rejection(listTags(handle, name), ResponseError, /404/)
    expect(desk.requests.map(({ authorization }) => isAlice(authorization))).toEqual([true, true, false, false])
  })

  it.each([400, 401, 403])('calls it again when the token server refuses the credentials by %i', async (status) => {
    const credentials = vi.fn(() => PASSWORD)
    const { handle } = withDesk({ credentials, refuse: () => Response.json({}, { status }) })
    for (const name of ['a', 'b']) await rejection(listTags(handle, name), ResponseError, new RegExp(`${status}`))
    expect(credentials).toHaveBeenCalledTimes(2)
  })

  it.each([
    [400, 2],
    [401, 2],
    [403, 1],
    [404, 1],
    [503, 1],
  ])('calls it $1 time(s) in all when the token server answers $0 after a first token', async (status, times) => {
    const credentials = vi.fn(() => PASSWORD)
    const refuse = ({ scopes }: { scopes: readonly string[] }) =>
      scopes.includes('repository:b:pull') ? Response.json({}, { status }) : undefined
    const { handle } = withDesk({ credentials, refuse })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    await rejection(listTags(handle, 'b'), ResponseError, new RegExp(`${status}`))
    await rejection(listTags(handle, 'c'), ResponseError, /404/)
    expect(credentials).toHaveBeenCalledTimes(times)
  })

  it('does not call it when the registry asks for no sign-in', async () => {
    const credentials = vi.fn()
    const handle = openRegistry(REGISTRY, { fetch: createTestRegistry().fetch, credentials })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(credentials).not.toHaveBeenCalled()
  })

  it('calls it for another token when one is refused', async () => {
    const { desk, servers } = withDesk()
    const newToken = async () => {
      await desk.fetch(new Request(`${DESK}/token?scope=repository:team/app:pull,push`))
      return { token: `token-${desk.requests.length}-of-the-desk` }
    }
    const credentials = vi.fn(newToken)
    const handle = openRegistry(REGISTRY, { fetch: createOrigins(servers).fetch, credentials })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    desk.revoke()
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
    expect(credentials).toHaveBeenCalledTimes(2)
  })

  it('throws its error when it fails', async () => {
    const reason = new Error('the user closed the window')
    const { handle, origins } = withDesk({ credentials: () => Promise.reject(reason) })
    await expect(listTags(handle, 'a')).rejects.toBe(reason)
    expect(origins.at(DESK)).toEqual([])
  })

  it('calls it again in the next act when it failed', async () => {
    const credentials = vi.fn((): Credentials => {
      if (credentials.mock.calls.length > 1) return PASSWORD
      throw new Error('the user closed the window')
    })
    const { handle, desk } = withDesk({ credentials })
    await expect(listTags(handle, 'a')).rejects.toThrow('the user closed the window')
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    expect(desk.requests.map(({ authorization }) => authorization)).toEqual([BASIC])
  })

  it.each([null, 'hunter2', { username: 'ci' }, { username: 'a:b', password: 'hunter2' }, { token: 'hunter2\n' }, {}])(
    'throws when it returns %j, and when the credentials are that value',
    async (value) => {
      const { handle } = withDesk({ credentials: () => value as Credentials })
      const error = await rejection(listTags(handle, 'a'), ValidationError, /credentials/)
      expect(error.message).not.toContain('hunter2')
      if (typeof value !== 'object' || value === null) return
      expect(() => openRegistry(REGISTRY, { credentials: value as Credentials })).toThrow(ValidationError)
    },
  )

  it('does not call it and sends nothing when the signal is aborted already', async () => {
    const credentials = vi.fn(() => PASSWORD)
    const { handle, origins } = withDesk({ credentials })
    const reason = new Error('enough')
    await expect(listTags(handle, 'a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(origins.seen).toEqual([])
    expect(credentials).not.toHaveBeenCalled()
  })

  it('does not wait for it when it aborts the act itself', async () => {
    const controller = new AbortController()
    const reason = new Error('the user closed the window')
    const credentials = () => {
      controller.abort(reason)
      return new Promise<undefined>(() => {})
    }
    const { handle, servers } = withDesk({ credentials })
    servers[REGISTRY] = ({ url }) => (url === `${REGISTRY}/v2/` ? new Response() : unauthorized('Basic'))
    await expect(listTags(handle, 'a', { signal: controller.signal })).rejects.toBe(reason)
  })

  it('does not wait for it when the signal is aborted meanwhile', async () => {
    const controller = new AbortController()
    const { handle } = withDesk({ credentials: () => new Promise(() => {}) })
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 20)
    await expect(listTags(handle, 'a', { signal: controller.signal })).rejects.toBe(reason)
  })
})
