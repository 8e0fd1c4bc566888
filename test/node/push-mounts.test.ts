import { describe, expect, it } from 'vitest'
import { listTags, pushDockerTarWithAllOriginalTags, ResponseError } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { behind, putManifests, through } from '../support/intercepted-registry.ts'

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
    'uploads a blob when the registry answers a mount with %s',
    async (status) => {
      const { registry, handle } = behindMounts(status)
      await pushDockerTarWithAllOriginalTags(await archive, handle)
      expect([await listTags(handle, 'a'), await listTags(handle, 'b')]).toEqual([['v1'], ['v1', 'v2']])
      expect(registry.openUploads).toBe(0)
    },
  )

  it.each([402, 410, 413, 507])('throws when the registry answers a mount with %i', async (status) => {
    const pushing = pushDockerTarWithAllOriginalTags(await archive, behindMounts(status).handle)
    expect((await rejection(pushing, ResponseError, /open an upload/)).status).toBe(status)
  })

  it('sets no tag when the registry refuses a manifest', async () => {
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
