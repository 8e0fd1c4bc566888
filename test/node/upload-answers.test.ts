import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import {
  DigestMismatchError,
  openArchive,
  pushDockerTar,
  ResponseError,
  TarReadError,
  type UploadEvent,
} from '../../src/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { openRegistry } from '../../src/registry/registry.ts'
import { uploadBlob } from '../../src/registry/upload/upload.ts'
import { toReadable } from '../../src/source/stream.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { at, type Behave, broken, disturbedPush, lost } from '../support/disturbed-push.ts'
import { rejection } from '../support/errors.ts'

const refusal = (status: number, code: string) => Response.json({ errors: [{ code, message: 'no' }] }, { status })
const refuse = (status: number) => () => new Response(null, { status })
const kinds = (events: readonly { kind: string }[]) => events.map(({ kind }) => kind)

/** Answers questions for the status by this, and all else by the other. */
function atStatus(act: Behave, other: Behave): Behave {
  return (request, ...rest) =>
    (request.method === 'GET' && request.url.includes('/uploads/') ? act : other)(request, ...rest)
}

/** Says of the registry's answer that it has so much. */
const withRange =
  (range: (told: string) => string): Behave =>
  async (_, go) => {
    const response = await go()
    const headers = new Headers(response.headers)
    headers.set('range', range(headers.get('range') ?? ''))
    return new Response(null, { status: response.status, headers })
  }

describe('the status of an upload', () => {
  it('is believed in the words of old servers too', async () => {
    const { pushing, ranges, events } = await disturbedPush(
      atStatus(
        withRange((told) => `bytes=${told}`),
        at('PATCH', 4, lost),
      ),
    )
    await pushing
    expect(kinds(events)).toEqual(['retry'])
    expect(ranges().length).toBe(new Set(ranges()).size)
  })

  it('is not believed where it is more than was sent', async () => {
    const { pushing, events } = await disturbedPush(
      atStatus(
        withRange(() => '0-8191'),
        at('PATCH', 4, lost),
      ),
    )
    await pushing
    expect(kinds(events)).toEqual(['retry', 'restart'])
  })

  it('of 0-0 may be one byte: the upload begins anew where it is not none', async () => {
    const one: Behave = async (request, _, ask) => {
      const body = new Uint8Array(await request.arrayBuffer()).subarray(0, 1)
      await ask(new Request(request.url, { method: 'PATCH', body }))
      return broken()
    }
    const { pushing, events, registry } = await disturbedPush(at('PATCH', 1, one))
    await pushing
    expect(kinds(events)).toEqual(['retry', 'retry', 'restart'])
    expect(registry.openUploads).toBe(0)
  })

  it.each([404, 410])('of %i says that there is nothing to cancel', async (status) => {
    const { pushing, events, recorder } = await disturbedPush(atStatus(refuse(status), at('PATCH', 4, broken)))
    await pushing
    expect(kinds(events)).toEqual(['retry', 'restart'])
    expect(recorder.count('DELETE')).toBe(0)
  })

  it('is not needed to go on after a refusal that left the bytes alone', async () => {
    for (const [status, chunkSize] of [
      [429, 1024],
      [413, 2048],
    ] as const) {
      const { pushing, events } = await disturbedPush(
        atStatus(
          withRange(() => ''),
          at('PATCH', 2, refuse(status)),
        ),
        { chunkSize },
      )
      await pushing
      expect(kinds(events)).toEqual([status === 413 ? 'learned' : 'retry'])
    }
  })

  it('is not asked for where a registry does not tell', async () => {
    const { pushing, events, recorder } = await disturbedPush(at('PATCH', 2, refuse(429)), {
      profile: { tellsStatus: false },
    })
    await pushing
    expect(kinds(events)).toEqual(['retry'])
    expect(recorder.count('GET')).toBe(0)
    const cut = await disturbedPush(at('PATCH', 2, broken), { profile: { tellsStatus: false } })
    await cut.pushing
    expect(kinds(cut.events)).toEqual(['retry', 'restart'])
    expect(cut.registry.openUploads).toBe(0)
  })
})

describe('the answer to a chunk', () => {
  it('is not believed where its Range has the length of that chunk alone (zot)', async () => {
    const embedded = createTestRegistry({ profile: 'zot' })
    const registry = openRegistry('https://registry.test', { fetch: embedded.fetch })
    // Longer than the first chunks, which grow from 512 KiB to 8 MiB.
    const archive = await createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(20_000_000) }] }] })
    const { images } = await openArchive(archive)
    const events: UploadEvent[] = []
    await pushDockerTar(archive, registry, 'a', 'v1', { onEvent: (event) => events.push(event) })
    const sent = embedded.requests.filter(({ method, url }) => method !== 'HEAD' && url.includes('/uploads/'))
    expect([events, sent.filter(({ status }) => status >= 300)]).toEqual([[], []])
    const blobs = images.flatMap(({ layers, config }) => [...layers, ...(config ? [config] : [])])
    expect(embedded.bodyBytes).toBe(blobs.reduce((sum, { size }) => sum + size, 0))
  })
})

describe('a refusal', () => {
  it('of small chunks is learned from once, and one that stays ends the push', async () => {
    const message = 'All layer parts except the last part should be at least 5MB'
    const tooSmall = () => Response.json({ errors: [{ code: 'BLOB_UPLOAD_INVALID', message }] }, { status: 400 })
    const isLayer = (request: Request) => request.method === 'PUT' && request.headers.has('content-range')
    const { pushing, events, registry } = await disturbedPush((request, go) => (isLayer(request) ? tooSmall() : go()), {
      layers: ['x'.repeat(12_000_000)],
      chunkSize: 2_000_000,
      uploadRetry: 2,
    })
    await rejection(pushing, ResponseError, /at least 5MB/)
    expect(kinds(events)).toEqual(['learned', 'restart', 'retry', 'restart', 'retry', 'restart'])
    expect(events[0]).toMatchObject({ minChunkSize: 5 * 2 ** 20 })
    expect(registry.openUploads).toBe(0)
  })

  it.each([404, 405, 413])('of %i to opening an upload is one', async (status) => {
    const { pushing, recorder } = await disturbedPush(at('POST', 1, refuse(status), 99))
    await rejection(pushing, ResponseError)
    expect(recorder.count('POST')).toBe(1)
  })

  const lostCodes = ['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID', 'DIGEST_INVALID', 'SIZE_INVALID']

  it.each([400, 404, 409].flatMap((status) => lostCodes.map((code) => [status, code] as const)))(
    'of %i begins the blob again where it says %s: the upload is lost',
    async (status, code) => {
      const { pushing, events } = await disturbedPush(at('PATCH', 4, () => refusal(status, code)))
      await pushing
      expect(kinds(events)).toEqual(['retry', 'restart'])
    },
  )

  it.each(['too large', 'exceeds', 'maximum'])('of 416 that says "%s" makes chunks smaller', async (message) => {
    const refuse = () => Response.json({ errors: [{ code: 'SIZE', message }] }, { status: 416 })
    const { pushing, events } = await disturbedPush(at('PATCH', 2, refuse), { chunkSize: 2048 })
    await pushing
    expect(events).toMatchObject([{ kind: 'learned', maxChunkSize: 1024 }])
  })

  it.each(['too small', 'at least 5MB', 'at least 5 MiB', 'minimum allowed size'])(
    'of 400 that says "%s" makes chunks larger',
    async (message) => {
      const refuse = () => Response.json({ errors: [{ code: 'UNKNOWN', message }] }, { status: 400 })
      const { pushing, events } = await disturbedPush(at('PATCH', 2, refuse))
      await pushing
      expect(events[0]).toMatchObject({ kind: 'learned', minChunkSize: 5 * 2 ** 20 })
    },
  )

  it.each([
    ['POST', 1],
    ['PATCH', 1],
    ['PATCH', 4],
    ['PUT', 1],
  ])('of 409 to a %s of a blob that came in meanwhile counts it as present', async (method, nth) => {
    const conflict = at(method, nth, async (_request, _go, ask) => {
      const archive = await createTestArchive({ images: [{ layers: [{ file: 'content' }] }] })
      await pushDockerTar(archive, openRegistry('https://registry.test', { fetch: ask }), 'a', 'of-another')
      return refusal(409, 'BLOB_EXISTS')
    })
    const states: string[] = []
    const { pushing, registry, recorder, events } = await disturbedPush(conflict, {
      uploadRetry: 0,
      onProgress: ({ blobs }) => states.push(...blobs.map(({ kind, state }) => `${kind} ${state}`)),
    })
    await pushing
    expect(states).toContain('layer present')
    expect([registry.openUploads, events]).toEqual([0, []])
    expect(recorder.exchanges.filter(({ status }) => status === 409)).toHaveLength(1)
  })

  it('of 409 to a blob that is not there yet begins it anew, and is told in the end', async () => {
    const busy = () => refusal(409, 'BLOB_UPLOAD_BUSY')
    const passing = await disturbedPush(at('POST', 1, busy, 2))
    await passing.pushing
    expect(kinds(passing.events)).toEqual(['retry', 'retry'])
    const inside = await disturbedPush(at('PATCH', 4, busy))
    await inside.pushing
    expect([kinds(inside.events), inside.registry.openUploads]).toEqual([['retry', 'restart'], 0])
    const staying = await disturbedPush(at('POST', 1, busy, 99), { uploadRetry: 2 })
    await rejection(staying.pushing, ResponseError, /409 \(BLOB_UPLOAD_BUSY: no\)/)
    expect(staying.recorder.count('POST')).toBe(3)
  })

  it('of a first chunk that is too large needs no other upload (GHCR)', async () => {
    const tooLarge = () =>
      Response.json({ errors: [{ code: 'SIZE', message: 'exceeds the maximum' }] }, { status: 416 })
    const { pushing, events, recorder } = await disturbedPush(at('PATCH', 1, tooLarge))
    await pushing
    expect(kinds(events)).toEqual(['learned'])
    expect(recorder.count('POST')).toBe(2)
  })

  it('of chunks as small as the registry itself wants them is the end', async () => {
    const { pushing, events, recorder } = await disturbedPush(at('PATCH', 2, refuse(413), 99), {
      profile: { minChunkSize: 1024 },
    })
    await rejection(pushing, ResponseError, /413/)
    expect([events, recorder.count('PATCH')]).toEqual([[], 2])
  })

  it('teaches once, whatever becomes of the question after it, and whoever else was refused', async () => {
    let count = 0
    const busy: Behave = (_, go) => (++count < 3 ? new Response(null, { status: 503 }) : go())
    const asked = await disturbedPush(atStatus(busy, at('PATCH', 2, refuse(413))), { chunkSize: 4096 })
    await asked.pushing
    expect(kinds(asked.events)).toEqual(['learned', 'retry', 'retry'])

    let tell = () => {}
    const both = new Promise<void>((resolve) => {
      tell = resolve
    })
    let patches = 0
    const { pushing, events } = await disturbedPush(
      async (request, go) => {
        if (request.method !== 'PATCH' || ++patches > 2) return go()
        if (patches === 2) tell()
        await both
        return new Response(null, { status: 413 })
      },
      { chunkSize: 4096, concurrency: 4, layers: ['a', 'b'] },
    )
    await pushing
    expect(kinds(events)).toEqual(['learned'])
  })

  it('of chunks leaves alone what goes on by chunks', async () => {
    let patches = 0
    let tell = () => {}
    const refused = new Promise<void>((resolve) => {
      tell = resolve
    })
    const { pushing, events } = await disturbedPush(
      async (request, go) => {
        if (request.method !== 'PATCH') return go()
        const nth = ++patches
        if (nth === 2) setTimeout(tell, 20)
        if (nth === 2) return new Response(null, { status: 405 })
        if (nth === 1) await refused
        return go()
      },
      { concurrency: 4, layers: ['a', 'b'] },
    )
    await pushing
    expect(kinds(events)).toEqual(['learned', 'restart'])
  })

  it('is the closing answer with the digest of something else', async () => {
    const other: Behave = async (_, go) => {
      const response = await go()
      response.headers.set('docker-content-digest', `sha256:${'0'.repeat(64)}`)
      return response
    }
    const { pushing } = await disturbedPush(at('PUT', 1, other))
    await rejection(pushing, DigestMismatchError)
  })
})

describe('uploadBlob()', () => {
  const bodies = { createBody: (bytes: Uint8Array<ArrayBuffer>) => bytes, createStreamBody: toReadable }
  const options = { ...bodies, createHasher: createPortableHasher, uploadRetry: 0, uploadRetryDelay: 1 }
  const fetch = async ({ method }: Request) =>
    method === 'POST'
      ? new Response(null, { status: 202, headers: { location: '/v2/a/blobs/uploads/1' } })
      : new Response(null, { status: method === 'PATCH' ? 202 : 201 })

  it('reads no more at once than memory bears, whatever a registry asks for', async () => {
    const reads: number[] = []
    const size = 140_000_000
    const source = {
      size,
      async read(start: number, end: number) {
        reads.push(end - start)
        return new Uint8Array(end - start)
      },
    }
    const digest = await digestOf(new Uint8Array(), createPortableHasher)
    const registry = openRegistry('https://registry.test', { fetch, profile: { minChunkSize: 150_000_000 } })
    const blob = { mediaType: 'a/b', digest, size, source }
    const uploading = uploadBlob(registry, 'a', blob, { ...options, createHasher: createNativeHasher, chunkSize: 1000 })
    await rejection(uploading, DigestMismatchError)
    expect(Math.max(...reads)).toBe(64 * 1024 * 1024)
  })

  it('ends where its source gives fewer bytes than it has', async () => {
    const source = { size: 9, read: async () => new Uint8Array(1) }
    const digest = await digestOf(new Uint8Array(9), createPortableHasher)
    const registry = openRegistry('https://registry.test', { fetch })
    const blob = { mediaType: 'a/b', digest, size: 9, source }
    await rejection(
      uploadBlob(registry, 'a', blob, { ...options, chunkSize: 4 }),
      TarReadError,
      /only 1 bytes are there/,
    )
  })

  it('leaves no listener behind on the signal', async () => {
    const { signal } = new AbortController()
    const bytes = new Uint8Array(3000)
    const digest = await digestOf(bytes, createPortableHasher)
    const source = { size: 3000, read: async (start: number, end: number) => bytes.slice(start, end) }
    const registry = openRegistry('https://registry.test', { fetch })
    await uploadBlob(
      registry,
      'a',
      { mediaType: 'a/b', digest, size: 3000, source },
      { ...options, chunkSize: 1000, signal },
    )
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('waits up to twice as long after each further failure', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    try {
      const { pushing, events } = await disturbedPush(at('PATCH', 2, broken, 4), { uploadRetryDelay: 2 })
      await pushing
      expect(events.map((event) => event.kind === 'retry' && event.delay)).toEqual([2, 3, 6, 12])
    } finally {
      random.mockRestore()
    }
  })

  it('suspects the size of chunks after the second that gets no answer', async () => {
    const layers = ['x'.repeat(3_000_000)]
    const { pushing, handle } = await disturbedPush(at('PATCH', 1, broken, 2), { chunkSize: 2_000_000, layers })
    await pushing
    expect(handle.capabilities.current.maxChunkSize).toBe(1_000_000)
  })
})
