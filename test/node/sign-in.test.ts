import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Credentials,
  type CredentialsRequest,
  checkRegistryConnectivity,
  deleteImage,
  getManifest,
  listRepositories,
  listTags,
  NetworkError,
  openRegistry,
  type ProvideCredentials,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  type RegistryOptions,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { createOrigins, type Handler } from '../support/origins.ts'
import { unauthorized, withBasic, withTokens } from '../support/protected-registry.ts'
import { createTokenDesk, type TokenDeskOptions } from '../support/token-desk.ts'

const REGISTRY = 'https://registry.test'
const DESK = 'https://auth.registry.test'
const PASSWORD = { username: 'ci', password: 'hunter2' }
const BASIC = `Basic ${btoa('ci:hunter2')}`

/** A registry with a token server beside it, of the same site. */
function withDesk(options: TokenDeskOptions & Pick<RegistryOptions, 'credentials' | 'retry'> = {}) {
  const registry = createTestRegistry()
  const desk = createTokenDesk(options)
  const servers: Record<string, Handler> = {
    [REGISTRY]: withTokens(registry, desk, `${DESK}/token`),
    [DESK]: desk.fetch,
  }
  const origins = createOrigins(servers)
  const { credentials, retry = 0 } = options
  const handle = openRegistry(REGISTRY, { fetch: origins.fetch, retry, ...(credentials && { credentials }) })
  return { registry, desk, origins, handle, servers }
}

describe('a registry that asks for HTTP Basic', () => {
  const open = (options: RegistryOptions = {}) => {
    const registry = createTestRegistry()
    const origins = createOrigins({ [REGISTRY]: withBasic(registry, 'mé', 'hünter2') })
    return { origins, handle: openRegistry(REGISTRY, { fetch: origins.fetch, ...options }) }
  }

  it('is asked once what it wants, and gets user and password in UTF-8', async () => {
    const { origins, handle } = open({ credentials: { username: 'mé', password: 'hünter2' } })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
    const [first, ...rest] = origins.seen.map(({ headers }) => headers.get('authorization'))
    expect(first).toBeNull()
    expect(new Set(rest)).toEqual(new Set(['Basic bcOpOmjDvG50ZXIy']))
    expect(origins.seen[0]).toMatchObject({ method: 'GET', path: '/v2/' })
  })

  it('says no to a wrong password, once', async () => {
    const { origins, handle } = open({ credentials: PASSWORD, retry: 0 })
    const error = await rejection(
      listTags(handle, 'a'),
      ResponseError,
      /Cannot list the tags of "a".*401.*does not take the credentials/,
    )
    expect(error.status).toBe(401)
    expect(origins.seen).toHaveLength(2)
  })

  it('gets no identity token', async () => {
    const { origins, handle } = open({ credentials: { identityToken: 'my-refresh-token' } })
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(origins.seen.map(({ headers }) => headers.get('authorization'))).toEqual([null, null])
  })

  it('asks a user once an act, and again in the next', async () => {
    const credentials = vi.fn(() => PASSWORD)
    const { handle } = open({ credentials })
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(credentials).toHaveBeenCalledTimes(1)
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(credentials).toHaveBeenCalledTimes(2)
  })

  it('is asked again what it wants, if it did not answer the first time', async () => {
    const registry = createTestRegistry()
    const servers: Record<string, Handler> = {}
    const handle = openRegistry(REGISTRY, { fetch: createOrigins(servers).fetch, credentials: PASSWORD, retry: 0 })
    await rejection(listTags(handle, 'a'), NetworkError)
    servers[REGISTRY] = withBasic(registry, 'ci', 'hunter2')
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
  })

  it('says no to anonymous, once', async () => {
    const { origins, handle } = open()
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(origins.seen).toHaveLength(1)
  })

  it('may come after a ping that asks for nothing', async () => {
    const registry = createTestRegistry()
    const protect = withBasic(registry, 'ci', 'hunter2')
    const origins = createOrigins({
      [REGISTRY]: (request) => (request.method === 'GET' ? registry.fetch(request) : protect(request)),
    })
    const handle = openRegistry(REGISTRY, { fetch: origins.fetch, credentials: PASSWORD })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
  })

  it('gets a password where a page may not read what it asks for', async () => {
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

describe('a registry that asks for bearer tokens', () => {
  it('gets them for anonymous, where the token server gives them', async () => {
    const { desk, origins, handle } = withDesk()
    await rejection(listTags(handle, 'team/app'), ResponseError, /404/)
    expect(desk.requests).toMatchObject([
      { method: 'GET', authorization: null, service: 'registry.test', scopes: ['repository:team/app:pull'] },
    ])
    expect(origins.at(REGISTRY).map(({ headers }) => headers.get('authorization'))).toEqual([
      null,
      'Bearer token-1-of-the-desk',
    ])
  })

  it('gets them for user and password', async () => {
    const { desk, handle, origins } = withDesk({ credentials: PASSWORD })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(desk.requests.map(({ authorization }) => authorization)).toEqual([BASIC])
    expect(origins.at(REGISTRY).some(({ headers }) => headers.get('authorization') === BASIC)).toBe(false)
  })

  it('gets them for an identity token, by OAuth 2', async () => {
    const { desk, handle } = withDesk({ credentials: { identityToken: 'my-refresh-token' } })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(desk.requests).toEqual([
      {
        method: 'POST',
        authorization: null,
        service: 'registry.test',
        scopes: ['repository:team/app:pull,push'],
        form: {
          grant_type: 'refresh_token',
          refresh_token: 'my-refresh-token',
          client_id: 'registry-api-v2-client',
          service: 'registry.test',
          scope: 'repository:team/app:pull,push',
        },
      },
    ])
  })

  it('gets the next one for the refresh token that came with the last', async () => {
    const answer = (token: string) => ({ access_token: token, expires_in: 300, refresh_token: `refresh-${token}` })
    const { desk, handle } = withDesk({ credentials: { identityToken: 'my-refresh-token' }, answer })
    for (const name of ['a', 'b', 'c']) await rejection(listTags(handle, name), ResponseError, /404/)
    expect(desk.requests.map(({ form }) => form.refresh_token)).toEqual([
      'my-refresh-token',
      'refresh-token-1-of-the-desk',
      'refresh-token-2-of-the-desk',
    ])
  })

  it('goes on with the newest, when an older token is used again', async () => {
    const answer = (token: string) => ({ access_token: token, expires_in: 300, refresh_token: `refresh-${token}` })
    const { desk, handle } = withDesk({ credentials: { identityToken: 'my-refresh-token' }, answer })
    for (const name of ['a', 'b', 'a', 'c']) await rejection(listTags(handle, name), ResponseError, /404/)
    expect(desk.requests.map(({ form }) => form.refresh_token)).toEqual([
      'my-refresh-token',
      'refresh-token-1-of-the-desk',
      'refresh-token-2-of-the-desk',
    ])
  })

  it('keeps to a password, whatever refresh token comes unasked', async () => {
    const { desk, handle } = withDesk({
      credentials: PASSWORD,
      answer: (token) => ({ token, refresh_token: 'another-way' }),
    })
    for (const name of ['a', 'b']) await rejection(listTags(handle, name), ResponseError, /404/)
    expect(desk.requests.map(({ method, authorization }) => [method, authorization])).toEqual([
      ['GET', BASIC],
      ['GET', BASIC],
    ])
  })

  it.each([404, 405])('gets them by GET, where a token server answers %i to OAuth 2', async (status) => {
    const credentials = { identityToken: 'my-refresh-token', username: 'ci' }
    const refuse = ({ method }: { method: string }) =>
      method === 'POST' ? new Response('no such page', { status }) : undefined
    const { desk, handle } = withDesk({ credentials, refuse })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(desk.requests.map(({ method, authorization }) => [method, authorization])).toEqual([
      ['POST', null],
      ['GET', `Basic ${btoa('ci:my-refresh-token')}`],
    ])
  })

  it('gets a token that is ready, at once and from nobody else', async () => {
    const { desk, origins, servers } = withDesk()
    await desk.fetch(new Request(`${DESK}/token?scope=repository:team/app:pull,push`))
    const token = 'token-1-of-the-desk'
    const handle = openRegistry(REGISTRY, { fetch: origins.fetch, credentials: { token } })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(new Set(origins.seen.map(({ headers }) => headers.get('authorization')))).toEqual(
      new Set([`Bearer ${token}`]),
    )
    expect(origins.seen[0]?.method).toBe('HEAD')

    const again = createOrigins(servers)
    const refused = openRegistry(REGISTRY, { fetch: again.fetch, credentials: { token: 'another' } })
    await rejection(listTags(refused, 'a'), ResponseError, /401/)
    expect(again.seen).toHaveLength(1)
  })

  it.each(['token', 'access_token'])('takes it as `%s`', async (field) => {
    const { handle } = withDesk({ answer: (token) => ({ [field]: token }) })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
  })

  it.each([{ token: '' }, { token: null }, { token: null, expires_in: null, refresh_token: null }])(
    'takes `access_token` beside %j',
    async (other) => {
      const { handle } = withDesk({ answer: (token) => ({ ...other, access_token: token }) })
      await rejection(listTags(handle, 'a'), ResponseError, /404/)
    },
  )

  it('names the service once, also where the realm does', async () => {
    const { desk, origins, servers, handle } = withDesk()
    servers[REGISTRY] = () => unauthorized(`Bearer realm="${DESK}/token?service=old&account=x",service="new"`)
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(desk.requests[0]?.service).toBe('new')
    expect(origins.at(DESK)[0]?.path).toBe('/token?service=new&account=x&scope=repository%3Aa%3Apull')
  })

  it('asks for no rights where none are needed', async () => {
    const { desk, handle } = withDesk({ credentials: { identityToken: 'my-refresh-token' } })
    expect(await checkRegistryConnectivity(handle)).toBe(true)
    expect(Object.keys(desk.requests[0]?.form ?? {})).not.toContain('scope')
  })

  it.each([{}, { token: 7 }, { token: '' }, { token: 'a\r\nb' }, { access_token: 'a b' }, []])(
    'does not take %j for a token',
    async (document) => {
      const { handle, origins } = withDesk({ answer: () => document })
      await rejection(listTags(handle, 'a'), ResponseError, /Cannot get a token of registry.test.*holds no token/)
      expect(origins.at(REGISTRY)).toHaveLength(1)
    },
  )

  it('is in the error with its token server, where that says no', async () => {
    const { handle, origins } = withDesk({
      credentials: PASSWORD,
      refuse: () => Response.json({ details: 'incorrect username or password' }, { status: 401 }),
    })
    const pushing = pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1', { concurrency: 1, lookups: 1 })
    const error = await rejection(
      pushing,
      ResponseError,
      /^Cannot get a token of registry.test for repository:team\/app:pull,push: https:\/\/auth.registry.test\/token\?… answered 401.*credentials/,
    )
    expect(error).toMatchObject({ status: 401, url: `${DESK}/token?…` })
    expect(origins.seen).toHaveLength(2)
  })

  it('is in the error with its token server, where that is not there', async () => {
    const { handle, servers } = withDesk({ credentials: PASSWORD })
    delete servers[DESK]
    const error = await rejection(
      listTags(handle, 'a'),
      NetworkError,
      /token of registry.test.*no answer from https:\/\/auth/,
    )
    expect(error.url).toBe(`${DESK}/token?…`)
  })

  it('asks one request for a token, however many wait for it', async () => {
    const layers = Array.from({ length: 12 }, (_, index) => ({ [`file-${index}`]: `content ${index}` }))
    const { desk, handle } = withDesk({ credentials: PASSWORD })
    await pushDockerTar(await createTestArchive({ images: [{ layers }] }), handle, 'team/app', 'v1', { concurrency: 8 })
    expect(desk.requests.map(({ scopes }) => scopes)).toEqual([['repository:team/app:pull,push']])
    // A token that may write may read.
    await getManifest(handle, 'team/app', 'v1')
    expect(desk.requests).toHaveLength(1)
  })

  it('does not wait for a token with more rights that is still on its way: those may be refused', async () => {
    const { desk, handle, servers } = withDesk({ credentials: PASSWORD })
    const isWide = (url: string) => decodeURIComponent(url).includes('pull,push')
    const asked = new EventTarget()
    const told = (what: string) => new Promise((resolve) => asked.addEventListener(what, resolve, { once: true }))
    const [wide, listed] = [told('wide'), told('listed')]
    servers[DESK] = async (request) => {
      if (!isWide(request.url)) return desk.fetch(request)
      asked.dispatchEvent(new Event('wide'))
      await Promise.race([listed, new Promise((resolve) => setTimeout(resolve, 2000))])
      return Response.json({ errors: [{ code: 'DENIED' }] }, { status: 403 })
    }
    const pushing = rejection(pushDockerTar(await createTestArchive(), handle, 'a', 'v1'), ResponseError, /403/)
    await wide
    await rejection(listTags(handle, 'a'), ResponseError, /list the tags of "a".* 404/)
    asked.dispatchEvent(new Event('listed'))
    await pushing
    expect(desk.requests.map(({ scopes }) => scopes)).toEqual([['repository:a:pull']])
  })

  it('costs a push of what is present one question, one token, a HEAD a blob, and the manifest', async () => {
    const { registry, desk, origins, servers } = withDesk()
    const archive = await createTestArchive()
    await pushDockerTar(archive, openRegistry(REGISTRY, { fetch: registry.fetch }), 'team/app', 'v1')
    desk.requests.length = 0
    const handle = openRegistry(REGISTRY, { fetch: createOrigins(servers).fetch, credentials: PASSWORD })
    expect(origins.seen).toEqual([])
    const counting = createOrigins(servers)
    const counted = openRegistry(REGISTRY, { fetch: counting.fetch, credentials: PASSWORD })
    await pushDockerTar(archive, counted, 'team/app', 'v1')
    expect(counting.seen.map(({ origin, method }) => `${method} ${origin}`)).toEqual([
      `GET ${REGISTRY}`,
      `GET ${DESK}`,
      ...Array(3).fill(`HEAD ${REGISTRY}`),
      `PUT ${REGISTRY}`,
    ])
    expect(handle.url).toBe(`${REGISTRY}/`)
  })

  it('gets the right to list repositories', async () => {
    const { desk, handle } = withDesk()
    expect(await listRepositories(handle)).toEqual([])
    expect(desk.requests[0]?.scopes).toEqual(['registry:catalog:*'])
  })

  it.each<[string, Credentials]>([
    ['a password', PASSWORD],
    ['an identity token', { identityToken: 'my-refresh-token' }],
  ])('gets a token for %s without the right that its token server does not know', async (_, credentials) => {
    const isKnown = (scope: string) => scope.startsWith('repository:')
    const { registry, desk, origins } = withDesk({
      refuse: ({ scopes }) => (scopes.every(isKnown) ? undefined : Response.json({}, { status: 400 })),
    })
    const fetch = createOrigins({
      [DESK]: desk.fetch,
      // The registry itself wants no more than somebody who has signed in.
      [REGISTRY]: (request) =>
        desk.judge(request.headers.get('authorization'), []) === 'valid'
          ? registry.fetch(request)
          : unauthorized(`Bearer realm="${DESK}/token",service="registry.test"`),
    }).fetch
    const handle = openRegistry(REGISTRY, { fetch, credentials, retry: 0 })
    expect(await listRepositories(handle)).toEqual([])
    expect(desk.requests.map(({ scopes }) => scopes)).toEqual([['registry:catalog:*'], []])
    expect(origins.seen).toEqual([])
  })

  it('gets no token without rights to repositories, if those are refused', async () => {
    const { desk, handle } = withDesk({ refuse: () => Response.json({}, { status: 400 }) })
    await rejection(listTags(handle, 'team/app'), ResponseError, /Cannot get a token.*400/)
    expect(desk.requests).toHaveLength(1)
  })

  it('gets more rights once, where those that were asked for are too few', async () => {
    const { desk, handle, origins } = withDesk({ credentials: PASSWORD })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(await deleteImage(handle, 'team/app', 'v1')).toBe(true)
    expect(desk.requests.map(({ scopes }) => scopes)).toEqual([
      ['repository:team/app:pull,push'],
      ['repository:team/app:delete,pull'],
    ])
    expect(origins.at(REGISTRY).filter(({ method }) => method === 'DELETE')).toHaveLength(2)
  })

  it('gets them also where it says so by 403', async () => {
    const { registry, desk } = withDesk()
    const realm = `${DESK}/token`
    const wide = 'repository:a:delete,pull'
    const origins = createOrigins({
      [DESK]: desk.fetch,
      [REGISTRY]: (request) => {
        const verdict = desk.judge(request.headers.get('authorization'), [wide])
        const challenge = `Bearer realm="${realm}",scope="${wide}",error="${verdict}"`
        return verdict === 'valid' ? registry.fetch(request) : unauthorized(challenge, verdict === 'none' ? 401 : 403)
      },
    })
    // The first answer names no rights, as that of a ping.
    let isFirst = true
    const fetch = async (request: Request) => {
      if (!isFirst || new URL(request.url).origin !== REGISTRY) return origins.fetch(request)
      isFirst = false
      return unauthorized(`Bearer realm="${realm}"`)
    }
    const request = {
      act: 'delete v1',
      method: 'DELETE',
      url: 'v2/a/manifests/v1',
      scopes: ['repository:a:pull'],
    } as const
    await rejection(openRegistry(REGISTRY, { fetch }).send(request), ResponseError, /404/)
    expect(desk.requests.map(({ scopes }) => scopes)).toEqual([['repository:a:pull'], [wide]])
  })

  it.each([
    ['once, if it says of each that it is invalid', 'invalid_token', 2],
    ['not once, if it says that its rights are too few', 'insufficient_scope', 1],
  ])('is asked again with a new token %s', async (_, error, tokens) => {
    const { desk, origins, handle, servers } = withDesk()
    servers[REGISTRY] = () => unauthorized(`Bearer realm="${DESK}/token",error="${error}"`)
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(desk.requests).toHaveLength(tokens)
    expect(origins.at(REGISTRY)).toHaveLength(tokens + 1)
  })

  it('keeps the tokens for other rights, when one is refused', async () => {
    const { desk, handle, servers } = withDesk()
    for (const name of ['a', 'b']) await rejection(listTags(handle, name), ResponseError, /404/)
    const answer = servers[REGISTRY] as Handler
    servers[REGISTRY] = (request) =>
      request.headers.get('authorization') === 'Bearer token-1-of-the-desk'
        ? unauthorized(`Bearer realm="${DESK}/token",service="registry.test",error="invalid_token"`)
        : answer(request)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 })
    for (const name of ['a', 'b']) await rejection(listTags(handle, name), ResponseError, /404/)
    vi.useRealTimers()
    expect(desk.requests.map(({ scopes }) => scopes[0])).toEqual(
      ['a', 'b', 'a'].map((name) => `repository:${name}:pull`),
    )
  })

  it('is not asked twice with the same token, if that is all that the token server gives', async () => {
    const { desk, origins, handle, servers } = withDesk({ answer: () => ({ token: 'the-only-one' }) })
    servers[REGISTRY] = ({ headers }) =>
      headers.has('authorization') && desk.requests.length === 1 && origins.at(REGISTRY).length === 2
        ? Response.json({ tags: [] })
        : unauthorized(`Bearer realm="${DESK}/token",error="invalid_token"`)
    await listTags(handle, 'a')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 })
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    vi.useRealTimers()
    expect(desk.requests).toHaveLength(2)
    expect(origins.at(REGISTRY)).toHaveLength(3)
  })

  it.each([
    ['always says that the token is invalid', 'invalid_token'],
    ['always says that the rights are too few', 'insufficient_scope'],
  ])('is left alone after a few tries, if it %s', async (_, error) => {
    const desk = createTokenDesk()
    let count = 0
    const origins = createOrigins({
      [DESK]: desk.fetch,
      [REGISTRY]: () => unauthorized(`Bearer realm="${DESK}/token",scope="repository:x:${count++}",error="${error}"`),
    })
    const handle = openRegistry(REGISTRY, { fetch: origins.fetch, credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(origins.at(REGISTRY).length).toBeLessThanOrEqual(4)
    expect(desk.requests.length).toBeLessThanOrEqual(3)
  })

  it('gets no password, where a refusal says nothing of what it asks for', async () => {
    const { desk, origins, handle, servers } = withDesk({ credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    const answer = servers[REGISTRY] as Handler
    let isFirst = true
    servers[REGISTRY] = (request) => {
      if (!isFirst) return answer(request)
      isFirst = false
      return new Response(null, { status: 401 })
    }
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    vi.useRealTimers()
    expect(desk.requests.map(({ scopes }) => scopes)).toEqual([['repository:a:pull'], ['repository:a:pull']])
    expect(origins.at(REGISTRY).map(({ headers }) => headers.get('authorization'))).not.toContain(BASIC)
  })

  it('may have another token server, or be another service there, for its repositories than for itself', async () => {
    const registry = createTestRegistry()
    const [front, back] = [createTokenDesk(), createTokenDesk()]
    // So that its tokens are others than those of the first.
    await back.fetch(new Request(`${DESK}/back`))
    const guarded = withTokens(registry, back, `${DESK}/back`)
    const origins = createOrigins({
      [DESK]: (request) => (new URL(request.url).pathname === '/back' ? back : front).fetch(request),
      [REGISTRY]: (request) =>
        new URL(request.url).pathname === '/v2/' ? unauthorized(`Bearer realm="${DESK}/front"`) : guarded(request),
    })
    const handle = openRegistry(REGISTRY, { fetch: origins.fetch, credentials: PASSWORD, retry: 0 })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1', { concurrency: 1, lookups: 1 })
    expect([front.requests.length, back.requests.length]).toEqual([1, 2])
  })

  it('may ask for HTTP Basic all of a sudden', async () => {
    const { desk, servers, handle, registry } = withDesk({ credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    servers[REGISTRY] = withBasic(registry, 'ci', 'hunter2')
    desk.revoke()
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
  })
})

describe('what a registry asks for', () => {
  const asked = async (header: string) => {
    const desk = createTokenDesk()
    const token = createOrigins({ [DESK]: desk.fetch, [REGISTRY]: () => unauthorized(header) })
    await listTags(openRegistry(REGISTRY, { fetch: token.fetch, credentials: PASSWORD }), 'a').catch(() => undefined)
    const question = desk.requests.at(-1)
    const basic = token.at(REGISTRY).some(({ headers }) => headers.get('authorization') === BASIC)
    return basic ? 'basic' : question && [question.service, ...question.scopes].join(' ')
  }
  const realm = `realm="${DESK}/token"`

  it.each([
    [`Bearer ${realm}`, ' repository:a:pull'],
    [`bearer ${realm},service="registry.test"`, 'registry.test repository:a:pull'],
    [`BEARER REALM="${DESK}/token" , SERVICE=registry.test`, 'registry.test repository:a:pull'],
    [`Bearer ${realm},service=a-token.of_chars!`, 'a-token.of_chars! repository:a:pull'],
    [`Bearer ${realm},scope="repository:b:pull,push"`, ' repository:a:pull'],
    [`Bearer ${realm},scope="repository:a:push,pull repository:b:pull"`, ' repository:a:pull'],
    [`Bearer ${realm},scope="registry:catalog:* repository:a:*,delete"`, ' repository:a:pull'],
    [`Bearer ${realm},scope="aws repository:a/b:pull repository:a:metadata_read"`, ' repository:a:metadata_read,pull'],
    [`Bearer scope="repository:a:pull",${realm}`, ' repository:a:pull'],
    [`Bearer ${realm},service="say \\"hi\\", \\\\ok"`, 'say "hi", \\ok repository:a:pull'],
    [`Basic realm="x", Bearer ${realm},service="r"`, 'r repository:a:pull'],
    [`Bearer ${realm},service="r", Basic realm="x"`, 'r repository:a:pull'],
    [`Negotiate, Bearer ${realm},service="r"`, 'r repository:a:pull'],
    [`Negotiate YII0a+/b==, Bearer ${realm},service="r"`, 'r repository:a:pull'],
    [`Basic realm="Bearer realm=\\"https://evil.test\\"", Bearer ${realm}`, ' repository:a:pull'],
    [`, ,Bearer ${realm},,service="r" ,`, 'r repository:a:pull'],
    [`Bearer\t${realm}`, ' repository:a:pull'],
    [`Bearer ${realm},${realm.replace('auth.', 'evil.')}`, ' repository:a:pull'],
    ['Basic', 'basic'],
    ['Basic realm="x"', 'basic'],
    ['basic realm=x, charset="UTF-8"', 'basic'],
    ['Digest realm="x", nonce="n", Basic realm="y"', 'basic'],
    ['Negotiate', undefined],
    ['Bearer', undefined],
    ['realm="https://auth.registry.test"', undefined],
    ['Bearer realm="unfinished', undefined],
    ['"', undefined],
    ['', undefined],
  ])('is read from %j', async (header, expected) => {
    expect(await asked(header)).toBe(expected)
  })
})

describe('a challenge', () => {
  it.each([
    ['GET', 'v2/a/manifests/v1', 'repository:a:*,delete,pull,push repository:prod/secret:pull', ['repository:a:pull']],
    ['HEAD', 'v2/a/blobs/x', 'registry:catalog:* repository:a/b:pull repository:b/a:pull', []],
    ['PUT', 'v2/a/b/manifests/v1', 'repository:a/b:pull,push,delete repository:a:push', ['repository:a/b:pull,push']],
    ['DELETE', 'v2/a/manifests/v1', 'repository:a:delete repository:b:delete', ['repository:a:delete']],
    ['GET', 'v2/_catalog', 'registry:catalog:* repository:a:pull', ['registry:catalog:*']],
    ['GET', 'v2/', 'registry:catalog:* repository:a:pull', []],
  ] as const)(
    'to %s %s gets the rights that this can need, though it asks for %s',
    async (method, url, scope, expected) => {
      const desk = createTokenDesk()
      const challenge = `Bearer realm="${DESK}/token",service="registry.test",scope="${scope}"`
      const { fetch } = createOrigins({
        [DESK]: desk.fetch,
        [REGISTRY]: ({ headers }) => (headers.has('authorization') ? new Response('{}') : unauthorized(challenge)),
      })
      const handle = openRegistry(REGISTRY, { fetch })
      await handle.send({ act: 'try it', method, url })
      expect(desk.requests.map(({ scopes }) => scopes)).toEqual(expected.length > 0 ? [expected] : [[]])
    },
  )

  it('may name the repository with a part of the path that the registry is below', async () => {
    const desk = createTokenDesk()
    const asked = 'repository:docker-local/team/app:pull repository:other/team/app:pull'
    const { fetch } = createOrigins({
      [DESK]: desk.fetch,
      [REGISTRY]: ({ headers }) =>
        headers.has('authorization')
          ? Response.json({ tags: ['v1'] })
          : unauthorized(`Bearer realm="${DESK}/token",scope="${asked}"`),
    })
    await listTags(openRegistry(`${REGISTRY}/api/docker-local/`, { fetch }), 'team/app')
    expect(desk.requests[0]?.scopes).toEqual(['repository:team/app:pull', 'repository:docker-local/team/app:pull'])
  })
})

describe('an error', () => {
  const refusedBy = async (status: number, credentials?: Credentials | ProvideCredentials) => {
    const { handle, servers } = withDesk({ ...(credentials && { credentials: credentials as Credentials }) })
    servers[REGISTRY] = () => unauthorized(`Bearer realm="${DESK}/token"`, status)
    return rejection(listTags(handle, 'a'), ResponseError, new RegExp(`answered ${status}`))
  }

  it.each([
    ['401', 401, undefined, /: no credentials were given; pass \{ credentials \}/],
    ['401 by a function that gives none', 401, () => undefined, /: no credentials were given; pass/],
    ['403', 403, undefined, /: no credentials were given, and it may need some/],
    ['401 with a password', 401, PASSWORD, /: it does not take the credentials that were given/],
    ['401 with a token', 401, { token: 'ready' }, /: it does not take the credentials that were given/],
    ['403 with a password', 403, PASSWORD, /: the user has no right to do this; ask/],
  ])('tells missing credentials from refused ones: %s', async (_, status, credentials, message) => {
    expect((await refusedBy(status, credentials)).message).toMatch(message)
  })

  it.each<[string, Credentials | undefined, RegExp]>([
    ['none', undefined, /get a token.*: no credentials were given; pass/],
    ['a password', PASSWORD, /get a token.*: it does not take the credentials/],
    ['an identity token', { identityToken: 'old' }, /get a token.*: it does not take the credentials/],
  ])('of a token server does so too: %s', async (_, credentials, message) => {
    const { handle } = withDesk({
      ...(credentials && { credentials }),
      refuse: () => Response.json({}, { status: 401 }),
    })
    await rejection(listTags(handle, 'a'), ResponseError, message)
  })
})

describe('credentials as a function', () => {
  it('are asked for once, with what they are for, and told again after they were refused', async () => {
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

  it('that give nothing are anonymous', async () => {
    const { handle, desk } = withDesk({ credentials: () => undefined })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    expect(desk.requests).toMatchObject([{ authorization: null }])
    const basic = createOrigins({ [REGISTRY]: withBasic(createTestRegistry(), 'ci', 'hunter2') })
    const refused = openRegistry(REGISTRY, { fetch: basic.fetch, credentials: () => undefined })
    await rejection(listTags(refused, 'a'), ResponseError, /401/)
  })

  it('that give nothing are not asked again', async () => {
    const credentials = vi.fn(() => undefined)
    const { handle } = withDesk({ credentials, refuse: () => new Response(null, { status: 401 }) })
    for (const name of ['a', 'b']) await rejection(listTags(handle, name), ResponseError, /401/)
    expect(credentials).toHaveBeenCalledTimes(1)
  })

  it('are asked for once more, however many requests were refused', async () => {
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
  ])('are not asked for again, because %s', async (_, status, isRefused) => {
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

  it('take the tokens of the earlier user with them, when another user comes', async () => {
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
    await rejection(listTags(handle, 'b'), ResponseError, /401: it does not take the credentials/)
    for (const name of ['b', 'a']) await rejection(listTags(handle, name), ResponseError, /404/)
    expect(desk.requests.map(({ authorization }) => isAlice(authorization))).toEqual([true, true, false, false])
  })

  it.each([400, 401, 403])('are asked for again, where a token server refuses them by %i', async (status) => {
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
  ])('that gave a token once are refused later by %i: they are asked for %i times', async (status, times) => {
    const credentials = vi.fn(() => PASSWORD)
    const refuse = ({ scopes }: { scopes: readonly string[] }) =>
      scopes.includes('repository:b:pull') ? Response.json({}, { status }) : undefined
    const { handle } = withDesk({ credentials, refuse })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    await rejection(listTags(handle, 'b'), ResponseError, new RegExp(`${status}`))
    await rejection(listTags(handle, 'c'), ResponseError, /404/)
    expect(credentials).toHaveBeenCalledTimes(times)
  })

  it('are not asked for, where nobody has to sign in', async () => {
    const credentials = vi.fn()
    const handle = openRegistry(REGISTRY, { fetch: createTestRegistry().fetch, credentials })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(credentials).not.toHaveBeenCalled()
  })

  it('that give tokens are asked for another when one is refused', async () => {
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

  it('that fail let the act fail with their own error', async () => {
    const reason = new Error('the user closed the window')
    const { handle, origins } = withDesk({ credentials: () => Promise.reject(reason) })
    await expect(listTags(handle, 'a')).rejects.toBe(reason)
    expect(origins.at(DESK)).toEqual([])
  })

  it('that failed are asked for again by the next act', async () => {
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
    'or as a value may not be %j',
    async (value) => {
      const { handle } = withDesk({ credentials: () => value as Credentials })
      const error = await rejection(listTags(handle, 'a'), ValidationError, /credentials/)
      expect(error.message).not.toContain('hunter2')
      if (typeof value !== 'object' || value === null) return
      expect(() => openRegistry(REGISTRY, { credentials: value as Credentials })).toThrow(ValidationError)
    },
  )

  it('are not asked for after an abort, and nothing is sent', async () => {
    const credentials = vi.fn(() => PASSWORD)
    const { handle, origins } = withDesk({ credentials })
    const reason = new Error('enough')
    await expect(listTags(handle, 'a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(origins.seen).toEqual([])
    expect(credentials).not.toHaveBeenCalled()
  })

  it('need not be waited for after they aborted it themselves', async () => {
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

  it('need not be waited for after an abort', async () => {
    const controller = new AbortController()
    const { handle } = withDesk({ credentials: () => new Promise(() => {}) })
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 20)
    await expect(listTags(handle, 'a', { signal: controller.signal })).rejects.toBe(reason)
  })
})

describe('a token', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    ['says 300 s', { expires_in: 300 }, 294, 296],
    ['says nothing, which is 60 s', {}, 54, 56],
    ['says nonsense', { expires_in: 'soon' }, 54, 56],
    ['says 0 s', { expires_in: 0 }, 54, 56],
    ['says less than that', { expires_in: -1 }, 54, 56],
    ['says 8 s', { expires_in: 8 }, 5, 7],
  ])('that %s is renewed a little before', async (_, answer, good, old) => {
    const { desk, handle, origins } = withDesk({ answer: (token) => ({ token, ...answer }) })
    const ask = () => rejection(listTags(handle, 'a'), ResponseError, /404/)
    const start = Date.now()
    await ask()
    vi.setSystemTime(start + good * 1000)
    await ask()
    expect(desk.requests).toHaveLength(1)
    vi.setSystemTime(start + old * 1000)
    await ask()
    expect(desk.requests).toHaveLength(2)
    expect(origins.at(REGISTRY)).toHaveLength(4)
  })

  it.each([429, 503])('that expires while a %i asks to wait is renewed before the next try', async (status) => {
    const { desk, handle, origins, servers } = withDesk({ credentials: PASSWORD, retry: 2 })
    const answer = servers[REGISTRY] as Handler
    let isFirst = true
    servers[REGISTRY] = (request) => {
      if (!isFirst || !request.url.includes('/tags/')) return answer(request)
      isFirst = false
      vi.setSystemTime(Date.now() + 400_000)
      return new Response(null, { status, headers: { 'retry-after': '0' } })
    }
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    expect(desk.requests).toHaveLength(2)
    const tokens = origins.at(REGISTRY).map(({ headers }) => headers.get('authorization'))
    expect(tokens).toEqual([null, 'Bearer token-1-of-the-desk', 'Bearer token-2-of-the-desk'])
  })

  it('that expires while the push is paused is renewed before the request', async () => {
    const { desk, handle, origins } = withDesk({ credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    const hold = async () => void vi.setSystemTime(Date.now() + (desk.requests.length === 1 ? 400_000 : 0))
    const request = { act: 'look', method: 'GET', url: 'v2/a/tags/list', scopes: ['repository:a:pull'], hold } as const
    await rejection(handle.send(request), ResponseError, /404/)
    const tokens = origins.at(REGISTRY).map(({ headers }) => headers.get('authorization'))
    expect(tokens).toEqual([null, 'Bearer token-1-of-the-desk', 'Bearer token-2-of-the-desk'])
  })

  it('that is refused is renewed, although the clock was set back', async () => {
    const { desk, handle } = withDesk({ credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    vi.setSystemTime(Date.now() - 600_000)
    desk.revoke()
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    expect(desk.requests).toHaveLength(2)
  })

  it('grows old by the monotonic clock, although the clock was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { desk, handle, origins } = withDesk({ credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    vi.advanceTimersByTime(300_000)
    vi.setSystemTime(Date.now() - 600_000)
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    expect(desk.requests).toHaveLength(2)
    expect(origins.at(REGISTRY)).toHaveLength(3)
  })

  it('that runs out in the middle of an upload is renewed once, and the same chunk sent again in the same session', async () => {
    // It says that it lives longer than it does.
    const { desk, handle, origins } = withDesk({
      credentials: PASSWORD,
      lifetime: 50,
      answer: (token) => ({ token, expires_in: 999 }),
    })
    let isLate = false
    await pushDockerTar(
      await createTestArchive({ images: [{ layers: [{ a: 'x'.repeat(9000) }] }] }),
      handle,
      'team/app',
      'v1',
      {
        chunkSize: 2000,
        onProgress: ({ sentBytes }) => {
          if (sentBytes > 4000 && !isLate) vi.setSystemTime(Date.now() + 60_000)
          isLate ||= sentBytes > 4000
        },
      },
    )
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
    expect(desk.requests).toHaveLength(2)
    const chunks = origins.at(REGISTRY).filter(({ method }) => method === 'PATCH')
    const ranges = chunks.map(({ headers }) => headers.get('content-range'))
    expect(ranges.length).toBe(new Set(ranges).size + 1)
    const twice = chunks.filter(
      ({ headers }) => headers.get('content-range') === ranges.find((range, index) => ranges.indexOf(range) !== index),
    )
    expect(twice[0]?.body).toBe(twice[1]?.body)
    expect(twice[0]?.path).toBe(twice[1]?.path)
    expect(origins.at(REGISTRY).filter(({ method }) => method === 'POST')).toHaveLength(2)
    expect(origins.at(REGISTRY).filter(({ method }) => method === 'DELETE')).toHaveLength(0)
  })
})

describe('a mount', () => {
  const names = ['one/app:v1', 'two/app:v1']

  it('asks for the right to write to the one repository, then to read the other', async () => {
    const { desk, handle, origins } = withDesk({ credentials: PASSWORD })
    await pushDockerTarWithAllOriginalTags(await createTestArchive({ images: [{ names }] }), handle)
    expect(desk.requests.map(({ scopes }) => scopes)).toEqual([
      ['repository:one/app:pull,push'],
      ['repository:two/app:pull,push'],
      ['repository:two/app:pull,push', 'repository:one/app:pull'],
    ])
    expect(
      origins.at(REGISTRY).filter(({ method, path }) => method === 'POST' && path.includes('mount=')),
    ).toHaveLength(3)
    expect(origins.at(REGISTRY).filter(({ method }) => method === 'PATCH')).toHaveLength(0)
  })

  it.each([
    ['by the token server', { refuse: refuseTwo }],
    ['by a token with fewer rights', { grant: (scope: string) => scope !== 'repository:one/app:pull' }],
  ])('that is refused %s becomes an upload (CVE-2024-39897)', async (_, options) => {
    const { handle, origins } = withDesk({ credentials: PASSWORD, ...options })
    await pushDockerTarWithAllOriginalTags(await createTestArchive({ images: [{ names }] }), handle)
    expect(await listTags(handle, 'two/app')).toEqual(['v1'])
    const uploads = origins
      .at(REGISTRY)
      .filter(({ method, path }) => method === 'PUT' && path.includes('/two/app/blobs/'))
    expect(uploads).toHaveLength(3)
  })

  function refuseTwo({ scopes }: { scopes: readonly string[] }): Response | undefined {
    return scopes.length > 1 ? Response.json({ errors: [{ code: 'DENIED' }] }, { status: 403 }) : undefined
  }
})

describe('an address without a scheme', () => {
  it.each([
    ['registry.example.com', 'https://registry.example.com/'],
    ['registry.example.com:5000', 'https://registry.example.com:5000/'],
    ['10.0.0.5:5000', 'https://10.0.0.5:5000/'],
    ['intranet:5000', 'https://intranet:5000/'],
    ['localhost', 'http://localhost/'],
    ['localhost:5000', 'http://localhost:5000/'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000/'],
    ['[::1]:5000', 'http://[::1]:5000/'],
    ['https://localhost:5000', 'https://localhost:5000/'],
    ['http://registry.example.com', 'http://registry.example.com/'],
    ['docker.io', 'https://registry-1.docker.io/'],
    ['index.docker.io', 'https://registry-1.docker.io/'],
    ['https://index.docker.io/v1/', 'https://registry-1.docker.io/'],
    ['http://docker.io', 'https://registry-1.docker.io/'],
    ['registry-1.docker.io', 'https://registry-1.docker.io/'],
  ])('%s is %s', (address, url) => {
    expect(openRegistry(address).url).toBe(url)
  })
})

describe('Docker Hub', () => {
  it('is asked at its own host, signs in at its own token server, and keeps official images under library/', async () => {
    const registry = createTestRegistry()
    const desk = createTokenDesk()
    const hub = 'https://registry-1.docker.io'
    const realm = 'https://auth.docker.io'
    const origins = createOrigins({ [hub]: withTokens(registry, desk, `${realm}/token`), [realm]: desk.fetch })
    const handle = openRegistry('docker.io', { fetch: origins.fetch, credentials: PASSWORD })
    await pushDockerTar(await createTestArchive(), handle, 'nginx', 'v1')
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(await listTags(handle, 'nginx')).toEqual(['v1'])
    expect((await getManifest(handle, 'nginx', 'v1')).size).toBeGreaterThan(0)
    expect(desk.requests.map(({ scopes, authorization }) => [...scopes, authorization])).toEqual([
      ['repository:library/nginx:pull,push', BASIC],
      ['repository:team/app:pull,push', BASIC],
    ])
    expect(new Set(origins.seen.map(({ origin }) => origin))).toEqual(new Set([hub, realm]))
  })
})
