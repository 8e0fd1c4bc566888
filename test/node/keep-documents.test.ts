import { beforeEach, describe, expect, inject, it } from 'vitest'
import {
  DigestMismatchError,
  deleteImageByDigest,
  getConfig,
  getImageInfo,
  getManifest,
  keepDocuments,
  listTagDetails,
  openRegistry,
  pushDockerTar,
  type Registry,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, withName, withPlatform } from '../support/layout.ts'
import { collected, ORIGIN } from '../support/lister.ts'
import { unique } from '../support/published-image.ts'
import { type RecordingFetch, recordingFetch } from '../support/recording-fetch.ts'

const TAGS = ['v1', 'v2', 'v3', 'several']

/** Pushes an image under each tag, and an index of two images. */
async function fill(registry: Registry, repository: string): Promise<void> {
  for (const tag of TAGS) {
    const layout = createLayout()
    const text = unique()
    const image = await layout.addImage({ text })
    const other = tag === 'several' ? await layout.addImage({ text, architecture: 'arm64' }) : undefined
    const root = other
      ? await layout.addIndex([withPlatform(image, 'linux/amd64'), withPlatform(other, 'linux/arm64')])
      : image
    layout.list(withName(root, tag))
    await pushDockerTar(layout.tar(), registry, repository, tag)
  }
}

describe.each([
  ['distribution', () => ({ url: inject('registryUrl'), recorder: recordingFetch() })],
  ['the embedded registry', () => ({ url: ORIGIN, recorder: recordingFetch(createTestRegistry().fetch) })],
])('keepDocuments() of a handle of %s', (_, setUp) => {
  const repository = `kept/${unique()}`
  let recorder: RecordingFetch
  let plain: Registry
  const requests = () => recorder.exchanges.map(({ method, url }) => `${method} ${url.pathname.split('/').at(-1)}`)
  const forget = () => (recorder.exchanges as unknown[]).splice(0)
  beforeEach(async () => {
    const { url, recorder: made } = setUp()
    recorder = made
    plain = openRegistry(url, { fetch: recorder.fetch })
    await fill(plain, repository)
    forget()
  })

  it('lets a second look at the same tags cost one HEAD for each', async () => {
    const registry = keepDocuments(plain)
    const first = await collected(listTagDetails(registry, repository))
    // A HEAD, a manifest and a config for each image; for the index two of each, and its own; and the list.
    expect(recorder.exchanges).toHaveLength(1 + 3 * 3 + (2 + 2 * 2))
    forget()
    expect(await collected(listTagDetails(registry, repository))).toEqual(first)
    expect(requests().toSorted()).toEqual([...TAGS.map((tag) => `HEAD ${tag}`), 'GET list'].toSorted())
  })

  it('lets a second look at an image cost one GET, and none by its digest', async () => {
    const registry = keepDocuments(plain)
    const first = await getImageInfo(registry, repository, 'several')
    forget()
    expect(await getImageInfo(registry, repository, 'several')).toEqual(first)
    expect(requests()).toEqual(['GET several'])
    forget()
    expect(await getImageInfo(registry, repository, first.digest)).toEqual({ ...first, reference: first.digest })
    await getConfig(registry, repository, first.digest, { platform: 'linux/arm64' })
    expect(requests()).toEqual([])
  })

  it('reads a tag that was moved', async () => {
    const registry = keepDocuments(plain)
    const { digest } = await getImageInfo(registry, repository, 'v1')
    const moved = await pushDockerTar(await createTestArchive(), plain, repository, 'v1')
    expect(moved).not.toBe(digest)
    expect((await getImageInfo(registry, repository, 'v1')).digest).toBe(moved)
    const [row] = await collected(listTagDetails(registry, repository, { tags: ['v1'] }))
    expect(row?.digest).toBe(moved)
  })

  it('asks the registry for each digest of another repository', async () => {
    const registry = keepDocuments(plain)
    const { digest } = await getManifest(registry, repository, 'v1')
    const error = await rejection(getManifest(registry, `${repository}/other`, digest), ResponseError)
    expect(error.status).toBe(404)
  })

  it('forgets a manifest that it deletes', async () => {
    const registry = keepDocuments(plain)
    const { digest } = await getManifest(registry, repository, 'v1')
    expect(await deleteImageByDigest(registry, repository, digest)).toBe(true)
    expect((await rejection(getManifest(registry, repository, digest), ResponseError)).status).toBe(404)
  })

  it('keeps no more than maxBytes, the last that were used', async () => {
    const sizes = await Promise.all(
      TAGS.slice(0, 2).map(async (tag) => (await getManifest(plain, repository, tag)).size),
    )
    const registry = keepDocuments(plain, { maxBytes: sizes.reduce((sum, size) => sum + size, 10) })
    const digests: string[] = []
    for (const tag of ['v1', 'v2']) digests.push((await getManifest(registry, repository, tag)).digest)
    await getManifest(registry, repository, digests[0] as string)
    digests.push((await getManifest(registry, repository, 'v3')).digest)
    forget()
    for (const digest of [digests[2], digests[0]]) await getManifest(registry, repository, digest as string)
    expect(requests()).toEqual([])
    await getManifest(registry, repository, digests[1] as string)
    expect(requests()).toHaveLength(1)
  })

  it('shares nothing with the handle that it is made of, and gives bytes that may be changed', async () => {
    const registry = keepDocuments(plain)
    const { digest, bytes } = await getManifest(registry, repository, 'v1')
    const before = bytes.slice()
    bytes.fill(0)
    const again = await getManifest(registry, repository, digest)
    expect(again.bytes).toEqual(before)
    again.bytes.fill(0)
    expect((await getManifest(registry, repository, digest)).bytes).toEqual(before)
    forget()
    await getManifest(plain, repository, digest)
    expect(requests()).toHaveLength(1)
  })
})

describe('keepDocuments()', () => {
  it('keeps nothing that does not match its digest', async () => {
    const { fetch } = createTestRegistry()
    let spoils = true
    const spoiled = openRegistry(ORIGIN, {
      fetch: async (request) => {
        const isBlob = request.method === 'GET' && request.url.includes('/blobs/')
        return spoils && isBlob ? new Response('spoiled') : fetch(request)
      },
    })
    const registry = keepDocuments(spoiled)
    await pushDockerTar(await createTestArchive(), spoiled, 'team/app', 'v1')
    await rejection(getImageInfo(registry, 'team/app', 'v1'), DigestMismatchError)
    spoils = false
    expect(await getImageInfo(registry, 'team/app', 'v1')).toMatchObject({ platform: 'linux/amd64' })
  })

  it('ends with the reason of a signal, also for what it keeps', async () => {
    const { fetch } = createTestRegistry()
    const registry = keepDocuments(openRegistry(ORIGIN, { fetch }))
    const digest = await pushDockerTar(await createTestArchive(), registry, 'team/app', 'v1')
    await getImageInfo(registry, 'team/app', digest)
    const reason = new Error('no longer wanted')
    const signal = AbortSignal.abort(reason)
    await expect(getManifest(registry, 'team/app', digest, { signal })).rejects.toBe(reason)
    await expect(getConfig(registry, 'team/app', digest, { signal })).rejects.toBe(reason)
  })

  it('shows no secret, and cannot be changed', () => {
    const credentials = { username: 'ci', password: 'hunter2' }
    const registry = keepDocuments(openRegistry(ORIGIN, { credentials }))
    expect(JSON.stringify(registry)).not.toContain('hunter2')
    expect(Object.isFrozen(registry)).toBe(true)
  })

  it('refuses wrong calls', () => {
    for (const maxBytes of [0, -1, 1.5, Number.NaN, '9' as never]) {
      expect(() => keepDocuments(ORIGIN, { maxBytes })).toThrow(RangeError)
    }
    expect(() => keepDocuments({} as never)).toThrow(TypeError)
    expect(() => keepDocuments(ORIGIN, null as never)).toThrow(TypeError)
  })
})
