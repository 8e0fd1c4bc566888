import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listTags, openArchive, openRegistry, planPush, push, pushDockerTar, type Registry } from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { behind, layers, through, URL_TEXT } from '../support/intercepted-registry.ts'

describe('pushDockerTar()', () => {
  it('reads each byte of a layer once, and no byte of a layer that the registry has', async () => {
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

  it('sends at most as many blobs at once as concurrency says', async () => {
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
        await new Promise((resolve) => setTimeout(resolve, archive === large ? 100 : 60))
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

  it('looks for as many blobs at once as lookups says, whatever concurrency says', async () => {
    const bytes = await createTestArchive({ images: [{ layers: layers(40) }] })
    const archive = await openArchive(bytes)
    const most = async (push: (registry: Registry) => Promise<unknown>) => {
      let [now, peak] = [0, 0]
      const { handle } = behind(async (request, go) => {
        if (request.method !== 'HEAD') return go()
        peak = Math.max(peak, ++now)
        await new Promise((resolve) => setTimeout(resolve, 100))
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

  it.each([0, -1, 1.5, Number.NaN])('throws when lookups is %d', async (lookups) => {
    const { handle } = behind(through)
    const pushing = pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { lookups })
    await rejection(pushing, RangeError, /lookups: it has to be a whole number above 0/)
  })

  it.each([0, -1, 1.5, Number.NaN])('throws when concurrency or chunkSize is %d', async (value) => {
    const { handle } = behind(through)
    const archive = await createTestArchive()
    await expect(pushDockerTar(archive, handle, 'a', 'v1', { concurrency: value })).rejects.toThrow(RangeError)
    await expect(pushDockerTar(archive, handle, 'a', 'v1', { chunkSize: value })).rejects.toThrow(
      /chunkSize: it has to be/,
    )
  })

  it('pushes an image without a name when the caller gives one', async () => {
    const { registry, handle } = behind(through)
    const archive = await createTestArchive({ images: [{ names: ['<none>:<none>'] }, { names: ['team/b:v1'] }] })
    await pushDockerTar(archive, handle, 'a', 'v1', { image: 0 })
    await pushDockerTar(archive, handle, 'a', 'v2', { image: 'team/b:v1' })
    const puts = registry.requests.filter(({ method }) => method === 'PUT')
    expect(puts.filter(({ url }) => url.includes('/manifests/v'))).toHaveLength(2)
  })

  it('sends the bytes of a blob without a time-out and as application/octet-stream', async () => {
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

  it('sends chunks of the size that the registry asks for', async () => {
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

  it('asks the registry for the state of an upload before it sends bytes again', async () => {
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

  it('opens an upload again when the registry is busy, and leaves no listener behind', async () => {
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

  it('uses https and keeps the query when an https registry sends an http Location', async () => {
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

  it('replaces the manifest of a tag when the registry can no longer read it', async () => {
    const { handle, registry } = behind((request, go) => {
      const isRead = request.url.includes('/manifests/') && request.method !== 'PUT'
      return isRead ? new Response(null, { status: 500 }) : go()
    })
    const digest = await pushDockerTar(await createTestArchive(), handle, 'a', 'v1')
    const tag = await registry.fetch(new Request(`${URL_TEXT}/v2/a/manifests/v1`, { method: 'HEAD' }))
    expect(tag.headers.get('docker-content-digest')).toBe(digest)
  })
})

describe('push()', () => {
  it('pushes to the repository and the tag in its options, or by the name of the image when there are none', async () => {
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
