import { describe, expect, it } from 'vitest'
import {
  checkRegistryConnectivity,
  getManifest,
  listTags,
  NetworkError,
  openRegistry,
  pushDockerTar,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { BASIC, PASSWORD, withDesk } from '../support/desk-registry.ts'
import { rejection } from '../support/errors.ts'
import { createOrigins } from '../support/origins.ts'
import { DESK, REGISTRY, unauthorized } from '../support/protected-registry.ts'

describe('openRegistry() with a token server', () => {
  it('gets a token without credentials when the token server gives one', async () => {
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

  it('gets a token with user and password, and does not send these to the registry', async () => {
    const { desk, handle, origins } = withDesk({ credentials: PASSWORD })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(desk.requests.map(({ authorization }) => authorization)).toEqual([BASIC])
    expect(origins.at(REGISTRY).some(({ headers }) => headers.get('authorization') === BASIC)).toBe(false)
  })

  it('gets a token by OAuth 2 when the credentials are an identity token', async () => {
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

  it('gets the next token with the refresh token that came with the last one', async () => {
    const answer = (token: string) => ({ access_token: token, expires_in: 300, refresh_token: `refresh-${token}` })
    const { desk, handle } = withDesk({ credentials: { identityToken: 'my-refresh-token' }, answer })
    for (const name of ['a', 'b', 'c']) await rejection(listTags(handle, name), ResponseError, /404/)
    expect(desk.requests.map(({ form }) => form.refresh_token)).toEqual([
      'my-refresh-token',
      'refresh-token-1-of-the-desk',
      'refresh-token-2-of-the-desk',
    ])
  })

  it('uses the newest refresh token when an older access token is used again', async () => {
    const answer = (token: string) => ({ access_token: token, expires_in: 300, refresh_token: `refresh-${token}` })
    const { desk, handle } = withDesk({ credentials: { identityToken: 'my-refresh-token' }, answer })
    for (const name of ['a', 'b', 'a', 'c']) await rejection(listTags(handle, name), ResponseError, /404/)
    expect(desk.requests.map(({ form }) => form.refresh_token)).toEqual([
      'my-refresh-token',
      'refresh-token-1-of-the-desk',
      'refresh-token-2-of-the-desk',
    ])
  })

  it('keeps using the password when the token server sends a refresh token unasked', async () => {
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

  it.each([404, 405])('gets a token by GET when the token server answers %i to OAuth 2', async (status) => {
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

  it('sends a given token with the first request, and asks no token server when it is refused', async () => {
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

  it.each(['token', 'access_token'])('reads the token from the field `%s`', async (field) => {
    const { handle } = withDesk({ answer: (token) => ({ [field]: token }) })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
  })

  it.each([{ token: '' }, { token: null }, { token: null, expires_in: null, refresh_token: null }])(
    'reads `access_token` when the answer also has %j',
    async (other) => {
      const { handle } = withDesk({ answer: (token) => ({ ...other, access_token: token }) })
      await rejection(listTags(handle, 'a'), ResponseError, /404/)
    },
  )

  it('sends the service once when the realm names one too', async () => {
    const { desk, origins, servers, handle } = withDesk()
    servers[REGISTRY] = () => unauthorized(`Bearer realm="${DESK}/token?service=old&account=x",service="new"`)
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(desk.requests[0]?.service).toBe('new')
    expect(origins.at(DESK)[0]?.path).toBe('/token?service=new&account=x&scope=repository%3Aa%3Apull')
  })

  it('asks for no rights when the request needs none', async () => {
    const { desk, handle } = withDesk({ credentials: { identityToken: 'my-refresh-token' } })
    expect(await checkRegistryConnectivity(handle)).toBe(true)
    expect(Object.keys(desk.requests[0]?.form ?? {})).not.toContain('scope')
  })

  it.each([{}, { token: 7 }, { token: '' }, { token: 'a\r\nb' }, { access_token: 'a b' }, []])(
    'throws when the token server answers %j, which has no token',
    async (document) => {
      const { handle, origins } = withDesk({ answer: () => document })
      await rejection(listTags(handle, 'a'), ResponseError, /Cannot get a token of registry.test.*holds no token/)
      expect(origins.at(REGISTRY)).toHaveLength(1)
    },
  )

  it('names the registry and its token server when the token server refuses', async () => {
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

  it('names the registry and its token server when the token server does not answer', async () => {
    const { handle, servers } = withDesk({ credentials: PASSWORD })
    delete servers[DESK]
    const error = await rejection(
      listTags(handle, 'a'),
      NetworkError,
      /token of registry.test.*no answer from https:\/\/auth/,
    )
    expect(error.url).toBe(`${DESK}/token?…`)
  })

  it('gets one token when many requests wait for it', async () => {
    const layers = Array.from({ length: 12 }, (_, index) => ({ [`file-${index}`]: `content ${index}` }))
    const { desk, handle } = withDesk({ credentials: PASSWORD })
    await pushDockerTar(await createTestArchive({ images: [{ layers }] }), handle, 'team/app', 'v1', { concurrency: 8 })
    expect(desk.requests.map(({ scopes }) => scopes)).toEqual([['repository:team/app:pull,push']])
    // A token that may write may read.
    await getManifest(handle, 'team/app', 'v1')
    expect(desk.requests).toHaveLength(1)
  })

  it('does not wait when a token with more rights is under way, since that may be refused', async () => {
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
})

describe('pushDockerTar() with a token server', () => {
  it('sends one question, one token request, a HEAD per blob and the manifest when the image is present', async () => {
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
})
