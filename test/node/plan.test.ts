import { describe, expect, it } from 'vitest'
import {
  executePush,
  getManifest,
  openRegistry,
  type PlanOptions,
  type PushPlan,
  planPush,
  pushDockerTar,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { bytes, opened, target } from '../support/planning.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const actionsOf = ({ blobs }: PushPlan) =>
  blobs.map(({ repository, kind, action, mountFrom }) =>
    [repository, kind, action, mountFrom].filter(Boolean).join(' '),
  )

const tagsOf = ({ tags }: PushPlan) => tags.map(({ repository, tag }) => `${repository}:${tag}`)

describe('planPush()', () => {
  it('returns where each blob goes, how it gets there, and how many bytes and requests that costs', async () => {
    const { images } = await opened()
    const { handle, recorder } = target({ profile: 'distribution-2' })
    const plan = await planPush(images, handle)
    expect(actionsOf(plan)).toEqual([
      'a layer upload',
      'a layer upload',
      'a config upload',
      'b layer mount a',
      'b config upload',
    ])
    const [one, two] = images.map(({ manifest }) => manifest.digest)
    expect(plan.manifests.map(({ repository, digest }) => [repository, digest])).toEqual([
      ['a', one],
      ['b', two],
    ])
    expect(plan.tags).toEqual([
      { repository: 'a', tag: 'v1', digest: one },
      { repository: 'a', tag: 'latest', digest: one },
      { repository: 'b', tag: 'v1', digest: two },
    ])
    const sizes = plan.blobs.map(({ size }) => size)
    expect(plan.totalBytes).toBe(sizes.reduce((sum, size) => sum + size))
    expect(plan.uploadBytes).toBe(plan.totalBytes - (sizes[3] ?? 0))
    // Questions only: GET of a tag that HEAD does not find.
    expect(new Set(recorder.exchanges.map(({ method }) => method))).toEqual(new Set(['HEAD', 'GET']))
    const asked = recorder.exchanges.length
    await executePush(plan, images, handle)
    expect(recorder.exchanges.length - asked).toBe(plan.requests)
  })

  it('counts the requests of chunks when the registry wants chunks of a certain size', async () => {
    const { images } = await opened()
    for (const options of [{}, { profile: 'cloudflare' }, { profile: 'gar' }] as const) {
      const recorder = recordingFetch(createTestRegistry().fetch)
      const handle = openRegistry('https://registry.test', { fetch: recorder.fetch, ...options })
      const plan = await planPush(images, handle, { images: [1], chunkSize: 4000 })
      const asked = recorder.exchanges.length
      await executePush(plan, images, handle, { chunkSize: 4000 })
      expect(recorder.exchanges.length - asked, JSON.stringify(options)).toBe(plan.requests)
    }
  })

  it('reports the blobs that are already there, and the digests that tags point at', async () => {
    const { images } = await opened()
    const { handle, registry } = target()
    await pushDockerTar(await bytes, handle, 'b', 'v1', { image: 0 })
    registry.requests.length = 0
    const plan = await planPush(images, handle)
    expect(actionsOf(plan)).toEqual([
      'a layer mount b',
      'a layer upload',
      'a config upload',
      'b layer present',
      'b config upload',
    ])
    expect(plan.tags.map(({ previous }) => previous)).toEqual([undefined, undefined, images[0]?.manifest.digest])
    await executePush(plan, images, handle)
    const again = await planPush(images, handle)
    expect(new Set(again.blobs.map(({ action }) => action))).toEqual(new Set(['present']))
    expect(again.tags.every(({ previous, digest }) => previous === digest)).toBe(true)
    expect([again.uploadBytes, again.requests]).toEqual([0, 6])
  })

  it('mounts from the repositories in mountFrom, and only when they have the blob', async () => {
    const { images } = await opened()
    const { handle, registry } = target()
    await pushDockerTar(await bytes, handle, 'other/base', 'v1', { image: 1 })
    const options: PlanOptions = { images: [0], mountFrom: ['none/here', 'other/base'] }
    const plan = await planPush(images, handle, options)
    expect(actionsOf(plan)).toEqual(['a layer mount other/base', 'a layer upload', 'a config upload'])
    registry.requests.length = 0
    await executePush(plan, images, handle)
    const mounts = registry.requests.filter(({ url }) => url.includes('mount='))
    expect(mounts.map(({ status }) => status)).toEqual([201])
  })

  // HEAD of a blob in the repository `secret/base` answers with this status; all else is answered as usual.
  async function planWithHint(status: number) {
    const { images } = await opened()
    const { registry } = target()
    const fetch = async (request: Request) =>
      request.url.includes('/secret/') ? new Response(null, { status }) : registry.fetch(request)
    const handle = openRegistry('https://registry.test', { fetch, retry: 0 })
    return planPush(images, handle, { images: [1], mountFrom: 'secret/base' })
  }

  it.each([400, 401, 403, 404])('plans an upload when a repository in mountFrom answers %i', async (status) => {
    expect(actionsOf(await planWithHint(status))).toEqual(['b layer upload', 'b config upload'])
  })

  it.each([405, 429, 500, 503])('throws when a repository in mountFrom answers %i', async (status) => {
    const error = await rejection(planWithHint(status), ResponseError, /"secret\/base"/)
    expect(error.status).toBe(status)
  })

  it.each<[string, PlanOptions, readonly string[]]>([
    ['all their names', {}, ['a:v1', 'a:latest', 'b:v1']],
    [
      'names of their own making',
      { rename: (name) => `mirror/${name.split('/').pop()}` },
      ['mirror/a:v1', 'mirror/a:latest', 'mirror/b:v1'],
    ],
    ['some of their names', { rename: (name) => (name.endsWith('v1') ? name : undefined) }, ['a:v1', 'b:v1']],
    ['other tags', { tags: ['x', 'y'] }, ['a:x', 'a:y', 'b:x', 'b:y']],
    ['one repository', { repository: 'all', images: [0] }, ['all:v1', 'all:latest']],
    ['one repository and other tags', { repository: 'all', images: ['b:v1'], tags: ['x'] }, ['all:x']],
  ])('names images by %s', async (_, options, expected) => {
    const { images } = await opened()
    const { handle } = target()
    const plan = await planPush(images, handle, options)
    expect(tagsOf(plan)).toEqual(expected)
    await executePush(plan, images, handle)
    for (const { repository, tag, digest } of plan.tags) {
      expect((await getManifest(handle, repository, tag)).digest).toBe(digest)
    }
  })

  it.each<[string, PlanOptions, RegExp]>([
    ['gives one tag to two images', { tags: ['v1'], repository: 'a' }, /two images as "a:v1"/],
    [
      'maps a name to something that is not a name',
      { rename: () => 'Not A Name' },
      /Cannot use "Not A Name" as an image name/,
    ],
    ['chooses an image that is not there', { images: ['c:v1'] }, /none of them is "c:v1"/],
    ['sets a tag that is not valid', { tags: ['-'] }, /Cannot use "-" as a tag/],
    [
      'names a repository that is not valid',
      { mountFrom: 'Not/One', images: [1] },
      /Cannot use "Not\/One" as a repository/,
    ],
  ])('throws and sends no request when the caller %s', async (_, options, message) => {
    const { images } = await opened()
    await rejection(planPush(images, target().handle, options), ValidationError, message)
  })

  it('reports progress for each blob that it finds', async () => {
    const { images } = await opened()
    const { handle } = target()
    await pushDockerTar(await bytes, handle, 'b', 'v1', { image: 1 })
    const told: number[] = []
    const plan = await planPush(images, handle, {
      images: [1],
      onProgress: ({ phase, sentBytes, blobs }) => {
        expect([phase, blobs.length]).toEqual(['plan', 2])
        told.push(sentBytes)
      },
    })
    expect(told[0]).toBe(0)
    expect(told).toHaveLength(3)
    expect(told.at(-1)).toBe(plan.totalBytes)
  })

  it('rejects when the signal is aborted', async () => {
    const { images } = await opened()
    const { handle, registry } = target()
    await expect(planPush(images, handle, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop')
    expect(registry.requests).toEqual([])
  })
})
