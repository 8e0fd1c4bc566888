import { describe, expect, it } from 'vitest'
import {
  DigestMismatchError,
  getManifest,
  listTags,
  openRegistry,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { bytes, target } from '../support/planning.ts'

const puts = ({ requests }: ReturnType<typeof createTestRegistry>) =>
  requests.filter(({ method, url }) => method === 'PUT' && url.includes('/manifests/'))

describe('pushDockerTar() with tags', () => {
  const tags = Array.from({ length: 12 }, (_, index) => `v${index}`)

  it.each([
    [10, [10]],
    [11, [10, 1]],
    [25, [10, 10, 5]],
  ])('sends at most ten tags in a request when there are %i', async (count, expected) => {
    const { handle, registry } = target()
    const tags = Array.from({ length: count }, (_, index) => `v${index}`)
    const digest = await pushDockerTar(await bytes, handle, 'a', 'v0', { image: 0, tags: tags.slice(1) })
    const sent = puts(registry).map(({ url }) => new URL(url, handle.url).searchParams.getAll('tag'))
    expect(sent.map(({ length }) => length)).toEqual(expected)
    expect(sent.flat()).toEqual(tags)
    for (const tag of tags) expect((await getManifest(handle, 'a', tag)).digest).toBe(digest)
  })

  it('refuses an empty tag or repository, as from a variable that is not set', async () => {
    const { handle, registry } = target()
    const push = async (repository: string, tag: string) =>
      pushDockerTar(await bytes, handle, repository, tag, { image: 0 })
    await rejection(push('a', ''), ValidationError, /Cannot use "" as a tag/)
    await rejection(push('', 'v1'), ValidationError, /Cannot use "" as a repository/)
    expect(puts(registry)).toEqual([])
  })

  it('puts the image by its digest when there are no tags', async () => {
    const { handle } = target()
    const digest = await pushDockerTar(await bytes, handle, 'a', undefined, { image: 0, tags: [] })
    expect((await getManifest(handle, 'a', digest)).digest).toBe(digest)
    await expect(listTags(handle, 'a')).resolves.toEqual([])
  })

  it('sends the tags one by one when the registry does not confirm them together', async () => {
    const { handle, registry } = target({ profile: 'distribution-2' })
    await pushDockerTar(await bytes, handle, 'a', undefined, { image: 0, tags })
    expect(puts(registry)).toHaveLength(1 + tags.length)
    expect(new Set(await listTags(handle, 'a'))).toEqual(new Set(tags))
  })

  /** A registry that answers a manifest with several tags by this status. */
  function refusingTags(status: number) {
    const registry = createTestRegistry()
    const fetch = async (request: Request) =>
      request.url.includes('?tag=') ? new Response(null, { status }) : registry.fetch(request)
    return openRegistry('https://registry.test', { fetch, retry: 0 })
  }

  it.each([400, 404, 405, 414, 431])(
    'sends the tags one by one when the registry refuses them together with %i',
    async (status) => {
      const handle = refusingTags(status)
      await pushDockerTar(await bytes, handle, 'a', undefined, { image: 0, tags })
      expect(new Set(await listTags(handle, 'a'))).toEqual(new Set(tags))
    },
  )

  it.each([401, 403, 409, 413])('throws when the registry refuses several tags with %i', async (status) => {
    const handle = refusingTags(status)
    const pushing = pushDockerTar(await bytes, handle, 'a', undefined, { image: 0, tags })
    expect((await rejection(pushing, ResponseError, /put the manifest v0, v1/)).status).toBe(status)
    expect(await listTags(handle, 'a')).toEqual([])
  })
})

describe('pushDockerTarWithAllOriginalTags() with tags', () => {
  it('sets the tags after all manifests are in the registry', async () => {
    const { handle, registry } = target()
    const digests = await pushDockerTarWithAllOriginalTags(await bytes, handle)
    const paths = puts(registry).map(({ url }) => url.replace('/v2/', '').replace(/sha256:[0-9a-f]+/, '<digest>'))
    expect(paths).toEqual([
      'a/manifests/<digest>',
      'b/manifests/<digest>',
      'a/manifests/<digest>?tag=v1&tag=latest',
      'b/manifests/v1',
    ])
    expect(digests).toHaveLength(3)
  })

  it('sets the tag once when two names of an image are in the same repository', async () => {
    const { handle, registry } = target()
    const digests = await pushDockerTarWithAllOriginalTags(await bytes, handle, { tags: ['x'] })
    const [a, b] = await Promise.all(['a', 'b'].map((repository) => getManifest(handle, repository, 'x')))
    expect(digests).toEqual([a?.digest, b?.digest])
    expect(puts(registry).filter(({ url }) => url.includes('/x'))).toHaveLength(2)
  })
})

describe('pushDockerTar() with verify', () => {
  it('looks for each blob, manifest and tag', async () => {
    const { handle, registry } = target()
    const phases: string[] = []
    await pushDockerTar(await bytes, handle, 'a', 'v1', {
      image: 0,
      verify: true,
      onProgress: ({ phase }) => phases.at(-1) !== phase && phases.push(phase),
    })
    expect(phases).toEqual(['plan', 'blobs', 'manifests', 'verify', 'done'])
    const last = registry.requests.slice(-5)
    expect(last.map(({ method }) => method)).toEqual(Array(5).fill('HEAD'))
    expect(last.filter(({ url }) => url.includes('/blobs/'))).toHaveLength(3)
  })

  it.each([
    ['a blob', '/blobs/sha256', /taken sha256:[0-9a-f]{64} into "a"/],
    ['the manifest', '/manifests/sha256', /taken sha256:[0-9a-f]{64} into "a"/],
    ['the tag', '/manifests/v1', /taken the tag v1 into "a"/],
  ])('throws when %s is gone', async (_, path, message) => {
    const { registry } = target()
    let isDone = false
    const fetch = async (request: Request) => {
      if (isDone && request.url.includes(path)) return new Response(null, { status: 404 })
      return registry.fetch(request)
    }
    const handle = openRegistry('https://registry.test', { fetch })
    const onProgress = ({ phase }: { phase: string }) => {
      isDone = phase === 'verify'
    }
    const pushing = pushDockerTar(await bytes, handle, 'a', 'v1', { image: 0, verify: true, onProgress })
    await expect(pushing).rejects.toThrow(message)
  })

  it.each([
    ['the tag points at', '/manifests/v1', /the tag v1 of "a" points at/],
    ['the manifest is', '/manifests/sha256', /the answer to "look for the manifest/],
  ])('throws when %s something else', async (_, path, message) => {
    const { registry } = target()
    let isDone = false
    const fetch = async (request: Request) => {
      const response = await registry.fetch(request)
      if (isDone && request.url.includes(path)) {
        response.headers.set('docker-content-digest', `sha256:${'0'.repeat(64)}`)
      }
      return response
    }
    const handle = openRegistry('https://registry.test', { fetch })
    const onProgress = ({ phase }: { phase: string }) => {
      isDone = phase === 'verify'
    }
    const pushing = pushDockerTar(await bytes, handle, 'a', 'v1', { image: 0, verify: true, onProgress })
    await rejection(pushing, DigestMismatchError, message)
  })
})
