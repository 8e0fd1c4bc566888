import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createFetch,
  deleteImageByDigest,
  getImageInfo,
  listRepositories,
  listTags,
  NetworkError,
  openRegistry,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  type RegistryOptions,
  ResponseError,
} from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { createAuthority } from '../support/certificates.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { rejection } from '../support/errors.ts'
import { startNginx } from '../support/nginx.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { serveTokenServer, type TokenServer, type TokenServerOptions } from '../support/token-server.ts'

// Every way to sign in, at a real distribution.

let count = 0
const newRepository = () => `sign-in/${Date.now().toString(36)}-${count++}`
const CI = { username: 'ci', password: 'hunter2' }

/** A registry whose tokens come from a token server like this. */
async function startWithTokens(
  options: TokenServerOptions,
): Promise<{ registry: Distribution; tokens: TokenServer; stop(): Promise<void> }> {
  const tokens = await serveTokenServer(options)
  const { url: realm, service, issuer, rootCertBundle } = tokens
  const registry = await startDistribution({ auth: { token: { realm, service, issuer, rootCertBundle } } })
  return {
    registry,
    tokens,
    async stop() {
      await registry.stop()
      await tokens.close()
    },
  }
}

/** Runs with a registry of this kind for as long as it takes. */
async function withTokens(
  options: TokenServerOptions,
  use: (url: string, tokens: TokenServer) => Promise<void>,
): Promise<void> {
  const { registry, tokens, stop } = await startWithTokens(options)
  try {
    await use(registry.url, tokens)
  } finally {
    await stop()
  }
}

describe('a distribution with htpasswd', () => {
  let registry: Distribution
  beforeAll(async () => {
    registry = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  })
  afterAll(() => registry?.stop())

  it('takes a push by HTTP Basic, after one question', async () => {
    const recorder = recordingFetch()
    const handle = openRegistry(registry.url, { credentials: HTPASSWD_USER, fetch: recorder.fetch })
    const repository = newRepository()
    const digest = await pushDockerTar(await createTestArchive(), handle, repository, 'v1')
    expect((await getImageInfo(handle, repository, 'v1')).digest).toBe(digest)
    expect(await listRepositories(handle)).toContain(repository)
    expect(recorder.exchanges.filter(({ status }) => status === 401)).toHaveLength(1)
  })

  it.each([{ ...HTPASSWD_USER, password: 'wrong' }, undefined])('refuses %j', async (credentials) => {
    const handle = openRegistry(registry.url, { ...(credentials && { credentials }) })
    const error = await rejection(listTags(handle, 'a'), ResponseError, /401 \(UNAUTHORIZED: /)
    expect(error.status).toBe(401)
  })
})

describe('a distribution with a token server', () => {
  const users = {
    ci: { password: CI.password, identityToken: 'the-refresh-token-of-ci', allows: () => true },
    reader: { password: 'reading', allows: (_: string, action: string) => action === 'pull' },
  }

  it.each<[string, TokenServerOptions, NonNullable<RegistryOptions['credentials']>]>([
    ['user and password', { users }, CI],
    ['user and password, as access_token without a lifetime', { users, field: 'access_token', stated: false }, CI],
    ['an identity token', { users }, { identityToken: 'the-refresh-token-of-ci' }],
    ['an identity token, by GET after 404', { users, postStatus: 404 }, { identityToken: 'the-refresh-token-of-ci' }],
    ['an identity token, by GET after 405', { users, postStatus: 405 }, { identityToken: 'the-refresh-token-of-ci' }],
    ['a function', { users }, async () => CI],
  ])('takes a push with %s: one token for all of it', async (_, options, credentials) => {
    await withTokens(options, async (url, tokens) => {
      const handle = openRegistry(url, { credentials })
      const repository = newRepository()
      const digest = await pushDockerTar(await createTestArchive(), handle, repository, 'v1')
      expect((await getImageInfo(handle, repository, 'v1')).digest).toBe(digest)
      const given = tokens.requests.filter(({ status }) => status === 200)
      expect(given.map(({ scopes }) => scopes)).toEqual([[`repository:${repository}:pull,push`]])
    })
  })

  it('takes a push with a token that is ready', async () => {
    await withTokens({ users }, async (url, tokens) => {
      const repository = newRepository()
      const query = new URLSearchParams({ service: tokens.service, scope: `repository:${repository}:pull,push` })
      const headers = { authorization: `Basic ${btoa('ci:hunter2')}` }
      const { token } = (await (await fetch(`${tokens.url}?${query}`, { headers })).json()) as { token: string }
      const handle = openRegistry(url, { credentials: { token } })
      await pushDockerTar(await createTestArchive(), handle, repository, 'v1')
      expect(await listTags(handle, repository)).toEqual(['v1'])
      expect(tokens.requests).toHaveLength(1)
    })
  })

  it('lets anonymous read what all may read, and nothing more', async () => {
    await withTokens({ users, anonymous: (_, action) => action === 'pull' }, async (url, tokens) => {
      const repository = newRepository()
      await pushDockerTar(await createTestArchive(), openRegistry(url, { credentials: CI }), repository, 'v1')
      expect(await listTags(url, repository)).toEqual(['v1'])
      const pushing = pushDockerTar(
        await createTestArchive({ images: [{ layers: [{ a: 'a' }] }] }),
        url,
        repository,
        'v2',
      )
      const error = await rejection(pushing, ResponseError, /401|403/)
      expect(error.errors[0]?.code).toBe('UNAUTHORIZED')
      expect(tokens.requests.length).toBeLessThan(12)
    })
  })

  it.each(['rights', 'request'] as const)(
    'holds a reader to his rights (its token server refuses the %s)',
    async (refuses) => {
      await withTokens({ users, refuses }, async (url) => {
        const repository = newRepository()
        await pushDockerTar(await createTestArchive(), openRegistry(url, { credentials: CI }), repository, 'v1')
        const handle = openRegistry(url, { credentials: { username: 'reader', password: 'reading' } })
        expect(await listTags(handle, repository)).toEqual(['v1'])
        const archive = await createTestArchive({ images: [{ layers: [{ b: 'b' }] }] })
        await rejection(pushDockerTar(archive, handle, repository, 'v2'), ResponseError, /401|403/)
        expect(await listTags(handle, repository)).toEqual(['v1'])
      })
    },
  )

  it('gives rights to list and to delete when they are needed', async () => {
    await withTokens({ users }, async (url, tokens) => {
      const repository = newRepository()
      const handle = openRegistry(url, { credentials: CI })
      const digest = await pushDockerTar(await createTestArchive(), handle, repository, 'v1')
      expect(await listRepositories(handle)).toContain(repository)
      expect(await deleteImageByDigest(handle, repository, digest)).toBe(true)
      expect(tokens.requests.map(({ scopes }) => scopes)).toEqual([
        [`repository:${repository}:pull,push`],
        ['registry:catalog:*'],
        [`repository:${repository}:delete,pull`],
      ])
    })
  })

  it('mounts between repositories', async () => {
    await withTokens({ users }, async (url, tokens) => {
      const [one, two] = [newRepository(), newRepository()]
      const archive = await createTestArchive({ images: [{ names: [`${one}:v1`, `${two}:v1`] }] })
      const recorder = recordingFetch()
      await pushDockerTarWithAllOriginalTags(archive, openRegistry(url, { credentials: CI, fetch: recorder.fetch }))
      const mounts = recorder.exchanges.filter(({ url }) => url.searchParams.has('mount'))
      expect(mounts.map(({ status }) => status)).toEqual([201, 201, 201])
      expect(tokens.requests.at(-1)?.scopes).toEqual([`repository:${two}:pull,push`, `repository:${one}:pull`])
      expect(tokens.requests).toHaveLength(3)
    })
  })

  it('takes a push that outlives several tokens of 5 seconds, whether they say so or not', async () => {
    for (const stated of [5, 60] as const) {
      await withTokens({ users, lifetime: 5, stated }, async (url, tokens) => {
        const repository = newRepository()
        const recorder = recordingFetch(slowly)
        const handle = openRegistry(url, { credentials: CI, fetch: recorder.fetch })
        const layers = [{ large: 'x'.repeat(700_000) }, { large: 'y'.repeat(700_000) }]
        const digest = await pushDockerTar(
          await createTestArchive({ images: [{ layers }] }),
          handle,
          repository,
          'v1',
          {
            chunkSize: 20_000,
          },
        )
        expect((await getImageInfo(handle, repository, 'v1')).digest).toBe(digest)
        expect(tokens.requests.length).toBeGreaterThanOrEqual(3)
        const refused = recorder.exchanges.filter(({ status }) => status === 401).length
        // The first question is one; tokens that say how short they live cause no other.
        if (stated === 5) expect(refused).toBe(1)
        else expect(refused).toBeGreaterThan(2)
        expect(recorder.count('DELETE')).toBe(0)
        const opened = recorder.exchanges.filter(({ method, status }) => method === 'POST' && status === 202)
        expect(opened).toHaveLength(3)
      })
    }
  }, 120_000)

  it('costs a push of what is present one question, one token, a HEAD a blob, and the manifest', async () => {
    await withTokens({ users }, async (url, tokens) => {
      const repository = newRepository()
      const archive = await createTestArchive({
        images: [{ layers: Array.from({ length: 10 }, (_, n) => ({ [n]: `${n}` })) }],
      })
      await pushDockerTar(archive, openRegistry(url, { credentials: CI }), repository, 'v1')
      const recorder = recordingFetch()
      const before = tokens.requests.length
      await pushDockerTar(archive, openRegistry(url, { credentials: CI, fetch: recorder.fetch }), repository, 'v1')
      expect(tokens.requests.length - before).toBe(1)
      expect([recorder.count('GET'), recorder.count('HEAD'), recorder.count('PUT')]).toEqual([2, 11, 1])
      expect(recorder.exchanges).toHaveLength(14)
    })
  })
})

describe('a distribution with TLS', () => {
  it('of a private authority that wants a client certificate takes a push by createFetch(), and refuses others', async () => {
    const authority = await createAuthority()
    const server = await authority.issue({ name: 'registry', hosts: ['127.0.0.1'] })
    const { certificate: cert, key } = await authority.issue({ name: 'client', client: true })
    const registry = await startDistribution({
      auth: { htpasswd: HTPASSWD_USER },
      tls: { ...server, clientCa: authority.certificate },
    })
    const ca = authority.certificate
    const open = (options: object) =>
      openRegistry(registry.url, {
        credentials: HTPASSWD_USER,
        fetch: createFetch({ registry: registry.url, ...options }),
      })
    const repository = newRepository()
    await pushDockerTar(await createTestArchive(), open({ ca, cert, key }), repository, 'v1')
    expect(await listTags(open({ cert, key, insecure: true }), repository)).toEqual(['v1'])
    const started = Date.now()
    await rejection(listTags(open({ cert, key }), repository), NetworkError, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/)
    // A certificate is not tried again.
    expect(Date.now() - started).toBeLessThan(900)
    await rejection(listTags(open({ ca }), repository), NetworkError)
    await registry.stop()
  })

  it.each([true, false])(
    'that ends at a proxy takes a push, also if it does not hear of it (told: %s; distribution#970)',
    async (forwardsProto) => {
      const authority = await createAuthority()
      const tls = await authority.issue({ name: 'proxy', hosts: ['127.0.0.1'] })
      const tokens = await serveTokenServer({ users: { ci: { password: CI.password, allows: () => true } }, tls })
      const { url: realm, service, issuer, rootCertBundle } = tokens
      const registry = await startDistribution({ auth: { token: { realm, service, issuer, rootCertBundle } } })
      const proxy = await startNginx({ upstream: registry.url, tls, forwardsProto })
      const recorder = recordingFetch(createFetch({ registry: proxy.url, ca: authority.certificate }))
      const handle = openRegistry(proxy.url, { credentials: CI, fetch: recorder.fetch })
      const repository = newRepository()
      await pushDockerTar(await createTestArchive(), handle, repository, 'v1', { chunkSize: 3000 })
      expect(await listTags(handle, repository)).toEqual(['v1'])
      expect(new Set(recorder.exchanges.map(({ url }) => url.protocol))).toEqual(new Set(['https:']))
      await proxy.stop()
      await registry.stop()
      await tokens.close()
    },
  )
})

/** A network on which a request takes a while. */
async function slowly(request: Request): Promise<Response> {
  if (request.method === 'PATCH') await new Promise((resolve) => setTimeout(resolve, 350))
  return fetch(request)
}
