import { describe, expect, inject, it } from 'vitest'
import {
  type Descriptor,
  DigestMismatchError,
  getConfig,
  getDigest,
  getImageInfo,
  getManifest,
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
const GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip'
const EMPTY = 'application/vnd.oci.empty.v1+json'

const RUNTIME = {
  User: 'app:app',
  ExposedPorts: { '8080/tcp': {}, '53/udp': {} },
  Env: ['PATH=/bin', 'MODE=production'],
  Entrypoint: ['/init', '--'],
  Cmd: ['serve'],
  Volumes: { '/data': {} },
  WorkingDir: '/app',
  Labels: { maintainer: 'team', 'org.opencontainers.image.title': 'app' },
  StopSignal: 'SIGINT',
  Healthcheck: { Test: ['CMD', 'true'], Interval: 1_000_000_000 },
}
const HISTORY = [
  { created: '2026-01-01T00:00:00Z', created_by: 'ADD rootfs /', comment: 'base', author: 'a team' },
  { created: '2026-01-01T00:00:01Z', created_by: 'ENV MODE=production', empty_layer: true },
  { created: '2026-01-01T00:00:02Z', created_by: 'COPY . /app' },
]

/** An image with everything that a config may say, and with annotations on its manifest and on a layer. */
async function addWholeImage(layout: LayoutBuilder, architecture = 'amd64', history: readonly unknown[] = HISTORY) {
  const layers = [
    await layout.add(GZIP, `a base of ${architecture}, compressed`),
    { ...(await layout.add(LAYER, `the files of ${architecture}`)), annotations: { made: 'by hand' } },
  ]
  const diffIds = [`sha256:${'d1'.repeat(32)}`, layers[1]?.digest]
  const rootfs = { type: 'layers', diff_ids: diffIds }
  const fields = {
    architecture,
    os: 'linux',
    'os.version': '10.0',
    author: 'somebody',
    config: RUNTIME,
    rootfs,
    history,
  }
  const config = await layout.add(CONFIG, fields)
  const annotations = { 'org.opencontainers.image.revision': `of ${architecture}` }
  const manifest = await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers, annotations })
  return { manifest, config, layers, diffIds }
}

let count = 0
/** Pushes what a layout lists to a real registry. */
async function pushed(layout: LayoutBuilder, root: Descriptor): Promise<string> {
  const repository = `details/${Date.now().toString(36)}-${count++}`
  layout.list(withName(root, 'v1'))
  await pushDockerTar(layout.tar(), inject('registryUrl'), repository, 'v1')
  return repository
}

describe('getImageInfo()', () => {
  it('tells everything that the config of an image says', async () => {
    const layout = createLayout()
    const { manifest } = await addWholeImage(layout)
    const { configuration, platform } = await getImageInfo(inject('registryUrl'), await pushed(layout, manifest), 'v1')
    expect(platform).toBe('linux/amd64')
    expect(configuration).toMatchObject({
      user: 'app:app',
      exposedPorts: RUNTIME.ExposedPorts,
      env: RUNTIME.Env,
      entrypoint: RUNTIME.Entrypoint,
      cmd: RUNTIME.Cmd,
      volumes: RUNTIME.Volumes,
      workingDir: '/app',
      labels: RUNTIME.Labels,
      stopSignal: 'SIGINT',
      healthcheck: RUNTIME.Healthcheck,
      osVersion: '10.0',
      author: 'somebody',
    })
  })

  it('tells each layer with its compressed size, diff ID, step and annotations, and all steps of the build', async () => {
    const layout = createLayout()
    const { manifest, layers, diffIds } = await addWholeImage(layout)
    const info = await getImageInfo(inject('registryUrl'), await pushed(layout, manifest), 'v1')
    expect(info.layers).toEqual([
      {
        ...layers[0],
        diffId: diffIds[0],
        created: HISTORY[0]?.created,
        createdBy: 'ADD rootfs /',
        annotations: {},
      },
      {
        ...layers[1],
        diffId: diffIds[1],
        created: HISTORY[2]?.created,
        createdBy: 'COPY . /app',
        annotations: { made: 'by hand' },
      },
    ])
    expect(info.history).toEqual([
      {
        created: HISTORY[0]?.created,
        createdBy: 'ADD rootfs /',
        comment: 'base',
        author: 'a team',
        emptyLayer: false,
        layer: layers[0]?.digest,
        size: layers[0]?.size,
      },
      {
        created: HISTORY[1]?.created,
        createdBy: 'ENV MODE=production',
        comment: undefined,
        author: undefined,
        emptyLayer: true,
        layer: undefined,
        size: 0,
      },
      {
        created: HISTORY[2]?.created,
        createdBy: 'COPY . /app',
        comment: undefined,
        author: undefined,
        emptyLayer: false,
        layer: layers[1]?.digest,
        size: layers[1]?.size,
      },
    ])
    expect(info.annotations).toEqual({ 'org.opencontainers.image.revision': 'of amd64' })
  })

  it('names no layer in a history that does not fit the layers', async () => {
    const layout = createLayout()
    const { manifest, layers } = await addWholeImage(layout, 'amd64', HISTORY.slice(0, 2))
    const info = await getImageInfo(inject('registryUrl'), await pushed(layout, manifest), 'v1')
    expect(info.history.map(({ createdBy, layer, size }) => [createdBy, layer, size])).toEqual([
      ['ADD rootfs /', undefined, undefined],
      ['ENV MODE=production', undefined, 0],
    ])
    expect(info.layers.map(({ digest, createdBy }) => [digest, createdBy])).toEqual(
      layers.map(({ digest }) => [digest, undefined]),
    )
  })

  it('of an index tells the layers and annotations of each image, and those of the index and of its entries', async () => {
    const layout = createLayout()
    const [amd64, arm64] = [await addWholeImage(layout), await addWholeImage(layout, 'arm64')]
    const index = await layout.addIndex(
      [withPlatform(amd64.manifest, 'linux/amd64', { entry: 'first' }), withPlatform(arm64.manifest, 'linux/arm64/v8')],
      { annotations: { of: 'the index' } },
    )
    const repository = await pushed(layout, index)
    const info = await getImageInfo(inject('registryUrl'), repository, 'v1')
    expect(info).toMatchObject({ annotations: { of: 'the index' }, layers: [], history: [], index: undefined })
    expect(info.platform).toBeUndefined()
    expect(info.images).toMatchObject([
      {
        platform: 'linux/amd64',
        annotations: { 'org.opencontainers.image.revision': 'of amd64' },
        entryAnnotations: { entry: 'first' },
        layers: amd64.layers.map(({ digest }) => ({ digest })),
        history: [{}, {}, {}],
      },
      {
        platform: 'linux/arm64/v8',
        annotations: { 'org.opencontainers.image.revision': 'of arm64' },
        entryAnnotations: {},
        layers: arm64.layers.map(({ digest }) => ({ digest })),
        configuration: { entrypoint: RUNTIME.Entrypoint },
      },
    ])
    const one = await getImageInfo(inject('registryUrl'), repository, 'v1', { platform: 'linux/arm64' })
    expect(one).toMatchObject({
      ...arm64.manifest,
      annotations: { 'org.opencontainers.image.revision': 'of arm64' },
      index: { ...index, annotations: { of: 'the index' } },
      layers: [{ size: arm64.layers[0]?.size }, { size: arm64.layers[1]?.size }],
    })
  })

  it('of an artifact tells its parts and annotations without a config', async () => {
    const layout = createLayout()
    const config = await layout.add(EMPTY, '{}')
    const annotations = { 'org.opencontainers.image.title': 'report.json' }
    const part = { ...(await layout.add('application/json', '{"a":1}')), annotations }
    const manifest = await layout.add(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: 'application/vnd.example.report',
      config,
      layers: [part],
      annotations: { made: 'today' },
    })
    const info = await getImageInfo(inject('registryUrl'), await pushed(layout, manifest), 'v1')
    expect(info).toMatchObject({
      artifactType: 'application/vnd.example.report',
      annotations: { made: 'today' },
      layers: [{ ...part, diffId: undefined }],
      history: [],
    })
  })

  it('tells the volumes and steps of an image of Docker', async () => {
    const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    await pushDockerTar(await createTestArchive({ layout: 'docker-24' }), registry, 'a', 'v1')
    const info = await getImageInfo(registry, 'a', 'v1')
    expect(info.layers.map(({ diffId }) => diffId)).toEqual(info.configuration?.diffIds)
    expect(info.configuration).toMatchObject({ volumes: {}, healthcheck: undefined, stopSignal: undefined })
  })
})

describe('getManifest() and getDigest()', () => {
  it('give the manifest of one platform, and the index without a platform', async () => {
    const layout = createLayout()
    const [amd64, arm64] = [await addWholeImage(layout), await addWholeImage(layout, 'arm64')]
    const index = await layout.addIndex([
      withPlatform(amd64.manifest, 'linux/amd64'),
      withPlatform(arm64.manifest, 'linux/arm64'),
    ])
    const repository = await pushed(layout, index)
    for (const [platform, expected] of [
      [undefined, index],
      ['linux/arm64', arm64.manifest],
    ] as const) {
      const found = await getManifest(inject('registryUrl'), repository, 'v1', { platform })
      expect(found).toMatchObject({ digest: expected.digest, mediaType: expected.mediaType, size: found.bytes.length })
      expect(await getDigest(inject('registryUrl'), repository, 'v1', { platform })).toBe(expected.digest)
    }
    const wrong = { platform: 'windows/amd64' }
    for (const reference of ['v1', amd64.manifest.digest]) {
      const missing = getManifest(inject('registryUrl'), repository, reference, wrong)
      expect(await rejection(missing, ValidationError)).toMatchObject({ code: 'PLATFORM_MISSING' })
    }
    const single = { platform: 'linux/amd64' }
    expect(await getDigest(inject('registryUrl'), repository, amd64.manifest.digest, single)).toBe(
      amd64.manifest.digest,
    )
  })
})

describe('getDigest()', () => {
  it('asks by HEAD alone, and reads the manifest where the answer does not tell the digest', async () => {
    const { fetch } = createTestRegistry()
    const setUp = openRegistry('https://registry.test', { fetch })
    const digest = await pushDockerTar(await createTestArchive(), setUp, 'a', 'v1')
    const methods: string[] = []
    const registry = (isTold: boolean) =>
      openRegistry('https://registry.test', {
        fetch: async (request) => {
          methods.push(request.method)
          const response = await fetch(request)
          if (isTold || request.method !== 'HEAD') return response
          const headers = new Headers(response.headers)
          headers.delete('docker-content-digest')
          return new Response(null, { status: response.status, headers })
        },
      })
    expect(await getDigest(registry(true), 'a', 'v1')).toBe(digest)
    expect(methods.splice(0)).toEqual(['HEAD'])
    expect(await getDigest(registry(false), 'a', 'v1')).toBe(digest)
    expect(methods).toEqual(['HEAD', 'GET'])
    expect(await rejection(getDigest(registry(true), 'a', 'v2'), ResponseError)).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('getConfig()', () => {
  it('gives the config of an image, parsed and to the letter', async () => {
    const layout = createLayout()
    const { manifest, config } = await addWholeImage(layout)
    const repository = await pushed(layout, manifest)
    const found = await getConfig(inject('registryUrl'), repository, 'v1')
    expect(found).toMatchObject({ ...config, manifest, configuration: { entrypoint: RUNTIME.Entrypoint } })
    expect(found.bytes).toEqual(layout.files.get(`blobs/sha256/${config.digest.slice(7)}`))
    expect(await getConfig(inject('registryUrl'), repository, manifest.digest, { platform: 'linux/amd64' })).toEqual(
      found,
    )
  })

  it('gives that of one platform, and of the only image of an index', async () => {
    const layout = createLayout()
    const [amd64, arm64] = [await addWholeImage(layout), await addWholeImage(layout, 'arm64')]
    const inner = await layout.addIndex([withPlatform(arm64.manifest, 'linux/arm64')])
    const index = await layout.addIndex([
      withPlatform(amd64.manifest, 'linux/amd64'),
      withPlatform(inner, 'linux/arm64'),
    ])
    const repository = await pushed(layout, index)
    const ask = (reference: string, platform?: string) =>
      getConfig(inject('registryUrl'), repository, reference, { platform })
    expect(await ask('v1', 'linux/amd64')).toMatchObject({ ...amd64.config, manifest: amd64.manifest })
    expect(await ask('v1', 'linux/arm64')).toMatchObject({ ...arm64.config, manifest: arm64.manifest })
    expect(await ask(inner.digest)).toMatchObject(arm64.config)
    const several = await rejection(ask('v1'), ValidationError, /it has 2 \(linux\/amd64, linux\/arm64\)/)
    expect(several).toMatchObject({ code: 'IMAGE_NOT_CHOSEN', remedy: expect.stringContaining('platform') })
    expect(await rejection(ask('v1', 'windows/amd64'), ValidationError)).toMatchObject({ code: 'PLATFORM_MISSING' })
    const single = ask(amd64.manifest.digest, 'linux/arm64')
    expect(await rejection(single, ValidationError)).toMatchObject({ code: 'PLATFORM_MISSING' })
  })

  it('gives the bytes of an artifact, and nothing parsed', async () => {
    const layout = createLayout()
    const config = await layout.add('application/vnd.example.config', 'plain text')
    const manifest = await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [] })
    const found = await getConfig(inject('registryUrl'), await pushed(layout, manifest), 'v1')
    expect(found).toMatchObject({ ...config, configuration: undefined })
    expect(new TextDecoder().decode(found.bytes)).toBe('plain text')
  })

  it('verifies the bytes, and tells what the registry lacks', async () => {
    const registry = createTestRegistry()
    const setUp = openRegistry('https://registry.test', { fetch: registry.fetch })
    await pushDockerTar(await createTestArchive(), setUp, 'a', 'v1')
    const changed = (blob: () => Response) =>
      openRegistry('https://registry.test', {
        fetch: async (request) => (request.url.includes('/blobs/') ? blob() : registry.fetch(request)),
      })
    await rejection(
      getConfig(
        changed(() => new Response('{"os":"evil"}')),
        'a',
        'v1',
      ),
      DigestMismatchError,
    )
    const lacking = getConfig(
      changed(() => new Response(null, { status: 404 })),
      'a',
      'v1',
    )
    expect(await rejection(lacking, ResponseError)).toMatchObject({ status: 404 })
  })
})
