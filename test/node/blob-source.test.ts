import { afterEach, describe, expect, it, vi } from 'vitest'
import { NetworkError, openImage, type RegistryOptions, ResponseError, type Source } from '../../src/index.ts'
import { readAll } from '../../src/source/source.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'
import { openStored } from '../support/stored-layout.ts'

// A layer of an image that `openImage` opened, over a registry that does what a real one cannot be made to do.

const SIZE = 400_000
const BYTES = Uint8Array.from({ length: SIZE }, (_, index) => (index * 7 + (index >> 8)) % 251)

/** Answers the requests for the blob. `go` gives the registry's own answer, `tries` counts the requests from 1. */
type AnswerBlob = (request: Request, tries: number) => Response | Promise<Response> | undefined

async function openLayer(answer: AnswerBlob = () => undefined, options: RegistryOptions = {}) {
  const layout = createLayout()
  const layer = await layout.add('application/octet-stream', BYTES)
  const config = await layout.add('application/x.config', '{}')
  const manifest = await layout.add('application/vnd.oci.image.manifest.v1+json', {
    ...{ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json' },
    ...{ config, layers: [layer] },
  })
  let tries = 0
  const change = (path: string, request: Request) =>
    path.endsWith(layer.digest) || path.startsWith('/storage/') ? answer(request, ++tries) : undefined
  const { registry, exchanges } = openStored(layout, manifest, change, options)
  const image = await openImage(registry, 'team/app', 'v1')
  const source = image.layers[0]?.source as Source
  const asked = () => exchanges.slice(1).map(({ headers }) => headers.get('range'))
  return { source, asked, exchanges, digest: layer.digest }
}

/** The registry's own answer, broken off after some bytes. */
function cutAfter(length: number, request: Request): Response {
  const start = startOf(request)
  const range = { 'content-range': `bytes ${start}-${SIZE - 1}/${SIZE}` }
  let sent = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent >= length) return controller.error(new TypeError('terminated'))
        const end = Math.min(sent + 10_000, length)
        controller.enqueue(BYTES.slice(start + sent, start + end))
        sent = end
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { status: start > 0 ? 206 : 200, headers: start > 0 ? range : {} })
}

const startOf = (request: Request) => Number(/^bytes=([0-9]+)-$/.exec(request.headers.get('range') ?? '')?.[1] ?? 0)

/** Tells it in a moment: `toEqual` takes seconds. */
const same = (one: Uint8Array | undefined, other: Uint8Array) => one !== undefined && Buffer.compare(one, other) === 0

/** Lets all waits pass at once. */
async function inNoTime<T>(promise: Promise<T>): Promise<T> {
  let isOver = false
  const settled = promise.finally(() => {
    isOver = true
  })
  settled.catch(() => undefined)
  while (!isOver) await vi.advanceTimersByTimeAsync(500)
  return settled
}

afterEach(() => void vi.useRealTimers())

describe('the source of a blob in a registry', () => {
  it('reads the blob with one request, in ranges of any size', async () => {
    const { source, asked } = await openLayer()
    for (let start = 0, size = 1; start < SIZE; start += size, size = Math.min(size * 3, SIZE - start)) {
      expect(same(await source.read(start, start + size), BYTES.slice(start, start + size))).toBe(true)
    }
    expect(asked()).toEqual([null])
  })

  it('continues an answer that breaks off, from the byte that is missing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { source, asked } = await openLayer((request, tries) => (tries < 9 ? cutAfter(30_000, request) : undefined))
    expect(same(await inNoTime(readAll(source)), BYTES)).toBe(true)
    expect(asked()).toEqual([null, ...Array.from({ length: 8 }, (_, index) => `bytes=${(index + 1) * 30_000}-`)])
  })

  it('continues an answer that stands still', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { source, asked } = await openLayer((_, tries) => {
      if (tries > 1) return undefined
      const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(BYTES.slice(0, 1000)) })
      return new Response(body)
    })
    expect(same(await inNoTime(readAll(source)), BYTES)).toBe(true)
    expect(asked()).toEqual([null, 'bytes=1000-'])
  })

  it('continues an answer of a part of the range, without a wait', async () => {
    const { source, asked } = await openLayer((request) => {
      const start = startOf(request)
      const end = Math.min(start + 150_000, SIZE)
      const headers = { 'content-range': `bytes ${start}-${end - 1}/${SIZE}` }
      return start === 0 ? cutAfter(1000, request) : new Response(BYTES.slice(start, end), { status: 206, headers })
    })
    expect(same(await readAll(source), BYTES)).toBe(true)
    expect(asked()).toEqual([null, 'bytes=1000-', 'bytes=151000-', 'bytes=301000-'])
  })

  it.each<[string, (request: Request, tries: number) => Response]>([
    ['ignores Range', () => new Response(BYTES.slice())],
    ['answers with another range', () => ranged(200_000, `bytes 200000-${SIZE - 1}/${SIZE}`)],
    ['tells another size', () => ranged(100_000, `bytes 100000-${SIZE - 1}/${SIZE + 1}`)],
    ['answers with several parts', () => ranged(100_000, 'multipart')],
    ['compresses a range', () => ranged(100_000, null, { 'content-encoding': 'identity' })],
    ['tells no range and another length', () => ranged(100_000, null, { 'content-length': '5' })],
  ])('starts again without duplicate bytes if the registry %s', async (_, answer) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { source, asked } = await openLayer((request, tries) => {
      if (tries === 1) return cutAfter(100_000, request)
      return request.headers.has('range') ? answer(request, tries) : undefined
    })
    expect(same(await inNoTime(readAll(source)), BYTES)).toBe(true)
    expect(asked().slice(0, 2)).toEqual([null, 'bytes=100000-'])
    expect(asked().length).toBeLessThanOrEqual(3)
  })

  it('keeps an answer of a registry that ignores Range for a minute, so that it is not read again and again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { source, asked } = await openLayer(() => new Response(BYTES.slice()))
    for (let start = 0; start < SIZE; start += 50_000) {
      expect(same(await source.read(start, start + 50_000), BYTES.slice(start, start + 50_000))).toBe(true)
      await vi.advanceTimersByTimeAsync(10_000)
    }
    expect(asked()).toEqual([null, 'bytes=50000-'])
  })

  it('takes a range whose Content-Range cannot be read, as in a web page, if its length fits', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { source, asked } = await openLayer((request, tries) =>
      tries === 1 ? cutAfter(100_000, request) : ranged(100_000, null, { 'content-length': String(SIZE - 100_000) }),
    )
    expect(same(await inNoTime(readAll(source)), BYTES)).toBe(true)
    expect(asked()).toEqual([null, 'bytes=100000-'])
  })

  it('asks the registry again, not the storage, when the address that it redirected to has expired', async () => {
    let signed = 0
    const { source, exchanges } = await openLayer((request) => {
      const { hostname, searchParams } = new URL(request.url)
      if (hostname === 'registry.test') {
        signed++
        return Response.redirect(`https://storage.test/storage/blob?signature=${signed}`, 307)
      }
      if (searchParams.get('signature') === '1') return cutAfter(50_000, request)
      if (searchParams.get('signature') === '2') return new Response('<Error>Expired</Error>', { status: 403 })
      return ranged(startOf(request), `bytes ${startOf(request)}-${SIZE - 1}/${SIZE}`)
    })
    expect(same(await readAll(source), BYTES)).toBe(true)
    const hosts = exchanges.slice(1).map(({ url }) => url.hostname)
    expect(hosts).toEqual([
      'registry.test',
      'storage.test',
      'registry.test',
      'storage.test',
      'registry.test',
      'storage.test',
    ])
    expect(signed).toBe(3)
  })

  it.each<[string, () => Response, string, string, number]>([
    [
      'refuses every address',
      () => new Response('<Error>Expired</Error>', { status: 403 }),
      'REFUSED',
      'try again; if it happens again, check the storage of the registry',
      6,
    ],
    [
      'wants a sign-in',
      () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }),
      'REFUSED',
      'try again; if it happens again, check the storage of the registry',
      6,
    ],
    // These were tried several times as requests.
    ['fails', () => new Response(null, { status: 503 }), 'SERVER_FAILED', 'try again later', 6],
    [
      'redirects without end',
      () => Response.redirect('https://storage.test/storage/blob', 307),
      'UNEXPECTED_ANSWER',
      'check that its URL is the URL of a registry',
      1,
    ],
  ])(
    'tells that the storage %s, and asks the registry no more often than that helps',
    async (_, answer, code, remedy, tries) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const { source, exchanges } = await openLayer((request) =>
        new URL(request.url).hostname === 'registry.test'
          ? Response.redirect('https://storage.test/storage/blob?signature=1', 307)
          : answer(),
      )
      const error = await rejection(inNoTime(readAll(source)), ResponseError)
      expect(error).toMatchObject({ code, remedy })
      const signed = exchanges.filter(({ url }) => url.hostname === 'registry.test' && url.pathname.includes('/blobs/'))
      expect(signed).toHaveLength(tries)
    },
  )

  it('gives up after several answers that bring nothing, and names the blob', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { source, asked, digest } = await openLayer((request, tries) => cutAfter(tries === 1 ? 1000 : 0, request))
    const error = await rejection(inNoTime(readAll(source)), NetworkError)
    expect(error.message).toContain(
      `Cannot read ${digest.slice(0, 19)} of "team/app": the answer from https://registry.test`,
    )
    expect(error.remedy).toBe('try again')
    expect(asked()).toHaveLength(7)
  })

  it('gives up if each of very many answers brings a few bytes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { source, asked } = await openLayer((request) => cutAfter(1, request))
    await rejection(inNoTime(readAll(source)), NetworkError)
    expect(asked().length).toBeLessThan(110)
  })

  it('tells an answer that ends early without a failure', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { source, digest } = await openLayer((_, tries) =>
      tries === 1 ? new Response(BYTES.slice(0, 10)) : new Response(''),
    )
    const error = await rejection(inNoTime(readAll(source)), NetworkError)
    expect(error.message).toContain(
      `Cannot read ${digest} of "team/app": the answers of the registry end after 10 of ${SIZE}`,
    )
  })

  it.each<[string, (request: Request, tries: number) => Response, RegExp]>([
    [
      'does not have the blob',
      () => new Response(null, { status: 404 }),
      /: the registry does not have it; push the image/,
    ],
    ['says a smaller size', () => sized(10), /: the registry has 10 bytes of it instead of 400000; push the image/],
    [
      'has more bytes',
      () => new Response(Uint8Array.from([...BYTES, 1])),
      /the registry has more than its 400000 bytes/,
    ],
    [
      'has no bytes where it broke off',
      (request, tries) => (tries === 1 ? cutAfter(7, request) : new Response(null, { status: 416 })),
      /the registry has only 7 of its 400000 bytes/,
    ],
  ])('throws a ResponseError with the remedy if the registry %s', async (_, answer, message) => {
    const { source } = await openLayer(answer)
    const error = await rejection(readAll(source), ResponseError, message)
    expect(error).toMatchObject({ code: 'CONTENT_LOST', remedy: 'push the image to that repository again' })
  })

  it('gives several readers their bytes, each from an answer of its own', async () => {
    const { source, asked } = await openLayer()
    const parts = await Promise.all([0, 100_000, 200_000, 0].map((start) => source.read(start, start + 100_000)))
    for (const [index, start] of [0, 100_000, 200_000, 0].entries()) {
      expect(same(parts[index], BYTES.slice(start, start + 100_000))).toBe(true)
    }
    expect(asked()).toEqual([null, 'bytes=100000-', 'bytes=200000-', null])
  })

  it('ends a read at an abort, and the answer with it', async () => {
    const aborting = new AbortController()
    let isCancelled = false
    const { source } = await openLayer(() => {
      const cancel = () => {
        isCancelled = true
      }
      return new Response(new ReadableStream({ cancel }))
    })
    const reading = source.read(0, 10, aborting.signal)
    setTimeout(() => aborting.abort(new Error('enough')), 20)
    await expect(reading).rejects.toThrow('enough')
    await expect.poll(() => isCancelled).toBe(true)
  })
})

function ranged(start: number, range: string | null, headers: Record<string, string> = {}): Response {
  const shown = { ...headers, ...(range !== null && { 'content-range': range }) }
  return new Response(BYTES.slice(start), { status: 206, headers: shown })
}

function sized(length: number): Response {
  return new Response(BYTES.slice(0, length), { headers: { 'content-length': String(length) } })
}
