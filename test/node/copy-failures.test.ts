import { describe, expect, inject, it } from 'vitest'
import {
  copyImage,
  copyRepository,
  DigestMismatchError,
  getManifest,
  listTags,
  memorySessions,
  NetworkError,
  openRegistry,
  pushDockerTar,
  type Registry,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { inFastTime } from '../support/fast-time.ts'
import { windowsImage } from '../support/foreign-layers-contract.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { secondRegistry } from '../support/second-registry.ts'

// What a registry may do in the middle of a copy. Each is a typed error with its remedy, and no tag moves.

const other = secondRegistry()

let count = 0
const newRepository = () => `failures/${Date.now().toString(36)}-${count++}`

type AnswerLayer = (request: Request, tries: number) => Promise<Response> | Response | undefined

/**
 * An image of one large layer, in a registry that may answer the GETs of that layer otherwise.
 *
 * @param go Sends a request to it. @default to a real registry
 */
async function stored(answer: AnswerLayer, go = globalThis.fetch as (request: Request) => Promise<Response>) {
  const repository = newRepository()
  const plain = openRegistry(inject('registryUrl'), { fetch: go })
  const archive = await createTestArchive({ images: [{ layers: [{ file: `${repository} `.repeat(100_000) }] }] })
  const digest = await pushDockerTar(archive, plain, repository, 'v1')
  const { manifest } = await getManifest(plain, repository, digest)
  const [layer] = 'layers' in manifest ? manifest.layers : []
  let tries = 0
  const recorder = recordingFetch(async (request) => {
    const isLayer = request.method === 'GET' && request.url.endsWith(layer?.digest as string)
    return (isLayer && (await answer(request, ++tries))) || go(request)
  })
  const registry = openRegistry(inject('registryUrl'), { fetch: recorder.fetch, retry: 0 })
  return { from: { registry, repository, reference: 'v1' }, repository, digest, layer, recorder }
}

/** The destination, and the requests that it got. */
function watched() {
  const recorder = recordingFetch()
  const registry = openRegistry(other.url, { fetch: recorder.fetch })
  const openings = () =>
    recorder.exchanges.filter(({ method, url }) => method === 'POST' && url.pathname.includes('uploads'))
  return { registry, recorder, openings }
}

const hasTag = (registry: Registry | string, repository: string) =>
  getManifest(registry, repository, 'v1').then(
    () => true,
    () => false,
  )

/** Answers with the registry's own bytes from the one that is asked for, and breaks off after some. */
async function cut(
  request: Request,
  length: number,
  go = globalThis.fetch as (request: Request) => Promise<Response>,
): Promise<Response> {
  const response = await go(request)
  const bytes = new Uint8Array(await response.arrayBuffer()).slice(0, length)
  let isSent = false
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (isSent) return controller.error(new TypeError('terminated'))
      isSent = true
      controller.enqueue(bytes)
    },
  })
  const headers = new Headers(response.headers)
  return new Response(body, { status: response.status, headers })
}

describe('copyImage()', () => {
  it('copies over answers that break off, and asks for no byte twice', async () => {
    const { from, repository, digest, layer, recorder } = await stored((request, tries) =>
      tries < 4 ? cut(request, 300_000) : undefined,
    )
    const { registry, openings } = watched()
    expect((await copyImage(from, { registry }, { chunkSize: 200_000 })).digest).toBe(digest)
    expect((await getManifest(registry, repository, 'v1')).digest).toBe(digest)
    const ranges = recorder.exchanges
      .filter(({ url }) => url.pathname.endsWith(layer?.digest as string))
      .map(({ headers }) => headers.get('range'))
    expect(ranges).toEqual([null, 'bytes=300000-', 'bytes=600000-', 'bytes=900000-'])
    expect(openings()).toHaveLength(2)
  })

  it('copies from a registry that ignores Range', async () => {
    const { from, digest } = await stored(async (request, tries) => {
      if (tries === 1) return cut(request, 500_000)
      const whole = new Request(request.url, { signal: request.signal })
      return globalThis.fetch(whole)
    })
    const { registry } = watched()
    expect((await copyImage(from, { registry })).digest).toBe(digest)
  })

  it('reads on by Range where the destination is slow, and holds no answer open', async () => {
    const { from, digest, layer, recorder } = await stored(() => undefined, createTestRegistry().fetch)
    const to = createTestRegistry()
    const fetch = async (request: Request) => {
      if (request.method === 'PATCH') await new Promise((resolve) => setTimeout(resolve, 7000))
      return to.fetch(request)
    }
    const target = { registry: openRegistry('https://registry.test', { fetch }) }
    const { value } = await inFastTime(() => copyImage(from, target, { chunkSize: 500_000 }))
    expect(value.digest).toBe(digest)
    const reads = recorder.exchanges.filter(({ url }) => url.pathname.endsWith(layer?.digest as string))
    expect(reads.slice(1).every(({ status }) => status === 206)).toBe(true)
    expect(reads.length).toBeGreaterThan(2)
  })

  it.each<[string, (request: Request) => Response | Promise<Response>, object]>([
    ['does not have a layer', () => new Response(null, { status: 404 }), { status: 404, code: 'CONTENT_LOST' }],
    ['forbids a layer', () => new Response(null, { status: 403 }), { status: 403, code: 'ACCESS_DENIED' }],
    ['says that a layer is too large', () => new Response(null, { status: 413 }), { status: 413 }],
  ])('ends at once if the source %s, and does not take it for the destination', async (_, answer, expected) => {
    const { from, repository, layer } = await stored(answer)
    const { registry, openings } = watched()
    const events: string[] = []
    const sessions = memorySessions()
    const options = { onEvent: ({ kind }: { kind: string }) => events.push(kind), sessions, chunkSize: 500_000 }
    const error = await rejection(copyImage(from, { registry }, options), ResponseError)
    expect(error).toMatchObject(expected)
    expect(error.url).toBe(new URL(`/v2/${repository}/blobs/${layer?.digest}`, inject('registryUrl')).href)
    expect(error.remedy).toBeTypeOf('string')
    expect(events).toEqual([])
    // The layer and the config, each once.
    expect(openings()).toHaveLength(2)
    expect(registry.capabilities.current.maxChunkSize).toBe(Number.POSITIVE_INFINITY)
    expect(await hasTag(registry, repository)).toBe(false)
  })

  it('ends with a NetworkError of the source after its tries, and does not suspect the size of the chunks', async () => {
    const go = createTestRegistry().fetch
    const answer: AnswerLayer = (request, tries) => cut(request, tries === 1 ? 900_000 : 0, go)
    const { from, repository, layer } = await stored(answer, go)
    const to = createTestRegistry()
    const registry = openRegistry('https://registry.test', { fetch: to.fetch })
    const events: string[] = []
    const options = { chunkSize: 400_000, onEvent: ({ kind }: { kind: string }) => events.push(kind) }
    const { value: error } = await inFastTime(() => rejection(copyImage(from, { registry }, options), NetworkError))
    expect(error.message).toContain(`Cannot read ${layer?.digest.slice(0, 19)} of "${repository}": the answer from`)
    expect(error.remedy).toBe('try again')
    expect(events).toEqual([])
    expect(to.openUploads).toBe(0)
    expect(await hasTag(registry, repository)).toBe(false)
  })

  it('keeps the session of a large layer for another copy if the source fails', async () => {
    let isDown = true
    const { from, digest } = await stored((request, tries) => {
      if (!isDown) return undefined
      return tries === 1 ? cut(request, 900_000) : new Response(null, { status: 404 })
    })
    const { registry } = watched()
    const sessions = memorySessions()
    const events: string[] = []
    const options = { sessions, chunkSize: 300_000, onEvent: ({ kind }: { kind: string }) => events.push(kind) }
    await rejection(copyImage(from, { registry }, options), ResponseError)
    isDown = false
    expect((await copyImage(from, { registry }, options)).digest).toBe(digest)
    expect(events).toContain('resume')
  })

  it('finds wrong bytes before the tag moves, and says whose they are', async () => {
    const { from, repository, layer } = await stored(async (request) => {
      const bytes = new Uint8Array(await (await globalThis.fetch(request)).arrayBuffer())
      bytes[700_000] = (bytes[700_000] as number) ^ 1
      return new Response(bytes)
    })
    const { registry } = watched()
    const error = await rejection(copyImage(from, { registry }), DigestMismatchError)
    expect(error).toMatchObject({ code: 'DIGEST_MISMATCH', expected: layer?.digest })
    expect(error.remedy).toBe(
      `the repository "${repository}" of ${from.registry.url} may have damaged bytes: push the image there again`,
    )
    expect(await hasTag(registry, repository)).toBe(false)
  })

  it.each(['PUT', 'POST'])('moves no tag if the destination refuses a %s', async (method) => {
    const { from, repository } = await stored(() => undefined)
    const to = createTestRegistry({
      faults: [{ kind: 'status', method, status: 403, times: Number.POSITIVE_INFINITY }],
    })
    const registry = openRegistry('https://registry.test', { fetch: to.fetch })
    const error = await rejection(copyImage(from, { registry }), ResponseError)
    expect(error).toMatchObject({ status: 403, code: 'ACCESS_DENIED' })
    expect(error.url).toMatch(/^https:\/\/registry\.test/)
    expect(await hasTag(registry, repository)).toBe(false)
    expect(to.openUploads).toBe(0)
  })

  it('copies foreign layers as descriptors, and says what to do where the destination does not take them', async () => {
    const { layout, manifest } = await windowsImage()
    const [from, to] = [createTestRegistry(), createTestRegistry()].map(({ fetch }) =>
      openRegistry('https://registry.test', { fetch }),
    ) as [Registry, Registry]
    await pushDockerTar(layout.tar(), from, 'win', 'v1')
    const image = { registry: from, repository: 'win', reference: 'v1' }
    expect((await copyImage(image, { registry: to })).digest).toBe(manifest.digest)
    const error = await rejection(copyImage(image, { registry: other.url }), ResponseError)
    expect(error).toMatchObject({ code: 'LAYERS_REFUSED' })
    expect(error.remedy).toMatch(/allow their addresses in its configuration/)
    await rejection(listTags(other.url, 'win'), ResponseError)
  })
})

describe('a copy whose look fails', () => {
  /** A registry that refuses what has `refused` in its URL, answers nothing else, and tells which requests are open. */
  function silentRegistry(url: string) {
    const open = new Set<string>()
    const fetch = (input: Request | URL | string, init?: RequestInit) => {
      const request = new Request(input, init)
      if (request.url.endsWith('/v2/')) return Promise.resolve(Response.json({}))
      if (request.url.includes('refused')) return Promise.resolve(new Response(null, { status: 403 }))
      open.add(request.url)
      return new Promise<Response>((_, reject) => {
        request.signal.addEventListener('abort', () => {
          open.delete(request.url)
          reject(request.signal.reason)
        })
      })
    }
    return { registry: openRegistry(url, { fetch, retry: 0 }), open }
  }

  it('copyImage() ends the requests to the other registry', async () => {
    const target = silentRegistry('https://other.test')
    const { registry } = silentRegistry('https://source.test')
    const from = { registry, repository: 'refused', reference: 'v1' }
    await rejection(copyImage(from, { registry: target.registry, repository: 'app' }), ResponseError)
    expect([...target.open]).toEqual([])
  })

  it('copyRepository() ends the requests of the other tags', async () => {
    const target = silentRegistry('https://other.test')
    const source = silentRegistry('https://source.test')
    const from = { registry: source.registry, repository: 'app' }
    const copying = copyRepository(from, { registry: target.registry }, { tags: ['v1', 'refused', 'v2'] })
    await rejection(copying, ResponseError)
    expect([...source.open, ...target.open]).toEqual([])
  })
})
