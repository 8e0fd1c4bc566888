import { describe, expect, it } from 'vitest'
import { DigestMismatchError, openRegistry, pushDockerTar, ResponseError } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { behind, layers, putManifests, through, URL_TEXT } from '../support/intercepted-registry.ts'

describe('pushDockerTar() to a registry that fails', () => {
  it('stops at the first failure, cancels open uploads and sets no tag', async () => {
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

  it('throws the first failure when it causes others', async () => {
    const archive = await createTestArchive({ images: [{ layers: layers(4) }] })
    const { handle } = behind((request, go) => (request.method === 'PUT' ? new Response(null, { status: 507 }) : go()))
    const error = await rejection(pushDockerTar(archive, handle, 'a', 'v1'), ResponseError)
    expect(error.status).toBe(507)
  })

  it('throws when the registry answers with a web page', async () => {
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

  it('throws a ResponseError without secrets when the body of a refusal breaks off', async () => {
    const { handle } = behind((request, go) => {
      const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })
      return request.method === 'PUT' ? new Response(body, { status: 500 }) : go()
    })
    const error = await rejection(pushDockerTar(await createTestArchive(), handle, 'a', 'v1'), ResponseError)
    expect(error.status).toBe(500)
    expect(error.message).not.toContain('_state')
  })

  it.each([
    ['HEAD', (response: Response) => response.status === 200],
    ['PUT', (response: Response) => response.status === 201],
  ])('throws when the registry states another digest for a blob in its answer to %s', async (method, isMeant) => {
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

  it('throws when the registry states another digest for the manifest', async () => {
    const { handle } = behind(async (request, go) => {
      const response = await go()
      const isManifest = request.method === 'PUT' && request.url.includes('/manifests/')
      if (isManifest) response.headers.set('docker-content-digest', `sha256:${'0'.repeat(64)}`)
      return response
    })
    await rejection(pushDockerTar(await createTestArchive(), handle, 'a', 'v1'), DigestMismatchError)
  })
})

describe('pushDockerTar() with signal', () => {
  it('cancels an upload that opens while it is aborted', async () => {
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

  it('sends no request when the signal is already aborted', async () => {
    const { registry, handle } = behind(through)
    const reason = new Error('stop')
    const pushing = pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { signal: AbortSignal.abort(reason) })
    await expect(pushing).rejects.toBe(reason)
    expect(registry.requests).toEqual([])
  })

  it('puts no manifest when it is aborted after all blobs are sent', async () => {
    const controller = new AbortController()
    const { registry, handle } = behind(through)
    const pushing = pushDockerTar(await createTestArchive(), handle, 'a', 'v1', {
      signal: controller.signal,
      onProgress: ({ phase }) => phase === 'manifests' && controller.abort(new Error('stop')),
    })
    await expect(pushing).rejects.toThrow('stop')
    expect(putManifests(registry)).toEqual([])
  })
})

describe('pushDockerTar() with onProgress', () => {
  it('stops and rejects with the error when onProgress throws', async () => {
    const { registry, handle } = behind(through)
    const mistake = new Error('a mistake in the page')
    const onProgress = ({ sentBytes }: { sentBytes: number }) => {
      if (sentBytes > 0) throw mistake
    }
    await expect(pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { onProgress })).rejects.toBe(mistake)
    expect(registry.openUploads).toBe(0)
  })
})
