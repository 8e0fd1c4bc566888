import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  DigestMismatchError,
  listTags,
  openArchive,
  openRegistry,
  planPush,
  push,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  type Registry,
  ResponseError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import {
  createTestArchive,
  createTestRegistry,
  type TestRegistry,
  type TestRegistryOptions,
} from '../../src/testing/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const URL_TEXT = 'https://registry.test'
type Answer = (request: Request, go: () => Promise<Response>) => Promise<Response> | Response

/** The embedded registry behind something that may answer in its place. */
function behind(answer: Answer, options: TestRegistryOptions = {}) {
  const registry = createTestRegistry(options)
  const recorder = recordingFetch(async (request) => answer(request, () => registry.fetch(request)))
  return { registry, recorder, handle: openRegistry(URL_TEXT, { fetch: recorder.fetch, retry: 0 }) }
}

const layers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ [`file-${index}`]: `content ${index}` }))
const putManifests = ({ requests }: TestRegistry) =>
  requests.filter(({ method, url }) => method === 'PUT' && url.includes('/manifests/'))
const through: Answer = (_, go) => go()

describe('pushDockerTar()', () => {
  it('reads each byte of a layer once, and none of a layer that is there', async () => {
    const bytes = await createTestArchive({ images: [{ layers: layers(3) }] })
    const { handle } = behind(through)
    const first = countingSource(bytes)
    await pushDockerTar(first, handle, 'a', 'v1', { chunkSize: 4000 })
    const inLayers = (reads: typeof first.reads) =>
      reads.flatMap(({ start, end }) => (end - start > 512 ? [start] : []))
    const large = inLayers(first.reads)
    expect(new Set(large).size).toBe(large.length)
    expect(first.bytesRead).toBeLessThan(bytes.length)
    const second = countingSource(bytes)
    await pushDockerTar(second, handle, 'a', 'v2')
    expect(first.bytesRead - second.bytesRead).toBe(3 * 10_240)
  })

  it('keeps to its concurrency', async () => {
    const small = await createTestArchive({ images: [{ layers: layers(9) }] })
    const noise = { noise: new Uint8Array(1_100_000) }
    const large = await createTestArchive({ images: [{ layers: layers(8).map((layer) => ({ ...layer, ...noise })) }] })
    const most = async (archive: Uint8Array, concurrency?: number) => {
      let now = 0
      let peak = 0
      const { handle } = behind(async (request, go) => {
        // How many are looked for at once is another option.
        if (request.method === 'HEAD') return go()
        peak = Math.max(peak, ++now)
        await new Promise((resolve) => setTimeout(resolve, archive === large ? 50 : 20))
        now--
        return go()
      })
      await pushDockerTar(archive, handle, 'a', 'v1', concurrency ? { concurrency } : {})
      return peak
    }
    expect(await most(large)).toBe(6)
    // So small ones go more at once, unless somebody says how many.
    expect(await most(small)).toBe(10)
    for (const concurrency of [1, 4, 7]) expect(await most(small, concurrency)).toBe(concurrency)
  })

  it('looks for as many blobs at once as lookups says, whatever its concurrency', async () => {
    const bytes = await createTestArchive({ images: [{ layers: layers(40) }] })
    const archive = await openArchive(bytes)
    const most = async (push: (registry: Registry) => Promise<unknown>) => {
      let [now, peak] = [0, 0]
      const { handle } = behind(async (request, go) => {
        if (request.method !== 'HEAD') return go()
        peak = Math.max(peak, ++now)
        await new Promise((resolve) => setTimeout(resolve, 20))
        now--
        return go()
      })
      await push(handle)
      return peak
    }
    expect(await most((registry) => pushDockerTar(bytes, registry, 'a', 'v1', { concurrency: 1 }))).toBe(32)
    expect(await most((registry) => pushDockerTar(bytes, registry, 'a', 'v1', { lookups: 3 }))).toBe(3)
    expect(await most((registry) => planPush(archive.images, registry, { lookups: 5 }))).toBe(5)
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses %d as lookups', async (lookups) => {
    const { handle } = behind(through)
    const pushing = pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { lookups })
    await rejection(pushing, RangeError, /lookups has to be a whole number above 0/)
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses %d as a concurrency and as a chunk size', async (value) => {
    const { handle } = behind(through)
    const archive = await createTestArchive()
    await expect(pushDockerTar(archive, handle, 'a', 'v1', { concurrency: value })).rejects.toThrow(RangeError)
    await expect(pushDockerTar(archive, handle, 'a', 'v1', { chunkSize: value })).rejects.toThrow(/chunkSize has to be/)
  })

  it('needs no name of the archive where it is given one', async () => {
    const { registry, handle } = behind(through)
    const archive = await createTestArchive({ images: [{ names: ['<none>:<none>'] }, { names: ['team/b:v1'] }] })
    await pushDockerTar(archive, handle, 'a', 'v1', { image: 0 })
    await pushDockerTar(archive, handle, 'a', 'v2', { image: 'team/b:v1' })
    const puts = registry.requests.filter(({ method }) => method === 'PUT')
    expect(puts.filter(({ url }) => url.includes('/manifests/v'))).toHaveLength(2)
  })

  it('gives the bytes of a blob all the time they need, and their type', async () => {
    const { recorder } = behind(async (request, go) => {
      const isUpload = request.method === 'PATCH' || request.url.includes('digest=')
      if (isUpload) await new Promise((resolve) => setTimeout(resolve, 400))
      return go()
    })
    const handle = openRegistry(URL_TEXT, { fetch: recorder.fetch, timeout: 300 })
    await pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { chunkSize: 6000 })
    const uploads = recorder.exchanges.filter(({ url }) => url.search.includes('_state'))
    expect(new Set(uploads.map(({ headers }) => headers.get('content-type')))).toEqual(
      new Set(['application/octet-stream']),
    )
  })

  it('puts the manifest last', async () => {
    const { registry, handle } = behind(through)
    await pushDockerTar(await createTestArchive({ images: [{ layers: layers(5) }] }), handle, 'a', 'v1')
    const methods = registry.requests.map(({ method, url }) => `${method} ${url}`)
    expect(methods.at(-1)).toBe('PUT /v2/a/manifests/v1')
    expect(methods.filter((method) => /^PUT .*\/manifests\//.test(method))).toHaveLength(1)
  })

  it('sends chunks as large as the registry asks for, and as small', async () => {
    const archive = await createTestArchive()
    const least = behind(through, { minChunkLength: 5000 })
    await pushDockerTar(archive, least.handle, 'a', 'v1', { chunkSize: 1000 })
    expect(least.recorder.count('PATCH')).toBe(4)
    const most = behind(async (request, go) => {
      const response = await go()
      if (request.method === 'POST') response.headers.set('oci-chunk-max-length', '2560')
      return response
    })
    await pushDockerTar(archive, most.handle, 'a', 'v1')
    // Two layers of 10 240 bytes: the closing request carries none.
    expect(most.recorder.count('PATCH')).toBe(8)
  })

  it('stops all at the first failure, cancels what is open and moves no tag', async () => {
    const archive = await createTestArchive({ images: [{ layers: layers(6) }] })
    let patches = 0
    let open = () => {}
    const allUnderWay = new Promise<void>((resolve) => {
      open = resolve
    })
    const { registry, recorder, handle } = behind(async (request, go) => {
      if (request.method !== 'PATCH') return go()
      const patch = ++patches
      if (patch === 4) open()
      await allUnderWay
      return patch === 5 ? new Response('out of disk', { status: 507 }) : go()
    })
    const options = { chunkSize: 2000, concurrency: 4 }
    const error = await rejection(pushDockerTar(archive, handle, 'a', 'v1', options), ResponseError)
    expect(error.message).toMatch(
      /^Cannot upload sha256:[0-9a-f]{12} to "a": https:\/\/registry\.test\/v2\/a\/blobs\/uploads/,
    )
    expect(error.message).not.toContain('_state')
    expect(registry.openUploads).toBe(0)
    // Four were under way, and none of the other three was begun or any finished.
    expect([recorder.count('POST'), recorder.count('PUT'), recorder.count('DELETE')]).toEqual([4, 0, 4])
    expect(putManifests(registry)).toEqual([])
  })

  it('tells the first failure, not what it led to', async () => {
    const archive = await createTestArchive({ images: [{ layers: layers(4) }] })
    const { handle } = behind((request, go) => (request.method === 'PUT' ? new Response(null, { status: 507 }) : go()))
    const error = await rejection(pushDockerTar(archive, handle, 'a', 'v1'), ResponseError)
    expect(error.status).toBe(507)
  })

  it('lets a session that opens during an abort be cancelled', async () => {
    const controller = new AbortController()
    const { registry, handle } = behind(async (request, go) => {
      if (request.method === 'POST') controller.abort(new Error('stop'))
      const response = await go()
      // As a real fetch does: who aborts a request learns no more of it.
      request.signal.throwIfAborted()
      return response
    })
    const pushing = pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { signal: controller.signal })
    await expect(pushing).rejects.toThrow('stop')
    expect(registry.requests.some(({ method, status }) => method === 'POST' && status === 202)).toBe(true)
    expect(registry.openUploads).toBe(0)
  })

  it('refuses what answers every request with a web page', async () => {
    const page = { headers: { 'content-type': 'text/html' } }
    const { handle } = behind(() => new Response('<html>', page))
    await rejection(pushDockerTar(await createTestArchive(), handle, 'a', 'v1'), ResponseError, /web page/)
    const last = behind((request, go) => (request.url.includes('/manifests/') ? new Response('<html>', page) : go()))
    await rejection(pushDockerTar(await createTestArchive(), last.handle, 'a', 'v1'), ResponseError, /web page/)
  })

  it.each(['data:,x', 'file:///etc/passwd', 'https://bob:hunter2@registry.test/x'])(
    'follows no Location to %s',
    async (location) => {
      const { handle } = behind((request, go) =>
        request.method === 'POST' ? new Response(null, { status: 202, headers: { location } }) : go(),
      )
      const error = await rejection(
        pushDockerTar(await createTestArchive(), handle, 'a', 'v1'),
        ResponseError,
        /no plain http/,
      )
      expect(error.message).not.toContain('hunter2')
    },
  )

  it('gives a typed error without secrets when the body of a refusal breaks off', async () => {
    const { handle } = behind((request, go) => {
      const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })
      return request.method === 'PUT' ? new Response(body, { status: 500 }) : go()
    })
    const error = await rejection(pushDockerTar(await createTestArchive(), handle, 'a', 'v1'), ResponseError)
    expect(error.status).toBe(500)
    expect(error.message).not.toContain('_state')
  })

  it('tries to open an upload again, and leaves no listener behind', async () => {
    let posts = 0
    const { recorder } = behind((request, go) => {
      const isFirst = request.method === 'POST' && ++posts === 1
      return isFirst ? new Response(null, { status: 503, headers: { 'retry-after': '0' } }) : go()
    })
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    const archive = await createTestArchive({ images: [{ layers: layers(30) }] })
    await pushDockerTar(archive, openRegistry(URL_TEXT, { fetch: recorder.fetch }), 'a', 'v1')
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', warn)
    expect(posts).toBe(32)
    expect(warnings).toEqual([])
  })

  it('asks before it sends bytes of a blob a second time', async () => {
    let puts = 0
    const { recorder, handle } = behind((request, go) => {
      const isBlob = request.method === 'PUT' && request.url.includes('/blobs/')
      return isBlob && ++puts === 1 ? new Response(null, { status: 503 }) : go()
    })
    await pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { concurrency: 1, uploadRetryDelay: 1 })
    const methods = recorder.exchanges.map(({ method }) => method).join(' ')
    expect(methods).toContain('HEAD POST PUT HEAD GET PUT')
    expect(recorder.count('POST')).toBe(3)
  })

  it('sends nothing after an abort that came before', async () => {
    const { registry, handle } = behind(through)
    const reason = new Error('stop')
    const pushing = pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { signal: AbortSignal.abort(reason) })
    await expect(pushing).rejects.toBe(reason)
    expect(registry.requests).toEqual([])
  })

  it('stops where the progress callback throws', async () => {
    const { registry, handle } = behind(through)
    const mistake = new Error('a mistake in the page')
    const onProgress = ({ sentBytes }: { sentBytes: number }) => {
      if (sentBytes > 0) throw mistake
    }
    await expect(pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { onProgress })).rejects.toBe(mistake)
    expect(registry.openUploads).toBe(0)
  })

  it.each([
    ['HEAD', (response: Response) => response.status === 200],
    ['PUT', (response: Response) => response.status === 201],
  ])('compares the digest that the registry states for a blob in its answer to %s', async (method, isMeant) => {
    const archive = await createTestArchive()
    const { registry, handle } = behind(async (request, go) => {
      const response = await go()
      const isBlob = request.method === method && request.url.includes('/blobs/') && isMeant(response)
      if (isBlob) response.headers.set('docker-content-digest', `sha256:${'0'.repeat(64)}`)
      return response
    })
    const clean = openRegistry(URL_TEXT, { fetch: registry.fetch })
    if (method === 'HEAD') await pushDockerTar(archive, clean, 'a', 'v1')
    await rejection(pushDockerTar(archive, handle, 'a', 'v2'), DigestMismatchError)
    expect(putManifests(registry).some(({ url }) => url.endsWith('/v2'))).toBe(false)
  })

  it('puts no manifest after an abort that came when all blobs were in', async () => {
    const controller = new AbortController()
    const { registry, handle } = behind(through)
    const pushing = pushDockerTar(await createTestArchive(), handle, 'a', 'v1', {
      signal: controller.signal,
      onProgress: ({ phase }) => phase === 'manifests' && controller.abort(new Error('stop')),
    })
    await expect(pushing).rejects.toThrow('stop')
    expect(putManifests(registry)).toEqual([])
  })

  it('compares the digest that the registry states for the manifest', async () => {
    const { handle } = behind(async (request, go) => {
      const response = await go()
      const isManifest = request.method === 'PUT' && request.url.includes('/manifests/')
      if (isManifest) response.headers.set('docker-content-digest', `sha256:${'0'.repeat(64)}`)
      return response
    })
    await rejection(pushDockerTar(await createTestArchive(), handle, 'a', 'v1'), DigestMismatchError)
  })

  it('upgrades an http Location of an https registry, and keeps its query to the letter', async () => {
    const { recorder, handle } = behind(async (request, go) => {
      if (new URL(request.url).protocol === 'http:') return new Response('insecure', { status: 400 })
      const response = await go()
      const location = response.headers.get('location')
      if (location?.includes('/uploads/')) {
        response.headers.set('location', `http://registry.test${location}&sig=a%20b+c~=%3D`)
      }
      return response
    })
    await pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { chunkSize: 4000 })
    const uploads = recorder.exchanges.filter(({ method }) => method === 'PATCH' || method === 'PUT').slice(0, -1)
    expect(uploads.every(({ url }) => url.search.includes('&sig=a%20b+c~=%3D'))).toBe(true)
  })
})

describe('pushDockerTarWithAllOriginalTags()', () => {
  const shared = { base: 'shared by all' }
  const archive = createTestArchive({
    images: [
      { names: ['a:v1', 'b:v1'], layers: [shared] },
      { names: ['b:v2'], layers: [shared, { more: 'b' }] },
    ],
  })

  it('sends a blob once and mounts it in the other repositories', async () => {
    const { registry, handle } = behind(through)
    await pushDockerTarWithAllOriginalTags(await archive, handle)
    const uploaded = registry.requests.filter(({ method, url }) => method === 'PUT' && url.includes('/blobs/'))
    const mounted = registry.requests.filter(({ url, status }) => url.includes('mount=') && status === 201)
    expect([uploaded.length, mounted.length]).toEqual([4, 2])
  })

  /** The registry answers mounts by this status, or opens an upload instead where there is none. */
  function behindMounts(status?: number) {
    const world = behind((request, go) => {
      const url = new URL(request.url)
      if (!url.searchParams.has('mount')) return go()
      url.search = ''
      return status === undefined
        ? world.registry.fetch(new Request(url, { method: 'POST' }))
        : new Response(null, { status })
    })
    return world
  }

  it.each([undefined, 400, 401, 403, 404, 405, 409, 422, 500, 501])(
    'uploads a blob where the registry answers a mount by %s',
    async (status) => {
      const { registry, handle } = behindMounts(status)
      await pushDockerTarWithAllOriginalTags(await archive, handle)
      expect([await listTags(handle, 'a'), await listTags(handle, 'b')]).toEqual([['v1'], ['v1', 'v2']])
      expect(registry.openUploads).toBe(0)
    },
  )

  it.each([402, 410, 413, 507])('throws where the registry answers a mount by %i', async (status) => {
    const pushing = pushDockerTarWithAllOriginalTags(await archive, behindMounts(status).handle)
    expect((await rejection(pushing, ResponseError, /open an upload/)).status).toBe(status)
  })

  it('replaces what a tag points at where that cannot be read any more', async () => {
    const { handle, registry } = behind((request, go) => {
      const isRead = request.url.includes('/manifests/') && request.method !== 'PUT'
      return isRead ? new Response(null, { status: 500 }) : go()
    })
    const digest = await pushDockerTar(await createTestArchive(), handle, 'a', 'v1')
    const tag = await registry.fetch(new Request(`${URL_TEXT}/v2/a/manifests/v1`, { method: 'HEAD' }))
    expect(tag.headers.get('docker-content-digest')).toBe(digest)
  })

  it('moves no tag when one manifest is refused', async () => {
    let manifests = 0
    const { registry, handle } = behind((request, go) => {
      const isManifest = request.method === 'PUT' && request.url.includes('/manifests/')
      return isManifest && ++manifests === 3 ? new Response(null, { status: 400 }) : go()
    })
    await rejection(
      pushDockerTarWithAllOriginalTags(await archive, handle),
      ResponseError,
      /Cannot put the manifest sha256:/,
    )
    expect(putManifests(registry).filter(({ url }) => /manifests\/v/.test(url))).toEqual([])
  })
})

describe('push()', () => {
  it('pushes to the repository and the tag in its options, or by the name of the image', async () => {
    const { fetch } = createTestRegistry()
    const registry = openRegistry('https://registry.example.com', { fetch })
    const archive = await createTestArchive({ images: [{ names: ['other.example.com/team/named:v3'] }] })
    const digest = await push(archive, registry, { repository: 'team/app', tag: 'v1', tags: ['latest'] })
    expect(await push(archive, registry)).toBe(digest)
    expect(await listTags(registry, 'team/app')).toEqual(['latest', 'v1'])
    expect(await listTags(registry, 'team/named')).toEqual(['v3'])
    const path = join(mkdtempSync(join(tmpdir(), 'push-')), 'image.tar')
    writeFileSync(path, archive)
    expect(await node.push(path, registry, { repository: 'team/path', tag: 'v1' })).toBe(digest)
  })
})
