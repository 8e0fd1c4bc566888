import { describe, expect, it } from 'vitest'
import {
  deleteImage,
  deleteImageByDigest,
  executePush,
  getImageInfo,
  getManifest,
  listTags,
  openArchive,
  openRegistry,
  planPush,
  pushDockerTar,
  type Registry,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

// A repository that begins with the registry's own host, as people copy it from `docker push`.

function open(address: string): { registry: Registry; paths: () => readonly string[] } {
  const { fetch: answer } = createTestRegistry()
  const { fetch, exchanges } = recordingFetch((request) =>
    answer(new Request(request.url.replace('/below/', '/'), request)),
  )
  const paths = () => exchanges.map(({ url }) => url.pathname)
  return { registry: openRegistry(address, { fetch }), paths }
}

describe('a repository that begins with the host of its registry', () => {
  it.each([
    ['https://registry.test', 'registry.test/team/app', 'team/app'],
    ['https://registry.test', 'Registry.TEST/team/app', 'team/app'],
    ['https://registry.test', 'registry.test:443/team/app', 'team/app'],
    ['https://registry.test:8443', 'registry.test:8443/team/app', 'team/app'],
    ['https://registry.test/below', 'registry.test/team/app', 'team/app'],
    ['http://registry.test', 'registry.test:80/team/app', 'team/app'],
    ['http://localhost:5000', 'localhost:5000/team/app', 'team/app'],
    ['localhost:5000', 'localhost:5000/app', 'app'],
    ['http://localhost', 'localhost/app', 'app'],
    ['http://127.0.0.1:5000', '127.0.0.1:5000/app', 'app'],
    ['http://[::1]:5000', '[::1]:5000/team/app', 'team/app'],
    ['docker.io', 'docker.io/library/nginx', 'library/nginx'],
    ['docker.io', 'index.docker.io/nginx', 'library/nginx'],
    ['docker.io', 'registry-1.docker.io/team/app', 'team/app'],
    ['https://registry-1.docker.io', 'docker.io/team/app', 'team/app'],
    ['https://registry.hub.docker.com', 'registry.hub.docker.com/team/app', 'team/app'],
    // The host is dropped once: a repository may itself be called after it.
    ['https://registry.test', 'registry.test/registry.test/app', 'registry.test/app'],
    // Hosts of others are parts of names, as in registries that mirror others.
    ['https://registry.test', 'quay.io/team/app', 'quay.io/team/app'],
    ['https://registry.test', 'docker.io/library/nginx', 'docker.io/library/nginx'],
    ['https://registry.test:8443', 'registry.test/team/app', 'registry.test/team/app'],
    ['http://localhost:5000', 'localhost/app', 'localhost/app'],
    ['http://registry', 'registry/app', 'registry/app'],
  ])('pushDockerTar() pushes at %s with %s to %s', async (address, given, repository) => {
    const { registry, paths } = open(address)
    await pushDockerTar(await createTestArchive(), registry, given, 'v1')
    const [last = ''] = paths().slice(-1)
    expect(last.replace('/below', '')).toBe(`/v2/${repository}/manifests/v1`)
  })

  it.each([
    ['https://registry.test', 'other.test:5000/team/app'],
    ['https://registry.test', 'registry.test/'],
    ['https://registry.test', 'registry.test//app'],
    ['https://registry.test', 'registry.test:99999/app'],
    ['https://registry.test', 'user:secret@registry.test/app'],
    ['https://registry.test', 'https://registry.test/app'],
    ['https://registry.test', 'registry.test?/app'],
    ['https://registry.test', 'registry.test/team/App'],
    ['https://registry.test', 'registry.test/team/app:v1'],
  ])('pushDockerTar() throws at %s for %s', async (address, given) => {
    const { registry, paths } = open(address)
    await expect(pushDockerTar(await createTestArchive(), registry, given, 'v1')).rejects.toThrow(ValidationError)
    expect(paths()).toEqual([])
  })

  it('is understood by every function that takes a repository', async () => {
    const { registry, paths } = open('https://registry.test')
    const name = 'registry.test/team/app'
    const digest = await pushDockerTar(await createTestArchive(), registry, name, 'v1')
    expect(await listTags(registry, name)).toEqual(['v1'])
    expect((await getManifest(registry, name, 'v1')).digest).toBe(digest)
    expect(await getImageInfo(registry, name, 'v1')).toMatchObject({ repository: 'team/app', digest })
    expect(await deleteImage(registry, name, 'v1')).toBe(true)
    await pushDockerTar(await createTestArchive(), registry, name, 'v1')
    expect(await deleteImageByDigest(registry, name, digest)).toBe(true)
    expect(paths().filter((path) => path.includes('registry.test'))).toEqual([])
  })

  it('planPush() plans for the repository without it, also as mountFrom', async () => {
    const { registry } = open('https://registry.test')
    const archive = await openArchive(await createTestArchive())
    await pushDockerTar(archive, registry, 'base', 'v1')
    const options = { repository: 'registry.test/team/app', tags: ['v1'], mountFrom: 'registry.test/base' }
    const plan = await planPush(archive.images, registry, options)
    expect(plan.tags.map(({ repository }) => repository)).toEqual(['team/app'])
    expect(plan.blobs.map(({ mountFrom }) => mountFrom)).toEqual(plan.blobs.map(() => 'base'))
    await executePush(plan, archive.images, registry)
    expect(await listTags(registry, 'team/app')).toEqual(['v1'])
  })

  it('deleteImage() asks for other tags in the same repository, if that is named after the host', async () => {
    const { fetch } = createTestRegistry({ profile: 'distribution-2' })
    const registry = openRegistry('https://registry.test', { fetch })
    const name = 'registry.test/registry.test/app'
    await pushDockerTar(await createTestArchive(), registry, name, 'v1', { tags: ['v2'] })
    await expect(deleteImage(registry, name, 'v1')).rejects.toThrow(/"v2" would be deleted too/)
  })
})
