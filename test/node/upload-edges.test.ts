import { describe, expect, it } from 'vitest'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import { listTags, NetworkError, openRegistry, ResponseError } from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { hasBlob } from '../../src/registry/blobs.ts'
import { prepareChunk } from '../../src/registry/upload/chunk.ts'
import { uploadBlob } from '../../src/registry/upload/upload.ts'
import type { Upload } from '../../src/registry/upload/upload-options.ts'
import { toSource } from '../../src/source/from.ts'
import { type ByteStream, toReadable } from '../../src/source/stream.ts'
import { createTestArchive, createTestRegistry, type TestRegistry } from '../../src/testing/index.ts'
import { at, type Behave, broken, disturbedPush, lost } from '../support/disturbed-push.ts'
import { rejection } from '../support/errors.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const bodies = {
  createBody: (bytes: Uint8Array<ArrayBuffer>) => bytes,
  createStreamBody: (stream: ByteStream) => toReadable(stream),
}
const isStatus = ({ method, url }: Request) => method === 'GET' && url.includes('/uploads/')
const refusal = (status: number, code: string) => Response.json({ errors: [{ code, message: 'no' }] }, { status })

/** Pushes one layer of 10 240 bytes from Node, to a registry that takes whole blobs only, as streams. */
async function pushWhole(
  behave: (
    request: Request,
    put: number,
    ask: TestRegistry['fetch'],
  ) => Promise<Response | undefined> | Response | undefined,
) {
  const embedded = createTestRegistry()
  const lengths: number[] = []
  const fetch = async (request: Request) => {
    if (request.method !== 'PUT' || !request.url.includes('/blobs/')) return embedded.fetch(request)
    const size = Number(request.headers.get('content-length') ?? 0)
    if (size < 10_000) return embedded.fetch(request)
    const bytes = await request.clone().arrayBuffer()
    lengths.push(bytes.byteLength)
    return (await behave(request, lengths.length, embedded.fetch)) ?? embedded.fetch(request)
  }
  const credentials = { username: 'ci', password: 'hunter2' }
  const registry = openRegistry('https://registry.test', { fetch, profile: 'gar', retry: 0, credentials })
  const archive = await createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(2 ** 20) }] }] })
  await node.pushDockerTar(archive, registry, 'a', 'v1', { chunkSize: 1000, uploadRetryDelay: 1 })
  return { lengths, embedded }
}

describe('an upload', () => {
  it('fills its budget up also by bytes that only the status tells of', async () => {
    const isLost: Behave = (request, go, ask) => (request.method === 'PATCH' ? lost(request, go, ask) : go())
    const { pushing, ranges } = await disturbedPush(isLost, { uploadRetry: 1 })
    await pushing
    expect(ranges().length).toBe(new Set(ranges()).size)
  })

  it('tells as progress what the registry says that it has', async () => {
    const half: Behave = async (request, _, ask) => {
      const body = new Uint8Array(await request.arrayBuffer()).subarray(0, 300)
      await ask(new Request(request.url, { method: 'PATCH', body }))
      return broken()
    }
    const { pushing, sent } = await disturbedPush(at('PATCH', 4, half))
    await pushing
    const steps = sent.map((bytes, index) => bytes - (sent[index - 1] ?? 0))
    expect(steps).toContain(300)
    expect(steps.every((step) => step >= 0)).toBe(true)
  })

  it.each([200, 201, 204])('goes on after a chunk that is answered by %i', async (status) => {
    const { pushing, recorder } = await disturbedPush(async (request, go) => {
      const response = await go()
      return request.method === 'PATCH' ? new Response(null, { status, headers: response.headers }) : response
    })
    await pushing
    expect(recorder.count('PATCH')).toBe(9)
  })

  it('goes on where it is after an answer without a Location, and without a Range', async () => {
    const { pushing, recorder } = await disturbedPush(
      async (request, go) => {
        const response = await go()
        if (request.method === 'PATCH') {
          response.headers.delete('location')
          response.headers.delete('range')
        }
        return response
      },
      { registry: { profile: 'ecr', scale: 5 * 1024 } },
    )
    await pushing
    expect(recorder.count('PATCH')).toBe(9)
    expect(recorder.count('DELETE')).toBe(0)
  })

  it.each([400, 405, 416])('whose status is answered by %i is cancelled before it begins anew', async (status) => {
    const atThird = at('PATCH', 3, broken)
    const { pushing, registry, recorder } = await disturbedPush((request, ...rest) =>
      isStatus(request) ? new Response(null, { status }) : atThird(request, ...rest),
    )
    await pushing
    expect(recorder.count('DELETE')).toBe(1)
    expect(registry.openUploads).toBe(0)
  })

  it('that the registry cannot go on with is cancelled before it begins anew', async () => {
    const { pushing, registry, events } = await disturbedPush(at('PUT', 1, () => refusal(400, 'DIGEST_INVALID')))
    await pushing
    expect(events.map(({ kind }) => kind)).toEqual(['retry', 'restart'])
    expect(registry.openUploads).toBe(0)
  })

  it('whose closing request a proxy sent twice is found', async () => {
    const twice: Behave = async (_, go) => {
      await go()
      return refusal(404, 'BLOB_UPLOAD_UNKNOWN')
    }
    const { pushing, events, ranges } = await disturbedPush(at('PUT', 1, twice))
    await pushing
    expect(events.map(({ kind }) => kind)).toEqual(['retry'])
    expect(ranges().length).toBe(new Set(ranges()).size)
  })

  it('is not tried again where a chunk is redirected', async () => {
    const redirected = () => {
      throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') })
    }
    const { pushing, recorder } = await disturbedPush(at('PATCH', 2, redirected, 99))
    await rejection(pushing, NetworkError, /but a redirect/)
    expect(recorder.count('PATCH')).toBe(2)
  })

  it.each([0, 1, 1024, 1025, 2048])('of %i bytes comes in with as few requests as it takes', async (size) => {
    const bytes = new Uint8Array(size).fill(7)
    const digest = await digestOf(bytes, createPortableHasher)
    const blob = { mediaType: 'a/b', digest, size, source: toSource(bytes) }
    for (const closesEmpty of [false, true]) {
      const embedded = createTestRegistry()
      const recorder = recordingFetch(embedded.fetch)
      const registry = openRegistry('https://registry.test', { fetch: recorder.fetch, profile: { closesEmpty } })
      const sent: number[] = []
      const options = {
        chunkSize: 1024,
        uploadRetry: 0,
        uploadRetryDelay: 1,
        onSent: (bytes: number) => sent.push(bytes),
      }
      await uploadBlob(registry, 'a', blob, { ...options, createHasher: createPortableHasher, ...bodies })
      expect(await hasBlob(registry, 'a', blob)).toBe(true)
      expect(recorder.count('PUT')).toBe(1)
      const chunks = Math.ceil(size / 1024)
      expect(recorder.count('PATCH')).toBe(chunks < 2 ? 0 : chunks - (closesEmpty ? 0 : 1))
      expect(sent.at(-1)).toBe(size)
    }
  })
})

describe('what is learned of a registry', () => {
  /** Says so of 20 chunks, which is enough to see an endless loop. */
  function smallParts() {
    let count = 0
    const tooSmall = () =>
      Response.json({ errors: [{ code: 'UNKNOWN', message: 'part is too small' }] }, { status: 400 })
    return () => (count++ < 20 ? tooSmall() : new Response(null, { status: 418 }))
  }

  it('that takes no chunks serves all blobs that are under way', async () => {
    const waiting: (() => void)[] = []
    const refuse: Behave = async (request, go) => {
      if (request.method !== 'PATCH') return go()
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
        if (waiting.length === 2) for (const goOn of waiting) goOn()
      })
      return new Response(null, { status: 405 })
    }
    const { pushing, handle, registry, events } = await disturbedPush(refuse, { concurrency: 4, layers: ['a', 'b'] })
    await pushing
    expect(events.map(({ kind }) => kind).sort()).toEqual(['learned', 'restart', 'restart'])
    expect(await listTags(handle, 'a')).toEqual(['v1'])
    expect(registry.openUploads).toBe(0)
  })

  it('is not forgotten for what it says when it opens an upload', async () => {
    const limit: Behave = async (request, go) => {
      if (isStatus(request)) return new Response(null, { status: 404 })
      const { byteLength } = await request.clone().arrayBuffer()
      if (request.method === 'PATCH' && byteLength > 700) return new Response(null, { status: 413 })
      const response = await go()
      if (request.method === 'POST') response.headers.set('oci-chunk-max-length', '4096')
      return response
    }
    const { pushing, events, handle } = await disturbedPush(limit, { chunkSize: 4096, layers: ['a', 'b'] })
    await pushing
    expect(events.filter(({ kind }) => kind === 'learned')).toHaveLength(3)
    expect(handle.capabilities.current.maxChunkSize).toBe(512)
  })

  it('ends in a failure where the registry states a smaller minimum than it takes', async () => {
    const tooSmall = smallParts()
    const refuseParts: Behave = async (request, go) => {
      if (request.method === 'PATCH') return tooSmall()
      const response = await go()
      if (request.method === 'POST') response.headers.set('oci-chunk-min-length', '1024')
      return response
    }
    const layers = ['x'.repeat(6 * 2 ** 20)]
    const { pushing, events, handle } = await disturbedPush(refuseParts, { layers })
    await rejection(pushing, ResponseError, /too small|400/)
    expect(events.filter(({ kind }) => kind === 'learned')).toHaveLength(1)
    expect(handle.capabilities.current.minChunkSize).toBe(5 * 2 ** 20)
  })

  it('of larger parts serves a registry that states a smaller minimum', async () => {
    const tooSmall = smallParts()
    const takeLarge: Behave = async (request, go) => {
      const { byteLength } = await request.clone().arrayBuffer()
      if (request.method === 'PATCH' && byteLength < 5 * 2 ** 20) return tooSmall()
      const response = await go()
      if (request.method === 'POST') response.headers.set('oci-chunk-min-length', '1024')
      return response
    }
    const layers = ['x'.repeat(6 * 2 ** 20), 'y'.repeat(6 * 2 ** 20)]
    const { pushing, events } = await disturbedPush(takeLarge, { layers })
    await pushing
    expect(events.filter(({ kind }) => kind === 'learned')).toHaveLength(1)
  })

  it('does not come of small chunks that get no answer', async () => {
    for (const chunkSize of [1024, 5_000_000]) {
      const { pushing, handle } = await disturbedPush(at('PUT', 1, broken, 4), { chunkSize })
      await pushing
      expect(handle.capabilities.current.maxChunkSize).toBe(Number.POSITIVE_INFINITY)
    }
  })

  it('comes of large chunks only if two in a row get no answer, and not of other failures', async () => {
    const layers = ['x'.repeat(3_000_000)]
    let count = 0
    const turns: readonly Behave[] = [broken, () => new Response(null, { status: 503 }), broken]
    const { pushing, handle } = await disturbedPush(
      (request, ...rest) => (request.method === 'PATCH' && turns[count++]?.(request, ...rest)) || rest[0](),
      { chunkSize: 2_000_000, layers },
    )
    await pushing
    expect(handle.capabilities.current.maxChunkSize).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('a stream of a whole blob', () => {
  it('is made anew where signing in takes a second try', async () => {
    const headers = { 'www-authenticate': 'Basic realm="registry"' }
    const { lengths } = await pushWhole((_, put) =>
      put === 1 ? new Response(null, { status: 401, headers }) : undefined,
    )
    expect(lengths).toEqual([1_054_720, 1_054_720])
  })

  it('begins anew, in another upload, where the registry has a part of it', async () => {
    const { lengths, embedded } = await pushWhole(async (request, put, ask) => {
      if (put > 1) return undefined
      const body = new Uint8Array(await request.arrayBuffer()).subarray(0, 300)
      await ask(new Request(request.url, { method: 'PATCH', body }))
      return broken()
    })
    expect(lengths).toEqual([1_054_720, 1_054_720])
    expect(embedded.openUploads).toBe(0)
  })

  it('may take longer than timers can count', async () => {
    const size = 40_000_000_000
    const digest = await digestOf(new Uint8Array(), createPortableHasher)
    const source = { size, read: async () => new Uint8Array() }
    const registry = openRegistry('https://registry.test', {
      profile: 'gar',
      fetch: async ({ method }) =>
        method === 'POST'
          ? new Response(null, { status: 202, headers: { location: '/v2/a/blobs/uploads/1' } })
          : new Response(null, { status: method === 'PUT' ? 201 : 204 }),
    })
    const options = {
      chunkSize: 1_000_000_000,
      uploadRetry: 0,
      uploadRetryDelay: 1,
      createHasher: createPortableHasher,
    }
    const blob = { mediaType: 'a/b', digest, size, source }
    expect(await uploadBlob(registry, 'a', blob, { ...options, ...bodies })).toBe('uploaded')
  })

  it('leaves a registry the time to look through the whole blob before it answers the closing request', async () => {
    const size = 16 * 2 ** 30
    const { capabilities } = openRegistry('https://registry.test')
    const reader = { catchUp: async () => {}, read: async () => new Uint8Array(0) }
    const upload = {
      ...bodies,
      blob: { size },
      registry: { capabilities },
      reader,
      chunkSize: 1024,
    } as unknown as Upload
    const inBetween = await prepareChunk(upload, 0)
    const last = await prepareChunk(upload, size - 1024)
    expect([last.isClosing, last.timeout - inBetween.timeout]).toEqual([true, 1024 * 1000])
    expect(last.standstill - inBetween.standstill).toBe(1024 * 1000)
  })
})
