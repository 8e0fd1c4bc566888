import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  copyImage,
  type DeletePlan,
  DigestMismatchError,
  deleteImageByDigest,
  deleteTags,
  executeDelete,
  openRegistry,
  planDelete,
  RegistryError,
  ResponseError,
  undoDelete,
  ValidationError,
} from '../../src/index.ts'
import { createTestRegistry, type StatusFault, type TestRegistryOptions } from '../../src/testing/index.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { rejection } from '../support/errors.ts'
import { stockRepository } from '../support/stocked-repository.ts'

const URL = 'https://registry.test'

/** A repository of the embedded registry, and its requests. */
function embedded(options: TestRegistryOptions = {}) {
  const registry = createTestRegistry(options)
  const repo = stockRepository(URL, registry.fetch)
  const sent = (method: string) => registry.requests.filter((request) => request.method === method)
  return { ...repo, registry, sent }
}

/** A refusal of every delete, or of some. */
const refusal = (status: number, path?: string): StatusFault => ({
  ...{ kind: 'status', method: 'DELETE', status, times: Number.POSITIVE_INFINITY },
  ...(path !== undefined && { path }),
})

describe('deleteTags() of a distribution 2.8 without deletes', () => {
  let registry: Distribution
  beforeAll(async () => {
    registry = await startDistribution({ settings: { REGISTRY_STORAGE_DELETE_ENABLED: 'false' } })
  })
  afterAll(() => registry.stop())

  it('throws one error, and changes nothing', async () => {
    const { handle, repository, ...repo } = stockRepository(registry.url)
    const child = await repo.image()
    await repo.index('v1', [child])
    await repo.image('v2')
    const error = await rejection(deleteTags(handle, repository, 'v1'), ResponseError, /405 .*configuration forbids/)
    expect(error.code).toBe('NOT_ALLOWED')
    expect([await repo.tags(), await repo.has(child.digest)]).toEqual([['v1', 'v2'], true])
  })

  it('never moves a tag for { overwriteTags: true }', async () => {
    const { handle, repository, ...repo } = stockRepository(registry.url)
    const image = await repo.image('v1')
    await repo.tag('latest', image)
    await rejection(deleteTags(handle, repository, 'v1', { overwriteTags: true }), ResponseError, /405/)
    const { tags } = await planDelete(handle, repository, 'none')
    expect(tags).toEqual([
      { tag: 'latest', digest: image.digest },
      { tag: 'v1', digest: image.digest },
    ])
  })
})

describe('executeDelete()', () => {
  it.each([
    [403, 'ACCESS_DENIED'],
    [412, 'TAG_IMMUTABLE'],
  ])(
    'tells an image that the registry keeps with %i, deletes the rest, and leaves the children',
    async (status, code) => {
      const { handle, repository, ...repo } = embedded()
      const child = await repo.image()
      const index = await repo.index('kept', [child])
      await repo.image('gone')
      await repo.image('other')
      const plan = await planDelete(handle, repository, ['kept', 'gone'])
      const refusing = openRegistry(URL, {
        retry: 0,
        fetch: async (request) => {
          const isKept = request.method === 'DELETE' && request.url.endsWith(index.digest)
          return isKept ? new Response('{"errors":[]}', { status }) : repo.registry.fetch(request)
        },
      })
      const { deleted, failed, skipped } = await executeDelete(plan, refusing)
      expect(deleted).toMatchObject([{ tags: ['gone'] }])
      expect(failed).toMatchObject([{ tags: ['kept'], error: { code, status } }])
      expect(skipped).toMatchObject([{ digest: child.digest, reason: 'parent-stays' }])
      expect([await repo.tags(), await repo.has(child.digest)]).toEqual([['kept', 'other'], true])
    },
  )

  it('throws if the registry wants fewer requests before anything is deleted', async () => {
    const { handle, repository, ...repo } = embedded({ faults: [refusal(429)] })
    for (const tag of ['v1', 'v2']) await repo.image(tag)
    const error = await rejection(deleteTags(handle, repository, 'v1'), ResponseError, /429/)
    expect(error.code).toBe('RATE_LIMITED')
  })

  it('tells what is gone if the registry wants fewer requests later', async () => {
    const { handle, repository, ...repo } = embedded({ faults: [{ ...refusal(429), nth: 2 }] })
    for (const tag of ['v1', 'v2', 'v3', 'v4']) await repo.image(tag)
    const { deleted, failed, skipped, undo } = await deleteTags(handle, repository, ['v1', 'v2', 'v3'], {
      concurrency: 1,
    })
    expect([deleted, failed, skipped]).toMatchObject([
      [{ tags: ['v1'] }],
      [{ tags: ['v2'], error: { code: 'RATE_LIMITED' } }],
      [{ tags: ['v3'], reason: 'stopped' }],
    ])
    expect(undo.deletes).toEqual(deleted)
  })

  it('puts a tag back if the copy that overwrote it cannot be deleted', async () => {
    const { handle, repository, ...repo } = embedded({
      deletesTags: false,
      // The first asks whether deletes are on.
      faults: [{ ...refusal(500, '/manifests/sha256:'), nth: 2 }],
    })
    const image = await repo.image('v1')
    await repo.tag('latest', image)
    const { deleted, failed } = await deleteTags(handle, repository, 'v1', { overwriteTags: true })
    expect([deleted, failed]).toMatchObject([[], [{ tags: ['v1'], error: { code: 'SERVER_FAILED' } }]])
    const { tags } = await planDelete(handle, repository, 'none')
    expect(tags).toContainEqual({ tag: 'v1', digest: image.digest })
  })

  it.each([
    ['another version', (plan: DeletePlan) => ({ ...plan, version: 2 }), /has version 2, and only version 1 is known/],
    [
      'another registry',
      (plan: DeletePlan) => ({ ...plan, registry: 'https://other.test/' }),
      /was made for https:\/\/other/,
    ],
    ['a promise', (plan: DeletePlan) => Promise.resolve(plan), /\(await it\), not a promise/],
    ['nothing', () => undefined, /pass what planDelete or executeDelete gave/],
    ['a part of one', ({ deletes, ...plan }: DeletePlan) => plan, /pass what planDelete or executeDelete gave/],
  ])('refuses %s, and deletes nothing', async (_, change, message) => {
    const { handle, repository, sent, ...repo } = embedded()
    for (const tag of ['v1', 'v2']) await repo.image(tag)
    const changed = change(await planDelete(handle, repository, 'v1')) as DeletePlan
    await rejection(executeDelete(changed, handle), TypeError, message)
    await rejection(undoDelete(changed, handle), TypeError, message)
    expect(sent('DELETE')).toEqual([])
  })

  const step = (plan: DeletePlan, change: object) => ({ ...plan, deletes: [{ ...plan.deletes[0], ...change }] })
  it.each<
    [string, (plan: DeletePlan) => object, typeof TypeError | typeof ValidationError | typeof DigestMismatchError]
  >([
    ['a tag for a digest', (plan) => step(plan, { digest: 'v2', tags: [] }), TypeError],
    ['a digest for a tag', (plan) => step(plan, { way: 'tag', tags: [plan.tags[1]?.digest] }), ValidationError],
    ['another way', (plan) => step(plan, { way: 'all' }), TypeError],
    ['no tags', (plan) => step(plan, { tags: undefined }), TypeError],
    ['no step', (plan) => ({ ...plan, deletes: [null] }), TypeError],
    ['no bytes', (plan) => ({ ...plan, manifests: [] }), TypeError],
    [
      'other bytes',
      (plan) => ({ ...plan, manifests: [{ ...plan.manifests[0], content: btoa('{}') }] }),
      DigestMismatchError,
    ],
  ])('refuses a plan that was edited to have %s', async (_, edit, type) => {
    const { handle, repository, sent, ...repo } = embedded()
    for (const tag of ['v1', 'v2']) await repo.image(tag)
    const edited = edit(await planDelete(handle, repository, 'v1')) as DeletePlan
    await rejection(executeDelete(edited, handle), type)
    await rejection(undoDelete(edited, handle), type)
    expect(sent('DELETE')).toEqual([])
  })

  it('leaves an image whose tag was removed from the plan', async () => {
    const { handle, repository, ...repo } = embedded()
    const child = await repo.image()
    const index = await repo.index('v1', [child])
    await repo.tag('also', index)
    await repo.image('v2')
    const plan = await planDelete(handle, repository, ['v1', 'also'])
    const deletes = plan.deletes.map((part) => ({ ...part, tags: part.tags.filter((tag) => tag !== 'also') }))
    const { deleted, skipped } = await executeDelete({ ...plan, deletes }, handle)
    expect([deleted, skipped]).toMatchObject([[], [{ reason: 'needed' }, { reason: 'needed' }]])
    expect([await repo.tags(), await repo.has(child.digest)]).toEqual([['also', 'v1', 'v2'], true])
  })

  it('deletes nothing of a repository with the same images and other tags', async () => {
    const { handle, repository, registry, ...repo } = embedded()
    const images = [await repo.image('v1'), await repo.image('v2')]
    await copyImage(
      { registry: handle, repository, reference: 'v1' },
      { registry: handle, repository: 'team/live', tags: ['stable'] },
    )
    const plan = await planDelete(handle, repository, 'v1')
    const { deleted, skipped } = await executeDelete({ ...plan, repository: 'team/live' }, handle)
    expect([deleted, skipped]).toMatchObject([[], [{ digest: images[0]?.digest, reason: 'needed' }]])
  })

  it('deletes nothing the second time, and undoes twice', async () => {
    const { handle, repository, ...repo } = embedded()
    const child = await repo.image()
    await repo.index('v1', [child])
    await repo.image('v2')
    const plan = await planDelete(handle, repository, 'v1')
    const first = await executeDelete(plan, handle)
    const second = await executeDelete(plan, handle)
    expect([first.deleted.length, second.deleted, second.failed]).toEqual([2, [], []])
    expect(second.skipped.map(({ reason }) => reason)).toEqual(['gone', 'gone'])
    const undone = await undoDelete(first.undo, handle)
    expect([undone.manifests.length, await repo.tags()]).toEqual([2, ['v1', 'v2']])
    expect(await undoDelete(first.undo, handle)).toEqual({ ...undone, manifests: [] })
    expect(await undoDelete(plan, handle)).toEqual({ ...undone, manifests: [] })
  })

  it('tells what is gone if another fault than a refusal comes in the middle', async () => {
    const { handle, repository, registry, ...repo } = embedded()
    for (const tag of ['v1', 'v2', 'v3']) await repo.image(tag)
    const odd = openRegistry(URL, {
      retry: 0,
      fetch: async (request) => {
        const response = await registry.fetch(request)
        const isOdd = request.method === 'HEAD' && request.url.endsWith('v2') && isDeleting
        return isOdd ? new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } }) : response
      },
    })
    let isDeleting = false
    const { deleted, failed, undo } = await deleteTags(odd, repository, ['v1', 'v2'], {
      concurrency: 1,
      onProgress: ({ phase }) => {
        isDeleting = phase === 'delete'
      },
    })
    expect([deleted, failed]).toMatchObject([[{ tags: ['v1'] }], [{ tags: ['v2'] }]])
    expect(undo.deletes).toEqual(deleted)
  })

  it('gives deleteTags() the plan first, with which an aborted call is undone', async () => {
    const { handle, repository, sent, ...repo } = embedded()
    for (const tag of ['v1', 'v2', 'v3', 'v4']) await repo.image(tag)
    const controller = new AbortController()
    let stored = ''
    const deleting = deleteTags(handle, repository, ['v1', 'v2', 'v3'], {
      ...{ concurrency: 1, signal: controller.signal },
      onPlan: async (plan) => {
        expect(sent('DELETE')).toEqual([])
        stored = JSON.stringify(plan)
      },
      onProgress: ({ phase, done }) => phase === 'delete' && done === 2 && controller.abort(new Error('enough')),
    })
    await rejection(deleting, Error, /^enough$/)
    expect(await repo.tags()).toEqual(['v3', 'v4'])
    await undoDelete(JSON.parse(stored), handle)
    expect(await repo.tags()).toEqual(['v1', 'v2', 'v3', 'v4'])
  })

  it('deletes nothing if onPlan throws, and leaves what a tag needs that is set in it', async () => {
    const { handle, repository, sent, ...repo } = embedded()
    const image = await repo.image('v1')
    await repo.image('v2')
    const fault = new Error('no')
    await expect(deleteTags(handle, repository, 'v1', { onPlan: () => Promise.reject(fault) })).rejects.toBe(fault)
    const { skipped } = await deleteTags(handle, repository, 'v1', { onPlan: () => repo.tag('new', image) })
    expect([skipped, sent('DELETE')]).toMatchObject([[{ tags: ['v1'], reason: 'needed' }], []])
  })

  it('ends with the reason of an abort, and the plan puts back what is gone', async () => {
    const { handle, repository, ...repo } = embedded()
    for (const tag of ['v1', 'v2', 'v3', 'v4']) await repo.image(tag)
    const plan = await planDelete(handle, repository, ['v1', 'v2', 'v3'])
    const controller = new AbortController()
    const executing = executeDelete(plan, handle, {
      concurrency: 1,
      signal: controller.signal,
      onProgress: ({ done }) => done === 2 && controller.abort(new Error('enough')),
    })
    await rejection(executing, Error, /^enough$/)
    expect(await repo.tags()).toEqual(['v3', 'v4'])
    expect((await undoDelete(plan, handle)).tags.map(({ tag }) => tag).sort()).toEqual(['v1', 'v2', 'v3'])
    expect(await repo.tags()).toEqual(['v1', 'v2', 'v3', 'v4'])
  })
})

describe('planDelete() of what cannot be read', () => {
  it('deletes no manifest if an index that stays cannot be read, and says why', async () => {
    const { handle, repository, registry, ...repo } = embedded()
    const child = await repo.image('v1')
    const index = await repo.index('multi', [child])
    const broken = openRegistry(URL, {
      retry: 0,
      fetch: async (request) => {
        const isIndex = request.method === 'GET' && request.url.endsWith(index.digest)
        return isIndex ? new Response(null, { status: 500 }) : registry.fetch(request)
      },
    })
    const plan = await planDelete(broken, repository, 'v1')
    expect(plan.unread).toMatchObject([{ reference: index.digest, text: expect.stringContaining('500') }])
    expect(plan.deletes).toMatchObject([{ way: 'tag', tags: ['v1'] }])
    expect(plan.stays).toContainEqual(expect.objectContaining({ digest: child.digest, reason: 'unknown' }))
  })

  it.each([404, 500])('leaves the images of an index that a tag names, and whose GET answers %i', async (status) => {
    const { handle, repository, registry, ...repo } = embedded()
    const child = await repo.image('child')
    const index = await repo.index('multi', [child])
    const broken = openRegistry(URL, {
      retry: 0,
      fetch: async (request) => {
        return request.method === 'GET' && request.url.endsWith(index.digest)
          ? new Response(null, { status })
          : registry.fetch(request)
      },
    })
    const { deletes } = await planDelete(broken, repository, 'child', { all: true })
    expect(deletes).toMatchObject([{ way: 'tag', tags: ['child'] }])
    const { stays } = await planDelete(broken, repository, 'multi')
    expect(stays).toContainEqual(expect.objectContaining({ tag: 'multi', reason: 'unread' }))
    expect(stays).toContainEqual(expect.objectContaining({ tag: 'child', reason: 'not-chosen' }))
  })

  it('leaves an image whose manifest cannot be read', async () => {
    const { handle, repository, registry, ...repo } = embedded()
    const image = await repo.image('v1')
    await repo.image('v2')
    const broken = openRegistry(URL, {
      retry: 0,
      fetch: async (request) => {
        const isImage = request.method === 'GET' && request.url.endsWith(image.digest)
        return isImage ? new Response(null, { status: 500 }) : registry.fetch(request)
      },
    })
    const plan = await planDelete(broken, repository, 'v1')
    expect(plan.deletes).toEqual([])
    expect(plan.stays).toContainEqual(expect.objectContaining({ tag: 'v1', reason: 'unread' }))
  })

  it.each<[string, () => Response, string]>([
    ['does not answer', Response.error, 'NO_ANSWER'],
    ['is down', () => new Response(null, { status: 502 }), 'SERVER_FAILED'],
    ['takes the sign-in no more', () => new Response(null, { status: 401 }), 'SIGN_IN_REQUIRED'],
  ])('ends with an error, after few requests, when the registry %s', async (_, answer, code) => {
    const { handle, repository, registry, ...repo } = embedded()
    for (let tag = 0; tag < 40; tag++) await repo.image(`v${tag}`)
    let requests = 0
    const lost = openRegistry(URL, {
      retry: 0,
      fetch: async (request) => {
        if (++requests < 10) return registry.fetch(request)
        if (answer().type === 'error') throw new TypeError('fetch failed')
        return answer()
      },
    })
    expect(await rejection(planDelete(lost, repository, 'v1*'), RegistryError)).toMatchObject({ code })
    expect(requests).toBeLessThan(30)
  })

  it('refuses more bytes than it may hold', async () => {
    const { handle, repository, ...repo } = embedded()
    for (const tag of ['v1', 'v2']) await repo.image(tag)
    const planning = planDelete(handle, repository, 'v1', { maxManifestBytes: 100 })
    expect((await rejection(planning, ValidationError, /raise \{ maxManifestBytes \}/)).code).toBe('LIMIT_EXCEEDED')
  })
})

describe('undoDelete() of single tags', () => {
  it('sets none of them if the index of one has lost an image meanwhile', async () => {
    const { handle, repository, ...repo } = embedded({ profile: 'distribution-3' })
    const child = await repo.image()
    const index = await repo.index('old', [child])
    await repo.tag('v1', index)
    const image = await repo.image('v2')
    await repo.tag('v3', image)
    const { deleted, undo } = await deleteTags(handle, repository, ['v1', 'v3'])
    expect(deleted.map(({ way }) => way)).toEqual(['tag', 'tag'])
    await deleteImageByDigest(handle, repository, child.digest)
    const error = await rejection(undoDelete(undo, handle), RegistryError, new RegExp(`removed ${child.digest};`))
    expect([error.code, await repo.tags()]).toEqual(['CONTENT_LOST', ['old', 'v2']])
  })
})

describe('the profile', () => {
  it.each(['nexus', 'quay', 'ghcr', 'harbor', 'ecr', 'hub', 'gar', 'acr'] as const)(
    '%s deletes and undoes',
    async (profile) => {
      const { handle, repository, ...repo } = embedded({ profile })
      const child = await repo.image()
      await repo.index('v1', [child])
      await repo.image('v2')
      const { deleted, undo } = await deleteTags(handle, repository, 'v1')
      expect([deleted.length, await repo.tags()]).toEqual([2, ['v2']])
      await undoDelete(undo, handle)
      expect([await repo.tags(), await repo.has(child.digest)]).toEqual([['v1', 'v2'], true])
    },
  )
})
