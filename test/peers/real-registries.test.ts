import { afterAll, beforeAll, expect, it } from 'vitest'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { asBytes } from '../support/archive-contract.ts'
import type { Distribution } from '../support/distribution.ts'
import { rejection } from '../support/errors.ts'
import { collected } from '../support/lister.ts'
import { describePushes, type PushWays } from '../support/push-contract.ts'
import {
  ALL,
  DISTRIBUTIONS,
  describeReal,
  type RealRegistry,
  type RealRegistryOptions,
} from '../support/real-registries.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { describeRegistry } from '../support/registry-contract.ts'

const {
  deleteImage,
  deleteImageByDigest,
  iterateRepositories,
  iterateTags,
  listRepositories,
  listTags,
  openRegistry,
  pushDockerTar,
} = node

const WAYS: Readonly<Record<RealRegistry['profile'], PushWays>> = {
  'distribution-2': {
    afterCut: 'begins anew',
    afterLostAnswer: 'begins anew',
    inSecondRepository: 'mounted',
    hasReferrers: false,
  },
  'distribution-3': {
    afterCut: 'goes on',
    afterLostAnswer: 'goes on',
    inSecondRepository: 'mounted',
    hasReferrers: false,
  },
  zot: { afterCut: 'begins anew', afterLostAnswer: 'goes on', inSecondRepository: 'uploaded', hasReferrers: true },
}

/** Starts one for all tests of a block. */
function started({ start }: RealRegistry, options?: RealRegistryOptions): { readonly url: string } {
  let registry: Distribution | undefined
  beforeAll(async () => {
    registry = await start(options)
  })
  afterAll(() => registry?.stop())
  return {
    get url() {
      return registry?.url ?? ''
    },
  }
}

describeReal('{}', ALL, (real) => {
  const registry = started(real)
  const target = () => ({ url: registry.url })
  describeRegistry('from the Node entry', node, target, asBytes)
  describePushes(() => registry.url, WAYS[real.profile])
})

describeReal('{} with lists of two entries a page', DISTRIBUTIONS, (real) => {
  const registry = started(real, { settings: { REGISTRY_CATALOG: '{"maxentries":2}', REGISTRY_TAGS: '{"maxtags":2}' } })

  it('listRepositories() and listTags() read all pages, and the iterators send the same requests', async () => {
    const archive = await createTestArchive()
    const repositories = ['a', 'b/c', 'd', 'e', 'f']
    const tags = ['one', 'two', 'three', 'four', 'five']
    for (const repository of repositories) await pushDockerTar(archive, registry.url, repository, 'v1')
    for (const tag of tags) await pushDockerTar(archive, registry.url, 'tags', tag)
    const recorder = recordingFetch()
    const handle = openRegistry(registry.url, { fetch: recorder.fetch })
    expect(await listRepositories(handle)).toEqual([...repositories, 'tags'])
    // It takes no more than two, and says so: then it chooses itself.
    expect(recorder.exchanges[0]).toMatchObject({ status: 400 })
    expect(recorder.exchanges.length).toBeGreaterThanOrEqual(4)
    const before = recorder.exchanges.length
    expect([...(await listTags(handle, 'tags'))].sort()).toEqual(tags.toSorted())
    const requests = recorder.exchanges.length - before
    // 2 has no pages of tags (distribution/distribution#1936).
    expect(requests).toBe(real.profile === 'distribution-2' ? 1 : 3)
    expect(await collected(iterateRepositories(handle))).toEqual([...repositories, 'tags'])
    expect([...(await collected(iterateTags(handle, 'tags')))].sort()).toEqual(tags.toSorted())
    expect(recorder.exchanges).toHaveLength(2 * (before + requests))
  })
})

describeReal('{} with as many tags as are asked for at once, and more', ALL, (real) => {
  const registry = started(real)

  it('listTags() gives each of them, and deleteImage() finds the others that name a manifest', async () => {
    const archive = await createTestArchive()
    const digest = await pushDockerTar(archive, registry.url, 'tags', 'v0000')
    const { bytes, mediaType } = await node.getManifest(registry.url, 'tags', digest)
    const put = async (tag: string) => {
      const url = new URL(`v2/tags/manifests/${tag}`, registry.url)
      const answer = await fetch(url, { method: 'PUT', headers: { 'content-type': mediaType }, body: bytes })
      expect([answer.status, await answer.text()]).toEqual([201, ''])
    }
    const tags = Array.from({ length: 1010 }, (_, index) => `v${String(index).padStart(4, '0')}`)
    const tagAll = async (from: number, to: number) => {
      for (let start = from; start < to; start += 10) await Promise.all(tags.slice(start, start + 10).map(put))
    }
    const listed = async () => [...(await listTags(registry.url, 'tags'))].sort()
    await tagAll(0, 20)
    expect(await listed()).toEqual(tags.slice(0, 20))
    await tagAll(20, 1000)
    expect(await listed()).toEqual(tags.slice(0, 1000))
    await tagAll(1000, 1010)
    expect(await listed()).toEqual(tags)

    const deleting = deleteImage(registry.url, 'tags', 'v1009')
    if (real.profile === 'distribution-2') {
      return void (await rejection(deleting, node.ValidationError, /"v0000".*would be deleted too/))
    }
    expect(await deleting).toBe(true)
    expect(await listed()).toEqual(tags.slice(0, -1))
    expect(await deleteImage(registry.url, 'tags', 'v1009')).toBe(false)
  }, 120_000)
})

describeReal('{} that does not delete', DISTRIBUTIONS, (real) => {
  const registry = started(real, { settings: { REGISTRY_STORAGE_DELETE_ENABLED: 'false' } })

  it('deleteImage() and deleteImageByDigest() are refused, and nothing goes', async () => {
    const digest = await pushDockerTar(await createTestArchive(), registry.url, 'a', 'v1')
    const error = await rejection(deleteImage(registry.url, 'a', 'v1'), node.ResponseError)
    expect(error).toMatchObject({ status: 405, errors: [{ code: 'UNSUPPORTED' }] })
    await rejection(deleteImageByDigest(registry.url, 'a', digest), node.ResponseError, /405/)
    expect(await listTags(registry.url, 'a')).toEqual(['v1'])
  })
})

describeReal('{} that deduplicates, as it does unless told otherwise', ['zot'], (real) => {
  const registry = started(real, { dedupes: true })

  it('pushDockerTar() to a second repository sends no blob: it says that it has them there', async () => {
    const archive = await createTestArchive()
    const digest = await pushDockerTar(archive, registry.url, 'one', 'v1')
    const recorder = recordingFetch()
    await pushDockerTar(archive, openRegistry(registry.url, { fetch: recorder.fetch }), 'two', 'v1')
    const blobs = recorder.exchanges.filter(({ url }) => url.pathname.includes('/blobs/'))
    expect(blobs.map(({ method, status }) => [method, status])).toEqual(Array(3).fill(['HEAD', 200]))
    expect(recorder.exchanges.at(-1)).toMatchObject({ method: 'PUT', status: 201 })
    expect(recorder.exchanges).toHaveLength(4)
    expect((await node.getImageInfo(registry.url, 'two', digest)).layerCount).toBe(2)
  })
})
