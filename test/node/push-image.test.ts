import { describe, expect, inject, it } from 'vitest'
import {
  deleteImage,
  editImage,
  executePush,
  getManifest,
  type Image,
  type Index,
  listTags,
  openArchive,
  openImage,
  openRegistry,
  type PushProgress,
  planPush,
  pushDockerTar,
  pushImage,
  type Registry,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { type RecordingFetch, recordingFetch } from '../support/recording-fetch.ts'
import { secondRegistry } from '../support/second-registry.ts'
import { signedLayout } from '../support/signed-layout.ts'

// Real registries: Debian's distribution 2.8, twice.

const other = secondRegistry()

let count = 0
const newRepository = () => `edits/${Date.now().toString(36)}-${count++}`

/** A registry whose requests are seen. */
function watched() {
  const recorder = recordingFetch()
  return { registry: openRegistry(inject('registryUrl'), { fetch: recorder.fetch }), recorder }
}

/** `HEAD blobs 404`, in the order of the requests. */
const seen = ({ exchanges }: RecordingFetch) =>
  exchanges.map(
    ({ method, url, status }) => `${method} ${/manifests|uploads|blobs(?!.uploads)/.exec(url.pathname)} ${status}`,
  )

/** Pushes an image of three layers. */
async function stored(repository = newRepository()) {
  const layers = [1, 2, 3].map((n) => ({ file: `${repository} ${n}`.repeat(1000 * n) }))
  const archive = await createTestArchive({ images: [{ layers }] })
  return { repository, digest: await pushDockerTar(archive, inject('registryUrl'), repository, 'v1') }
}

const edit = (image: Image) => editImage(image, { labels: { 'com.example.stage': 'live' } }, { onWarning: () => {} })
const labelsOf = async (registry: string | Registry, repository: string, reference: string) =>
  (await openImage(registry, repository, reference)).configuration?.labels

describe.each([
  ['.', pushImage, openImage],
  ['./node', node.pushImage, node.openImage],
])('pushImage() of %s', (_, push, open) => {
  it('sends the config and the manifest of an edited image, and nothing else, to its own repository', async () => {
    const { repository } = await stored()
    const { registry, recorder } = watched()
    const edited = await edit(await open(registry, repository, 'v1'))
    const digest = await push(edited, registry, repository, 'v2')
    expect(seen(recorder)).toEqual([
      ...['GET manifests 200', 'GET blobs 200'],
      ...['HEAD blobs 404', 'POST uploads 202', 'PUT uploads 201', 'PUT manifests 201'],
    ])
    expect(digest).toBe(edited.manifest.digest)
    expect(await labelsOf(registry, repository, 'v2')).toMatchObject({ 'com.example.stage': 'live' })
    expect(await labelsOf(registry, repository, 'v1')).not.toHaveProperty('com.example.stage')
  })

  it('mounts the layers in another repository of the registry', async () => {
    const { repository } = await stored()
    const { registry, recorder } = watched()
    const edited = await edit(await open(registry, repository, 'v1'))
    const target = newRepository()
    await push(edited, registry, target, 'v2')
    expect(seen(recorder).sort()).toEqual(
      [
        ...['GET manifests 200', 'GET blobs 200', ...Array(3).fill('POST uploads 201')],
        ...['HEAD blobs 404', 'POST uploads 202', 'PUT uploads 201', 'PUT manifests 201'],
      ].sort(),
    )
    expect(await labelsOf(registry, target, 'v2')).toMatchObject({ 'com.example.stage': 'live' })
  })

  it('reads the layers and sends them to another registry', async () => {
    const { repository } = await stored()
    const edited = await edit(await open(inject('registryUrl'), repository, 'v1'))
    const states: (PushProgress | undefined)[] = []
    const digest = await push(edited, other.url, repository, 'v2', { onProgress: (one) => states.push(one) })
    expect((await getManifest(other.url, repository, 'v2')).digest).toBe(digest)
    expect(states.at(-1)).toMatchObject({ phase: 'done', blobs: Array(4).fill({}) })
    expect(states.at(-1)?.blobs.map(({ state }) => state)).toEqual(Array(4).fill('uploaded'))
  })
})

describe('pushImage()', () => {
  it('mounts between two handles of one address, which have no credentials', async () => {
    const { repository } = await stored()
    const edited = await edit(await openImage(inject('registryUrl'), repository, 'v1'))
    const progress: PushProgress[] = []
    await pushImage(edited, inject('registryUrl'), newRepository(), 'v2', { onProgress: (one) => progress.push(one) })
    expect(progress.at(-1)?.blobs.map(({ state }) => state)).toEqual([...Array(3).fill('mounted'), 'uploaded'])
  })

  it('does not mount from a handle with credentials of its own', async () => {
    const { repository } = await stored()
    const credentials = { username: 'ci', password: 'secret' }
    const edited = await edit(await openImage(openRegistry(inject('registryUrl'), { credentials }), repository, 'v1'))
    const progress: PushProgress[] = []
    await pushImage(edited, inject('registryUrl'), newRepository(), 'v2', { onProgress: (one) => progress.push(one) })
    expect(progress.at(-1)?.blobs.map(({ state }) => state)).toEqual(Array(4).fill('uploaded'))
  })

  it('sends all blobs if asked', async () => {
    const { repository } = await stored()
    const { registry, recorder } = watched()
    const image = await openImage(registry, repository, 'v1')
    await pushImage(image, registry, repository, 'v2', { existing: 'upload' })
    expect(seen(recorder).filter((one) => one === 'PUT uploads 201')).toHaveLength(5)
  })

  it('pushes an edited index, with new children and without a byte of a layer', async () => {
    const repository = newRepository()
    const { layout, index } = await signedLayout()
    await pushDockerTar(layout.tar(), inject('registryUrl'), repository, 'v1', { image: 'team/app:v1' })
    const { registry, recorder } = watched()
    const edited = await edit(await openImage(registry, repository, 'v1', { referrers: true }))
    const digest = await pushImage(edited, registry, repository, 'v1')
    expect(digest).not.toBe(index.digest)
    expect(seen(recorder).filter((one) => one === 'PUT uploads 201')).toHaveLength(2)
    const { manifest } = await getManifest(registry, repository, 'v1')
    for (const { digest } of (manifest as Index).manifests) {
      expect(await labelsOf(registry, repository, digest)).toMatchObject({ 'com.example.stage': 'live' })
    }
  })

  it('pushes an edited image of an archive with its layers compressed', async () => {
    const [image] = (await openArchive(await createTestArchive())).images
    const repository = newRepository()
    const digest = await pushImage(await edit(image as Image), inject('registryUrl'), repository, 'v1', {
      compress: 'gzip',
    })
    const { manifest, ...info } = await getManifest(inject('registryUrl'), repository, 'v1')
    expect(info.digest).toBe(digest)
    expect(JSON.stringify(manifest)).toContain('tar+gzip')
  })

  it('pushes to the first name and tag of an image, and without a name by its digest alone', async () => {
    const { repository, digest } = await stored()
    const named = await edit(await openImage(inject('registryUrl'), repository, 'v1'))
    expect(await pushImage(named, inject('registryUrl'))).toBe(named.manifest.digest)
    expect((await getManifest(inject('registryUrl'), repository, 'v1')).digest).toBe(named.manifest.digest)
    const nameless = await edit(await openImage(inject('registryUrl'), repository, digest))
    const target = newRepository()
    await pushImage(nameless, inject('registryUrl'), target)
    expect((await getManifest(inject('registryUrl'), target, nameless.manifest.digest)).digest).toBe(
      nameless.manifest.digest,
    )
    const untagged = await rejection(listTags(inject('registryUrl'), target), ResponseError)
    expect(untagged.code).toBe('NOT_FOUND')
    const error = await rejection(pushImage(nameless, inject('registryUrl')), ValidationError)
    expect(error.code).toBe('NAME_MISSING')
  })

  it('pushes a signature by its digest alone', async () => {
    const { layout, sbom } = await signedLayout()
    const artifact = (await openArchive(layout.tar())).images[1] as Image
    const repository = newRepository()
    expect(await pushImage(artifact, inject('registryUrl'), repository)).toBe(sbom.digest)
    expect((await getManifest(inject('registryUrl'), repository, sbom.digest)).digest).toBe(sbom.digest)
  })

  it('is planned with the mounts', async () => {
    const { repository } = await stored()
    const { registry, recorder } = watched()
    const edited = await edit(await openImage(registry, repository, 'v1'))
    const target = newRepository()
    const plan = await planPush([edited], registry, { repository: target, tags: ['v2'] })
    expect(plan.blobs.map(({ action, mountFrom }) => ({ action, mountFrom }))).toEqual([
      ...Array(3).fill({ action: 'mount', mountFrom: repository }),
      { action: 'upload', mountFrom: undefined },
    ])
    expect(recorder.count('HEAD')).toBe(2)
    await executePush(plan, [edited], registry)
    expect((await getManifest(registry, target, 'v2')).digest).toBe(edited.manifest.digest)
    expect(
      recorder.exchanges.filter(({ method, url }) => method === 'GET' && url.pathname.includes('/blobs/')),
    ).toHaveLength(1)
    const existing = await planPush([edited], registry, {
      repository: newRepository(),
      tags: ['v2'],
      existing: 'upload',
    })
    expect(new Set(existing.blobs.map(({ action }) => action))).toEqual(new Set(['upload']))
  })

  it('sets several tags', async () => {
    const { repository } = await stored()
    const image = await openImage(inject('registryUrl'), repository, 'v1')
    await pushImage(image, inject('registryUrl'), repository, 'v2', { tags: ['v3', 'v4'] })
    expect((await listTags(inject('registryUrl'), repository)).toSorted()).toEqual(['v1', 'v2', 'v3', 'v4'])
  })

  it('reads a blob and sends it when the repository that it is known in lost it', async () => {
    const { repository } = await stored()
    const image = await openImage(inject('registryUrl'), repository, 'v1')
    await deleteImage(inject('registryUrl'), repository, 'v1')
    expect(await pushImage(image, inject('registryUrl'), repository, 'v1')).toBe(image.manifest.digest)
  })

  it('rejects what is not an image, a tag or a repository', async () => {
    const image = (await openArchive(await createTestArchive())).images[0] as Image
    const wrong = [
      [pushImage('app' as never, 'http://127.0.0.1:1', 'app', 'v1'), /^Cannot use "app" as an image/],
      [pushImage(image, 'http://127.0.0.1:1', {} as never), /^Cannot use repository: .*options come last$/],
      [pushImage(image, 'http://127.0.0.1:1', 'app', {} as never), /^Cannot use tag: .*options come last$/],
      [pushImage(image, 'http://127.0.0.1:1', 'app', 'v1', { tags: 'v2' as never }), /^Cannot use tags/],
    ] as const
    for (const [call, message] of wrong) await rejection(call, TypeError, message)
  })
})
