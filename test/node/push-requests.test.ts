import { randomUUID } from 'node:crypto'
import { describe, expect, inject, it } from 'vitest'
import { memorySessions, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

// How many requests a push of many layers takes. The first 16 blobs are looked for; what follows depends on the answers.

const COUNT = 80

/** An image of many layers: those of other seeds have other bytes. */
const imageOf = (seeds: readonly string[]) =>
  createTestArchive({ images: [{ names: ['a:v1'], layers: seeds.map((seed) => ({ [seed]: seed })) }] })
const seeds = (name: string, count = COUNT) => Array.from({ length: count }, (_, index) => `${name}-${index}`)

/** The requests of blobs and uploads, by their methods. */
function counted({ exchanges }: ReturnType<typeof recordingFetch>) {
  const counts: Record<string, number> = { HEAD: 0, POST: 0, PUT: 0, DELETE: 0 }
  for (const { method, url } of exchanges) {
    if (url.pathname.includes('/blobs/')) counts[method] = (counts[method] ?? 0) + 1
  }
  return counts
}

/** The embedded registry, with its answers to mounts changed on their way. */
function openEmbedded(onMount?: (request: Request) => Promise<Response> | undefined) {
  const registry = createTestRegistry()
  const recorder = recordingFetch(async (request) => {
    const isMount = new URL(request.url).searchParams.has('mount')
    return (isMount && onMount?.(request)) || registry.fetch(request)
  })
  const direct = openRegistry('https://registry.test', { fetch: registry.fetch })
  return { registry, recorder, direct, handle: openRegistry('https://registry.test', { fetch: recorder.fetch }) }
}

describe('pushDockerTar() of 80 layers', () => {
  it('looks for 16 blobs alone when the repository of a real registry has none of them', async () => {
    const recorder = recordingFetch()
    const handle = openRegistry(inject('registryUrl'), { fetch: recorder.fetch })
    const archive = await imageOf(seeds(randomUUID()))
    const repository = `requests/${randomUUID()}`
    const digest = await pushDockerTar(archive, handle, repository, 'v1')
    // One POST shows that the registry mounts from the repository itself.
    expect(counted(recorder)).toEqual({ HEAD: 16, POST: COUNT + 2, PUT: COUNT + 1, DELETE: 0 })

    const second = recordingFetch()
    const again = openRegistry(inject('registryUrl'), { fetch: second.fetch })
    expect(await pushDockerTar(archive, again, repository, 'v2')).toBe(digest)
    expect(counted(second)).toEqual({ HEAD: COUNT + 1, POST: 0, PUT: 0, DELETE: 0 })
  })

  it('sends no blob that is there when the first 16 are not', async () => {
    const { registry, recorder, direct, handle } = openEmbedded()
    await pushDockerTar(await imageOf(seeds('common', 40)), direct, 'a', 'base')
    await pushDockerTar(await imageOf([...seeds('own', 40), ...seeds('common', 40)]), handle, 'a', 'v1')
    // 40 layers and the config are new. What a mount finds is looked for once more, because a mount tells no size.
    expect(counted(recorder)).toEqual({ HEAD: 16 + 40, POST: COUNT + 2, PUT: 41, DELETE: 0 })
    expect(registry.openUploads).toBe(0)
  })

  it('looks for every blob when the registry opens an upload instead of a mount', async () => {
    const world = openEmbedded((request) => {
      const url = new URL(request.url)
      url.search = ''
      return world.registry.fetch(new Request(url, { method: 'POST' }))
    })
    await pushDockerTar(await imageOf(seeds('common', 40)), world.direct, 'a', 'base')
    await pushDockerTar(await imageOf([...seeds('own', 40), ...seeds('common', 40)]), world.handle, 'a', 'v1')
    expect(counted(world.recorder)).toEqual({ HEAD: COUNT + 1, POST: 1 + 41, PUT: 41, DELETE: 1 })
    expect(world.registry.openUploads).toBe(0)
  })

  it('looks for every blob when the registry refuses such a mount', async () => {
    const world = openEmbedded(async () => new Response(null, { status: 404 }))
    await pushDockerTar(await imageOf(seeds('own')), world.handle, 'a', 'v1')
    expect(counted(world.recorder)).toEqual({ HEAD: COUNT + 1, POST: 2 + COUNT + 1, PUT: COUNT + 1, DELETE: 1 })
    expect(world.registry.openUploads).toBe(0)
  })

  it('sends a blob again when a mount finds it, and HEAD does not', async () => {
    const said = new Set<string>()
    const { recorder, handle } = openEmbedded((request) => {
      const digest = new URL(request.url).searchParams.get('mount') ?? ''
      const location = `/v2/a/blobs/${digest}`
      said.add(digest)
      return Promise.resolve(new Response(null, { status: 201, headers: { location } }))
    })
    await pushDockerTar(await imageOf(seeds('own')), handle, 'a', 'v1')
    expect(said.size).toBe(COUNT + 1 - 16 + 1)
    expect(counted(recorder)).toMatchObject({ HEAD: COUNT + 1, PUT: COUNT + 1 })
  })

  it.each([
    ['verify', { verify: true }],
    ['mountFrom', { mountFrom: 'other' }],
    ['sessions', { sessions: memorySessions() }],
  ])('looks for every blob with { %s }', async (_, options) => {
    const { recorder, handle } = openEmbedded()
    await pushDockerTar(await imageOf(seeds('own')), handle, 'a', 'v1', options)
    expect(counted(recorder).HEAD).toBeGreaterThan(COUNT)
  })
})
