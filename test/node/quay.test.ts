import { describe, expect, it, vi } from 'vitest'
import {
  checkRegistryConnectivity,
  deleteImage,
  getImageInfo,
  getManifest,
  listRepositories,
  listTags,
  openRegistry,
  pushDockerTar,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type TestRegistryOptions } from '../../src/testing/index.ts'
import { changedRegistry } from '../support/changed-registry.ts'
import { at, type Behave, broken, disturbedPush, lost } from '../support/disturbed-push.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, withName } from '../support/layout.ts'

const HTML = { 'content-type': 'text/html; charset=utf-8' }
const quay = (options: TestRegistryOptions = {}) => {
  const registry = createTestRegistry({ profile: 'quay', ...options })
  return { registry, handle: openRegistry('https://quay.test', { fetch: registry.fetch, retry: 0 }) }
}

describe('a registry like Quay, which gives html as the type of what has none', () => {
  it.each(['docker-25', 'docker-24'] as const)('takes an image of %s, lists it, and deletes it', async (layout) => {
    const { handle } = quay()
    expect(await checkRegistryConnectivity(handle)).toBe(true)
    const digest = await pushDockerTar(await createTestArchive({ layout }), handle, 'team/app', 'v1', { verify: true })
    expect((await getManifest(handle, 'team/app', 'v1')).digest).toBe(digest)
    expect((await getImageInfo(handle, 'team/app', 'v1')).layerCount).toBe(2)
    expect([await listRepositories(handle), await listTags(handle, 'team/app')]).toEqual([['team/app'], ['v1']])
    expect(await deleteImage(handle, 'team/app', 'v1')).toBe(true)
  })

  it.each([
    ['MANIFEST_INVALID', true],
    ['TAG_INVALID', false],
  ])('takes no plain layers: a push refused with %s advises to compress: %s', async (code, advises) => {
    const { fetch } = createTestRegistry()
    const handle = openRegistry('https://quay.test', {
      retry: 0,
      fetch: async (request) =>
        request.url.includes('/manifests/') && request.method === 'PUT'
          ? Response.json({ errors: [{ code }] }, { status: 400 })
          : fetch(request),
    })
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
    const layout = createLayout()
    const layer = await layout.add('application/vnd.docker.image.rootfs.diff.tar', 'plain')
    const config = await layout.add('application/vnd.docker.container.image.v1+json', {
      os: 'linux',
      architecture: 'arm',
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    })
    layout.list({ ...(await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] })) })
    const error = await rejection(pushDockerTar(layout.tar(), handle, 'a', 'v1'), ResponseError)
    expect(error.message.includes("pass { compress: 'gzip' }")).toBe(advises)
  })

  it.each(['201', '202', 'every status'])(
    'is a registry with html as the type of %s, JSON included',
    async (status) => {
      const { handle } = changedRegistry((_, response) => {
        if (status === 'every status' || String(response.status) === status) {
          response.headers.set('content-type', HTML['content-type'])
        }
        return undefined
      })
      expect(await checkRegistryConnectivity(handle)).toBe(true)
      const digest = await pushDockerTar(await createTestArchive(), handle, 'a', 'v1', {
        chunkSize: 3000,
        verify: true,
      })
      expect((await getManifest(handle, 'a', 'v1')).digest).toBe(digest)
      expect([await listRepositories(handle), await listTags(handle, 'a')]).toEqual([['a'], ['v1']])
      expect(await deleteImage(handle, 'a', 'v1')).toBe(true)
    },
  )

  it.each(['true', '{}', ''])('is there if /v2/ is %j', async (body) => {
    const fetch = async () => new Response(body, { headers: HTML })
    expect(await checkRegistryConnectivity(openRegistry('https://quay.test', { fetch }))).toBe(true)
  })
})

describe('the token server of a registry like Quay, which knows rights to repositories alone', () => {
  const credentials = { username: 'ci', password: 'hunter2' }

  it('is asked for the rights that it knows: the list of repositories needs no other', async () => {
    const registry = createTestRegistry({ profile: 'quay', credentials })
    const provide = vi.fn(() => credentials)
    const handle = openRegistry('https://quay.test', { fetch: registry.fetch, credentials: provide, retry: 0 })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(await listRepositories(handle)).toEqual(['team/app'])
    expect(await listRepositories(handle)).toEqual(['team/app'])
    expect(await deleteImage(handle, 'team/app', 'v1')).toBe(true)
    // A refusal of a right is none of who asks: nobody is asked again.
    expect(provide).toHaveBeenCalledTimes(1)
    const asked = registry.requests.filter(({ url }) => url.startsWith('/v2/auth') && url.includes('catalog'))
    expect(asked.map(({ status }) => status)).toEqual([400])
  })

  it('says no to a wrong password, also if it is asked for such a right', async () => {
    const registry = createTestRegistry({ profile: 'quay', credentials })
    const wrong = { username: 'ci', password: 'wrong' }
    const handle = openRegistry('https://quay.test', { fetch: registry.fetch, credentials: wrong, retry: 0 })
    await rejection(listRepositories(handle), ResponseError, /Cannot get a token.*401/)
  })
})

describe('a web site', () => {
  it.each([
    ['HEAD', 'which it has not', undefined],
    ['HEAD', 'with the size of its page', '6'],
    ['PUT', '', undefined],
  ])('is no registry by its 200 to %s, %s', async (method, _, length) => {
    const { handle } = changedRegistry(({ method: asked, url }) => {
      const isLast = asked === 'HEAD' || url.includes('/manifests/')
      const headers = { ...HTML, ...(length && { 'content-length': length }) }
      return asked === method && isLast ? new Response(asked === 'HEAD' ? null : '<html>', { headers }) : undefined
    })
    const pushing = pushDockerTar(await createTestArchive(), handle, 'a', 'v1')
    await rejection(pushing, ResponseError, /web page|holds 6 bytes/)
  })

  it('has deleted nothing by its 200 to DELETE', async () => {
    const { handle } = changedRegistry(({ method }) =>
      method === 'DELETE' ? new Response('<html>', { headers: HTML }) : undefined,
    )
    await pushDockerTar(await createTestArchive(), handle, 'a', 'v1')
    await rejection(deleteImage(handle, 'a', 'v1'), ResponseError, /web page/)
  })
})

describe('an upload to a registry that tells one byte too many, as Quay does', () => {
  /** So much of the chunk arrives, and then the connection breaks. */
  const arrives =
    (length: number): Behave =>
    async (request, _, ask) => {
      const [first] = (request.headers.get('content-range') ?? '0').split('-')
      const body = new Uint8Array(await request.arrayBuffer()).subarray(0, length)
      const range = `${first}-${Number(first) + length - 1}`
      if (length > 0)
        await ask(new Request(request.url, { method: 'PATCH', body, headers: { 'content-range': range } }))
      return broken()
    }

  it.each([
    ['is known', 0],
    ['is known', 1],
    ['is known', 300],
    ['is known', 1024],
    ['is not known', 0],
    ['is not known', 1],
    ['is not known', 300],
    ['is not known', 1024],
  ] as const)('that %s goes on after %i bytes of a chunk', async (known, length) => {
    const profile = known === 'is known' ? { tellsCount: true } : undefined
    const options = { registry: { profile: 'quay' }, ...(profile && { profile }) } as const
    const push = await disturbedPush(at('PATCH', 4, arrives(length)), options)
    await push.pushing
    expect(push.events.map(({ kind }) => kind)).not.toContain('restart')
    expect(push.events.length).toBeLessThanOrEqual(profile ? 1 : 2)
    expect(await listTags(push.handle, 'a')).toEqual(['v1'])
    expect(push.registry.openUploads).toBe(0)
  })

  it.each([1, 2, 3, 10])('goes on after the first %i chunks, whose answers are lost', async (count) => {
    const push = await disturbedPush(at('PATCH', 1, lost, count), { registry: { profile: 'quay' } })
    await push.pushing
    expect(push.events.map(({ kind }) => kind)).not.toContain('restart')
    expect(push.ranges().length).toBeLessThanOrEqual(9 + 2 * 1)
  })

  it.each(['distribution-3', 'zot', undefined] as const)(
    'is no upload to %s: a byte more than before is one',
    async (profile) => {
      const options = { registry: profile ? { profile } : {} } as const
      const push = await disturbedPush(at('PATCH', 4, arrives(1)), options)
      await push.pushing
      expect(push.events.map(({ kind }) => kind)).not.toContain('restart')
      expect(push.ranges()).toContain('3073-4096')
    },
  )

  it('heals if the registry is taken for one that does and does not', async () => {
    const push = await disturbedPush(at('PATCH', 4, lost), { profile: { tellsCount: true } })
    await push.pushing
    expect(push.events.map(({ kind }) => kind)).toEqual(['retry', 'retry'])
    expect(push.handle.capabilities.current.tellsCount).toBe(false)
  })
})

describe('a manifest of Docker media types whose layers are not compressed', () => {
  it('is refused by Quay, with the way out, and taken with it', async () => {
    const layout = createLayout()
    const type = 'application/vnd.docker.distribution.manifest.v2+json'
    const image = await layout.addImage({ text: 'hello '.repeat(1000) })
    const path = `blobs/sha256/${image.digest.slice(7)}`
    const document = JSON.parse(new TextDecoder().decode(layout.files.get(path) as Uint8Array))
    const plain = { ...document.layers[0], mediaType: 'application/vnd.docker.image.rootfs.diff.tar' }
    const config = { ...document.config, mediaType: 'application/vnd.docker.container.image.v1+json' }
    const dockers = { ...document, mediaType: type, config, layers: [plain] }
    layout.list(withName(await layout.add(type, dockers), 'a:v1'))
    const { handle } = quay()
    const pushing = pushDockerTar(layout.tar(), handle)
    const error = await rejection(pushing, ResponseError, /MANIFEST_INVALID.*\{ compress: 'gzip' \}/)
    expect(error).toMatchObject({ status: 400, errors: [{ code: 'MANIFEST_INVALID' }] })
    await pushDockerTar(layout.tar(), handle, 'a', 'v1', { compress: 'gzip' })
    expect(await listTags(handle, 'a')).toEqual(['v1'])
  })
})
