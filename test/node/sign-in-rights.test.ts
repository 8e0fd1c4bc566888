import { describe, expect, it } from 'vitest'
import {
  type Credentials,
  deleteImage,
  listRepositories,
  listTags,
  openRegistry,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { PASSWORD, withDesk } from '../support/desk-registry.ts'
import { rejection } from '../support/errors.ts'
import { createOrigins } from '../support/origins.ts'
import { DESK, REGISTRY, unauthorized } from '../support/protected-registry.ts'
import { createTokenDesk } from '../support/token-desk.ts'

describe('openRegistry() with a token server', () => {
  it('asks for the right to the catalog when it lists repositories', async () => {
    const { desk, handle } = withDesk()
    expect(await listRepositories(handle)).toEqual([])
    expect(desk.requests[0]?.scopes).toEqual(['registry:catalog:*'])
  })

  it.each<[string, Credentials]>([
    ['a password', PASSWORD],
    ['an identity token', { identityToken: 'my-refresh-token' }],
  ])(
    'gets a token for %s without rights when the token server does not know the right to the catalog',
    async (_, credentials) => {
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
    },
  )

  it('throws when the token server refuses the rights to a repository, and does not ask for fewer', async () => {
    const { desk, handle } = withDesk({ refuse: () => Response.json({}, { status: 400 }) })
    await rejection(listTags(handle, 'team/app'), ResponseError, /Cannot get a token.*400/)
    expect(desk.requests).toHaveLength(1)
  })

  it('asks once for more rights when the token has too few', async () => {
    const { desk, handle, origins } = withDesk({ credentials: PASSWORD })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(await deleteImage(handle, 'team/app', 'v1')).toBe(true)
    expect(desk.requests.map(({ scopes }) => scopes)).toEqual([
      ['repository:team/app:pull,push'],
      ['repository:team/app:delete,pull'],
    ])
    expect(origins.at(REGISTRY).filter(({ method }) => method === 'DELETE')).toHaveLength(2)
  })

  it('asks for more rights when the registry says by 403 that they are too few', async () => {
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
    ['GET', 'v2/a/manifests/v1', 'repository:a:*,delete,pull,push repository:prod/secret:pull', ['repository:a:pull']],
    ['HEAD', 'v2/a/blobs/x', 'registry:catalog:* repository:a/b:pull repository:b/a:pull', []],
    ['PUT', 'v2/a/b/manifests/v1', 'repository:a/b:pull,push,delete repository:a:push', ['repository:a/b:pull,push']],
    ['DELETE', 'v2/a/manifests/v1', 'repository:a:delete repository:b:delete', ['repository:a:delete']],
    ['GET', 'v2/_catalog', 'registry:catalog:* repository:a:pull', ['registry:catalog:*']],
    ['GET', 'v2/', 'registry:catalog:* repository:a:pull', []],
  ] as const)(
    'gets only the rights that %s %s can need when the challenge asks for %s',
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

  it('asks for a repository by the name in the challenge too when that has a part of the path of the registry', async () => {
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

describe('pushDockerTarWithAllOriginalTags() with a token server', () => {
  const names = ['one/app:v1', 'two/app:v1']

  it('asks for the right to write to one repository, then to read the other too, when it mounts blobs', async () => {
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
  ])('uploads a blob when its mount is refused %s (CVE-2024-39897)', async (_, options) => {
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
