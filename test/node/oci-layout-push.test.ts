import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type ArchiveInput,
  DigestMismatchError,
  formatPlatform,
  getManifest,
  inspectDockerTar,
  listTags,
  openArchive,
  openRegistry,
  type PlatformChoice,
  type PushArchiveOptions,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ResponseError,
  runnableImages,
  ValidationError,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { listNeeds } from '../../src/transfer/plan/needs.ts'
import { rejection } from '../support/errors.ts'
import { expectPushed } from '../support/formats-contract.ts'
import { blobPath, createLayout, withName } from '../support/layout.ts'
import { refuses } from '../support/opening.ts'
import { multiPlatform } from '../support/producers.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const FOREIGN = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'

function embedded() {
  const registry = createTestRegistry()
  return openRegistry('https://registry.test', { fetch: registry.fetch })
}

async function push(archive: ArchiveInput, options: PushArchiveOptions & PlatformChoice = {}) {
  const registry = embedded()
  const digest = await pushDockerTar(archive, registry, 'team/app', 'v1', options)
  const stored = await getManifest(registry, 'team/app', 'v1')
  expect(stored.digest).toBe(digest)
  return { registry, ...stored }
}

describe('pushDockerTar() of an OCI layout', () => {
  it('keeps every byte of an index, with its attestation and the indexes in it', async () => {
    const { layout, index } = await multiPlatform()
    const outer = await layout.addIndex([{ ...index }])
    layout.list(withName(outer, 'localhost:5000/team/app:v1'))
    const { digest, registry } = await push(layout.tar(), { platforms: 'available' })
    expect(digest).toBe(outer.digest)
    const [image] = (await openArchive(layout.tar())).images
    if (!image) return expect.fail('expected an image')
    await expectPushed(registry, 'team/app', image)
    expect(runnableImages(image).map(({ platform }) => formatPlatform(platform))).toEqual([
      'linux/amd64',
      'linux/arm64/v8',
    ])
    const error = await rejection(inspectDockerTar(layout.tar()), ValidationError)
    expect(error.message).toMatch(/several platforms \(linux\/amd64, linux\/arm64\/v8\); choose one with \{ platform/)
    expect((await inspectDockerTar(layout.tar(), { platform: 'linux/arm64' })).architecture).toBe('arm64')
  })

  it('uses the tag in the layout when only a repository is given', async () => {
    const layout = createLayout()
    layout.list(withName(await layout.addImage(), 'v7'))
    const registry = embedded()
    await pushDockerTar(layout.tar(), registry, 'team/app')
    expect(await listTags(registry, 'team/app')).toEqual(['v7'])
    expect((await openArchive(layout.tar())).images).toHaveLength(1)
    expect((await inspectDockerTar(layout.tar(), { image: 'v7' })).repoTags).toEqual([])
  })

  it('keeps foreign layers in the manifest, and sends no request to their hosts (CVE-2020-15157, GHSA-qvqc-4c52-x6qp)', async () => {
    const layout = createLayout()
    const base = { mediaType: FOREIGN, digest: `sha256:${'ab'.repeat(32)}`, size: 123, urls: ['https://mcr.example/l'] }
    const config = await layout.add('application/vnd.docker.container.image.v1+json', {
      os: 'windows',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [base.digest] },
    })
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
    layout.list({ ...(await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers: [base] })) })
    // Neither by the registry's fetch nor by any other.
    const unasked = vi.spyOn(globalThis, 'fetch')
    onTestFinished(() => unasked.mockRestore())
    const recorder = recordingFetch(createTestRegistry().fetch)
    const credentials = { username: 'bob', password: 'hunter2' }
    const registry = openRegistry('https://registry.test', { fetch: recorder.fetch, credentials })
    const { images } = await openArchive(layout.tar())
    expect(images[0]?.layers).toMatchObject([{ mediaType: FOREIGN, source: undefined, size: 123 }])
    // The registry in memory takes no manifest whose layers it lacks, foreign ones aside.
    await pushDockerTar(layout.tar(), registry, 'team/app', 'v1')
    expect((await getManifest(registry, 'team/app', 'v1')).manifest).toMatchObject({ layers: [base] })
    expect(new Set(recorder.exchanges.map(({ url }) => url.host))).toEqual(new Set(['registry.test']))
    expect(unasked).not.toHaveBeenCalled()
    if (images[0]) await expectPushed(registry, 'team/app', images[0])
  })

  it('takes a config from its descriptor when the layout does not have it', async () => {
    const layout = createLayout()
    const empty = await layout.add('application/vnd.oci.empty.v1+json', '{}')
    layout.files.delete(blobPath(empty.digest))
    const layer = await layout.add('text/plain', 'x')
    const list = async (data: unknown) => {
      const config = { ...empty, data }
      layout.list({
        ...(await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] })),
      })
      return layout.tar()
    }
    expect((await openArchive(await list('e30='))).images[0]?.artifactType).toBe('application/vnd.oci.empty.v1+json')
    await rejection(push(await list('fX0=')), DigestMismatchError)
    await refuses(await list('e3'), /incomplete/)
    await refuses(await list(7), /incomplete/)
  })

  it('throws when the tag in the layout or the choice of platforms is not valid', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list(withName(image, 'no tag'))
    await rejection(pushDockerTar(layout.tar(), embedded(), 'a'), ValidationError, /"no tag" as a tag/)
    await expect(push(layout.tar(), { platforms: 'alle' as 'all' })).rejects.toThrow(TypeError)
  })
})

describe('pushDockerTarWithAllOriginalTags() of an OCI layout', () => {
  it('pushes referrers with their subject into each of its repositories', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const empty = await layout.add('application/vnd.oci.empty.v1+json', '{}')
    const referrer = (subject: object, text: string) =>
      layout.add(MANIFEST, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        artifactType: text,
        config: empty,
        layers: [empty],
        subject,
      })
    const sbom = await referrer(image, 'text/sbom')
    const signature = await referrer(sbom, 'text/signature')
    layout.list(withName(image, 'a:v1'), withName(image, 'b:v1'), { ...signature }, { ...sbom })
    const registry = embedded()
    expect(await pushDockerTarWithAllOriginalTags(layout.tar(), registry)).toEqual([image.digest, image.digest])
    for (const repository of ['a', 'b']) {
      for (const { digest } of [sbom, signature]) {
        expect((await getManifest(registry, repository, digest)).digest).toBe(digest)
      }
      expect(await listTags(registry, repository)).toEqual(['v1'])
    }
    // Not among what has to be chosen from, but there for who asks for it.
    expect((await push(layout.tar())).digest).toBe(image.digest)
    expect((await push(layout.tar(), { image: 2 })).digest).toBe(sbom.digest)
    await rejection(inspectDockerTar(layout.tar(), { image: 2 }), ValidationError, /not an image but an artifact/)
  })

  it.each([{}, { platforms: 'all' }, { platforms: 'available' }] as const)(
    'leaves out a referrer that is an incomplete index and warns, with the options %j',
    async (options) => {
      const layout = createLayout()
      const image = await layout.addImage()
      const referrer = await layout.addIndex([{ ...image, digest: `sha256:${'00'.repeat(32)}` }], { subject: image })
      layout.list(withName(image, 'a:v1'), withName(image, 'b:v1'), { ...referrer })
      const warnings: string[] = []
      const registry = embedded()
      const onWarning = (warning: string) => warnings.push(warning)
      const digests = await pushDockerTarWithAllOriginalTags(layout.tar(), registry, { ...options, onWarning })
      expect(digests).toEqual([image.digest, image.digest])
      expect(warnings).toEqual([
        expect.stringContaining(`${referrer.digest} is about ${image.digest}, but some of what it lists is missing`),
      ])
      await rejection(getManifest(registry, 'a', referrer.digest), ResponseError, /404/)
    },
  )
})

describe('listNeeds()', () => {
  it('includes a blob when an index lists it directly, as build caches do', async () => {
    const layout = createLayout()
    const blob = await layout.add('application/vnd.oci.image.layer.v1.tar+gzip', 'a layer')
    layout.list({ ...(await layout.addIndex([{ ...blob }])) })
    const [image] = (await openArchive(layout.tar())).images
    expect(image?.layers).toMatchObject([blob])
    expect(image && listNeeds([{ image, repository: 'a', tags: ['v1'] }], {}).blobs).toMatchObject([{ content: blob }])
  })
})
