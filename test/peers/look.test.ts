import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type Descriptor,
  getConfig,
  getImageInfo,
  type ImageInfo,
  listTagDetails,
  openRegistry,
  pushDockerTar,
  readBlob,
  type TagDetails,
} from '../../src/node/index.ts'
import type { Distribution } from '../support/distribution.ts'
import { createLayout, withName, withPlatform } from '../support/layout.ts'
import { collected } from '../support/lister.ts'
import { putImage } from '../support/put-image.ts'
import { ALL, describeReal } from '../support/real-registries.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
/** As many as a page of zot's and of distribution's lists has, and more. */
const TAGS = 120

describeReal('{}, looked at', ALL, (real) => {
  let registry: Distribution
  let layers: readonly Descriptor[]
  beforeAll(async () => {
    registry = await real.start()
    const layout = createLayout()
    const large = await layout.add(
      'application/octet-stream',
      new Uint8Array(300_000).map((_, at) => (at * 7) % 251),
    )
    const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
    layers = [large]
    const artifact = await layout.add(MANIFEST, {
      ...{ schemaVersion: 2, mediaType: MANIFEST, artifactType: 'application/vnd.example.report' },
      ...{ config, layers, annotations: { made: 'today' } },
    })
    const images = [await layout.addImage(), await layout.addImage({ architecture: 'arm64' })]
    const platforms = images.map((image, at) => withPlatform(image, at === 0 ? 'linux/amd64' : 'linux/arm64/v8'))
    const index = await layout.addIndex(platforms, { annotations: { of: 'the index' } })
    for (const [tag, root] of Object.entries({ report: artifact, several: index })) {
      layout.list(withName(root, tag))
      await pushDockerTar(layout.tar(), registry.url, 'team/app', tag)
    }
    const kind = real.profile === 'zot' ? 'oci' : 'docker'
    for (let tag = 0; tag < TAGS; tag++) await putImage(`${registry.url}/v2/team/app`, `v${tag}`, kind)
  }, 60_000)
  afterAll(() => registry?.stop())

  it('listTagDetails() gives a row for each tag, with what getImageInfo tells', async () => {
    const recorder = recordingFetch()
    const handle = openRegistry(registry.url, { fetch: recorder.fetch })
    const rows: TagDetails[] = []
    let requestsAtFirst = 0
    for await (const row of listTagDetails(handle, 'team/app')) {
      requestsAtFirst ||= recorder.exchanges.length
      rows.push(row)
    }
    expect(rows.map(({ error }) => error).filter(Boolean)).toEqual([])
    expect(rows.map(({ tag }) => tag).toSorted()).toEqual(
      ['report', 'several', ...Array.from({ length: TAGS }, (_, tag) => `v${tag}`)].toSorted(),
    )
    expect(requestsAtFirst).toBeLessThan(recorder.exchanges.length / 3)
    for (const row of rows.filter(({ tag }) => ['report', 'several', 'v7'].includes(tag))) {
      const { tag, error: _, platforms, kind, blobs, ...facts } = row
      const info: ImageInfo = await getImageInfo(handle, 'team/app', tag)
      expect(info).toMatchObject(facts)
      expect(platforms).toEqual(info.platform ? [info.platform] : info.platforms)
      expect(kind).toEqual({ report: 'artifact', several: 'index', v7: 'image' }[tag])
      expect(blobs.reduce((sum, { size }) => sum + size, 0)).toBe(info.totalSize)
    }
  })

  it('listTagDetails() reads the tags of a pattern alone', async () => {
    const recorder = recordingFetch()
    const handle = openRegistry(registry.url, { fetch: recorder.fetch })
    const rows = await collected(listTagDetails(handle, 'team/app', { tags: 'v11?' }))
    expect(rows).toHaveLength(10)
    expect(recorder.count('HEAD')).toBe(10)
  })

  it('getConfig() and getImageInfo() read a platform of an index, and an artifact', async () => {
    const info = await getImageInfo(registry.url, 'team/app', 'several', { platform: 'linux/arm64' })
    expect(info).toMatchObject({ architecture: 'arm64', index: { annotations: { of: 'the index' } }, layers: [{}] })
    const config = await getConfig(registry.url, 'team/app', 'several', { platform: 'linux/arm64' })
    expect(config.configuration).toEqual(info.configuration)
    expect(await getImageInfo(registry.url, 'team/app', 'report')).toMatchObject({
      annotations: { made: 'today' },
      layers,
    })
    expect(new TextDecoder().decode((await getConfig(registry.url, 'team/app', 'report')).bytes)).toBe('{}')
  })

  it('readBlob() gives a blob by its digest and by its descriptor, and ranges of it', async () => {
    const [layer] = layers as [Descriptor]
    const bytes = new Uint8Array(300_000).map((_, at) => (at * 7) % 251)
    const { stream, ...blob } = await readBlob(registry.url, 'team/app', layer.digest)
    expect(blob).toEqual({ digest: layer.digest, size: 300_000, start: 0, end: 300_000, isVerified: true })
    expect(Buffer.compare(await bytesOf(stream), bytes)).toBe(0)
    for (const [start, end] of [
      [0, 1],
      [100, 200_000],
      [299_999, 300_000],
    ] as const) {
      const recorder = recordingFetch()
      const handle = openRegistry(registry.url, { fetch: recorder.fetch })
      const range = await readBlob(handle, 'team/app', layer, { start, end })
      expect(Buffer.compare(await bytesOf(range.stream), bytes.subarray(start, end))).toBe(0)
      expect(recorder.exchanges.map(({ status }) => status)).toEqual([206])
    }
  })
})

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
