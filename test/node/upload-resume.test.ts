import { describe, expect, it } from 'vitest'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import {
  type Content,
  NetworkError,
  openArchive,
  openRegistry,
  pushDockerTar,
  RegistryError,
  type SessionStore,
} from '../../src/index.ts'
import { uploadBlob } from '../../src/registry/upload/upload.ts'
import { toReadable } from '../../src/source/stream.ts'
import { attemptStore } from '../../src/stores/attempts.ts'
import type { RegistryProfile } from '../../src/testing/index.ts'
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

const UPLOAD = {
  createHasher: createPortableHasher,
  createBody: (bytes: Uint8Array<ArrayBuffer>) => bytes,
  createStreamBody: toReadable,
  chunkSize: CHUNK,
  uploadRetry: 0,
  uploadRetryDelay: 1,
}

describe('pushDockerTar() with sessions', () => {
  it('goes on with the upload of a push that failed, and sends nothing twice', async () => {
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

  it('stores an upload after each chunk and not before, and none of a blob that goes in one request', async () => {
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

  it.each([
    'distribution-3',
    'harbor',
    'quay',
    'hub',
    'ghcr',
    'acr',
    'distribution-2',
    'zot',
  ] satisfies RegistryProfile[])('goes on between two chunks when the registry is %s', async (profile) => {
    const stage = await createStage({ profile })
    await interrupted(stage)
    const { error, kinds, bytes } = await stage.push()
    expect([error, kinds]).toEqual([undefined, ['resume']])
    expect(bytes).toBeLessThan(LAYER_SIZE - 4096 + CHUNK)
    await expectWhole(stage)
  })

  it('goes on in the middle of a chunk when the registry has a part of it', async () => {
    const stage = await createStage({ profile: 'distribution-3', faults: [cut(5, 300)] })
    await stage.push({ uploadRetry: 0 })
    expect(onlyEntry(stage).offset).toBe(4096)
    const { events, recorder } = await stage.push()
    expect(events).toMatchObject([{ kind: 'resume', resumedBytes: 4396 }])
    expect(recorder.exchanges.map(({ headers }) => headers.get('content-range')).find(Boolean)).toBe('4396-5419')
    await expectWhole(stage)
  })

  it.each(['distribution-2', 'harbor', 'acr', 'zot'] satisfies RegistryProfile[])(
    'starts again and says so when %s has lost the upload with a broken chunk',
    async (profile) => {
      const stage = await createStage({ profile, faults: [cut(5, 300)] })
      await stage.push({ uploadRetry: 0 })
      const { error, events } = await stage.push()
      expect(error).toBeUndefined()
      expect(events).toMatchObject([{ kind: 'restart', lostBytes: 4096, error: { message: /no longer has it/ } }])
      await expectWhole(stage)
    },
  )

  it('goes on from the stored offset when the registry does not tell the status (ECR)', async () => {
    const stage = await createStage({ profile: 'ecr', scale: 5 * 1024 })
    const profile = { tellsStatus: false }
    await interrupted(stage, 4, { profile, uploadRetry: 0 })
    const { kinds, bytes, recorder } = await stage.push({ profile })
    expect(kinds).toEqual(['resume'])
    expect(recorder.count('GET')).toBe(0)
    expect(bytes).toBeLessThan(LAYER_SIZE - 4096 + CHUNK)
    await expectWhole(stage)
  })

  it('starts again when the stored offset is wrong and the registry does not tell the status (ECR)', async () => {
    const stage = await createStage({ profile: 'ecr', scale: 5 * 1024 })
    const profile = { tellsStatus: false }
    await interrupted(stage, 4, { profile, uploadRetry: 0 })
    changeEntries(stage, { offset: 3072, hashState: undefined })
    const { error, kinds } = await stage.push({ profile })
    expect(error).toBeUndefined()
    expect(kinds).toEqual(['resume', 'retry', 'restart'])
    await expectWhole(stage)
  })

  it('remembers the limits of chunks when the registry states them only for a new upload (Cloudflare)', async () => {
    const stage = await createStage({ profile: 'cloudflare', scale: 5 * 1024 })
    await interrupted(stage)
    const { error, kinds, recorder } = await stage.push()
    expect([error, kinds]).toEqual([undefined, ['resume']])
    const closing = recorder.exchanges.find(({ method, url }) => method === 'PUT' && url.pathname.includes('/blobs/'))
    expect(closing?.headers.get('content-range')).toBeNull()
    await expectWhole(stage)
  })

  it('closes the upload when the registry has all bytes of it', async () => {
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
  ])('starts again and deletes no stored upload when the registry says that it has %s', async (_, range) => {
    const stage = await createStage()
    await interrupted(stage)
    const { error, kinds } = await stage.push({ behave: atStatus(withRange(range)) })
    expect([error, kinds]).toEqual([undefined, ['restart']])
    expectNothingDeleted(stage)
    await expectWhole(stage)
  })

  it('starts again when the registry takes only whole blobs by now', async () => {
    const stage = await createStage()
    await interrupted(stage)
    const { error, kinds } = await stage.push({ profile: { takesWholeOnly: true } })
    expect([error, kinds]).toEqual([undefined, ['restart']])
    await expectWhole(stage)
  })

  it('starts again when the registry refuses the upload to the user of this push', async () => {
    const stage = await createStage()
    await interrupted(stage)
    const { error, kinds } = await stage.push({ behave: atStatus(refuse(403)) })
    expect([error, kinds]).toEqual([undefined, ['restart']])
    await expectWhole(stage)
  })

  it('mounts first, and asks for the status of the upload when that does not work', async () => {
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

  it('leaves no upload of a mount open when the question for the status of the stored one fails', async () => {
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

  it.each(['distribution-3', 'distribution-2', 'ecr', 'zot'] satisfies RegistryProfile[])(
    'stores only right blobs in %s when two pushes use one store at once',
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

describe('pushDockerTar() without sessions', () => {
  it('cancels its uploads when it fails', async () => {
    const stage = await createStage()
    const { error } = await stage.push({ behave: cutAt(5), sessions: undefined })
    expect(error).toBeInstanceOf(NetworkError)
    expect(stage.registry.openUploads).toBe(0)
  })
})

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
