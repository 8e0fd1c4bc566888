import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, inject, it } from 'vitest'
import { createExchange } from '../../src/http/exchange.ts'
import * as core from '../../src/index.ts'
import {
  DigestMismatchError,
  memorySessions,
  NetworkError,
  openArchive,
  openRegistry,
  pushDockerTar,
  ResponseError,
  type Source,
  TarReadError,
} from '../../src/node/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { createBlobReader, PIECE } from '../../src/registry/upload/blob-reader.ts'
import { toSource } from '../../src/source/from.ts'
import { toReadable } from '../../src/source/stream.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const MIB = 2 ** 20
const archive = createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(5 * MIB) }] }] })
const LAYER = 5 * MIB + 10_240

describe('a chunk that is streamed', () => {
  it('goes to a real registry with its range and its length, and each byte is read once', async () => {
    const url = inject('registryUrl')
    const recorder = recordingFetch()
    const source = countingSource(await archive)
    const registry = openRegistry(url, { fetch: recorder.fetch })
    const repository = `streamed/${Date.now().toString(36)}`
    await pushDockerTar(source, registry, repository, 'v1', { chunkSize: 2 * MIB, verify: true })
    const patches = recorder.exchanges.filter(({ method }) => method === 'PATCH')
    const [of, length] = ['content-range', 'content-length'].map((name) =>
      patches.map(({ headers }) => headers.get(name)),
    )
    expect(of).toEqual([`0-${2 * MIB - 1}`, `${2 * MIB}-${4 * MIB - 1}`])
    expect(length).toEqual([String(2 * MIB), String(2 * MIB)])
    const inLayer = source.reads.filter(({ start, end }) => end - start > 512)
    expect(inLayer.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThan(LAYER + 4096)
  })

  it('breaks off before its end where the digest does not agree, and the blob is not in', async () => {
    const damaged = (await archive).slice()
    damaged[4 * MIB] = 0
    const embedded = createTestRegistry()
    const registry = openRegistry('https://registry.test', { fetch: embedded.fetch })
    await rejection(
      pushDockerTar(damaged, registry, 'a', 'v1', { chunkSize: 8 * MIB, concurrency: 1 }),
      DigestMismatchError,
    )
    expect(embedded.openUploads).toBe(0)
    expect(embedded.requests.some(({ method, status }) => method === 'PUT' && status === 201)).toBe(false)
  })

  it('fails with what its reading failed with, and is not tried again', async () => {
    const bytes = await archive
    const embedded = createTestRegistry()
    const registry = openRegistry('https://registry.test', { fetch: embedded.fetch })
    const source = countingSource(bytes)
    const opened = await openArchive({
      size: source.size,
      read: async (start, end, signal) => {
        if (end - start === PIECE && start > 3 * MIB)
          throw new TarReadError('FILE_UNREADABLE', 'Cannot read: the disk is gone')
        return source.read(start, end, signal)
      },
    })
    const events: string[] = []
    const pushing = pushDockerTar(opened, registry, 'a', 'v1', { onEvent: ({ kind }) => events.push(kind) })
    await rejection(pushing, TarReadError, /the disk is gone/)
    expect([events, embedded.openUploads]).toEqual([[], 0])
  })

  it('is tried again where the network fails, and no byte is hashed twice', async () => {
    const embedded = createTestRegistry({ faults: [{ kind: 'cut', method: 'PATCH', afterBytes: 1_500_000 }] })
    const registry = openRegistry('https://registry.test', { fetch: embedded.fetch })
    await pushDockerTar(await archive, registry, 'a', 'v1', { chunkSize: 2 * MIB, uploadRetryDelay: 1, verify: true })
    expect(embedded.faultsLeft).toBe(0)
    expect(embedded.bodyBytes).toBeLessThan(LAYER + 2 * MIB + 20_000)
  })

  it('comes to its end after an abort, so that its upload can be cancelled', async () => {
    const embedded = createTestRegistry({ profile: 'distribution-2' })
    const registry = openRegistry('https://registry.test', { fetch: embedded.fetch })
    const aborting = new AbortController()
    const { signal } = aborting
    const all = toSource(await archive)
    const source: Source = {
      size: all.size,
      read(start, end, signal) {
        if (start > 2 * MIB && end - start === PIECE) aborting.abort(new Error('enough'))
        return all.read(start, end, signal)
      },
    }
    const pushing = pushDockerTar(source, registry, 'a', 'v1', { chunkSize: 4 * MIB, concurrency: 1, signal })
    await rejection(pushing, Error, /enough/)
    const patches = embedded.requests.filter(({ method }) => method === 'PATCH')
    expect(patches.map(({ status }) => status)).toEqual([202])
    expect(embedded.openUploads).toBe(0)
  })

  it('stays as large as the first, however fast it is, where a registry insists on that', async () => {
    const embedded = createTestRegistry({ profile: 'cloudflare' })
    const large = createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(22 * MIB) }] }] })
    const registry = openRegistry('https://registry.test', { fetch: embedded.fetch })
    await pushDockerTar(await large, registry, 'a', 'v1', { verify: true })
    const patches = embedded.requests.filter(({ method }) => method === 'PATCH')
    expect(patches.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
  })

  it('is none where the caller makes the bodies', async () => {
    const embedded = createTestRegistry()
    const registry = openRegistry('https://registry.test', { fetch: embedded.fetch })
    const sizes: number[] = []
    const createBody = (bytes: Uint8Array<ArrayBuffer>) => {
      sizes.push(bytes.byteLength)
      return bytes
    }
    await pushDockerTar(await archive, registry, 'a', 'v1', { chunkSize: 2 * MIB, runtime: { createBody } })
    expect(sizes.filter((size) => size === 2 * MIB)).toHaveLength(2)
  })

  it('goes out when what comes before it in its blob is hashed, not before', async () => {
    const embedded = createTestRegistry({ faults: [{ kind: 'status', status: 503, method: 'PATCH', nth: 2 }] })
    const options = { chunkSize: 2 * MIB, concurrency: 1, uploadRetry: 0, sessions: memorySessions() }
    const first = openRegistry('https://registry.test', { fetch: embedded.fetch })
    await rejection(pushDockerTar(await archive, first, 'a', 'v1', options), ResponseError)
    const source = countingSource(await archive)
    const readBefore: number[] = []
    const second = openRegistry('https://registry.test', {
      fetch: (request) => {
        const pieces = source.reads.filter(({ start, end }) => end - start === PIECE)
        if (request.method === 'PATCH') readBefore.push(pieces.length)
        return embedded.fetch(request)
      },
    })
    await pushDockerTar(source, second, 'a', 'v1', options)
    expect(readBefore).toHaveLength(1)
    expect(readBefore[0]).toBeGreaterThanOrEqual((2 * MIB) / PIECE)
  })
})

describe('createBlobReader()', () => {
  it('hashes nothing of what is read late for a request that broke off', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(2000))
    const digest = await digestOf(bytes, createNativeHasher)
    let arrive = () => {}
    const late = new Promise<void>((resolve) => {
      arrive = resolve
    })
    let reads = 0
    const source: Source = {
      size: bytes.length,
      async read(start, end) {
        if (reads++ === 1) await late
        return bytes.slice(start, end)
      },
    }
    const blob = { mediaType: 'a/b', digest, size: bytes.length, source }
    const reader = await createBlobReader(blob, 'the blob', { createHasher: createNativeHasher })
    await reader.read(0, 1000)
    const broken = reader.stream(1000, 1500, undefined)[Symbol.asyncIterator]().next()
    await reader.restart()
    arrive()
    await broken
    await reader.read(0, 2000)
  })
})

describe('a chunk of a File in a page', () => {
  /** A file as a browser has it, that may be taken away; its parts are counted that go out as they are. */
  function fileOf(bytes: Uint8Array<ArrayBuffer>) {
    const blob = new Blob([bytes])
    const state = { isGone: false }
    /** In bytes: those that are larger than what is read at once. */
    const parts: number[] = []
    const slice = (start: number, end: number): Blob => {
      const part = blob.slice(start, end)
      if (part.size > MIB) parts.push(part.size)
      const read = part.arrayBuffer.bind(part)
      part.arrayBuffer = () => (state.isGone ? Promise.reject(new DOMException('gone', 'NotReadableError')) : read())
      return part
    }
    const file = { size: blob.size, slice, arrayBuffer: () => blob.arrayBuffer() } as Blob
    return { file, state, parts }
  }

  it('goes as that part of the file, and comes in whole', async () => {
    const embedded = createTestRegistry()
    const registry = openRegistry('https://registry.test', { fetch: embedded.fetch })
    const { file, parts } = fileOf(await archive)
    await core.pushDockerTar(file, registry, 'a', 'v1', { chunkSize: 2 * MIB, verify: true })
    const ranges = embedded.requests.flatMap(({ headers }) => headers.get('content-range') ?? [])
    expect(ranges).toEqual([`0-${2 * MIB - 1}`, `${2 * MIB}-${4 * MIB - 1}`, `${4 * MIB}-${LAYER - 1}`])
    expect(parts).toEqual([2 * MIB, 2 * MIB, LAYER - 4 * MIB])
  })

  it('fails with what is wrong with the file, though the browser does not say that it was the file', async () => {
    const { file, state } = fileOf(await archive)
    const embedded = createTestRegistry()
    const registry = openRegistry('https://registry.test', {
      fetch: (request) => {
        if (request.method !== 'PATCH') return embedded.fetch(request)
        state.isGone = true
        throw new TypeError('Failed to fetch')
      },
    })
    const events: string[] = []
    const pushing = core.pushDockerTar(file, registry, 'a', 'v1', {
      chunkSize: 2 * MIB,
      onEvent: ({ kind }) => events.push(kind),
    })
    await rejection(pushing, TarReadError, /changed, moved or removed after it was chosen/)
    expect([events, embedded.openUploads]).toEqual([[], 0])
  })
})

describe('a stream that is sent', () => {
  const exchangeWith = (url: string, timeout: number, fetch = (request: Request) => globalThis.fetch(request)) =>
    createExchange({ base: new URL(url), fetch, ownHeaders: {}, retry: 0, retryDelay: 1, timeout })
  const request = { act: 'send', method: 'PUT', url: '/', isUpload: true } as const

  it('may take longer than its time-out, as long as it goes on', async () => {
    const server = createServer((incoming, answer) => incoming.resume().on('end', () => answer.end()))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    async function* slow() {
      for (let index = 0; index < 8; index++) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        yield new Uint8Array(10)
      }
    }
    const exchange = exchangeWith(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 1)
    const { answer } = await exchange({ ...request, standstill: 200, body: () => toReadable(slow()) })
    expect(answer.status).toBe(200)
    server.close()
  })

  it('fails where nobody takes it any more', async () => {
    const server = createServer(() => undefined)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    let taken = 0
    async function* endless() {
      for (; taken < 1000; taken++) yield new Uint8Array(MIB)
    }
    const exchange = exchangeWith(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 1)
    await rejection(
      exchange({ ...request, standstill: 300, body: () => toReadable(endless()) }),
      NetworkError,
      /no answer from .* within 300 ms/,
    )
    const takenBefore = taken
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(taken).toBeLessThan(takenBefore + 2)
  })

  it('fails so too by a fetch that does not tell why it was aborted', async () => {
    const fetch = ({ signal }: Request) =>
      new Promise<Response>((_, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')))
      })
    const exchange = exchangeWith('https://registry.test', 1, fetch)
    const body = () => new Blob(['a']).stream()
    await rejection(exchange({ ...request, standstill: 50, body }), NetworkError, /no answer from .* within 50 ms/)
  })
})
