import { expect, inject, it } from 'vitest'
import {
  copyImage,
  copyRepository,
  getManifest,
  listTags,
  openImage,
  openRegistry,
  pushDockerTar,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { signedLayout } from '../support/signed-layout.ts'

// The page is of another origin than the real registry, whose Content-Range it may not read.

const repository = () => `page-copies/${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`

/** An image of one layer of 3 MB in the real registry. */
async function stored() {
  const name = repository()
  const archive = await createTestArchive({ images: [{ layers: [{ file: `${name} `.repeat(100_000) }] }] })
  return { name, digest: await pushDockerTar(archive, inject('registryUrl'), name, 'v1') }
}

/** A registry whose answers to the first GETs of a large blob break off. */
function breaking(url: string, times: number) {
  const ranges: (string | null)[] = []
  const fetch = async (request: Request): Promise<Response> => {
    const response = await globalThis.fetch(request)
    const length = Number(response.headers.get('content-length'))
    if (request.method !== 'GET' || !request.url.includes('/blobs/') || length < 100_000) return response
    ranges.push(request.headers.get('range'))
    if (ranges.length > times) return response
    const bytes = new Uint8Array(await response.arrayBuffer()).slice(0, 700_000)
    const parts = [bytes]
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const part = parts.pop()
        if (part) controller.enqueue(part)
        else controller.error(new TypeError('network error'))
      },
    })
    return new Response(body, { status: response.status, headers: response.headers })
  }
  return { registry: openRegistry(url, { fetch }), ranges }
}

it('copyImage() copies between registries in a page, over answers that break off', async () => {
  const { name, digest } = await stored()
  const { registry, ranges } = breaking(inject('registryUrl'), 2)
  const to = { registry: openRegistry(inject('registryUrl')), repository: repository() }
  const from = { registry, repository: name, reference: 'v1' }
  expect(await copyImage(from, to, { chunkSize: 500_000, verify: true })).toEqual({
    digest,
    outcome: 'copied',
    tags: ['v1'],
  })
  expect(ranges).toEqual([null, 'bytes=700000-', 'bytes=1400000-'])
  expect((await getManifest(to.registry, to.repository, 'v1')).digest).toBe(digest)
  expect((await copyImage(from, to)).outcome).toBe('present')
})

it('copyImage() mounts within one registry in a page, and takes the referrers along', async () => {
  const name = repository()
  const { layout, index, sbom, cosignTag } = await signedLayout()
  const registry = openRegistry(inject('registryUrl'))
  await pushDockerTar(layout.tar(), registry, name, 'v1', { image: 'team/app:v1' })
  const to = repository()
  await copyImage({ registry, repository: name, reference: 'v1' }, { registry, repository: to }, { referrers: true })
  const copied = await openImage(registry, to, 'v1', { referrers: true })
  expect(copied.manifest.digest).toBe(index.digest)
  expect(copied.referrers.map(({ manifest }) => manifest.digest)).toEqual([sbom.digest])
  expect(await listTags(registry, to)).toContain(cosignTag)
})

it('copyRepository() copies from the real registry into one in the page', async () => {
  const { name, digest } = await stored()
  const registry = openRegistry('http://registry.test', { fetch: createTestRegistry().fetch })
  const copied = await copyRepository({ registry: inject('registryUrl'), repository: name }, { registry })
  expect(copied).toEqual([{ tag: 'v1', digest, outcome: 'copied' }])
})
