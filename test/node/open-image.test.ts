import { describe, expect, inject, it } from 'vitest'
import {
  DigestMismatchError,
  type Image,
  openImage,
  openRegistry,
  pushDockerTar,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { digestOfSource } from '../../src/oci/verify.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, withPlatform } from '../support/layout.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { openStored } from '../support/stored-layout.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const EMPTY = 'application/vnd.oci.empty.v1+json'

/** A multi-platform image as buildx makes it: each platform has an attestation. */
async function multiPlatform() {
  const layout = createLayout()
  const entries = []
  for (const architecture of ['amd64', 'arm64', 's390x']) {
    const image = await layout.addImage({ architecture })
    const attestation = await layout.addImage({ os: 'unknown', architecture: 'unknown', text: image.digest })
    const about = {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': image.digest,
    }
    entries.push(withPlatform(image, `linux/${architecture}`), withPlatform(attestation, 'unknown/unknown', about))
  }
  const index = await layout.addIndex(entries)
  const digests = entries.map(({ digest }) => digest as string)
  return { layout, index, digests }
}

const remove = (layout: ReturnType<typeof createLayout>, digest: string | undefined) =>
  layout.files.delete(`blobs/sha256/${digest?.slice('sha256:'.length)}`)
const digestsOf = (images: readonly Image[]) => images.map(({ manifest }) => manifest.digest)

describe('openImage() of a real registry', () => {
  it.each([
    ['.', openImage],
    ['./node', node.openImage],
  ])('gives in %s what was pushed, and reads the layers when they are read', async (_, open) => {
    const archive = await createTestArchive({ images: [{ layers: [{ a: 'x'.repeat(3_000_000) }, { b: 'y' }] }] })
    const url = inject('registryUrl')
    const digest = await pushDockerTar(archive, url, 'download/app', 'v1')
    const recorder = recordingFetch()
    const registry = openRegistry(url, { fetch: recorder.fetch })
    const image = await open(registry, 'download/app', 'v1')
    expect(image).toMatchObject({
      kind: 'image',
      names: [`${new URL(url).host}/download/app:v1`],
      tags: [],
      referrers: [],
    })
    expect(image.manifest.digest).toBe(digest)
    expect(image.platform).toEqual({ os: 'linux', architecture: 'amd64' })
    expect(recorder.exchanges.map(({ method }) => method)).toEqual(['GET', 'GET'])
    for (const { digest, source } of image.layers) {
      if (!source) return expect.fail('the layer has no source')
      expect(await digestOfSource(source, createNativeHasher)).toBe(digest)
    }
    expect(recorder.exchanges).toHaveLength(4)
    expect((await open(registry, 'download/app', digest)).names).toEqual([])
  })

  it('throws a ResponseError with status 404 if there is no such image', async () => {
    const error = await rejection(openImage(inject('registryUrl'), 'download/nothing', 'v1'), ResponseError)
    expect(error).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })
})

describe('openImage()', () => {
  it('gives an index with all that is under it', async () => {
    const { layout, index, digests } = await multiPlatform()
    const { registry } = openStored(layout, index)
    const image = await openImage(registry, 'team/app', 'v1')
    expect(image.manifest.digest).toBe(index.digest)
    expect(digestsOf(image.children)).toEqual(digests)
    expect(image.missing).toEqual([])
  })

  it('reads of one platform its own manifest and config alone', async () => {
    const { layout, index, digests } = await multiPlatform()
    for (const digest of digests) if (digest !== digests[2]) remove(layout, digest)
    const { registry, paths } = openStored(layout, index)
    const image = await openImage(registry, 'team/app', 'v1', { platform: 'linux/arm64' })
    expect(image.manifest.digest).toBe(digests[2])
    expect(image.names).toEqual(['registry.test/team/app:v1'])
    expect(paths()).toEqual(['GET manifests/v1', `GET manifests/${digests[2]}`, `GET blobs/${image.config?.digest}`])
  })

  it('makes an index of the platforms in a list, with their attestations, and tells its digest', async () => {
    const { layout, index, digests } = await multiPlatform()
    for (const digest of digests.slice(2, 4)) remove(layout, digest)
    const warnings: string[] = []
    const { registry, paths } = openStored(layout, index)
    const platforms = ['linux/amd64', 'linux/s390x']
    const options = { platforms, onWarning: (warning: string) => warnings.push(warning) }
    const image = await openImage(registry, 'team/app', 'v1', options)
    const kept = [...digests.slice(0, 2), ...digests.slice(4)]
    expect(digestsOf(image.children)).toEqual(kept)
    expect(image.manifest.digest).not.toBe(index.digest)
    expect(await digestOfSource(image.manifest.source, createNativeHasher)).toBe(image.manifest.digest)
    const document = JSON.parse(Buffer.from(await image.manifest.source.read(0, image.manifest.size)).toString())
    expect(document.manifests.map(({ digest }: { digest: string }) => digest)).toEqual(kept)
    expect(warnings).toEqual([
      `A new index of linux/amd64, linux/s390x was made of ${index.digest}: ${image.manifest.digest}.`,
    ])
    expect(paths().filter((path) => path.includes('manifests/'))).toHaveLength(5)
  })

  it('keeps the index if the list has all its platforms', async () => {
    const { layout, index } = await multiPlatform()
    const { registry } = openStored(layout, index)
    const platforms = ['linux/amd64', 'linux/arm64', 'linux/s390x']
    expect((await openImage(registry, 'team/app', 'v1', { platforms })).manifest.digest).toBe(index.digest)
  })

  it('finds platforms that only the configs tell', async () => {
    const layout = createLayout()
    const [amd64, arm64] = [await layout.addImage(), await layout.addImage({ architecture: 'arm64' })]
    const { registry } = openStored(layout, await layout.addIndex([{ ...amd64 }, { ...arm64 }]))
    const image = await openImage(registry, 'team/app', 'v1', { platform: 'linux/arm64' })
    expect(image.manifest.digest).toBe(arm64.digest)
    const pruned = await openImage(registry, 'team/app', 'v1', { platforms: ['linux/arm64'] })
    expect(digestsOf(pruned.children)).toEqual([arm64.digest])
  })

  it('names the platforms that there are, if one is not there', async () => {
    const { layout, index } = await multiPlatform()
    const { registry } = openStored(layout, index)
    for (const options of [{ platform: 'linux/riscv64' }, { platforms: ['linux/amd64', 'linux/riscv64'] }]) {
      const error = await rejection(openImage(registry, 'team/app', 'v1', options), ValidationError)
      expect(error.message).toBe(
        'Cannot find the platform "linux/riscv64": "team/app:v1" has linux/amd64, linux/arm64, linux/s390x',
      )
    }
    const single = openStored(layout, await layout.addImage()).registry
    await rejection(
      openImage(single, 'a', 'v1', { platform: 'linux/arm64' }),
      ValidationError,
      /"a:v1" has linux\/amd64$/,
    )
  })

  it('names a manifest that the registry has lost, and what to do', async () => {
    const { layout, index, digests } = await multiPlatform()
    remove(layout, digests[2])
    const { registry } = openStored(layout, index)
    const error = await rejection(openImage(registry, 'team/app', 'v1'), ResponseError)
    expect(error).toMatchObject({ code: 'CONTENT_LOST', status: 404 })
    expect(error.message).toBe(
      `Cannot read the repository "team/app": an index lists ${digests[2]} (linux/arm64), which the registry does not have; ` +
        'push the image to that repository again, or choose from what is there (linux/amd64, linux/s390x) with { platforms }',
    )
    const image = await openImage(registry, 'team/app', 'v1', { platforms: ['linux/amd64'] })
    expect(digestsOf(image.children)).toEqual(digests.slice(0, 2))
  })

  it('names a config that the registry has lost', async () => {
    const layout = createLayout()
    const manifest = await layout.addImage()
    const { registry } = openStored(layout, manifest, (path) =>
      path.includes('/blobs/') ? new Response(null, { status: 404 }) : undefined,
    )
    const error = await rejection(
      openImage(registry, 'a', 'v1'),
      ResponseError,
      /push the image to that repository again$/,
    )
    expect(error.code).toBe('CONTENT_LOST')
  })

  it('refuses manifests and configs with other bytes than their digests say', async () => {
    const { layout, index, digests } = await multiPlatform()
    for (const part of [`manifests/${digests[2]}`, '/blobs/']) {
      const { registry } = openStored(layout, index, (path) => (path.includes(part) ? new Response('{}') : undefined))
      await rejection(openImage(registry, 'team/app', 'v1'), DigestMismatchError, /what the registry holds as sha256:/)
    }
  })

  it('gives a foreign layer without a source', async () => {
    const layout = createLayout()
    const config = await layout.add('application/vnd.oci.image.config.v1+json', {
      ...{ os: 'windows', architecture: 'amd64' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${'1'.repeat(64)}`] },
    })
    const foreign = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      ...{ digest: `sha256:${'f'.repeat(64)}`, size: 5, urls: ['https://mcr.example/layer'] },
    }
    const manifest = await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [foreign] })
    const image = await openImage(openStored(layout, manifest).registry, 'win', 'v1')
    expect(image.layers).toMatchObject([{ digest: foreign.digest, size: 5, source: undefined }])
  })

  it('gives artifacts without reading their blobs', async () => {
    const layout = createLayout()
    const config = await layout.add(EMPTY, '{}')
    const layers = [await layout.add('text/plain', 'notes')]
    const fields = { schemaVersion: 2, mediaType: MANIFEST, artifactType: 'application/x.notes', config, layers }
    const { registry, exchanges } = openStored(layout, await layout.add(MANIFEST, fields))
    const image = await openImage(registry, 'notes', 'v1')
    expect(image).toMatchObject({ kind: 'artifact', artifactType: 'application/x.notes' })
    expect(exchanges).toHaveLength(1)
  })

  it('stops at each limit, and the message tells how to raise it', async () => {
    const { layout, index } = await multiPlatform()
    const { registry } = openStored(layout, index)
    const limits = { jsonSize: 100, totalJsonSize: 3000, totalJsonValues: 100, manifests: 3, indexDepth: 0 }
    for (const [name, value] of Object.entries(limits)) {
      const error = await rejection(openImage(registry, 'a', 'v1', { limits: { [name]: value } }), ValidationError)
      expect(error.code).toBe('LIMIT_EXCEEDED')
      expect(error.remedy).toContain(name)
    }
    await rejection(openImage(registry, 'a', 'v1', { limits: { manifests: -1 } }), RangeError)
    await rejection(openImage(registry, 'a', 'v1', { limits: { sise: 1 } as object }), TypeError)
  })

  it('takes one of platform and platforms', async () => {
    const registry = 'https://registry.test'
    await rejection(openImage(registry, 'a', 'v1', { platform: 'a/b', platforms: ['a/b'] }), TypeError)
    await rejection(openImage(registry, 'a', 'v1', { platforms: [] }), TypeError, /platforms is empty/)
    await rejection(openImage(registry, 'a', 'v1', { platforms: 'a/b' as never }), TypeError)
  })

  it.each([
    ['docker.io', 'nginx', 'docker.io/library/nginx:v1'],
    ['docker.io', 'team/app', 'docker.io/team/app:v1'],
    ['http://localhost:5000', 'team/app', 'localhost:5000/team/app:v1'],
    ['https://host.example/base', 'app', 'host.example/base/app:v1'],
  ])('names an image of %s by its whole name', async (address, repository, name) => {
    const layout = createLayout()
    const manifest = await layout.addImage()
    const handle = openRegistry(address, { fetch: openStored(layout, manifest).fetch })
    expect((await openImage(handle, repository, 'v1')).names).toEqual([name])
  })

  it('ends at an abort with its reason', async () => {
    const layout = createLayout()
    const manifest = await layout.addImage()
    const aborting = new AbortController()
    const { registry } = openStored(layout, manifest, (path) => {
      if (path.includes('/blobs/')) aborting.abort(new Error('enough'))
      return undefined
    })
    await expect(openImage(registry, 'a', 'v1', { signal: aborting.signal })).rejects.toThrow('enough')
  })
})
