import { describe, expect, inject, it } from 'vitest'
import {
  DigestMismatchError,
  listTags,
  NetworkError,
  openRegistry,
  pushDockerTar,
  ResponseError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { at, type Behave, broken, disturbedPush, lost } from '../support/disturbed-push.ts'
import { rejection } from '../support/errors.ts'

const URL_TEXT = 'https://registry.test'

describe('an upload', () => {
  it('whose chunk never arrives is asked about, and goes on with that chunk', async () => {
    const { pushing, ranges, recorder, events, handle } = await disturbedPush(at('PATCH', 4, broken))
    await pushing
    expect(ranges().filter((range) => range === '3072-4095')).toHaveLength(2)
    expect(recorder.count('GET')).toBe(1)
    expect(recorder.count('POST')).toBe(2)
    expect(events).toMatchObject([{ kind: 'retry', repository: 'a', failures: 1, error: { name: 'NetworkError' } }])
    expect(await listTags(handle, 'a')).toEqual(['v1'])
  })

  it('whose answer is lost is asked about, and sends nothing twice', async () => {
    const { pushing, ranges, recorder } = await disturbedPush(at('PATCH', 4, lost))
    await pushing
    expect(ranges().length).toBe(new Set(ranges()).size)
    expect(recorder.count('POST')).toBe(2)
  })

  it('whose closing answer is lost is looked for first, read at its end, and found', async () => {
    const { pushing, recorder, ranges } = await disturbedPush(at('PUT', 1, lost))
    await pushing
    expect(ranges().length).toBe(new Set(ranges()).size)
    expect([recorder.count('POST'), recorder.count('HEAD'), recorder.count('GET')]).toEqual([2, 3, 1])
  })

  it('that arrives in part goes on in the middle of the chunk', async () => {
    const half: Behave = async (request, _, ask) => {
      const body = new Uint8Array(await request.arrayBuffer()).subarray(0, 300)
      await ask(new Request(request.url, { method: 'PATCH', body, headers: { 'content-range': '3072-3371' } }))
      return broken()
    }
    const { pushing, ranges } = await disturbedPush(at('PATCH', 4, half))
    await pushing
    expect(ranges()).toContain('3372-4395')
  })

  it('that the registry has lost begins anew, and says so', async () => {
    const gone: Behave = () =>
      Response.json({ errors: [{ code: 'BLOB_UPLOAD_UNKNOWN', message: 'gone' }] }, { status: 404 })
    const { pushing, events, sent, recorder } = await disturbedPush(at('PATCH', 4, gone))
    await pushing
    expect(events.map(({ kind }) => kind)).toEqual(['retry', 'restart'])
    expect(events[1]).toMatchObject({ lostBytes: 3072 })
    expect(recorder.count('POST')).toBe(3)
    expect(sent.some((bytes, index) => bytes < (sent[index - 1] ?? 0))).toBe(true)
    expect(sent.at(-1)).toBe(Math.max(...sent))
  })

  it('ends after so many failures in a row without progress, with the last one and nothing left behind', async () => {
    for (const uploadRetry of [0, 1, 4]) {
      const { pushing, registry, recorder, handle } = await disturbedPush(at('PATCH', 4, broken, 99), { uploadRetry })
      await rejection(pushing, NetworkError, /Cannot upload .*ECONNRESET/)
      expect(recorder.exchanges.filter(({ method }) => method === 'PATCH')).toHaveLength(4 + uploadRetry)
      expect(registry.openUploads).toBe(0)
      const error = await rejection(listTags(handle, 'a'), ResponseError)
      expect(error.status).toBe(404)
    }
  })

  it('outlives any number of failures, as long as it makes progress', async () => {
    let count = 0
    const { pushing, events } = await disturbedPush(
      (request, go) => (request.method === 'PATCH' && count++ % 2 === 0 ? broken() : go()),
      { uploadRetry: 1 },
    )
    await pushing
    expect(events.length).toBe(9)
  })

  it.each([400, 401, 403, 406, 410, 422, 505, 507, 525])('is not tried again after %i', async (status) => {
    const { pushing, recorder, registry } = await disturbedPush(at('PATCH', 2, () => new Response(null, { status })))
    await rejection(pushing, ResponseError, new RegExp(`${status}`))
    expect(recorder.count('PATCH')).toBe(2)
    expect(registry.openUploads).toBe(0)
  })

  it.each([
    ['a page', () => new Response('<html>Forbidden</html>', { status: 403, headers: { 'content-type': 'text/html' } })],
    ['nothing', () => new Response(null, { status: 403 })],
    ['JSON of its own', () => Response.json({ message: 'Forbidden' }, { status: 403 })],
  ])('goes in one PUT after a firewall has answered PATCH with 403 and %s', async (_, forbid) => {
    const layers = ['one', 'two']
    const { pushing, recorder, events, registry } = await disturbedPush(at('PATCH', 1, forbid, 99), { layers })
    await pushing
    expect(recorder.count('PATCH')).toBe(1)
    expect(events.map((event) => event.kind === 'learned' && event.takesWholeOnly)).toContain(true)
    expect(registry.openUploads).toBe(0)
  })

  it('does not try PUT after a 403 of the registry itself', async () => {
    const denied = () => Response.json({ errors: [{ code: 'DENIED' }] }, { status: 403 })
    const { pushing, recorder, registry } = await disturbedPush(at('PATCH', 1, denied, 99))
    await rejection(pushing, ResponseError, /403 \(DENIED\)/)
    expect([recorder.count('PATCH'), registry.openUploads]).toEqual([1, 0])
  })

  it.each([408, 425, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524])(
    'is tried again after %i',
    async (status) => {
      const { pushing, recorder } = await disturbedPush(at('PATCH', 2, () => new Response('<html>', { status })))
      await pushing
      expect(recorder.count('PATCH')).toBe(10)
    },
  )

  it('sends half as much at once after 413, from then on and in all of the push', async () => {
    const limit: Behave = async (request, go) => {
      const body = await request.clone().arrayBuffer()
      return body.byteLength > 700 ? new Response('<html>too large</html>', { status: 413 }) : go()
    }
    const { pushing, ranges, events } = await disturbedPush(limit, { chunkSize: 4096 })
    await pushing
    expect(events.map((event) => event.kind === 'learned' && event.maxChunkSize)).toEqual([2048, 1024, 512])
    expect(ranges().filter((range) => range === '0-4095')).toHaveLength(1)
    expect(ranges()).toContain('512-1023')
    expect(ranges().length).toBe(25)
  })

  it('sends less at once where large requests get no answer, as in a page that cannot read a 413', async () => {
    const limit: Behave = async (request, go) => {
      const body = await request.clone().arrayBuffer()
      return body.byteLength > 1024 * 1024 ? broken() : go()
    }
    const { pushing, events } = await disturbedPush(limit, { chunkSize: 4_000_000, layers: ['x'.repeat(5_000_000)] })
    await pushing
    expect(events.flatMap((event) => (event.kind === 'learned' ? [event.maxChunkSize] : []))).toEqual([
      2_000_000, 1_000_000,
    ])
  })

  it('gives up where even the smallest bodies are too large', async () => {
    const { pushing, registry } = await disturbedPush(at('PATCH', 1, () => new Response(null, { status: 413 }), 99))
    await rejection(pushing, ResponseError, /413.*raise its limit/)
    expect(registry.openUploads).toBe(0)
  })

  it('keeps to the chunks that GHCR takes, whose 416 says so (oras-project/rust-oci-client#35)', async () => {
    const errors = [{ code: 'SIZE', message: 'request body is too large and exceeds the maximum permissible limit' }]
    const { pushing, events } = await disturbedPush(at('PATCH', 1, () => Response.json({ errors }, { status: 416 })))
    await pushing
    expect(events[0]).toMatchObject({ kind: 'learned', maxChunkSize: 512 })
  })

  it('goes in one request where a registry takes no chunks (dotnet/sdk-container-builds#287)', async () => {
    const errors = [{ code: 'UNSUPPORTED', message: 'no chunks' }]
    for (const [status, body] of [
      [405, {}],
      [501, {}],
      [400, { errors }],
    ] as const) {
      const { pushing, recorder, events, handle, registry } = await disturbedPush((request, go) =>
        request.method === 'PATCH' ? Response.json(body, { status }) : go(),
      )
      await pushing
      expect(await listTags(handle, 'a')).toEqual(['v1'])
      expect(recorder.count('PATCH')).toBe(1)
      const puts = recorder.exchanges.filter(({ method, url }) => method === 'PUT' && url.pathname.includes('/blobs/'))
      expect(puts.map(({ headers }) => headers.get('content-range'))).toEqual([null, null])
      expect(events.map(({ kind }) => kind)).toEqual(['learned', 'restart'])
      expect(registry.openUploads).toBe(0)
    }
  })

  // A chunk of 1,024 bytes: a Range of as many may also be that of the chunk alone, as zot tells it.
  it.each(['0-1023', '0-511'])(
    'goes on behind a Range that stays at %s (aws/containers-roadmap#2831)',
    async (range) => {
      let chunks = 0
      const { pushing, ranges } = await disturbedPush(async (request, go) => {
        const response = await go()
        if (request.method === 'PATCH' && ++chunks > 1) response.headers.set('range', range)
        return response
      })
      await pushing
      expect(ranges().length).toBe(new Set(ranges()).size)
    },
  )

  it('waits as long as the registry asks, and so does everything else', async () => {
    const started = Date.now()
    const times: number[] = []
    const pause = at('PATCH', 2, () => new Response(null, { status: 503, headers: { 'retry-after': '1' } }))
    const { pushing } = await disturbedPush(
      (...exchange) => {
        times.push(Date.now() - started)
        return pause(...exchange)
      },
      { concurrency: 4 },
    )
    await pushing
    const pausedFrom = times.findIndex((time, index) => time - (times[index - 1] ?? 0) > 900)
    expect(pausedFrom).toBeGreaterThan(0)
    expect(times.slice(pausedFrom).every((time) => time >= 950)).toBe(true)
  })

  it('is given up at once by an abort while it waits', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const { pushing, registry } = await disturbedPush(at('PATCH', 2, broken, 99), {
      signal: controller.signal,
      uploadRetryDelay: 60_000,
    })
    const started = Date.now()
    setTimeout(() => controller.abort(reason), 50)
    await expect(pushing).rejects.toBe(reason)
    expect(Date.now() - started).toBeLessThan(4000)
    expect(registry.openUploads).toBe(0)
  })
})

describe('a registry that takes blobs whole only', () => {
  it('gets a large one from Node as a stream of a known length, which breaks off before its end if the digest does not agree', async () => {
    const url = inject('registryUrl')
    const bodies: (string | null)[] = []
    const statuses: number[] = []
    const fetch = async (request: Request) => {
      const isBlob = request.method === 'PUT' && request.url.includes('/blobs/')
      const length = request.headers.get('content-length')
      if (isBlob) bodies.push(length)
      const response = await globalThis.fetch(request)
      if (isBlob && length !== null) statuses.push(response.status)
      return response
    }
    const archive = await createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(3_000_000) }] }] })
    const repository = `whole/${Date.now().toString(36)}`
    const registry = openRegistry(url, { fetch, profile: 'gar' })
    await node.pushDockerTar(archive, registry, repository, 'v1', { chunkSize: 100_000 })
    expect(await listTags(url, repository)).toEqual(['v1'])
    expect(bodies.filter(Boolean)).toEqual(['3010560'])

    archive[2_000_000] = 0
    const pushing = node.pushDockerTar(archive, registry, `${repository}-damaged`, 'v2', { chunkSize: 100_000 })
    await rejection(pushing, DigestMismatchError)
    expect([bodies.filter(Boolean).length, statuses]).toEqual([2, [201]])
  })

  it('gets a large one from a page as a Blob', async () => {
    const embedded = createTestRegistry()
    const registry = openRegistry(URL_TEXT, { fetch: embedded.fetch, profile: 'gar' })
    await pushDockerTar(await createTestArchive(), registry, 'a', 'v1', { chunkSize: 1000 })
    expect(await listTags(registry, 'a')).toEqual(['v1'])
    expect(embedded.requests.some(({ method }) => method === 'PATCH')).toBe(false)
  })
})

describe('openRegistry() with a profile', () => {
  it('keeps to what is known of the registry', async () => {
    const opened = (address: string, profile?: 'ecr' | 'standard') =>
      openRegistry(address, { ...(profile && { profile }) }).capabilities.current
    expect(opened('123456789012.dkr.ecr.eu-west-1.amazonaws.com')).toMatchObject({
      minChunkSize: 5 * 2 ** 20,
      tellsStatus: false,
    })
    expect(opened('ghcr.io')).toMatchObject({ maxChunkSize: 4 * 2 ** 20 })
    expect(opened('europe-docker.pkg.dev')).toMatchObject({ takesWholeOnly: true })
    expect(opened('ghcr.io.evil.test')).toEqual(opened('registry.test'))
    expect(opened('ghcr.io', 'standard')).toEqual(opened('registry.test'))
    expect(() => openRegistry('registry.test', { profile: 'toString' as never })).toThrow(/pass standard, acr,/)
  })
})
