import { describe, expect, it } from 'vitest'
import {
  deleteImage,
  deleteImageByDigest,
  getManifest,
  listTags,
  openArchive,
  openRegistry,
  planPush,
  pushDockerTar,
  type Registry,
  RegistryError,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type StatusFault } from '../../src/testing/index.ts'
import { changedRegistry } from '../support/changed-registry.ts'
import { rejection } from '../support/errors.ts'

const push = async (handle: Registry, tag: string) => pushDockerTar(await createTestArchive(), handle, 'a', tag)
/** The embedded registry, which answers some requests with a status instead of carrying them out. */
function refusing(...refused: ReadonlyArray<Omit<StatusFault, 'kind'>>) {
  const faults = refused.map((fault) => ({ kind: 'status', times: 99, ...fault }) as const)
  const registry = createTestRegistry({ faults })
  return { registry, handle: openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0 }) }
}
const headOfManifest = { method: 'HEAD', path: '/manifests/' }
const unknown = { status: 404, code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }

describe('deleteImage()', () => {
  it('reads the manifest if the registry does not state its digest', async () => {
    const { registry, handle } = changedRegistry((_, response) => {
      response.headers.delete('docker-content-digest')
      return undefined
    })
    await push(handle, 'v1')
    expect(await deleteImage(handle, 'a', 'v1')).toBe(true)
    expect(registry.requests.at(-2)?.method).toBe('GET')
  })

  it('of a registry that forbids deletes is a ResponseError', async () => {
    const { handle } = refusing({ method: 'DELETE', status: 405, code: 'UNSUPPORTED', message: 'no deletes' })
    await push(handle, 'v1')
    const deleting = deleteImage(handle, 'a', 'v1')
    await rejection(deleting, ResponseError, /405 \(UNSUPPORTED: no deletes\).*configuration forbids/)
  })

  it.each([400, 404, 405, 406, 501])('finds a tag whose HEAD answers %i', async (status) => {
    const { handle } = refusing({ ...headOfManifest, status })
    await push(handle, 'v1')
    expect(await deleteImage(handle, 'a', 'v1')).toBe(true)
    expect(await listTags(handle, 'a')).toEqual([])
    expect(await deleteImage(handle, 'a', 'v1')).toBe(false)
  })

  it.each([400, 404, 405, 501])(
    'deletes the manifest of the only tag if the registry answers %i for a tag',
    async (status) => {
      const { handle } = refusing({ method: 'DELETE', path: '/v1', ...unknown, status })
      const digest = await push(handle, 'v1')
      expect(await deleteImage(handle, 'a', 'v1')).toBe(true)
      await rejection(getManifest(handle, 'a', digest), ResponseError, /404/)
    },
  )

  it('names the tags that would go too, in Nexus, and deletes them all with leave', async () => {
    const handle = nexus()
    const digest = await push(handle, 'v1')
    await push(handle, 'latest')
    await rejection(
      deleteImage(handle, 'a', 'v1'),
      ValidationError,
      /"latest" would be deleted too.*deleteSharedManifest/,
    )
    expect([...(await listTags(handle, 'a'))].sort()).toEqual(['latest', 'v1'])
    expect(await deleteImage(handle, 'a', 'v1', { deleteSharedManifest: true })).toBe(true)
    expect(await listTags(handle, 'a')).toEqual([])
    await rejection(getManifest(handle, 'a', digest), ResponseError, /404/)
    expect(await deleteImage(handle, 'a', 'v1')).toBe(false)
  })

  it('leaves the manifest alone if somebody else deletes the tag meanwhile', async () => {
    // The registry has deleted the tag, and gives the answer of who comes second.
    const { registry, handle } = refusing({ method: 'DELETE', path: '/v1', ...unknown, isCarriedOut: true })
    const digest = await push(handle, 'v1')
    expect(await deleteImage(handle, 'a', 'v1')).toBe(false)
    expect((await getManifest(handle, 'a', digest)).digest).toBe(digest)
    expect(registry.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
  })

  it('throws if the registry answers 404 for what it has', async () => {
    const { handle } = refusing({ method: 'DELETE', ...unknown })
    await push(handle, 'v1')
    const error = await rejection(deleteImage(handle, 'a', 'v1'), ResponseError, /which it has.*404 \(MANIFEST_UNKNOWN/)
    expect(error).toMatchObject({ method: 'DELETE', status: 404, errors: [{ code: 'MANIFEST_UNKNOWN' }] })
  })
})

describe('deleteImageByDigest()', () => {
  it('is false only if GET finds no manifest', async () => {
    const handle = nexus()
    const digest = await push(handle, 'v1')
    expect(await deleteImageByDigest(handle, 'a', digest)).toBe(true)
    expect(await deleteImageByDigest(handle, 'a', digest)).toBe(false)
  })

  it.each(['HEAD and GET find', 'only GET finds'])('throws if the registry answers 404 for what %s', async (who) => {
    const fails = who === 'only GET finds' ? [{ ...headOfManifest, status: 404 }] : []
    const { handle } = refusing({ method: 'DELETE', ...unknown }, ...fails)
    const digest = await push(handle, 'v1')
    await rejection(deleteImageByDigest(handle, 'a', digest), ResponseError, /which it has.*404/)
  })

  it('passes on a refusal of GET: that does not mean that there is none', async () => {
    const { handle } = refusing(
      { method: 'DELETE', ...unknown },
      { ...headOfManifest, status: 404 },
      { method: 'GET', status: 403 },
    )
    const digest = await push(handle, 'v1')
    await rejection(deleteImageByDigest(handle, 'a', digest), ResponseError, /403/)
  })
})

describe('a push into a registry whose HEAD finds no manifest', () => {
  it('is planned with what the tag names, and verified', async () => {
    const handle = nexus()
    const digest = await push(handle, 'v1')
    const archive = await createTestArchive({ images: [{ names: ['a:v1'], layers: [{ other: 'other' }] }] })
    const { images } = await openArchive(archive)
    const plan = await planPush(images, handle)
    expect(plan.tags).toMatchObject([{ tag: 'v1', previous: digest }])
    await pushDockerTar(archive, handle, 'a', 'v1', { verify: true })
  })
})

describe('a push into a registry whose HEAD finds no blob', () => {
  it('is verified by GET', async () => {
    const { handle, registry } = refusing({ method: 'HEAD', path: '/blobs/', status: 404 })
    await pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { verify: true })
    const reads = registry.requests.filter(({ method, url }) => method === 'GET' && url.includes('/blobs/'))
    expect(reads.map(({ status }) => status)).toEqual([206, 206, 206])
  })

  it('is not, if GET finds none either', async () => {
    const { handle } = refusing(
      { method: 'HEAD', path: '/blobs/', status: 404 },
      { method: 'GET', path: '/blobs/', status: 404 },
    )
    const pushing = pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { verify: true })
    await rejection(pushing, RegistryError, /Cannot verify the push/)
  })
})

function nexus(): Registry {
  return openRegistry('https://nexus.test', { fetch: createTestRegistry({ profile: 'nexus' }).fetch })
}
