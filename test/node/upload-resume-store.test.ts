import { describe, expect, it } from 'vitest'
import {
  listTags,
  NetworkError,
  openRegistry,
  pushDockerTar,
  ResponseError,
  type SessionStore,
  type StoredSession,
  type UploadEvent,
} from '../../src/index.ts'
import { isUploadLocation } from '../../src/registry/sessions/store.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { at, type Behave, broken } from '../support/disturbed-push.ts'
import {
  atStatus,
  changeEntries,
  cutAt,
  expectNothingDeleted,
  expectWhole,
  interrupted,
  onlyEntry,
  refuse,
} from '../support/interrupted-upload.ts'
import { CHUNK, createStage, LAYER_SIZE } from '../support/upload-stage.ts'

describe('pushDockerTar() with sessions', () => {
  it('stores no upload when it is at another origin', async () => {
    const stage = await createStage()
    const elsewhere: Behave = async (request, go, ask) => {
      const { origin, pathname, search } = new URL(request.url)
      const response = await (origin === 'https://registry.test'
        ? go()
        : ask(new Request(`https://registry.test${pathname}${search}`, request)))
      const location = response.headers.get('location')
      if (location) response.headers.set('location', new URL(location, 'https://uploads.test').href)
      return response
    }
    let patches = 0
    const { error } = await stage.push({
      behave: (request, ...rest) =>
        request.method === 'PATCH' && ++patches > 4 ? broken() : elsewhere(request, ...rest),
    })
    expect(error).toBeInstanceOf(NetworkError)
    expect(stage.store.entries.size).toBe(0)
    expect(stage.registry.openUploads).toBe(0)
  })

  const HOUR = 3_600_000
  it.each<[string, unknown]>([
    ['that leads to another origin', { location: 'https://evil.test/v2/a/blobs/uploads/1' }],
    ['that leads out of TLS', { location: 'http://registry.test/v2/a/blobs/uploads/1' }],
    ['with user info', { location: 'https://ci:secret@registry.test/v2/a/blobs/uploads/1' }],
    ['without a location', { location: '' }],
    ...[
      '/v2/prod/victim/manifests/latest',
      '/v2/a/manifests/v1',
      `/v2/a/blobs/sha256:${'0'.repeat(64)}`,
      '/v2/a/blobs/uploads/',
      '/v2/a/blobs/uploads/../../manifests/v1',
      '/v2/a/blobs/uploads/%2e%2e/%2e%2e/manifests/v1',
      '/v2/a/blobs/uploads/..%2f..%2fmanifests%2fv1',
      '/v2/a/blobs/uploads/..%5c..%5cmanifests%5cv1',
      '/v2/a/blobs/uploads/1/../../../manifests/v1',
      '/v2/a/blobs/uploads/1/manifests/v1',
      '/v2/a/blobs/uploads\\..\\..\\manifests\\v1',
      '/v2/a/blobs/uploads/1#x',
      '/v2/b/blobs/uploads/1',
      '/v2/prod/a/blobs/uploads/1',
      '/V2/a/blobs/uploads/1',
      '//v2/a/blobs/uploads/1',
      '/other/v2/a/blobs/uploads/1',
      '/admin',
    ].map(
      (path) =>
        [`whose location is ${path}`, { location: `https://registry.test${path}` }] as [string, { location: string }],
    ),
    ['that is a week old', { savedAt: Date.now() - 7 * 24 * HOUR }],
    ['from the future', { savedAt: Date.now() + 8 * 24 * HOUR }],
    ['of another version', { version: 2 }],
    ['of another blob', { digest: `sha256:${'0'.repeat(64)}` }],
    ['of another size', { size: LAYER_SIZE + 1 }],
    ['of another repository', { repository: 'b' }],
    ['of another registry', { registry: 'https://registry.test/other/' }],
    ['of no bytes', { offset: 0 }],
    ['of too many bytes', { offset: LAYER_SIZE + 1 }],
    ['of half a byte', { offset: 0.5 }],
    ['of odd limits', { limits: { minChunkSize: -1 } }],
    ['of a state that is no text', { hashState: 1 }],
    ['that is a text', 'text'],
    ['that is null', null],
  ])('ignores and removes a stored upload %s', async (_, changes) => {
    const stage = await createStage()
    await interrupted(stage)
    for (const [key, entry] of stage.store.entries) {
      const next = typeof changes === 'object' && changes !== null ? { ...entry, ...changes } : changes
      stage.store.entries.set(key, next as StoredSession)
    }
    const removed: string[] = []
    const sessions = { ...stage.store, delete: async (key: string) => void removed.push(key) }
    const { error, kinds, recorder } = await stage.push({ behave: at('PATCH', 1, broken, 99), sessions })
    expect(error).toBeInstanceOf(NetworkError)
    expect(kinds).toEqual(['retry'])
    expect(removed).toHaveLength(1)
    expect(
      recorder.exchanges.filter(({ method, url }) => method === 'GET' && /manifests|admin/.test(url.href)),
    ).toEqual([])
    expect(new Set(recorder.exchanges.map(({ url }) => url.origin))).toEqual(new Set(['https://registry.test']))
  })

  it('deletes no tag of another repository when a stored location names it', async () => {
    const stage = await createStage()
    const { registry } = stage
    const handle = openRegistry('https://registry.test', { fetch: registry.fetch })
    await pushDockerTar(stage.archive, handle, 'prod/victim', 'latest')
    const { digest } = await interrupted(stage)
    const blob = `https://registry.test/v2/prod/victim/blobs/${digest}`
    for (const location of ['https://registry.test/v2/prod/victim/manifests/latest', blob]) {
      changeEntries(stage, { location })
      await stage.push({ behave: at('PATCH', 2, refuse(403), 99) })
    }
    const meddling = registry.requests.filter(
      ({ method, url }) => ['GET', 'PATCH', 'DELETE'].includes(method) && url.includes('prod/victim'),
    )
    expect(meddling).toEqual([])
    expect(await listTags(handle, 'prod/victim')).toEqual(['latest'])
  })

  it('does not cancel the upload of another process when the registry refuses it', async () => {
    const stage = await createStage()
    await interrupted(stage)
    stage.registry.requests.length = 0
    const { error } = await stage.push({ behave: at('PATCH', 2, refuse(403), 99) })
    expect(error).toBeInstanceOf(ResponseError)
    expect([stage.store.entries.size, stage.registry.openUploads]).toEqual([0, 1])
    expectNothingDeleted(stage)
  })

  it('stores no upload when the registry puts uploads at a path of its own', async () => {
    const stage = await createStage()
    const away = '/artifacts-uploads/'
    const { error } = await stage.push({
      behave: async (request, _, ask) => {
        const { pathname, search, origin } = new URL(request.url)
        const path = pathname.replace(away, '/v2/a/blobs/uploads/')
        if (request.method === 'PATCH' && search.includes('_state=4096')) return broken()
        const response = await ask(new Request(`${origin}${path}${search}`, request))
        const location = response.headers.get('location')
        if (location) response.headers.set('location', location.replace('/v2/a/blobs/uploads/', away))
        return response
      },
    })
    expect(error).toBeInstanceOf(NetworkError)
    expect([stage.store.entries.size, stage.registry.openUploads]).toEqual([0, 0])
  })

  it('keeps the upload and what is stored of it when it is aborted', async () => {
    const stage = await createStage()
    const controller = new AbortController()
    const reason = new Error('enough')
    const { error } = await stage.push({
      signal: controller.signal,
      onProgress: ({ sentBytes }) => sentBytes >= 4096 && controller.abort(reason),
    })
    expect(error).toBe(reason)
    expect(onlyEntry(stage).offset).toBe(4096)
    expect(stage.registry.openUploads).toBe(1)
    const { kinds, bytes } = await stage.push()
    expect(kinds).toEqual(['resume'])
    expect(bytes).toBeLessThan(LAYER_SIZE - 4096 + CHUNK)
    await expectWhole(stage)
  })

  it('stores the exact offset when it is aborted within a chunk, so that distribution 2 goes on too', async () => {
    const stage = await createStage({ profile: 'distribution-2' })
    const controller = new AbortController()
    const { error } = await stage.push({
      signal: controller.signal,
      behave: at('PATCH', 4, async (_, go) => {
        controller.abort()
        return go()
      }),
    })
    expect(error?.name).toBe('AbortError')
    expect(onlyEntry(stage).offset).toBe(4096)
    expect((await stage.push()).kinds).toEqual(['resume'])
    await expectWhole(stage)
  })

  it('stores nothing and cancels the upload when it is aborted before the first chunk', async () => {
    const stage = await createStage()
    const controller = new AbortController()
    await stage.push({
      signal: controller.signal,
      behave: at('POST', 1, async (_, go) => {
        controller.abort()
        return go()
      }),
    })
    expect([stage.store.entries.size, stage.registry.openUploads]).toEqual([0, 0])
  })

  it.each([401, 429, 500, 503])(
    'keeps the upload and what is stored of it when the registry answers %i',
    async (status) => {
      const stage = await createStage()
      const { error } = await stage.push({ behave: at('PATCH', 5, refuse(status), 99) })
      expect(error).toMatchObject({ status })
      expect([onlyEntry(stage).offset, stage.registry.openUploads]).toEqual([4096, 1])
      expect((await stage.push()).kinds).toEqual(['resume'])
      await expectWhole(stage)
    },
  )

  it('goes on in chunks of the same size when the registry insists on that, whatever chunkSize is', async () => {
    const stage = await createStage({ profile: 'cloudflare', scale: 5 * 1024 }, ['x'.repeat(20_000)])
    await interrupted(stage, 4, { chunkSize: 1500 })
    const { error, kinds, recorder } = await stage.push({ chunkSize: 2500 })
    expect([error, kinds]).toEqual([undefined, ['resume']])
    expect(recorder.exchanges.some(({ headers }) => headers.get('content-range') === '6000-7499')).toBe(true)
  })

  it('keeps what is stored of one upload when the registry refuses another blob of the push', async () => {
    const stage = await createStage({}, ['content', 'other content'])
    let [posts, isRefused] = [0, false]
    const sleep = (time: number) => new Promise((resolve) => setTimeout(resolve, time))
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await sleep(1)
    }
    const refused = await stage.push({
      concurrency: 2,
      async behave({ method }, go) {
        if (method === 'POST' && ++posts === 2) {
          await until(() => stage.store.entries.size === 1)
          isRefused = true
          return refuse(403)()
        }
        // The second chunk of the other blob is on its way until the push knows of the refusal.
        if (method === 'PATCH' && stage.store.entries.size === 1) {
          await until(() => isRefused)
          await sleep(100)
        }
        return go()
      },
    })
    expect(refused.error).toBeInstanceOf(ResponseError)
    expect([stage.store.entries.size, stage.registry.openUploads]).toEqual([1, 1])
    const { error, kinds } = await stage.push()
    expect([error, kinds]).toEqual([undefined, ['resume']])
  })

  it.each([400, 403, 413, 507])(
    'cancels the upload and deletes what is stored of it when the registry answers %i',
    async (status) => {
      const stage = await createStage()
      const { error } = await stage.push({ behave: at('PATCH', 5, refuse(status), 99) })
      expect(error).toBeInstanceOf(ResponseError)
      expect([stage.store.entries.size, stage.registry.openUploads]).toEqual([0, 0])
    },
  )

  it('gives a stored upload up when three pushes in a row brought in nothing', async () => {
    for (const behave of [cutAt(1), atStatus(broken)]) {
      const stage = await createStage()
      await interrupted(stage)
      for (const stalls of [1, 2]) {
        expect((await stage.push({ behave })).error).toBeInstanceOf(NetworkError)
        expect(onlyEntry(stage)).toMatchObject({ stalls, offset: 4096 })
      }
      await stage.push({ behave })
      expect(stage.store.entries.size).toBe(0)
      expect((await stage.push()).kinds).toEqual([])
      await expectWhole(stage)
    }
  })

  it('keeps a stored upload when pushes are aborted or make progress', async () => {
    const stage = await createStage()
    await interrupted(stage)
    await stage.push({ behave: cutAt(1) })
    await stage.push({ behave: cutAt(1) })
    await stage.push({ behave: cutAt(2) })
    expect(onlyEntry(stage)).toMatchObject({ stalls: 0, offset: 5120 })
    for (let count = 0; count < 4; count++) {
      const controller = new AbortController()
      const abort = () => controller.abort() as never
      await stage.push({ signal: controller.signal, behave: atStatus(abort) })
    }
    expect(onlyEntry(stage)).toMatchObject({ stalls: 0, offset: 5120 })
  })
})

describe('pushDockerTar() with sessions that fail', () => {
  const full = new Error('the disk is full')
  const fail = async () => Promise.reject(full)

  it.each(['get', 'set', 'delete'] as const)(
    'succeeds, tells the failure once and does not use the store again when %s() fails',
    async (act) => {
      const stage = await createStage({}, ['one', 'two'])
      let calls = 0
      const sessions: SessionStore = {
        ...stage.store,
        [act]: async () => {
          calls++
          return fail()
        },
      }
      const { error, events } = await stage.push({ sessions })
      expect(error).toBeUndefined()
      expect(events).toMatchObject([{ kind: 'unsaved', repository: 'a', error: full }])
      expect(calls).toBe(1)
      const other = await createStage({}, ['one', 'two'])
      const both = await other.push({ sessions: { ...other.store, [act]: fail }, concurrency: 2 })
      expect([both.error, both.kinds]).toEqual([undefined, ['unsaved']])
    },
  )

  it('tells the failure once when it sends some layers while it compresses others', async () => {
    const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    const layers = ['x', 'y'].map((letter) => ({ [letter]: letter.repeat(300_000) }))
    const events: UploadEvent[] = []
    await pushDockerTar(await createTestArchive({ images: [{ layers }] }), registry, 'a', 'v1', {
      compress: 'gzip',
      sessions: { get: fail, set: fail, delete: fail },
      onEvent: (event) => events.push(event),
    })
    expect(events).toMatchObject([{ kind: 'unsaved', error: full }])
  })

  it('cancels an upload when it cannot be stored', async () => {
    const stage = await createStage()
    await stage.push({ sessions: { ...stage.store, set: fail }, behave: cutAt(5) })
    expect(stage.registry.openUploads).toBe(0)
  })
})

describe('isUploadLocation()', () => {
  it('takes a location when the registry is below a path, is Docker Hub or calls the folder of uploads otherwise, as GHCR does', async () => {
    const place = { registry: 'https://registry.test/below/', repository: 'a/b' }
    const base = 'https://registry.test/below/v2/a/b/blobs'
    for (const path of ['/uploads/1-a.b_c?_state=%2f..', '/upload/1']) {
      expect(isUploadLocation(`${base}${path}`, place)).toBe(true)
      expect(isUploadLocation(`${base}${path}`, { ...place, registry: 'https://registry.test/' })).toBe(false)
    }
    const hub = 'https://registry-1.docker.io/'
    const location = `${hub}v2/library/nginx/blobs/uploads/1`
    expect(isUploadLocation(location, { registry: hub, repository: 'nginx' })).toBe(true)
  })
})
