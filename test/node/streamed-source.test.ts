import { afterEach, describe, expect, it, vi } from 'vitest'
import { withControl } from '../../src/control/controller.ts'
import type { ContentStore } from '../../src/images/content-store.ts'
import { createImageTreeReader } from '../../src/images/image-tree.ts'
import { openRegistry, type PushOptions, type PushPlan, pushDockerTar, RegistryError } from '../../src/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { readAll } from '../../src/source/source.ts'
import { readStream } from '../../src/source/stream.ts'
import { type OpenStream, streamedSource } from '../../src/source/streamed.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { pushImages } from '../../src/transfer/push.ts'
import { rejection } from '../support/errors.ts'

const BYTES = Uint8Array.from({ length: 1000 }, (_, index) => index % 251)

/** A source of `BYTES` in pieces of 64, and where each of its streams began, and which of them have ended. */
function openSource(bytes = BYTES) {
  const opened: number[] = []
  const ended: number[] = []
  const open: OpenStream = async function* (start, signal) {
    opened.push(start)
    try {
      for (let from = start; from < bytes.length; from += 64) {
        signal.throwIfAborted()
        yield bytes.subarray(from, from + 64)
      }
    } finally {
      ended.push(start)
    }
  }
  return { source: streamedSource(BYTES.length, open), opened, ended }
}

describe('streamedSource()', () => {
  afterEach(() => vi.useRealTimers())

  it('takes one stream when it is read through, in ranges of any size', async () => {
    const { source, opened, ended } = openSource()
    const parts: Uint8Array[] = []
    for (let start = 0, size = 1; start < 1000; start += size, size = Math.min(size * 3, 1000 - start)) {
      parts.push(await source.read(start, start + size))
    }
    expect(Buffer.concat(parts).equals(BYTES)).toBe(true)
    expect([opened, ended]).toEqual([[0], [0]])
  })

  it('opens a stream of its own for a read elsewhere, and one for each of two readers at once', async () => {
    const { source, opened } = openSource()
    await source.read(0, 100)
    expect(await source.read(500, 600)).toEqual(BYTES.slice(500, 600))
    const both = await Promise.all([source.read(100, 300), source.read(100, 200)])
    expect(both).toEqual([BYTES.slice(100, 300), BYTES.slice(100, 200)])
    expect(opened).toEqual([0, 500, 100])
    expect(await source.read(300, 1000)).toEqual(BYTES.slice(300))
    expect(opened).toHaveLength(3)
  })

  it('reads into the room that it gets', async () => {
    const { source } = openSource()
    const room = new Uint8Array(200)
    const bytes = await source.read(0, 150, undefined, room)
    expect(bytes.buffer).toBe(room.buffer)
    expect(bytes).toEqual(BYTES.slice(0, 150))
  })

  it('ends a stream that nobody reads from for 5 s', async () => {
    vi.useFakeTimers()
    const { source, opened, ended } = openSource()
    await source.read(0, 100)
    await vi.advanceTimersByTimeAsync(4900)
    expect(ended).toEqual([])
    await source.read(100, 200)
    await vi.advanceTimersByTimeAsync(5100)
    expect(ended).toEqual([0])
    await source.read(200, 300)
    expect(opened).toEqual([0, 200])
  })

  it('keeps two streams for a next read, and ends the oldest', async () => {
    const { source, ended } = openSource()
    for (let start = 0; start < 500; start += 100) await source.read(start + 10, start + 20)
    expect(ended).toEqual([10, 110, 210])
  })

  it('ends a read at an abort, whatever the stream does', async () => {
    const aborting = new AbortController()
    const source = streamedSource(1000, async function* () {
      await new Promise(() => {})
      yield BYTES
    })
    const reading = source.read(0, 20, aborting.signal)
    setTimeout(() => aborting.abort(new Error('enough')), 10)
    await expect(reading).rejects.toThrow('enough')
  })

  it('throws if the stream ends early', async () => {
    const { source } = openSource(BYTES.subarray(0, 900))
    await rejection(readAll(source), RegistryError, /ended before byte 1000/)
  })

  it('ends the stream when a read is aborted', async () => {
    const aborting = new AbortController()
    const ended = vi.fn()
    const source = streamedSource(1000, async function* (_, signal) {
      yield BYTES.subarray(0, 10)
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const reading = source.read(0, 20, aborting.signal).catch(ended)
    setTimeout(() => aborting.abort(new Error('enough')), 10)
    await reading
    expect(ended).toHaveBeenCalledWith(new Error('enough'))
  })
})

describe('an image that is read from a registry', () => {
  it('goes into another registry with one GET for each blob', async () => {
    const from = createTestRegistry()
    const to = createTestRegistry()
    const [source, target] = [from, to].map(({ fetch }) => openRegistry('https://registry.example.com', { fetch }))
    const layers = [1, 2].map((seed) => ({ file: `${seed}`.repeat(3_000_000) }))
    const archive = await createTestArchive({ images: [{ layers }] })
    const digest = await pushDockerTar(archive, source as NonNullable<typeof source>, 'team/app', 'v1')

    const asked: string[] = []
    const get = async (path: string, start = 0): Promise<Response> => {
      asked.push(`${path} ${start}`)
      const request = new Request(`https://registry.example.com/v2/team/app/${path}`, {
        headers: { range: `bytes=${start}-`, accept: '*/*' },
      })
      return from.fetch(request)
    }
    const store: ContentStore = {
      name: 'the registry',
      limits: { manifests: 100, indexDepth: 2 },
      createHasher: createNativeHasher,
      open: async ({ digest, size, mediaType }) => {
        const path = /manifest|index/.test(mediaType) ? `manifests/${digest}` : `blobs/${digest}`
        return streamedSource(size, async function* (start, signal) {
          const { body } = await get(path, start)
          if (body) yield* readStream(body, signal)
        })
      },
      readDocument: ({ source }) => readAll(source),
      verifyLayers: async () => {},
      warn: () => {},
    }
    const manifest = await (await get(`manifests/${digest}`)).arrayBuffer()
    const mediaType = JSON.parse(Buffer.from(manifest).toString()).mediaType
    const image = await createImageTreeReader(store)({ digest, mediaType, size: manifest.byteLength }, 'the test')
    asked.length = 0
    if (!image || !target) throw new Error('There is no image.')
    const pushes = [{ image, repository: 'copied/app', tags: ['v1'] }]
    await withControl<PushOptions, PushPlan>({ chunkSize: 700_000 }, (options) =>
      pushImages(pushes, [image], target, options),
    )
    expect(asked.sort()).toEqual(image.layers.map(({ digest }) => `blobs/${digest} 0`).sort())
    const copied = await to.fetch(new Request(`https://registry.example.com/v2/copied/app/manifests/v1`))
    expect(copied.headers.get('docker-content-digest')).toBe(digest)
  })
})
