import { describe, expect, it } from 'vitest'
import { createWasmHasher } from '../../src/hash/sha256.ts'
import {
  type Content,
  type CreateHasher,
  DigestMismatchError,
  listTags,
  NetworkError,
  openArchive,
  openRegistry,
  pushDockerTar,
  RegistryError,
  ResponseError,
  type SessionStore,
  type StoredSession,
  type UploadEvent,
} from '../../src/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { MANIFEST_MEDIA_TYPES } from '../../src/oci/media-type.ts'
import { isUploadLocation } from '../../src/registry/sessions/store.ts'
import { uploadBlob } from '../../src/registry/upload/upload.ts'
import { toReadable } from '../../src/source/stream.ts'
import { attemptStore } from '../../src/stores/attempts.ts'
import { createTestArchive, createTestRegistry, type RegistryProfile } from '../../src/testing/index.ts'
import { at, type Behave, broken } from '../support/disturbed-push.ts'
import { CHUNK, createStage, LAYER_SIZE } from '../support/upload-stage.ts'

type Stage = Awaited<ReturnType<typeof createStage>>

const UPLOAD = {
  createHasher: createWasmHasher,
  createBody: (bytes: Uint8Array<ArrayBuffer>) => bytes,
  createStreamBody: toReadable,
  chunkSize: CHUNK,
  uploadRetry: 0,
  uploadRetryDelay: 1,
}

/** From the nth chunk on there is no network: the push fails, and what the registry has by then are the chunks before. */
const cutAt = (chunk: number) => at('PATCH', chunk, broken, 99)

/** One push that ends after so many chunks, and the only entry that it leaves. */
async function interrupted(stage: Stage, chunks = 4, options: Parameters<Stage['push']>[0] = {}) {
  const { error } = await stage.push({ behave: cutAt(chunks + 1), ...options })
  expect(error).toBeInstanceOf(NetworkError)
  return onlyEntry(stage)
}

function onlyEntry({ store }: Stage): StoredSession {
  const [entry] = store.entries.values()
  if (!entry || store.entries.size !== 1) return expect.fail(`there are ${store.entries.size} entries`)
  return entry
}

function change(stage: Stage, changes: Partial<StoredSession>): void {
  for (const [key, entry] of stage.store.entries) stage.store.entries.set(key, { ...entry, ...changes })
}

/** The image is whole, and nothing is left of how it came about. */
async function expectWhole({ registry, store }: Stage): Promise<void> {
  const headers = { accept: MANIFEST_MEDIA_TYPES.join(', ') }
  const tag = await registry.fetch(new Request('https://registry.test/v2/a/manifests/v1', { headers }))
  expect(tag.status).toBe(200)
  const { config, layers } = await tag.json()
  for (const { digest, size } of [config, ...layers]) {
    const blob = await registry.fetch(new Request(`https://registry.test/v2/a/blobs/${digest}`))
    const bytes = await blob.arrayBuffer()
    const sum = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
    expect([`sha256:${sum}`, bytes.byteLength]).toEqual([digest, size])
  }
  expect(store.entries.size).toBe(0)
}

/** A store may be changed by others: what it names is not deleted with the rights of the user who pushes. */
function expectNothingDeleted({ registry }: Stage): void {
  expect(registry.requests.filter(({ method }) => method === 'DELETE')).toEqual([])
}

describe('a push with sessions', () => {
  it('goes on with the upload of one that failed, and sends nothing twice', async () => {
    const stage = await createStage()
    const entry = await interrupted(stage)
    expect(entry).toMatchObject({ version: 1, registry: 'https://registry.test/', repository: 'a', offset: 4096 })
    expect(entry).toMatchObject({ size: LAYER_SIZE, stalls: 0 })
    const { error, events, bytes, sent, recorder } = await stage.push()
    expect(error).toBeUndefined()
    expect(events).toEqual([{ kind: 'resume', repository: 'a', digest: entry.digest, resumedBytes: 4096 }])
    expect(sent.find((count) => count > 0)).toBe(4096)
    const config = recorder.exchanges.at(-2)
    expect(config?.method).toBe('PUT')
    expect(bytes).toBeLessThan(LAYER_SIZE - 4096 + CHUNK)
    expect(recorder.exchanges.map(({ headers }) => headers.get('content-range')).find(Boolean)).toBe('4096-5119')
    await expectWhole(stage)
    expect(stage.registry.openUploads).toBe(0)
  })

  it('notes an upload after each chunk and not before, and nothing of blobs that go in one request', async () => {
    const stage = await createStage()
    const seen: (number | undefined)[] = []
    const { error } = await stage.push({
      behave: (request, go) => {
        if (request.method === 'PATCH') seen.push([...stage.store.entries.values()][0]?.offset)
        return go()
      },
    })
    expect(error).toBeUndefined()
    expect(seen).toEqual([undefined, 1024, 2048, 3072, 4096, 5120, 6144, 7168, 8192])
    const calls: string[] = []
    const spied: SessionStore = { ...stage.store, set: async (key) => void calls.push(key) }
    const other = await createStage()
    await other.push({ sessions: spied, chunkSize: LAYER_SIZE })
    expect(calls).toEqual([])
  })

  it('cancels uploads as ever without them', async () => {
    const stage = await createStage()
    const { error } = await stage.push({ behave: cutAt(5), sessions: undefined })
    expect(error).toBeInstanceOf(NetworkError)
    expect(stage.registry.openUploads).toBe(0)
  })

  it.each([
    'distribution-3',
    'harbor',
    'quay',
    'hub',
    'ghcr',
    'acr',
    'distribution-2',
    'zot',
  ] satisfies RegistryProfile[])('goes on between two chunks with %s', async (profile) => {
    const stage = await createStage({ profile })
    await interrupted(stage)
    const { error, kinds, bytes } = await stage.push()
    expect([error, kinds]).toEqual([undefined, ['resume']])
    expect(bytes).toBeLessThan(LAYER_SIZE - 4096 + CHUNK)
    await expectWhole(stage)
  })

  it('goes on in the middle of a chunk of which the registry has a part', async () => {
    const stage = await createStage({ profile: 'distribution-3', faults: [cut(5, 300)] })
    await stage.push({ uploadRetry: 0 })
    expect(onlyEntry(stage).offset).toBe(4096)
    const { events, recorder } = await stage.push()
    expect(events).toMatchObject([{ kind: 'resume', resumedBytes: 4396 }])
    expect(recorder.exchanges.map(({ headers }) => headers.get('content-range')).find(Boolean)).toBe('4396-5419')
    await expectWhole(stage)
  })

  it.each(['distribution-2', 'harbor', 'acr', 'zot'] satisfies RegistryProfile[])(
    'begins anew where %s has lost the upload with a broken chunk, and says so',
    async (profile) => {
      const stage = await createStage({ profile, faults: [cut(5, 300)] })
      await stage.push({ uploadRetry: 0 })
      const { error, events } = await stage.push()
      expect(error).toBeUndefined()
      expect(events).toMatchObject([
        { kind: 'restart', lostBytes: 4096, error: { message: /does not know it any more/ } },
      ])
      await expectWhole(stage)
    },
  )

  it('goes on from what it noted where the registry does not tell (ECR)', async () => {
    const stage = await createStage({ profile: 'ecr', scale: 5 * 1024 })
    const profile = { tellsStatus: false }
    await interrupted(stage, 4, { profile, uploadRetry: 0 })
    const { kinds, bytes, recorder } = await stage.push({ profile })
    expect(kinds).toEqual(['resume'])
    expect(recorder.count('GET')).toBe(0)
    expect(bytes).toBeLessThan(LAYER_SIZE - 4096 + CHUNK)
    await expectWhole(stage)
  })

  it('begins anew where what it noted is wrong and the registry does not tell (ECR)', async () => {
    const stage = await createStage({ profile: 'ecr', scale: 5 * 1024 })
    const profile = { tellsStatus: false }
    await interrupted(stage, 4, { profile, uploadRetry: 0 })
    change(stage, { offset: 3072, hashState: undefined })
    const { error, kinds } = await stage.push({ profile })
    expect(error).toBeUndefined()
    expect(kinds).toEqual(['resume', 'retry', 'restart'])
    await expectWhole(stage)
  })

  it('knows what the registry said of chunks when the upload was opened (Cloudflare)', async () => {
    const stage = await createStage({ profile: 'cloudflare', scale: 5 * 1024 })
    await interrupted(stage)
    const { error, kinds, recorder } = await stage.push()
    expect([error, kinds]).toEqual([undefined, ['resume']])
    const closing = recorder.exchanges.find(({ method, url }) => method === 'PUT' && url.pathname.includes('/blobs/'))
    expect(closing?.headers.get('content-range')).toBeNull()
    await expectWhole(stage)
  })

  it('closes an upload of which the registry has all', async () => {
    const stage = await createStage()
    const profile = { closesEmpty: true }
    const failing = at('PUT', 1, broken, 99)
    await stage.push({ profile, behave: failing })
    expect(onlyEntry(stage).offset).toBe(LAYER_SIZE)
    const { error, kinds, bytes } = await stage.push({ profile })
    expect([error, kinds]).toEqual([undefined, ['resume']])
    expect(bytes).toBeLessThan(CHUNK)
    await expectWhole(stage)
  })

  it.each([
    ['nothing', '0-0'],
    ['more than there is', `0-${LAYER_SIZE + 1}`],
  ])(
    'begins again where the registry says that it has %s, and does not delete what the store named',
    async (_, range) => {
      const stage = await createStage()
      await interrupted(stage)
      const { error, kinds } = await stage.push({ behave: atStatus(withRange(range)) })
      expect([error, kinds]).toEqual([undefined, ['restart']])
      expectNothingDeleted(stage)
      await expectWhole(stage)
    },
  )

  it('begins anew with a registry that takes blobs whole only by now', async () => {
    const stage = await createStage()
    await interrupted(stage)
    const { error, kinds } = await stage.push({ profile: { takesWholeOnly: true } })
    expect([error, kinds]).toEqual([undefined, ['restart']])
    await expectWhole(stage)
  })

  it('begins anew where the upload is refused to who asks now', async () => {
    const stage = await createStage()
    await interrupted(stage)
    const { error, kinds } = await stage.push({ behave: atStatus(refuse(403)) })
    expect([error, kinds]).toEqual([undefined, ['restart']])
    await expectWhole(stage)
  })

  it('mounts first, and asks for the upload where that does not work', async () => {
    for (const isMounted of [true, false]) {
      const stage = await createStage()
      const entry = await interrupted(stage)
      const { registry, store, archive } = stage
      const handle = openRegistry('https://registry.test', { fetch: registry.fetch })
      if (isMounted) await pushDockerTar(archive, handle, 'b', 'v1')
      registry.requests.length = 0
      const [layer] = (await openArchive(archive)).images[0]?.layers ?? []
      const blob = { ...layer, source: layer?.source } as Content
      const options = { ...UPLOAD, sessions: attemptStore(store, 'sessions'), mountFrom: 'b' }
      expect(await uploadBlob(handle, 'a', blob, options)).toBe(isMounted ? 'mounted' : 'uploaded')
      const methods = registry.requests.map(({ method }) => method)
      expect(methods.slice(0, 3)).toEqual(isMounted ? ['POST'] : ['POST', 'GET', 'DELETE'])
      expect([...store.entries.values()]).toEqual(isMounted ? [entry] : [])
      expect(registry.openUploads).toBe(isMounted ? 1 : 0)
    }
  })

  it('leaves no upload open that a mount came to, where asking for the other one fails', async () => {
    const stage = await createStage()
    await interrupted(stage)
    const { registry, store, archive } = stage
    const fetch = async (request: Request) => (request.method === 'GET' ? broken() : registry.fetch(request))
    const [layer] = (await openArchive(archive)).images[0]?.layers ?? []
    const blob = { ...layer, source: layer?.source } as Content
    const options = { ...UPLOAD, sessions: attemptStore(store, 'sessions'), mountFrom: 'b' }
    const handle = openRegistry('https://registry.test', { fetch, retry: 0 })
    await expect(uploadBlob(handle, 'a', blob, options)).rejects.toThrow(NetworkError)
    expect(registry.openUploads).toBe(1)
    expect(onlyEntry(stage)).toMatchObject({ stalls: 1 })
  })
})

describe('the digest of what was resumed', () => {
  const HASHERS: readonly (readonly [string, CreateHasher, string, CreateHasher])[] = [
    ['hash-wasm', createWasmHasher, 'hash-wasm', createWasmHasher],
    ['the runtime', createNativeHasher, 'the runtime', createNativeHasher],
    ['hash-wasm', createWasmHasher, 'the runtime', createNativeHasher],
    ['the runtime', createNativeHasher, 'hash-wasm', createWasmHasher],
  ]
  it.each(HASHERS)('is found where $0 hashed before and $2 hashes now', async (_, before, __, now) => {
    const stage = await createStage()
    const { hashState } = await interrupted(stage, 4, { runtime: { createHasher: before } })
    expect(typeof hashState).toBe(before === createWasmHasher ? 'string' : 'undefined')
    const { error, kinds } = await stage.push({ runtime: { createHasher: now } })
    expect([error, kinds]).toEqual([undefined, ['resume']])
    await expectWhole(stage)
  })

  it('needs no byte again that the saved state knows, and all where there is none', async () => {
    for (const [createHasher, again] of [
      [createWasmHasher, 0],
      [createNativeHasher, 4096],
    ] as const) {
      const stage = await createStage()
      await interrupted(stage, 4, { runtime: { createHasher } })
      let hashed = 0
      const counting: CreateHasher = async (state) => {
        const hasher = await createHasher(state)
        return {
          ...hasher,
          update(bytes) {
            hashed += bytes.length
            hasher.update(bytes)
          },
        }
      }
      const { bytes } = await stage.push({ runtime: { createHasher: counting } })
      const config = bytes - (LAYER_SIZE - 4096)
      expect(hashed - config - (LAYER_SIZE - 4096) - config).toBeLessThan(again + CHUNK)
      expect(hashed - config - (LAYER_SIZE - 4096)).toBeGreaterThanOrEqual(again)
    }
  })

  it.each([
    ['is none', 'AAAA', ['resume']],
    ['is no base64', '!', ['resume']],
    ['is damaged', undefined, ['resume', 'restart']],
  ])('is right in the end where the saved state %s', async (_, hashState, expected) => {
    const stage = await createStage()
    const entry = await interrupted(stage, 4, { runtime: { createHasher: createWasmHasher } })
    const damaged = Buffer.from(entry.hashState as string, 'base64')
    // One of the eight words of the digest so far.
    damaged[80] = (damaged[80] as number) ^ 0xff
    change(stage, { hashState: hashState ?? damaged.toString('base64') })
    const { error, kinds, events, sent } = await stage.push()
    expect([error, kinds]).toEqual([undefined, expected])
    // Progress falls to nothing with a restart, and only then.
    expect(sent.lastIndexOf(0) > sent.indexOf(4096)).toBe(expected.length > 1)
    if (expected.length > 1)
      expect(events[1]).toMatchObject({ lostBytes: 9216, error: { name: 'DigestMismatchError' } })
    expectNothingDeleted(stage)
    await expectWhole(stage)
  })

  it.each([
    ['hash-wasm', createWasmHasher, ['resume', 'restart']],
    ['the runtime', createNativeHasher, ['resume', 'retry', 'restart']],
  ])(
    'is right in the end where the push before read a damaged archive, hashed by %s',
    async (_, createHasher, expected) => {
      const stage = await createStage()
      await interrupted(stage, 4, { archive: damaged(stage.archive), runtime: { createHasher } })
      const { error, kinds } = await stage.push({ runtime: { createHasher } })
      expect([error, kinds]).toEqual([undefined, expected])
      expectNothingDeleted(stage)
      await expectWhole(stage)
    },
  )

  it('is an error where the archive is damaged still, after one more try from the start', async () => {
    const stage = await createStage()
    const archive = damaged(stage.archive)
    await interrupted(stage, 4, { archive })
    const { error, kinds } = await stage.push({ archive })
    expect(error).toBeInstanceOf(DigestMismatchError)
    expect(kinds).toEqual(['resume', 'restart'])
    // The upload that the store named stays. That of this push is cancelled.
    expect([stage.registry.openUploads, stage.store.entries.size]).toEqual([1, 0])
  })
})

describe('two pushes at once with one store', () => {
  it.each(['distribution-3', 'distribution-2', 'ecr', 'zot'] satisfies RegistryProfile[])(
    'never make of %s what is wrong, and the next one is whole',
    async (profile) => {
      for (const isInterrupted of [true, false]) {
        const stage = await createStage({ profile, scale: 5 * 1024 })
        if (isInterrupted) await interrupted(stage, 4, { uploadRetry: 0 })
        const outcomes = await Promise.all([stage.push({ uploadRetry: 5 }), stage.push({ uploadRetry: 5 })])
        for (const { error } of outcomes) if (error) expect(error).toBeInstanceOf(RegistryError)
        const { error } = await stage.push({ uploadRetry: 5 })
        expect(error).toBeUndefined()
        stage.store.entries.clear()
        await expectWhole(stage)
      }
    },
  )
})

describe('what is stored', () => {
  it('is nothing where the upload is at another origin', async () => {
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
  ])('is as good as nothing, and removed, if it is one %s', async (_, changes) => {
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

  it('deletes no tag of another repository, if somebody else wrote it', async () => {
    const stage = await createStage()
    const { registry } = stage
    const handle = openRegistry('https://registry.test', { fetch: registry.fetch })
    await pushDockerTar(stage.archive, handle, 'prod/victim', 'latest')
    const { digest } = await interrupted(stage)
    const blob = `https://registry.test/v2/prod/victim/blobs/${digest}`
    for (const location of ['https://registry.test/v2/prod/victim/manifests/latest', blob]) {
      change(stage, { location })
      await stage.push({ behave: at('PATCH', 2, refuse(403), 99) })
    }
    const meddling = registry.requests.filter(
      ({ method, url }) => ['GET', 'PATCH', 'DELETE'].includes(method) && url.includes('prod/victim'),
    )
    expect(meddling).toEqual([])
    expect(await listTags(handle, 'prod/victim')).toEqual(['latest'])
  })

  it('is not deleted at the registry if the upload is refused, as another process began it', async () => {
    const stage = await createStage()
    await interrupted(stage)
    stage.registry.requests.length = 0
    const { error } = await stage.push({ behave: at('PATCH', 2, refuse(403), 99) })
    expect(error).toBeInstanceOf(ResponseError)
    expect([stage.store.entries.size, stage.registry.openUploads]).toEqual([0, 1])
    expectNothingDeleted(stage)
  })

  it('is not kept where the registry puts uploads at a path of its own', async () => {
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

  it('is kept where the registry calls the folder of uploads otherwise, as GHCR does, and below a path', async () => {
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

  it('outlives an abort, and the upload too', async () => {
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

  it('is exact after an abort within a chunk, which ends first: distribution 2 goes on, too', async () => {
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

  it('is nothing after an abort before the first chunk, and the upload is cancelled', async () => {
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

  it.each([401, 429, 500, 503])('outlives %i', async (status) => {
    const stage = await createStage()
    const { error } = await stage.push({ behave: at('PATCH', 5, refuse(status), 99) })
    expect(error).toMatchObject({ status })
    expect([onlyEntry(stage).offset, stage.registry.openUploads]).toEqual([4096, 1])
    expect((await stage.push()).kinds).toEqual(['resume'])
    await expectWhole(stage)
  })

  it('is gone on with in chunks of the same size where the registry insists on that, whatever is asked for', async () => {
    const stage = await createStage({ profile: 'cloudflare', scale: 5 * 1024 }, ['x'.repeat(20_000)])
    await interrupted(stage, 4, { chunkSize: 1500 })
    const { error, kinds, recorder } = await stage.push({ chunkSize: 2500 })
    expect([error, kinds]).toEqual([undefined, ['resume']])
    expect(recorder.exchanges.some(({ headers }) => headers.get('content-range') === '6000-7499')).toBe(true)
  })

  it('stays after another blob of the push was refused', async () => {
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

  it.each([400, 403, 413, 507])('is deleted after %i, and the upload cancelled', async (status) => {
    const stage = await createStage()
    const { error } = await stage.push({ behave: at('PATCH', 5, refuse(status), 99) })
    expect(error).toBeInstanceOf(ResponseError)
    expect([stage.store.entries.size, stage.registry.openUploads]).toEqual([0, 0])
  })

  it('is given up after three pushes in a row that brought in nothing, since the upload may be to blame', async () => {
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

  it('is not given up by aborts, nor as long as there is progress', async () => {
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

describe('a store that fails', () => {
  const full = new Error('the disk is full')
  const fail = async () => Promise.reject(full)

  it.each(['get', 'set', 'delete'] as const)(
    'at %s() fails no push, is told once and let alone from then on',
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

  it('is told once of a push that sends some layers ahead, while others are compressed', async () => {
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

  it('leaves no upload open that nobody finds again', async () => {
    const stage = await createStage()
    await stage.push({ sessions: { ...stage.store, set: fail }, behave: cutAt(5) })
    expect(stage.registry.openUploads).toBe(0)
  })
})

/** Answers questions for the status of an upload by this. */
function atStatus(act: Behave): Behave {
  return (request, go, ask) =>
    request.method === 'GET' && request.url.includes('/uploads/') ? act(request, go, ask) : go()
}

const refuse = (status: number) => () => new Response(null, { status })

const withRange =
  (range: string): Behave =>
  async (_, go) => {
    const { status, headers } = await go()
    return new Response(null, { status, headers: { location: headers.get('location') as string, range } })
  }

/** The body of the nth chunk breaks off after so many bytes. */
function cut(nth: number, afterBytes: number) {
  return { kind: 'cut', method: 'PATCH', nth, afterBytes } as const
}

/** In the first chunk of its layer. */
function damaged(archive: Uint8Array): Uint8Array {
  const copy = archive.slice()
  const at = Buffer.from(copy.buffer).indexOf('content')
  copy[at] = 0
  return copy
}
