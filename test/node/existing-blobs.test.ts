import { describe, expect, it } from 'vitest'
import {
  executePush,
  getImageInfo,
  NetworkError,
  openArchive,
  openRegistry,
  type PlanOptions,
  planPush,
  pushDockerTar,
  RegistryError,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const ONE = { images: [{ names: ['a:v1'], layers: [{ file: 'content' }] }] }
const archive = createTestArchive(ONE)
const layerOf = async () => (await openArchive(await archive)).images[0]?.layers[0]?.digest as string

/** The archive, and the sizes of the blobs of its image. */
async function withSizes() {
  const sizes = new Map<string, number>()
  for (const { layers, config, manifest } of (await openArchive(await archive)).images) {
    for (const blob of [...layers, config, manifest]) if (blob) sizes.set(blob.digest, blob.size)
  }
  return { archive: await archive, sizes }
}

type Change = (request: Request, go: () => Promise<Response>) => Promise<Response> | Response

/** The embedded registry, with some answers changed on their way. */
function behind(change: Change = (_, go) => go()) {
  const registry = createTestRegistry()
  const recorder = recordingFetch(async (request) => change(request, () => registry.fetch(request)))
  const handle = openRegistry('https://registry.test', { fetch: recorder.fetch, retry: 0 })
  const direct = openRegistry('https://registry.test', { fetch: registry.fetch })
  /** What was asked of one blob, in order. */
  const askedOf = (digest: string) =>
    recorder.exchanges.filter(({ url }) => decodeURIComponent(url.href).includes(digest)).map(({ method }) => method)
  return { registry, recorder, handle, direct, askedOf }
}

const isBlob = ({ method, url }: Request, wanted = 'HEAD') => method === wanted && url.includes('/blobs/sha256:')

describe('a blob of which HEAD tells another size', () => {
  it.each(['0', '7', '99999'])('(%s) is uploaded again, and read at its end by { verify: true }', async (length) => {
    const { handle, direct, askedOf } = behind((request, go) =>
      isBlob(request) ? new Response(null, { headers: { 'content-length': length } }) : go(),
    )
    const layer = await layerOf()
    const digest = await pushDockerTar(await archive, direct, 'a', 'v1')
    expect(await pushDockerTar(await archive, handle, 'a', 'v1', { verify: true })).toBe(digest)
    expect(askedOf(layer)).toEqual(['HEAD', 'PUT', 'HEAD', 'GET'])
  })

  it('is the error of { verify: true } where the registry gives it in that size', async () => {
    const { handle } = behind(async (request, go) => {
      if (isBlob(request)) return new Response(null, { headers: { 'content-length': '7' } })
      return isBlob(request, 'GET') ? new Response(null, { status: 416 }) : go()
    })
    const pushing = pushDockerTar(await archive, handle, 'a', 'v1', { verify: true })
    await rejection(
      pushing,
      RegistryError,
      /Cannot verify the push: .* does not have it; push again with \{ existing: 'up/,
    )
  })

  it.each([
    ['with a length', { 'content-length': '10240' }],
    ['without a length', {}],
    ['compressed', { 'content-length': '55', 'content-encoding': 'gzip' }],
  ])('is counted where a server ignores ranges, %s', async (_, headers) => {
    const layer = await layerOf()
    for (const size of [10_240, 10_239, 10_241]) {
      const { handle } = behind(async (request, go) => {
        if (!request.url.includes(layer)) return go()
        if (isBlob(request)) return new Response(null, { headers: { 'content-length': '0' } })
        return isBlob(request, 'GET') ? new Response(new Uint8Array(size), { headers }) : go()
      })
      const pushing = pushDockerTar(await archive, handle, 'a', 'v1', { verify: true })
      if (size === 10_240) await pushing
      else await rejection(pushing, RegistryError, /does not have it/)
    }
  })

  it('whose answer is compressed by a proxy is there', async () => {
    const { handle, direct, askedOf } = behind((request, go) => {
      const headers = { 'content-length': '55', 'content-encoding': 'gzip' }
      return isBlob(request) ? new Response(null, { headers }) : go()
    })
    await pushDockerTar(await archive, direct, 'a', 'v1')
    await pushDockerTar(await archive, handle, 'a', 'v1')
    expect(askedOf(await layerOf())).toEqual(['HEAD'])
  })
})

describe('a registry that says it has blobs which it has lost', () => {
  /** HEAD and the closing of manifests see what is in a cache; GET finds nothing. */
  const forgetful = (gone: (request: Request) => Response | undefined) => {
    let hasAll = false
    const world = behind(async (request, go) => {
      const answer = hasAll ? undefined : isBlob(request) ? new Response(null) : gone(request)
      if (request.method === 'POST') hasAll = true
      return answer ?? go()
    })
    return world
  }

  it('refuses the manifest: the error names { existing: "upload" }, which heals it', async () => {
    const { handle, direct } = forgetful(() => undefined)
    const pushing = pushDockerTar(await archive, handle, 'a', 'v1')
    const error = await rejection(pushing, ResponseError, /MANIFEST_BLOB_UNKNOWN.*with \{ existing: 'upload' \}/)
    expect(error.errors[0]?.code).toBe('MANIFEST_BLOB_UNKNOWN')
    await pushDockerTar(await archive, handle, 'a', 'v1', { existing: 'upload' })
    expect(await getImageInfo(direct, 'a', 'v1')).toMatchObject({ layerCount: 1 })
  })

  it.each([
    ['says 404', () => new Response(null, { status: 404 })],
    [
      'breaks off',
      () =>
        new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) }), {
          status: 206,
        }),
    ],
  ])('takes the manifest, and %s when it is read: { verify: true } tells', async (_, answer) => {
    const digest = (await openArchive(await archive)).images[0]?.manifest.digest as string
    const { handle } = forgetful((request) => {
      if (isBlob(request, 'GET')) return answer()
      if (!request.url.includes('/manifests/')) return undefined
      const status = request.method === 'PUT' ? 201 : 200
      return new Response(null, { status, headers: { 'docker-content-digest': digest } })
    })
    const pushing = pushDockerTar(await archive, handle, 'a', 'v1', { verify: true })
    await rejection(pushing, RegistryError, /Cannot verify the push: .* push again with \{ existing: 'upload' \}/)
  })

  it('is believed where a web page may not read its blobs', async () => {
    const { handle, direct } = behind((request, go) => {
      if (isBlob(request, 'GET')) throw new TypeError('Failed to fetch')
      return go()
    })
    await pushDockerTar(await archive, direct, 'a', 'v1')
    await pushDockerTar(await archive, handle, 'a', 'v2', { verify: true })
    await rejection(getImageInfo(handle, 'a', 'v2'), NetworkError)
  })
})

describe("{ existing: 'upload' }", () => {
  it('sends all blobs without asking, and the manifests as blobs', async () => {
    const { handle, direct, recorder } = behind()
    const digest = await pushDockerTar(await archive, direct, 'a', 'v1')
    const states: string[] = []
    const onProgress: PlanOptions['onProgress'] = ({ phase, blobs }) => {
      if (phase === 'done') states.push(...blobs.map(({ kind, state }) => `${kind} ${state}`))
    }
    expect(await pushDockerTar(await archive, handle, 'a', 'v1', { existing: 'upload', onProgress })).toBe(digest)
    expect(states.slice(-3)).toEqual(['layer uploaded', 'config uploaded', 'manifest uploaded'])
    expect([recorder.count('HEAD'), recorder.count('POST'), recorder.count('PUT')]).toEqual([0, 3, 4])
  })

  it.each([
    ['PUT', 502],
    ['PUT', 409],
    ['POST', 409],
  ])('sends each blob after a %s that is answered %i, although HEAD says that it is there', async (method, status) => {
    const refused = new Set<string>()
    const { archive: sent, sizes } = await withSizes()
    const { handle, direct } = behind((request, go) => {
      const digest = decodeURIComponent(request.url).match(/sha256:[0-9a-f]{64}/)?.[0] ?? ''
      // HEAD comes from a cache that still knows blobs which are gone.
      if (isBlob(request)) return new Response(null, { headers: { 'content-length': String(sizes.get(digest)) } })
      const isWanted = request.method === method && request.url.includes('/blobs/uploads/')
      if (!isWanted || refused.size > 0) return go()
      refused.add(request.url)
      return new Response(null, { status })
    })
    const options = { existing: 'upload', verify: true, uploadRetryDelay: 1, concurrency: 1 } as const
    await pushDockerTar(sent, handle, 'a', 'v1', options)
    expect(refused.size).toBe(1)
    expect(await getImageInfo(direct, 'a', 'v1')).toMatchObject({ layerCount: 1 })
    for (const digest of sizes.keys()) {
      const answer = await direct.send({ act: 'read a blob', method: 'GET', url: `/v2/a/blobs/${digest}` })
      expect(answer.status).toBe(200)
      await new Response(answer.body).arrayBuffer()
    }
  })

  it('of a plan is in it, and is carried out from its JSON', async () => {
    const { images } = await openArchive(
      await createTestArchive({ images: [{ names: ['a:v1', 'b:v1'], layers: [{ file: 'content' }] }] }),
    )
    const { handle, direct, recorder } = behind()
    const options = { existing: 'upload', mountFrom: 'a' } as const
    await executePush(await planPush(images, direct), images, direct)
    const plan = await planPush(images, handle, options)
    expect(plan.blobs.map(({ repository, kind, action }) => `${repository} ${kind} ${action}`)).toEqual([
      ...['layer', 'config'].map((kind) => `a ${kind} upload`),
      ...['layer', 'config'].map((kind) => `b ${kind} mount`),
      'a manifest upload',
      'b manifest mount',
    ])
    expect(recorder.exchanges.filter(({ url }) => url.pathname.includes('/blobs/'))).toEqual([])
    const before = recorder.exchanges.length
    await executePush(JSON.parse(JSON.stringify(plan)), images, handle)
    expect(recorder.exchanges.length - before).toBeLessThanOrEqual(plan.requests)
  })

  it('sends compressed layers again', async () => {
    const { handle, direct, recorder } = behind()
    const compress = { compress: 'gzip' } as const
    const digest = await pushDockerTar(await archive, direct, 'a', 'v1', compress)
    expect(await pushDockerTar(await archive, handle, 'a', 'v1', { ...compress, existing: 'upload' })).toBe(digest)
    expect([recorder.count('HEAD'), recorder.count('POST')]).toEqual([0, 3])
  })

  it('is one of two words', async () => {
    const { handle, recorder } = behind()
    const wrong = { existing: 'push' } as unknown as PlanOptions
    const message = /^Cannot use existing: it has to be "skip" or "upload", not "push"$/
    await rejection(pushDockerTar(await archive, handle, 'a', 'v1', wrong), TypeError, message)
    await rejection(planPush((await openArchive(await archive)).images, handle, wrong), TypeError, message)
    expect(recorder.exchanges).toEqual([])
  })
})
