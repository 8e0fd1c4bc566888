import { createHash } from 'node:crypto'
import { describe, expect, inject, it } from 'vitest'
import {
  type Descriptor,
  DigestMismatchError,
  NetworkError,
  openRegistry,
  pushDockerTar,
  type ReadBlobOptions,
  ResponseError,
  readBlob,
  ValidationError,
} from '../../src/index.ts'
import { readBlob as readBlobInNode } from '../../src/node/index.ts'
import { rejection } from '../support/errors.ts'
import { inFastTime } from '../support/fast-time.ts'
import { createLayout, withName } from '../support/layout.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const SIZE = 400_000
const BYTES = Uint8Array.from({ length: SIZE }, (_, index) => (index * 7 + (index >> 8)) % 251)
const DIGEST = `sha256:${createHash('sha256').update(BYTES).digest('hex')}` as const
const BLOB: Descriptor = { mediaType: 'application/octet-stream', digest: DIGEST, size: SIZE }
const ORIGIN = 'https://registry.test'

const bytesOf = async (stream: ReadableStream<Uint8Array>) => new Uint8Array(await new Response(stream).arrayBuffer())
const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0

/** What a registry does with a request for the blob. The range is `[start, end)` as far as the request has one. */
type AnswerBlob = (method: string, range: { start: number; end: number } | undefined, tries: number) => Response

/** A registry with one blob, which answers as told. */
function serving(answer: AnswerBlob) {
  const asked: string[] = []
  const fetch = async ({ method, headers }: Request) => {
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(headers.get('range') ?? '') ?? []
    asked.push([method, headers.get('range') ?? ''].join(' ').trim())
    const range = start === undefined ? undefined : { start: Number(start), end: end ? Number(end) + 1 : SIZE }
    return answer(method, range, asked.length)
  }
  const registry = openRegistry(ORIGIN, { fetch, retry: 0, retryDelay: 1 })
  return {
    asked,
    read: (blob: string | Descriptor = BLOB, options?: ReadBlobOptions) =>
      readBlob(registry, 'team/app', blob, options),
  }
}

const whole = () => new Response(BYTES, { headers: { 'content-length': String(SIZE) } })
const part = (start: number, end: number, status = 206) =>
  new Response(BYTES.slice(start, end), { status, headers: { 'content-range': `bytes ${start}-${end - 1}/${SIZE}` } })
/** An answer that breaks off. */
const cut = (start: number, end: number) => {
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(BYTES.slice(start, end)),
      pull: (controller) => controller.error(new TypeError('terminated')),
    },
    { highWaterMark: 0 },
  )
  return new Response(body, {
    status: start > 0 ? 206 : 200,
    headers: { 'content-range': `bytes ${start}-${SIZE - 1}/${SIZE}` },
  })
}

describe.each([
  ['.', readBlob],
  ['./node', readBlobInNode],
])('readBlob() of "%s", with a real registry', (entry, read) => {
  const repository = `blobs/${Date.now().toString(36)}${entry.length}`
  async function pushed() {
    const layout = createLayout()
    const layer = await layout.add('application/octet-stream', BYTES)
    const config = await layout.add('application/x.config', '{}')
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    layout.list(withName(await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] }), 'v1'))
    await pushDockerTar(layout.tar(), inject('registryUrl'), repository, 'v1')
  }

  it('gives a whole blob, verified, with its size and progress, and ranges of it', async () => {
    await pushed()
    const seen: number[] = []
    const onProgress = ({ readBytes, totalBytes }: { readBytes: number; totalBytes: number }) => {
      expect(totalBytes).toBe(SIZE)
      seen.push(readBytes)
    }
    const { stream, ...blob } = await read(inject('registryUrl'), repository, DIGEST, { onProgress })
    expect(blob).toEqual({ digest: DIGEST, size: SIZE, start: 0, end: SIZE, isVerified: true })
    expect(same(await bytesOf(stream), BYTES)).toBe(true)
    expect(seen.at(-1)).toBe(SIZE)
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    for (const [start, end] of [
      [0, 10],
      [5, 6],
      [100, 399_999],
      [399_999, SIZE],
      [7, 7],
    ] as const) {
      const recorder = recordingFetch()
      const registry = openRegistry(inject('registryUrl'), { fetch: recorder.fetch })
      const range = await read(registry, repository, BLOB, { start, end })
      expect(range).toMatchObject({ size: SIZE, start, end, isVerified: false })
      expect(same(await bytesOf(range.stream), BYTES.slice(start, end))).toBe(true)
      expect(recorder.exchanges.map(({ status }) => status)).toEqual(start === end ? [] : [206])
    }
  })

  it('tells a blob that is not there', async () => {
    const absent = `sha256:${'ab'.repeat(32)}`
    const error = await rejection(read(inject('registryUrl'), repository, absent), ResponseError)
    expect(error).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    const { stream } = await read(inject('registryUrl'), repository, { ...BLOB, digest: absent as typeof DIGEST })
    expect(await rejection(bytesOf(stream), ResponseError)).toMatchObject({ status: 404, code: 'CONTENT_LOST' })
  })
})

describe('readBlob()', () => {
  it('requests nothing before the stream is read, if it gets the descriptor', async () => {
    const { asked, read } = serving(whole)
    const { stream } = await read()
    expect(asked).toEqual([])
    expect(same(await bytesOf(stream), BYTES)).toBe(true)
    expect(asked).toEqual(['GET'])
  })

  it('continues after a cut from the byte that is missing, in the wanted range alone', async () => {
    const { asked, read } = serving((_, range, tries) =>
      tries === 1 ? cut(0, 150_000) : part(range?.start ?? 0, range?.end ?? SIZE),
    )
    expect(same(await bytesOf((await read()).stream), BYTES)).toBe(true)
    expect(asked).toEqual(['GET', 'GET bytes=150000-'])
    const ranged = serving((_, range, tries) =>
      tries === 1 ? cut(100, 200) : part(range?.start ?? 0, range?.end ?? SIZE),
    )
    const { stream } = await ranged.read(BLOB, { start: 100, end: 300 })
    expect(same(await bytesOf(stream), BYTES.slice(100, 300))).toBe(true)
    expect(ranged.asked).toEqual(['GET bytes=100-299', 'GET bytes=200-299'])
  })

  it.each<[string, AnswerBlob]>([
    ['ignores Range', () => whole()],
    ['gives more than the range', (_, range) => (range ? part(range.start, SIZE) : whole())],
    ['gives another range', (_, range) => (range ? part(0, 50) : whole())],
    ['gives the whole blob as a part', (_, range) => (range ? part(0, SIZE) : whole())],
  ])('gives the bytes of a range from a registry that %s', async (_, answer) => {
    for (const [start, end] of [
      [0, 1000],
      [1000, 2000],
      [399_000, SIZE],
    ] as const) {
      const { stream } = await serving(answer).read(BLOB, { start, end })
      expect(same(await bytesOf(stream), BYTES.slice(start, end))).toBe(true)
    }
  })

  it('fails before the last piece if the bytes are others', async () => {
    const wrong = BYTES.slice()
    wrong[3] = 255
    const { read } = serving(() => new Response(wrong))
    const { stream } = await read()
    const reader = stream.getReader()
    let arrived = 0
    const reading = (async () => {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        arrived += value.byteLength
      }
    })()
    await rejection(reading, DigestMismatchError, /what the registry holds as sha256:/)
    expect(arrived).toBeLessThan(SIZE)
  })

  it('verifies an empty blob without a request', async () => {
    const { asked, read } = serving(whole)
    const empty = `sha256:${createHash('sha256').digest('hex')}` as const
    expect(await bytesOf((await read({ ...BLOB, digest: empty, size: 0 })).stream)).toHaveLength(0)
    await rejection(bytesOf((await read({ ...BLOB, size: 0 })).stream), DigestMismatchError)
    expect(asked).toEqual([])
  })

  it('asks for the size by GET where HEAD does not tell it, and says so where neither does', async () => {
    const silent = () => new Response(null, { status: 200 })
    const { asked, read } = serving((method) => (method === 'HEAD' ? silent() : whole()))
    const { size, stream } = await read(DIGEST)
    expect([size, same(await bytesOf(stream), BYTES)]).toEqual([SIZE, true])
    expect(asked).toEqual(['HEAD', 'GET', 'GET'])
    const refusing = serving((method) => (method === 'HEAD' ? new Response(null, { status: 405 }) : whole()))
    expect((await refusing.read(DIGEST)).size).toBe(SIZE)
    const untold = serving((method) => (method === 'HEAD' ? silent() : new Response(BYTES)))
    const error = await rejection(untold.read(DIGEST), ResponseError, /does not tell its size; pass the descriptor/)
    expect(error.code).toBe('UNEXPECTED_ANSWER')
  })

  it('tells that the registry has another size than the descriptor says', async () => {
    const { stream } = await serving(whole).read({ ...BLOB, size: 1000 })
    const error = await rejection(bytesOf(stream), ResponseError, /400000 bytes of it instead of 1000/)
    expect(error.code).toBe('CONTENT_LOST')
  })

  it('gives up on answers that keep breaking off', async () => {
    const { asked, read } = serving((_, range) => (range ? cut(range.start, range.start) : cut(0, 1000)))
    await inFastTime(async () => rejection(bytesOf((await read()).stream), NetworkError))
    expect(asked.length).toBeLessThan(10)
  })

  it('ends with the reason of an abort, and with a cancel, also during a pending read', async () => {
    let cancelled = 0
    const standing = () =>
      new Response(new ReadableStream({ cancel: () => void cancelled++ }), {
        headers: { 'content-length': String(SIZE) },
      })
    const controller = new AbortController()
    const reason = new Error('no longer needed')
    const { stream } = await serving(standing).read(BLOB, { signal: controller.signal })
    const reading = bytesOf(stream)
    setTimeout(() => controller.abort(reason), 20)
    await expect(reading).rejects.toBe(reason)
    const other = await serving(standing).read()
    const reader = other.stream.getReader()
    const pending = reader.read()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await reader.cancel()
    expect((await pending).done).toBe(true)
    await expect.poll(() => cancelled).toBe(2)
  })

  it('refuses what is not a digest, a descriptor or a range', async () => {
    const { asked, read } = serving(whole)
    for (const digest of ['v1', `sha512:${'a'.repeat(128)}`, { ...BLOB, digest: 'v1' as never }]) {
      await rejection(read(digest), ValidationError)
    }
    for (const digest of [5, null, []] as never[]) await expect(read(digest)).rejects.toThrow(/^Cannot/)
    await rejection(read({ ...BLOB, size: -1 }), RangeError)
    for (const [start, end] of [
      [-1, 5],
      [5, 4],
      [0, SIZE + 1],
      [1.5, 2],
      ['0' as never, 5],
      [0, Number.NaN],
    ] as const) {
      await rejection(read(BLOB, { start, end }), RangeError)
    }
    expect(asked).toEqual([])
  })
})
