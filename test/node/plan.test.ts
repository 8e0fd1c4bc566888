import { describe, expect, it } from 'vitest'
import {
  type Digest,
  DigestMismatchError,
  executePush,
  getManifest,
  listTags,
  openArchive,
  openRegistry,
  type PlannedTag,
  type PlanOptions,
  type PushPlan,
  planPush,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type TestRegistryOptions } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const base = { 'etc/base': 'shared' }
const bytes = createTestArchive({
  images: [
    { names: ['localhost:5000/a:v1', 'a:latest'], layers: [base, { a: 'a' }] },
    { names: ['b:v1'], layers: [base] },
  ],
})
const opened = async () => openArchive(await bytes)

function target(options: TestRegistryOptions = {}) {
  const registry = createTestRegistry(options)
  const recorder = recordingFetch(registry.fetch)
  const handle = openRegistry('https://registry.test', { fetch: recorder.fetch, retry: 0 })
  return { registry, recorder, handle }
}

/** A plan as it comes back from where it was kept. */
const kept = (plan: PushPlan): PushPlan => JSON.parse(JSON.stringify(plan))
const actionsOf = ({ blobs }: PushPlan) =>
  blobs.map(({ repository, kind, action, mountFrom }) =>
    [repository, kind, action, mountFrom].filter(Boolean).join(' '),
  )
const tagsOf = ({ tags }: PushPlan) => tags.map(({ repository, tag }) => `${repository}:${tag}`)

describe('planPush()', () => {
  it('tells what goes where, how each blob comes in, and what that costs', async () => {
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

  it('counts the requests of chunks, as large as the registry wants them', async () => {
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

  it('finds what is there, and what tags point at', async () => {
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

  it('mounts from where the user says that blobs may be, and only from where they are', async () => {
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

  it.each([400, 401, 403, 404])('mounts nothing from where it may not look when that answers %i', async (status) => {
    expect(actionsOf(await planWithHint(status))).toEqual(['b layer upload', 'b config upload'])
  })

  it.each([405, 429, 500, 503])('throws when a repository to mount from answers %i', async (status) => {
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
    ['maps names to what is none', { rename: () => 'Not A Name' }, /Cannot use "Not A Name" as an image name/],
    ['chooses an image that is not there', { images: ['c:v1'] }, /none of them is "c:v1"/],
    ['sets what is no tag', { tags: ['-'] }, /Cannot use "-" as a tag/],
    ['names what is no repository', { mountFrom: 'Not/One', images: [1] }, /Cannot use "Not\/One" as a repository/],
  ])('refuses what %s, and asks nothing', async (_, options, message) => {
    const { images } = await opened()
    await rejection(planPush(images, target().handle, options), ValidationError, message)
  })

  it('tells each blob that it found', async () => {
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

  it('is over at an abort', async () => {
    const { images } = await opened()
    const { handle, registry } = target()
    await expect(planPush(images, handle, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop')
    expect(registry.requests).toEqual([])
  })
})

describe('executePush()', () => {
  it('carries out a plan that was kept, of another opening of the archive', async () => {
    const { handle, registry } = target()
    const plan = kept(await planPush((await opened()).images, handle))
    await executePush(plan, (await opened()).images, handle, { verify: true })
    expect(await listTags(handle, 'a')).toEqual(['latest', 'v1'])
    expect(registry.openUploads).toBe(0)
  })

  it('carries out a plan with an index that the archive does not have', async () => {
    const layout = createLayout()
    const here = await layout.addImage()
    const missing = {
      ...here,
      digest: `sha256:${'0'.repeat(64)}` as const,
      platform: { os: 'linux', architecture: 'arm64' },
    }
    const index = await layout.addIndex([{ ...here, platform: { os: 'linux', architecture: 'amd64' } }, missing])
    layout.list({ ...index })
    const tar = layout.tar()
    const { handle } = target()
    const options = { repository: 'a', tags: ['v1'], platforms: 'available' } as const
    const plan = kept(await planPush((await openArchive(tar)).images, handle, options))
    const [tag] = plan.tags
    expect(plan.digestChanges).toEqual([{ repository: 'a', from: index.digest, to: tag?.digest }])
    await executePush(plan, (await openArchive(tar)).images, handle)
    expect((await getManifest(handle, 'a', 'v1')).digest).toBe(tag?.digest)

    const changed = plan.manifests.map((manifest) => ({
      ...manifest,
      ...(manifest.text && { text: `${manifest.text} ` }),
    }))
    const images = (await openArchive(tar)).images
    await rejection(executePush({ ...plan, manifests: changed }, images, handle), DigestMismatchError)
  })

  it('asks for no blob a second time', async () => {
    const { images } = await opened()
    const { handle, recorder } = target()
    const plan = await planPush(images, handle)
    const before = recorder.count('HEAD')
    await executePush(plan, images, handle)
    expect(recorder.count('HEAD')).toBe(before)
  })

  it('refuses a plan for another registry, and one of other images, before it sends anything', async () => {
    const { images } = await opened()
    const { handle } = target()
    const plan = await planPush(images, handle)
    const other = target()
    const elsewhere = openRegistry('https://other.test', { fetch: other.registry.fetch })
    await expect(executePush(plan, images, elsewhere)).rejects.toThrow(
      /the plan was made for https:\/\/registry\.test\//,
    )
    await rejection(executePush(plan, images.slice(1), handle), ValidationError, /which the plan sends/)
    expect(other.registry.requests).toEqual([])
  })

  it('refuses a plan whose tags are none, or of something else, before it sends anything', async () => {
    const { images } = await opened()
    const { handle, registry } = target()
    const plan = await planPush(images, handle, { images: [0], repository: 'a', tags: ['v1'] })
    registry.requests.length = 0
    const tagging = (tag: object) => ({ ...plan, tags: [{ ...plan.tags[0], ...tag } as PlannedTag] })
    const digest = plan.manifests[0]?.digest as Digest
    const elsewhere = [{ digest: `sha256:${'0'.repeat(64)}` }, { repository: 'b' }]
    for (const tag of elsewhere)
      await rejection(executePush(tagging(tag), images, handle), ValidationError, /does not put there/)
    await rejection(executePush(tagging({ tag: digest }), images, handle), ValidationError)
    expect(registry.requests).toEqual([])
  })

  it('says to plan anew where a blob is there no more', async () => {
    const { images } = await opened()
    const { handle } = target()
    const plan = await planPush(images, handle)
    const present = { ...plan, blobs: plan.blobs.map((blob) => ({ ...blob, action: 'present' as const })) }
    await rejection(
      executePush(present, images, handle),
      ResponseError,
      /there no more; plan and push again, with \{ existing: 'upload' \}/,
    )
  })
})

describe('the tags of a push', () => {
  const tags = Array.from({ length: 12 }, (_, index) => `v${index}`)
  const puts = ({ requests }: ReturnType<typeof createTestRegistry>) =>
    requests.filter(({ method, url }) => method === 'PUT' && url.includes('/manifests/'))

  it.each([
    [10, [10]],
    [11, [10, 1]],
    [25, [10, 10, 5]],
  ])('go at most ten in one request when there are %i', async (count, expected) => {
    const { handle, registry } = target()
    const tags = Array.from({ length: count }, (_, index) => `v${index}`)
    const digest = await pushDockerTar(await bytes, handle, 'a', 'v0', { image: 0, tags: tags.slice(1) })
    const sent = puts(registry).map(({ url }) => new URL(url, handle.url).searchParams.getAll('tag'))
    expect(sent.map(({ length }) => length)).toEqual(expected)
    expect(sent.flat()).toEqual(tags)
    for (const tag of tags) expect((await getManifest(handle, 'a', tag)).digest).toBe(digest)
  })

  it('may be none: then the image is there by its digest', async () => {
    const { handle } = target()
    const digest = await pushDockerTar(await bytes, handle, 'a', undefined, { image: 0, tags: [] })
    expect((await getManifest(handle, 'a', digest)).digest).toBe(digest)
    await expect(listTags(handle, 'a')).resolves.toEqual([])
  })

  it('go one by one where it does not confirm them, once it was asked', async () => {
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

  it.each([400, 404, 405, 414, 431])('go one by one where it refuses them with %i', async (status) => {
    const handle = refusingTags(status)
    await pushDockerTar(await bytes, handle, 'a', undefined, { image: 0, tags })
    expect(new Set(await listTags(handle, 'a'))).toEqual(new Set(tags))
  })

  it.each([401, 403, 409, 413])('are an error where it refuses them with %i', async (status) => {
    const handle = refusingTags(status)
    const pushing = pushDockerTar(await bytes, handle, 'a', undefined, { image: 0, tags })
    expect((await rejection(pushing, ResponseError, /put the manifest v0, v1/)).status).toBe(status)
    expect(await listTags(handle, 'a')).toEqual([])
  })

  it('move after all manifests are in, where there are several', async () => {
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

  it('are told once where two names of an image have one repository', async () => {
    const { handle, registry } = target()
    const digests = await pushDockerTarWithAllOriginalTags(await bytes, handle, { tags: ['x'] })
    const [a, b] = await Promise.all(['a', 'b'].map((repository) => getManifest(handle, repository, 'x')))
    expect(digests).toEqual([a?.digest, b?.digest])
    expect(puts(registry).filter(({ url }) => url.includes('/x'))).toHaveLength(2)
  })
})

describe('{ verify: true }', () => {
  it('asks for each blob, manifest and tag', async () => {
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
  ])('says so where %s is gone', async (_, path, message) => {
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
  ])('says so where %s something else', async (_, path, message) => {
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

describe('what is no plan, no images, or no such option', () => {
  const wrong = (options: object) => options as PlanOptions

  it.each([
    [{ tags: 'latest' }, 'Cannot push: tags has to be an array, not "latest"'],
    [{ images: 0 }, 'Cannot push: the option images has to be an array, not 0'],
    [{ mountFrom: 5 }, 'Cannot push: mountFrom has to be a repository or an array of them, not 5'],
    [{ rename: 'a' }, 'Cannot push: rename has to be a function, not "a"'],
    [
      { rename: () => 5 },
      'Cannot push: rename has to give a name or undefined at once for "localhost:5000/a:v1", not 5',
    ],
    [{ rename: async () => 'a' }, /at once for .*, not a promise$/],
  ])('is a TypeError that names it: %o', async (options, message) => {
    const { images } = await opened()
    const { handle, recorder } = target()
    await expect(planPush(images, handle, wrong(options))).rejects.toThrow(message)
    await expect(pushDockerTarWithAllOriginalTags(await bytes, handle, wrong(options))).rejects.toThrow(TypeError)
    expect(recorder.exchanges).toHaveLength(0)
  })

  it('sets no tag a letter', async () => {
    const { handle } = target()
    const pushing = pushDockerTar(await bytes, handle, 'a', 'v1', { image: 0, ...wrong({ tags: 'latest' }) })
    await rejection(pushing, TypeError, /tags has to be an array, not "latest"/)
  })

  it('is told by both halves of a push', async () => {
    const archive = await opened()
    const { handle } = target()
    const message = /images has to be the "images" that openArchive gives, not an object/
    await rejection(planPush(archive as never, handle), TypeError, message)
    const plan = await planPush(archive.images, handle)
    await rejection(executePush(plan, archive as never, handle), TypeError, message)
    for (const none of [undefined, JSON.stringify(plan), Promise.resolve(plan), {}, archive.images]) {
      const executing = executePush(none as never, archive.images, handle)
      const error = await rejection(
        executing,
        TypeError,
        /the plan has to be what planPush resolves to \(await it\), or/,
      )
      expect(error.message.length).toBeLessThan(150)
    }
  })

  it.each([2, 0, '1', null, undefined])(
    'is a plan of version %j: executePush() says to plan again',
    async (version) => {
      const archive = await opened()
      const { handle, recorder } = target()
      const plan = await planPush(archive.images, handle)
      expect(JSON.parse(JSON.stringify(plan)).version).toBe(1)
      const executing = executePush({ ...plan, version } as never, archive.images, handle)
      await rejection(executing, TypeError, /the plan has version .+, and only version 1 can be executed; plan again/)
      expect(recorder.count('POST')).toBe(0)
    },
  )

  it('is a store that is none', async () => {
    const { handle } = target()
    for (const sessions of ['folder', {}, () => {}]) {
      const pushing = pushDockerTar(await bytes, handle, 'a', 'v1', { image: 0, sessions: sessions as never })
      await rejection(pushing, TypeError, /sessions has to be a store, as memorySessions\(\) gives one, not/)
    }
  })
})
