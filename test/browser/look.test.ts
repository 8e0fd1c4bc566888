import { beforeAll, describe, expect, inject, it } from 'vitest'
import {
  type Descriptor,
  getConfig,
  getImageInfo,
  iterateTags,
  listTagDetails,
  openRegistry,
  pushDockerTar,
  readBlob,
} from '../../src/index.ts'
import { createLayout, withName, withPlatform } from '../support/layout.ts'
import { LISTED_TAGS } from '../support/listed-tags.ts'
import { collected } from '../support/lister.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const BYTES = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7 + (index >> 8)) % 251)

describe('a page that looks at a real registry on another origin', () => {
  const repository = `look/${Date.now().toString(36)}`
  let layer: Descriptor
  beforeAll(async () => {
    const layout = createLayout()
    const [amd64, arm64] = [await layout.addImage(), await layout.addImage({ architecture: 'arm64' })]
    const index = await layout.addIndex([withPlatform(amd64, 'linux/amd64'), withPlatform(arm64, 'linux/arm64/v8')])
    layer = await layout.add('application/octet-stream', BYTES)
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
    const artifact = await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] })
    for (const [tag, root] of Object.entries({ v1: amd64, v2: amd64, several: index, report: artifact })) {
      layout.list(withName(root, tag))
      await pushDockerTar(new File([layout.tar()], 'app.tar'), inject('registryUrl'), repository, tag)
    }
  })

  it('gets rows of its tags, each digest read once', async () => {
    const recorder = recordingFetch()
    const registry = openRegistry(inject('registryUrl'), { fetch: recorder.fetch })
    const rows = (await collected(listTagDetails(registry, repository))).toSorted((a, b) => (a.tag < b.tag ? -1 : 1))
    expect(rows.map(({ tag, platforms, error }) => [tag, platforms, error])).toEqual([
      ['report', [], undefined],
      ['several', ['linux/amd64', 'linux/arm64/v8'], undefined],
      ['v1', ['linux/amd64'], undefined],
      ['v2', ['linux/amd64'], undefined],
    ])
    expect(rows[2]?.totalSize).toBe((await getImageInfo(registry, repository, 'v1')).totalSize)
    const paths = recorder.exchanges.map(({ method, url }) => `${method} ${url.pathname}`)
    expect(paths.filter((path) => path === `GET /v2/${repository}/manifests/${rows[2]?.digest}`).length).toBeLessThan(3)
  })

  it('gets the tags one by one, and leaves when it has enough', async () => {
    const recorder = recordingFetch()
    const registry = openRegistry(inject('registryUrl'), { fetch: recorder.fetch })
    for await (const _ of iterateTags(registry, repository)) break
    expect(recorder.exchanges).toHaveLength(1)
  })

  it('gets the config of a platform', async () => {
    const { configuration } = await getConfig(inject('registryUrl'), repository, 'several', { platform: 'linux/arm64' })
    expect(configuration?.architecture).toBe('arm64')
  })

  it('reads a blob as a verified stream, and ranges of it', async () => {
    const { stream, size, isVerified } = await readBlob(inject('registryUrl'), repository, layer.digest)
    expect([size, isVerified]).toEqual([BYTES.length, true])
    expect(await isSame(stream, BYTES)).toBe(true)
    for (const [start, end] of [
      [0, 100],
      [1_000_000, 2_000_000],
      [2_999_999, 3_000_000],
    ] as const) {
      const recorder = recordingFetch()
      const registry = openRegistry(inject('registryUrl'), { fetch: recorder.fetch })
      const range = await readBlob(registry, repository, layer, { start, end })
      expect(await isSame(range.stream, BYTES.slice(start, end))).toBe(true)
      expect(recorder.exchanges.map(({ status }) => status)).toEqual([206])
    }
  })

  it('leaves a stream early', async () => {
    const { stream } = await readBlob(inject('registryUrl'), repository, layer)
    const reader = stream.getReader()
    expect((await reader.read()).value?.byteLength).toBeGreaterThan(0)
    await reader.cancel()
    expect((await reader.read()).done).toBe(true)
  })
})

it('gets rows and blobs where a page may not read the digest and the Link of a registry', async () => {
  const url = inject('registryWithoutExposedHeaders')
  const rows = await collected(listTagDetails(url, 'team/listed'))
  expect(rows.map(({ tag }) => tag)).toEqual(LISTED_TAGS)
  expect(rows.filter(({ error, digest }) => error || !digest)).toEqual([])
  const { digest, bytes } = await getConfig(url, 'team/listed', rows[0]?.digest ?? '')
  const { stream } = await readBlob(url, 'team/listed', digest)
  expect(await isSame(stream, bytes)).toBe(true)
})

async function isSame(stream: ReadableStream<Uint8Array>, bytes: Uint8Array): Promise<boolean> {
  const read = new Uint8Array(await new Response(stream).arrayBuffer())
  return read.length === bytes.length && read.every((byte, at) => byte === bytes[at])
}
