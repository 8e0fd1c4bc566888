import { describe, expect, it } from 'vitest'
import {
  createPortableEncoder,
  type Digest,
  executePush,
  getManifest,
  type Image,
  type Index,
  openArchive,
  type PushProgress,
  planPush,
  pushDockerTar,
} from '../../src/node/index.ts'
import type { Source } from '../../src/source/source.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  archive,
  CONFIG,
  diffIdsOf,
  digestOf,
  imageOf,
  layers,
  MANIFEST,
  PLAIN,
  target,
  text,
} from '../support/compressing.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, withName, withPlatform } from '../support/layout.ts'
import { multiPlatform } from '../support/producers.ts'

const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json'
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar'

/** The image of `archive` in a layout, with a manifest of Docker's media types. */
async function dockerLayout(): Promise<Uint8Array<ArrayBuffer>> {
  const layout = createLayout()
  const [image] = (await openArchive(await archive)).images
  if (!image?.config) return expect.fail('expected an image')
  const copy = async (mediaType: string, { source, size }: { source?: Source | undefined; size: number }) =>
    layout.add(mediaType, (await source?.read(0, size)) ?? '')
  const config = await copy(DOCKER_CONFIG, image.config)
  const plain = []
  for (const layer of image.layers) plain.push(await copy(DOCKER_LAYER, layer))
  const document = { schemaVersion: 2, mediaType: DOCKER_MANIFEST, config, layers: plain }
  layout.list(withName(await layout.add(DOCKER_MANIFEST, document), 'team/app:v1'))
  return layout.tar()
}

describe('pushDockerTar() with compress', () => {
  it.each(['docker-25', 'docker-24'] as const)(
    'sends gzip layers that unpack to the diff IDs when the archive is from %s',
    async (layout) => {
      const there = target()
      const bytes = await createTestArchive({ images: [{ names: ['team/app:v1'], layers }], layout })
      const before = (await openArchive(bytes)).images[0] as Image
      const digest = await pushDockerTar(bytes, there.handle, 'team/app', 'v1', { compress: 'gzip' })
      const { said, unpacked, manifest } = await diffIdsOf(there, 'v1')
      expect(unpacked).toEqual(said)
      expect(unpacked).toEqual(before.layers.map(({ digest }) => digest))
      expect(manifest.config.digest).toBe(before.config?.digest)
      expect(manifest.mediaType).toBe(before.manifest.mediaType)
      expect(manifest.layers.map(({ mediaType }) => mediaType)).toEqual([`${PLAIN}+gzip`, `${PLAIN}+gzip`])
      expect(manifest.layers.every(({ size }) => size < 50_000)).toBe(true)
      expect(digest).not.toBe(before.manifest.digest)
      expect((await getManifest(there.handle, 'team/app', 'v1')).digest).toBe(digest)
    },
  )

  it('makes the same image each time, and another image when the level differs', async () => {
    const push = async (level?: number) =>
      pushDockerTar(await archive, target().handle, 'team/app', 'v1', { compress: { format: 'gzip', level } })
    const [one, two, other] = [await push(), await push(), await push(1)]
    expect([one === two, one === other]).toEqual([true, false])
  })

  it('turns Docker manifests into OCI manifests when the format is zstd, because Docker has no media type for it', async () => {
    const there = target()
    const bytes = await dockerLayout()
    const { images } = await openArchive(bytes)
    expect(images[0]?.manifest.mediaType).toBe(DOCKER_MANIFEST)
    await pushDockerTar(bytes, there.handle, 'team/app', 'v1', { compress: 'zstd' })
    const { manifest, said, unpacked } = await diffIdsOf(there, 'v1')
    expect(unpacked).toEqual(said)
    expect([manifest.mediaType, manifest.config.mediaType]).toEqual([MANIFEST, CONFIG])
    expect(manifest.config.digest).toBe(images[0]?.config?.digest)
    expect(manifest.layers.map(({ mediaType }) => mediaType)).toEqual([`${PLAIN}+zstd`, `${PLAIN}+zstd`])
  })

  it('keeps every byte of compressed layers, foreign layers and artifacts', async () => {
    const layout = createLayout()
    const plain = await layout.addImage()
    const packed = await layout.add(`${PLAIN}+gzip`, Buffer.from('H4sIAAAAAAAAAwMAAAAAAAAAAAA=', 'base64'))
    const compressed = await imageOf(layout, [packed], [digestOf(new Uint8Array())])
    const foreign = {
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
      digest: digestOf(Buffer.from('foreign')) as Digest,
      size: 7,
      urls: ['https://example.com/layer'],
    }
    const withForeign = await imageOf(layout, [foreign], [foreign.digest])
    const blob = await layout.add(PLAIN, text)
    const config = await layout.add('application/vnd.example.config', '{}')
    const artifact = await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [blob] })
    const named = [plain, compressed, withForeign, artifact].map((manifest, index) => withName(manifest, `v${index}`))
    layout.list(...named)
    const { handle } = target()
    const push = (image: number) =>
      pushDockerTar(layout.tar(), handle, 'team/app', `v${image}`, { image, compress: 'gzip' })
    expect(await push(0)).not.toBe(plain.digest)
    expect([await push(1), await push(2), await push(3)]).toEqual([
      compressed.digest,
      withForeign.digest,
      artifact.digest,
    ])
  })

  it('rebuilds every index up to the root, and warns about what it has to leave out', async () => {
    const { layout, index, amd64, attestation } = await multiPlatform()
    const plain = { ...amd64, mediaType: MANIFEST }
    const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
    const signature = await layout.add(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: 'application/vnd.example.signature',
      config,
      layers: [],
      subject: plain,
    })
    const outer = await layout.addIndex([withPlatform(index, 'linux/amd64')], { annotations: { kept: 'yes' } })
    layout.list(withName(outer, 'v1'), { ...signature })
    const there = target()
    const warnings: string[] = []
    const images = (await openArchive(layout.tar())).images
    const options = { repository: 'team/app', tags: ['v1'], images: [0], compress: 'gzip' } as const
    const plan = await planPush(images, there.handle, { ...options, onWarning: (warning) => warnings.push(warning) })
    await executePush(plan, images, there.handle)
    const root = (await getManifest(there.handle, 'team/app', 'v1')).manifest as Index
    expect(root.annotations).toEqual({ kept: 'yes' })
    const inner = (await getManifest(there.handle, 'team/app', root.manifests[0]?.digest as Digest)).manifest as Index
    expect(inner.manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64'])
    for (const { digest } of inner.manifests) {
      const { said, unpacked } = await diffIdsOf(there, digest)
      expect(unpacked).toEqual(said)
    }
    expect(plan.digestChanges).toEqual([
      { repository: 'team/app', from: outer.digest, to: plan.manifests.at(-1)?.digest },
    ])
    expect(plan.manifests.every(({ text }) => text !== undefined)).toBe(true)
    expect(warnings).toHaveLength(2)
    expect(warnings.join()).toMatch(new RegExp(`${signature.digest}.*${amd64.digest}`))
    expect(warnings.join()).toContain(attestation.digest)
  })

  it('neither compresses nor sends the layers of a referrer that it leaves out', async () => {
    const layout = createLayout()
    const [plain, about] = [await layout.add(PLAIN, 'x'.repeat(5000)), await layout.add(PLAIN, 'y'.repeat(9000))]
    const image = await imageOf(layout, [plain], [plain.digest])
    const referrer = await imageOf(layout, [about], [about.digest], { ...image, mediaType: MANIFEST })
    layout.list(withName(image, 'v1'), { ...referrer })
    const there = target()
    const seen: PushProgress[] = []
    const warnings: string[] = []
    await pushDockerTar(layout.tar(), there.handle, 'team/app', 'v1', {
      ...{ compress: 'gzip', image: 0 },
      onProgress: (progress) => seen.push(progress),
      onWarning: (warning) => warnings.push(warning),
    })
    expect(warnings).toEqual([expect.stringContaining(`${referrer.digest} is about ${image.digest}`)])
    expect(seen[0]?.compression?.totalBytes).toBe(5000)
    const sent = seen.map(({ sentBytes }) => sentBytes)
    expect(sent).toEqual([...sent].sort((one, other) => one - other))
  })

  it('throws when the format or the level is unknown', async () => {
    const push = async (compress: unknown) =>
      pushDockerTar(await archive, target().handle, 'a', 'v1', { compress: compress as 'gzip' })
    await rejection(push('brotli'), TypeError, /"gzip" or "zstd", not "brotli"/)
    await rejection(push({ format: 'gzip', level: 10 }), RangeError, /level has to be .* from 1 to 9, not 10/)
  })
})

describe('planPush() with compress', () => {
  it('makes a JSON plan that says how each layer is compressed, and executePush() needs only it and the archive', async () => {
    const there = target()
    const { images } = await openArchive(await archive)
    const plan = JSON.parse(JSON.stringify(await planPush(images, there.handle, { compress: 'gzip' })))
    const [layer] = plan.blobs
    expect(layer).toMatchObject({ kind: 'layer', action: 'upload', mediaType: `${PLAIN}+gzip` })
    expect(layer.compression).toMatchObject({ from: images[0]?.layers[0]?.digest, format: 'gzip' })
    expect(there.count('POST')).toBe(0)
    const anew = (await openArchive(await archive)).images
    const told: PushProgress['compression'][] = []
    await executePush(plan, anew, there.handle, { onProgress: ({ compression }) => told.push(compression) })
    const totalBytes = anew[0]?.layers.reduce((sum, { size }) => sum + size, 0)
    expect(told.at(-1)).toEqual({ doneBytes: totalBytes, totalBytes })
    const { said, unpacked } = await diffIdsOf(there, 'v1')
    expect(unpacked).toEqual(said)
  })

  it('makes a plan that executePush() refuses when another encoder would make other bytes', async () => {
    const there = target()
    const { images } = await openArchive(await archive)
    const plan = await planPush(images, there.handle, {
      compress: 'gzip',
      runtime: { createEncoder: createPortableEncoder },
    })
    await rejection(executePush(plan, images, there.handle), TypeError, /fflate 0\.8\.3/)
    await executePush(plan, images, there.handle, { runtime: { createEncoder: createPortableEncoder } })
    expect((await diffIdsOf(there, 'v1')).unpacked).toHaveLength(2)
  })
})
