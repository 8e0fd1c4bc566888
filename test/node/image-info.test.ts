import { describe, expect, inject, it } from 'vitest'
import {
  type Descriptor,
  DigestMismatchError,
  getImageInfo,
  openRegistry,
  pushDockerTar,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, type LayoutBuilder, withName, withPlatform } from '../support/layout.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar'
const EMPTY = 'application/vnd.oci.empty.v1+json'
const OF_ATTESTATION = 'application/vnd.in-toto+json'
const CREATED = 'org.opencontainers.image.created'

/** An image of a layout, of layers that have these texts. */
async function addImage(layout: LayoutBuilder, architecture: string, created: string, texts: readonly string[]) {
  const layers = await Promise.all(texts.map((text) => layout.add(LAYER, text)))
  const rootfs = { type: 'layers', diff_ids: layers.map(({ digest }) => digest) }
  const config = await layout.add(CONFIG, { architecture, os: 'linux', created, config: {}, rootfs })
  const manifest = await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers })
  return { manifest, config, layers, totalSize: sizeOf(config, ...layers) }
}

/** The attestation that buildx adds to each image by default: its provenance. */
async function addProvenance(layout: LayoutBuilder, image: Descriptor) {
  const statement = await layout.add(
    OF_ATTESTATION,
    `{"predicateType":"https://slsa.dev/provenance/v1","of":"${image.digest}"}`,
  )
  const rootfs = { type: 'layers', diff_ids: [statement.digest] }
  const config = await layout.add(CONFIG, { architecture: 'unknown', os: 'unknown', config: {}, rootfs })
  const manifest = await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [statement] })
  return withPlatform(manifest, 'unknown/unknown', {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': image.digest,
  })
}

const sizeOf = (...blobs: readonly Descriptor[]) => blobs.reduce((sum, { size }) => sum + size, 0)
let count = 0

/** Pushes what a layout lists to a real registry. */
async function pushed(layout: LayoutBuilder, root: Descriptor) {
  const repository = `info/${Date.now().toString(36)}-${count++}`
  layout.list(withName(root, 'v1'))
  await pushDockerTar(layout.tar(), inject('registryUrl'), repository, 'v1')
  return { repository, info: await getImageInfo(inject('registryUrl'), repository, 'v1') }
}

/** A registry that holds the blobs and manifests of a layout, and checks nothing. */
function holding(
  layout: LayoutBuilder,
  root: Descriptor,
  change: (path: string) => Response | undefined = () => undefined,
) {
  const fetch = async ({ url }: Request) => {
    const { pathname } = new URL(url)
    const reference = pathname.split('/').at(-1) as string
    const digest = reference === 'v1' ? root.digest : reference
    const content = layout.files.get(`blobs/sha256/${digest.slice(7)}`)
    return (
      change(pathname) ??
      (content === undefined ? new Response(null, { status: 404 }) : new Response(content as BodyInit))
    )
  }
  return openRegistry('https://registry.test', { fetch, retry: 0 })
}

describe('getImageInfo()', () => {
  it('verifies the bytes of the config', async () => {
    const registry = createTestRegistry()
    const fetch = async (request: Request) => {
      const isConfig = request.method === 'GET' && request.url.includes('/blobs/')
      return isConfig ? new Response('{"os":"evil"}') : registry.fetch(request)
    }
    const handle = openRegistry('https://registry.test', { fetch })
    await pushDockerTar(await createTestArchive(), handle, 'a', 'v1')
    await rejection(getImageInfo(handle, 'a', 'v1'), DigestMismatchError, /what the registry holds as sha256:/)
  })

  it('counts the size of a layer once that an image has twice', async () => {
    const layout = createLayout()
    const image = await addImage(layout, 'amd64', '2026-01-01T00:00:00Z', ['same', 'same'])
    const { info } = await pushed(layout, image.manifest)
    expect(info).toMatchObject({ totalSize: image.totalSize - 4, layerCount: 2, platforms: [], images: [] })
  })

  it('takes the date of an annotation where the config has none', async () => {
    const layout = createLayout()
    const config = await layout.add(CONFIG, {
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [] },
    })
    const annotations = { [CREATED]: '2026-02-03T04:05:06Z' }
    const manifest = await layout.add(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config,
      layers: [],
      annotations,
    })
    expect(await getImageInfo(holding(layout, manifest), 'a', 'v1')).toMatchObject({ created: '2026-02-03T04:05:06Z' })
  })
})

describe('getImageInfo() of an index', () => {
  it('with one image and its provenance, as buildx writes it, tells about the image', async () => {
    const layout = createLayout()
    const image = await addImage(layout, 'amd64', '2026-01-01T00:00:00Z', ['base', 'app'])
    const index = await layout.addIndex([
      withPlatform(image.manifest, 'linux/amd64'),
      await addProvenance(layout, image.manifest),
    ])
    const { info } = await pushed(layout, index)
    expect(info).toMatchObject({
      ...index,
      reference: 'v1',
      platforms: ['linux/amd64'],
      architecture: 'amd64',
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      totalSize: image.totalSize,
      layerCount: 2,
      images: [{ ...image.manifest, platform: 'linux/amd64', totalSize: image.totalSize, layerCount: 2 }],
    })
    expect(info.configuration?.diffIds).toEqual(image.layers.map(({ digest }) => digest))
    expect(info.manifest).toHaveProperty('manifests')
  })

  it('with several images tells the sum, in which a shared layer counts once, the newest date, and what each has', async () => {
    const layout = createLayout()
    const amd64 = await addImage(layout, 'amd64', '2026-01-01T00:00:00Z', ['scripts', 'binary of amd64'])
    const arm64 = await addImage(layout, 'arm64', '2026-01-01T02:00:00+01:00', ['scripts', 'binary of arm64', 'more'])
    const index = await layout.addIndex([
      withPlatform(amd64.manifest, 'linux/amd64'),
      withPlatform(arm64.manifest, 'linux/arm64/v8'),
      await addProvenance(layout, amd64.manifest),
      await addProvenance(layout, arm64.manifest),
    ])
    const { repository, info } = await pushed(layout, index)
    expect(info).toMatchObject({
      ...index,
      platforms: ['linux/amd64', 'linux/arm64/v8'],
      configuration: undefined,
      architecture: undefined,
      os: undefined,
      created: '2026-01-01T02:00:00+01:00',
      totalSize: amd64.totalSize + arm64.totalSize - 'scripts'.length,
      layerCount: 4,
    })
    expect(info.images).toMatchObject([
      { ...amd64.manifest, platform: 'linux/amd64', totalSize: amd64.totalSize, layerCount: 2, architecture: 'amd64' },
      {
        ...arm64.manifest,
        platform: 'linux/arm64/v8',
        totalSize: arm64.totalSize,
        layerCount: 3,
        architecture: 'arm64',
      },
    ])
    expect(info.images[1]?.configuration?.created).toBe('2026-01-01T02:00:00+01:00')

    const ask = (reference: string, platform: string) =>
      getImageInfo(inject('registryUrl'), repository, reference, { platform })
    expect(await ask('v1', 'linux/arm64')).toMatchObject({
      ...arm64.manifest,
      architecture: 'arm64',
      layerCount: 3,
      totalSize: arm64.totalSize,
      platforms: ['linux/amd64', 'linux/arm64/v8'],
      images: [],
    })
    await rejection(ask('v1', 'windows/amd64'), ValidationError, /the index offers linux\/amd64, linux\/arm64\/v8$/)
    await rejection(ask('v1', 'unknown/unknown'), ValidationError, /the index offers linux/)
    await rejection(ask(amd64.manifest.digest, 'linux/arm64'), ValidationError, /single one, of linux\/amd64$/)
    expect((await ask(amd64.manifest.digest, 'linux/amd64')).layerCount).toBe(2)
  })

  it('that names no platforms tells those of the configs', async () => {
    const layout = createLayout()
    const amd64 = await addImage(layout, 'amd64', '2026-01-01T00:00:00Z', ['one'])
    const arm64 = await addImage(layout, 'arm64', '2026-01-02T00:00:00Z', ['two'])
    const inner = await layout.addIndex([{ ...arm64.manifest }])
    const { repository, info } = await pushed(layout, await layout.addIndex([{ ...amd64.manifest }, { ...inner }]))
    expect(info).toMatchObject({
      platforms: ['linux/amd64', 'linux/arm64'],
      created: '2026-01-02T00:00:00Z',
      totalSize: amd64.totalSize + arm64.totalSize,
      layerCount: 2,
    })
    const platform = 'linux/arm64'
    const options = { platform }
    expect(await getImageInfo(inject('registryUrl'), repository, 'v1', options)).toMatchObject({
      ...arm64.manifest,
      platforms: ['linux/amd64', 'linux/arm64'],
    })
    const missing = getImageInfo(inject('registryUrl'), repository, 'v1', { platform: 'linux/s390x' })
    await rejection(missing, ValidationError, /offers linux\/amd64, linux\/arm64$/)
  })

  it('of which the registry lacks a part tells about the rest', async () => {
    const layout = createLayout()
    const amd64 = await addImage(layout, 'amd64', '2026-01-01T00:00:00Z', ['one'])
    const arm64 = await addImage(layout, 'arm64', '2026-01-02T00:00:00Z', ['two'])
    const index = await layout.addIndex([
      withPlatform(amd64.manifest, 'linux/amd64'),
      withPlatform(arm64.manifest, 'linux/arm64'),
    ])
    const lacking = (status: number) =>
      holding(layout, index, (path) =>
        path.endsWith(arm64.manifest.digest) ? new Response(null, { status }) : undefined,
      )
    expect(await getImageInfo(lacking(404), 'a', 'v1')).toMatchObject({
      platforms: ['linux/amd64', 'linux/arm64'],
      architecture: 'amd64',
      totalSize: amd64.totalSize,
      images: [{ platform: 'linux/amd64' }],
    })
    await rejection(getImageInfo(lacking(403), 'a', 'v1'), ResponseError, /403/)
  })

  it('of which the registry has nothing, says so of the first manifest', async () => {
    const layout = createLayout()
    const amd64 = await addImage(layout, 'amd64', '2026-01-01T00:00:00Z', ['one'])
    const arm64 = await addImage(layout, 'arm64', '2026-01-02T00:00:00Z', ['two'])
    const index = await layout.addIndex([
      withPlatform(amd64.manifest, 'linux/amd64'),
      withPlatform(arm64.manifest, 'linux/arm64'),
    ])
    const outer = await layout.addIndex([{ ...index }])
    const empty = await layout.addIndex([])
    for (const { digest } of [amd64.manifest, arm64.manifest]) layout.files.delete(`blobs/sha256/${digest.slice(7)}`)
    for (const root of [index, outer]) {
      const error = await rejection(getImageInfo(holding(layout, root), 'a', 'v1'), ResponseError, /404/)
      expect(error).toMatchObject({ status: 404, url: expect.stringContaining(amd64.manifest.digest) })
    }
    expect(await getImageInfo(holding(layout, empty), 'a', 'v1')).toMatchObject({ totalSize: 0, images: [] })
  })

  it('leaves artifacts out beside images, and tells about them where there are no images', async () => {
    const layout = createLayout()
    const image = await addImage(layout, 'amd64', '2026-01-01T00:00:00Z', ['one'])
    const empty = await layout.add(EMPTY, '{}')
    const content = await layout.add('text/spdx', 'a bill of materials')
    const annotations = { [CREATED]: '2026-03-01T00:00:00Z' }
    const artifact = await layout.add(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: 'text/spdx',
      config: empty,
      layers: [content],
      annotations,
    })
    const both = await layout.addIndex([{ ...image.manifest }, { ...artifact, artifactType: 'text/spdx' }])
    expect(await getImageInfo(holding(layout, both), 'a', 'v1')).toMatchObject({
      totalSize: image.totalSize,
      created: '2026-01-01T00:00:00Z',
      images: [{ platform: 'linux/amd64' }],
    })
    const alone = await layout.addIndex([{ ...artifact }])
    expect(await getImageInfo(holding(layout, alone), 'a', 'v1')).toMatchObject({
      platforms: [],
      totalSize: sizeOf(empty, content),
      created: '2026-03-01T00:00:00Z',
      layerCount: 1,
      artifactType: 'text/spdx',
    })
    const attested = await layout.addIndex([await addProvenance(layout, image.manifest)])
    const info = await getImageInfo(holding(layout, attested), 'a', 'v1')
    expect([info.platforms, info.layerCount]).toEqual([[], 1])
    expect(info.totalSize).toBeGreaterThan(0)
  })

  it('of blobs, as BuildKit writes its cache, tells their sum', async () => {
    const layout = createLayout()
    const blobs = [
      await layout.add(LAYER, 'a layer'),
      await layout.add('application/vnd.buildkit.cacheconfig.v0', '{}'),
    ]
    const index = await layout.addIndex(blobs.map((blob) => ({ ...blob })))
    expect(await getImageInfo(holding(layout, index), 'a', 'v1')).toMatchObject({
      totalSize: sizeOf(...blobs),
      layerCount: 2,
      images: [],
    })
  })

  it('reads so much of one index and no more', async () => {
    const layout = createLayout()
    const config = await layout.add(EMPTY, '{}')
    const entries = []
    for (let at = 0; at < 20; at++) {
      const annotations = { padding: `${at}`.padEnd(4 * 2 ** 20) }
      entries.push({
        ...(await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [], annotations })),
      })
    }
    const index = await layout.addIndex(entries)
    const asking = getImageInfo(holding(layout, index), 'a', 'v1')
    await rejection(
      asking,
      ValidationError,
      /more than 16777216 bytes or 250000 values; ask for one with \{ platform \}/,
    )
  })
})

describe('getImageInfo() of an artifact', () => {
  it.each([
    ['a Helm chart', 'application/vnd.cncf.helm.config.v1+json', '{"name":"chart","os":"none"}', undefined],
    ['an empty config', EMPTY, '{}', 'application/vnd.example+type'],
    ['a config that is no JSON', 'application/vnd.example.config', 'plain text', undefined],
    ['a config that is no JSON, of no type', 'application/octet-stream', 'plain text', undefined],
  ])('with %s tells its type, size and date', async (_, type, text, artifactType) => {
    const layout = createLayout()
    const config = await layout.add(type, text)
    const content = await layout.add('application/x-tar', 'the content')
    const annotations = { [CREATED]: '2026-03-01T00:00:00Z' }
    const fields = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [content], annotations }
    const manifest = await layout.add(MANIFEST, { ...fields, ...(artifactType && { artifactType }) })
    const { info } = await pushed(layout, manifest)
    expect(info).toMatchObject({
      ...manifest,
      configuration: undefined,
      architecture: undefined,
      os: undefined,
      created: '2026-03-01T00:00:00Z',
      totalSize: sizeOf(config, content),
      layerCount: 1,
      artifactType: artifactType ?? type,
    })
  })

  it('with an empty config of an image, as ORAS wrote it once, is no image', async () => {
    const layout = createLayout()
    const config = await layout.add(CONFIG, '')
    const content = await layout.add('application/x-tar', 'the content')
    const manifest = await layout.add(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config,
      layers: [content],
    })
    const info = await getImageInfo(holding(layout, manifest), 'a', 'v1')
    expect(info).toMatchObject({ configuration: undefined, totalSize: content.size, layerCount: 1 })
  })

  it('is not taken for an image of a platform', async () => {
    const layout = createLayout()
    const config = await layout.add(EMPTY, '{}')
    const manifest = await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [] })
    const asking = getImageInfo(holding(layout, manifest), 'a', 'v1', { platform: 'linux/amd64' })
    await rejection(asking, ValidationError, /single one, of no platform/)
  })

  it('tells the config of an image of Docker 1.10, whose type says nothing', async () => {
    const layout = createLayout()
    const config = await layout.add('application/octet-stream', {
      architecture: 'amd64',
      os: 'linux',
      created: '2016-03-01T00:00:00Z',
    })
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
    const manifest = await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers: [] })
    expect(await getImageInfo(holding(layout, manifest), 'a', 'v1')).toMatchObject({
      architecture: 'amd64',
      created: '2016-03-01T00:00:00Z',
      artifactType: undefined,
    })
  })
})
