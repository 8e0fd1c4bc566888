import { describe, expect, it, vi } from 'vitest'
import { listTags, openRegistry, pushDockerTar, ResponseError } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { BASIC, PASSWORD, withDesk } from '../support/desk-registry.ts'
import { rejection } from '../support/errors.ts'
import { createOrigins, type Handler } from '../support/origins.ts'
import { DESK, REGISTRY, unauthorized, withBasic, withTokens } from '../support/protected-registry.ts'
import { createTokenDesk } from '../support/token-desk.ts'

describe('openRegistry() with a token server', () => {
  it.each([
    ['once when the registry calls every token invalid', 'invalid_token', 2],
    ['not at all when the registry calls the rights too few', 'insufficient_scope', 1],
  ])('repeats a request with a new token %s', async (_, error, tokens) => {
    const { desk, origins, handle, servers } = withDesk()
    servers[REGISTRY] = () => unauthorized(`Bearer realm="${DESK}/token",error="${error}"`)
    await rejection(listTags(handle, 'a'), ResponseError, /401/)
    expect(desk.requests).toHaveLength(tokens)
    expect(origins.at(REGISTRY)).toHaveLength(tokens + 1)
  })

  it('keeps the tokens for other rights when one token is refused', async () => {
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

  it('does not send a token again when it is refused and the token server gives no other', async () => {
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
  ])('gives up after a few tries when the registry %s', async (_, error) => {
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

  it('sends no password when the registry asked for tokens before and a refusal has no challenge', async () => {
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

  /** A registry whose challenges for repositories name another token server (`back`) than its own (`front`). */
  async function withOtherIssuer() {
    const [front, back] = [createTokenDesk(), createTokenDesk()]
    // So that its tokens are others than those of the first.
    await back.fetch(new Request(`${DESK}/back`))
    const guarded = withTokens(createTestRegistry(), back, `${DESK}/back`)
    const origins = createOrigins({
      [DESK]: (request) => (new URL(request.url).pathname === '/back' ? back : front).fetch(request),
      [REGISTRY]: (request) =>
        new URL(request.url).pathname === '/v2/' ? unauthorized(`Bearer realm="${DESK}/front"`) : guarded(request),
    })
    const handle = openRegistry(REGISTRY, { fetch: origins.fetch, credentials: PASSWORD, retry: 0 })
    return { front, back, handle }
  }

  it('gets a token from another token server when the challenge for a repository names it', async () => {
    const { front, back, handle } = await withOtherIssuer()
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1', { concurrency: 1, lookups: 1 })
    expect([front.requests.length, back.requests.length]).toEqual([1, 2])
  })

  it('gets tokens from another token server when many requests ask at once', async () => {
    const { front, handle } = await withOtherIssuer()
    const layers = Array.from({ length: 20 }, (_, index) => ({ file: `${index}` }))
    await pushDockerTar(await createTestArchive({ images: [{ layers }] }), handle, 'team/app', 'v1')
    expect(front.requests.length).toBe(1)
  })

  it('signs in by HTTP Basic when the registry changes from tokens to it', async () => {
    const { desk, servers, handle, registry } = withDesk({ credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    servers[REGISTRY] = withBasic(registry, 'ci', 'hunter2')
    desk.revoke()
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
  })
})

describe('openRegistry() with a challenge', () => {
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
  ])('reads what the registry asks for when the challenge is %j', async (header, expected) => {
    expect(await asked(header)).toBe(expected)
  })
})
