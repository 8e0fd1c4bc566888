import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { createNativeEncoder } from '../../src/node/compress/native-encoder.ts'
import {
  type CompressionCache,
  type CreateEncoder,
  createPortableEncoder,
  type Descriptor,
  type Digest,
  DigestMismatchError,
  executePush,
  getManifest,
  type Image,
  type Index,
  type Manifest,
  memoryCompressions,
  openArchive,
  openRegistry,
  type PushOptions,
  type PushProgress,
  planPush,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  type Spool,
} from '../../src/node/index.ts'
import type { Source } from '../../src/source/source.ts'
import { spoolToBlob } from '../../src/source/spool.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { unpackZstd } from '../../src/unpack/zstd-decoder.ts'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, type LayoutBuilder, withName, withPlatform } from '../support/layout.ts'
import { multiPlatform } from '../support/producers.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const PLAIN = 'application/vnd.oci.image.layer.v1.tar'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json'
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar'

const text = 'Compressed, it is not as long as it is here. '.repeat(50_000)
const shared = { a: text }
const layers: ReadonlyArray<Readonly<Record<string, string>>> = [shared, { b: `${text}b` }]
const archive = createTestArchive({ images: [{ names: ['team/app:v1'], layers }] })

function target() {
  const registry = createTestRegistry()
  const { fetch, exchanges, count } = recordingFetch(registry.fetch)
  const handle = openRegistry('https://registry.test', { fetch, retry: 0, retryDelay: 1 })
  const blob = async (digest: Digest, repository = 'team/app') => {
    const answer = await registry.fetch(new Request(`https://registry.test/v2/${repository}/blobs/${digest}`))
    expect(answer.status).toBe(200)
    return Buffer.from(await answer.arrayBuffer())
  }
  return { handle, exchanges, count, blob }
}
type Target = ReturnType<typeof target>

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

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return pieces
}
const unpack = async (bytes: Buffer) =>
  bytes[0] === 0x1f ? gunzipSync(bytes) : Buffer.concat(await collect(unpackZstd(Readable.from([bytes]))))
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** The diff IDs that a pushed image's config says, and those of its layers, unpacked. */
async function diffIdsOf({ handle, blob }: Target, reference: string, repository = 'team/app') {
  const manifest = (await getManifest(handle, repository, reference)).manifest as Manifest
  const config = JSON.parse(String(await blob(manifest.config.digest, repository)))
  const unpacked: string[] = []
  for (const { digest, size } of manifest.layers) {
    const bytes = await blob(digest, repository)
    expect([digestOf(bytes), bytes.length]).toEqual([digest, size])
    unpacked.push(digestOf(await unpack(bytes)))
  }
  return { said: config.rootfs.diff_ids, unpacked, manifest }
}

/** Pushes layers of these sizes with { compress }, and returns which layer each read of the archive was for. */
async function readOrder(sizes: readonly number[], { handle }: Target, options: PushOptions = {}) {
  const layers = sizes.map((size, index) => ({ [`file-${index}`]: new Uint8Array(size) }))
  const counted = countingSource(await createTestArchive({ images: [{ names: ['team/app:v1'], layers }] }))
  const slow: Source = {
    size: counted.size,
    async read(...range) {
      const reading = counted.read(...range)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return reading
    },
  }
  const opened = await openArchive(slow)
  const starts: number[] = []
  for (const layer of opened.images[0]?.layers ?? []) {
    await layer.source?.read(0, 1)
    starts.push(counted.reads.at(-1)?.start ?? 0)
  }
  const before = counted.reads.length
  // Compressing takes no time: only the reads count.
  const createEncoder: CreateEncoder = async (format) => ({
    format,
    level: 1,
    name: 'the beginning of each piece',
    async *encode(bytes) {
      for await (const piece of bytes) yield piece.slice(0, 100)
    },
  })
  // No file has to be opened before the first read.
  const making = { compress: 'gzip', runtime: { createEncoder, spool: spoolToBlob } } as const
  await pushDockerTar(opened, handle, 'team/app', 'v1', { ...making, ...options })
  const isIn = (read: number) => (start: number, layer: number) => read >= start && read < start + (sizes[layer] ?? 0)
  return counted.reads.slice(before).flatMap(({ start }) => {
    const layer = starts.findIndex(isIn(start))
    return layer < 0 ? [] : [layer]
  })
}

/** Spools that tell how many of them are open. */
function countedSpools() {
  const spools = { open: 0, made: 0 }
  const spool: Spool = async (stream, signal) => {
    spools.open++
    spools.made++
    const spooled = await spoolToBlob(stream).catch((error) => {
      spools.open--
      throw error
    })
    signal?.throwIfAborted()
    return { ...spooled, close: async () => void spools.open-- }
  }
  return { spools, spool }
}

describe('a push with { compress }', () => {
  it.each(['docker-25', 'docker-24'] as const)('sends gzip that unpacks to the diff IDs of %s', async (layout) => {
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
  })

  it('gives the same image each time, and another one at another level', async () => {
    const push = async (level?: number) =>
      pushDockerTar(await archive, target().handle, 'team/app', 'v1', { compress: { format: 'gzip', level } })
    const [one, two, other] = [await push(), await push(), await push(1)]
    expect([one === two, one === other]).toEqual([true, false])
  })

  it.each(['gzip', 'zstd'] as const)(
    'gives with createPortableEncoder() the bytes of every runtime: %s',
    async (format) => {
      const options = { compress: format, runtime: { createEncoder: createPortableEncoder } }
      const there = target()
      const digest = await pushDockerTar(await makePortableArchive(), there.handle, 'team/app', 'v1', options)
      expect(digest).toBe(PORTABLE_DIGESTS[format])
      const { said, unpacked } = await diffIdsOf(there, 'v1')
      expect(unpacked).toEqual(said)
    },
  )

  it('gives with threads the zstd of every runtime, also of a layer that has work for all of them', async () => {
    const { handle } = target()
    const digest = await pushDockerTar(await makePortableArchive(), handle, 'team/app', 'v1', { compress: 'zstd' })
    expect(digest).toBe(PORTABLE_DIGESTS.zstd)
    // Twelve blocks and a half.
    const bytes = Buffer.alloc(25 * 1024 * 1024, text.slice(0, 1000))
    for (let position = 0; position < bytes.length; position += 999) bytes.writeUInt32LE(position, position)
    const pieces = async function* () {
      yield bytes
    }
    const digestBy = async (create: CreateEncoder) =>
      digestOf(Buffer.concat(await collect((await create('zstd')).encode(pieces()))))
    expect(await digestBy(createNativeEncoder)).toBe(await digestBy(createPortableEncoder))
  })

  it.each(['fflate', '@hpcc-js/wasm-zstd'])('holds %s, as another version could make other bytes', async (name) => {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'))
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(dependencies[name]).toBe(version)
  })

  it('names what decides the bytes', async () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect((await createPortableEncoder('gzip')).name).toBe(`fflate ${dependencies.fflate}`)
    const { Zstd } = await import('@hpcc-js/wasm-zstd')
    const name = `zstd ${(await Zstd.load()).version()}`
    expect([(await createPortableEncoder('zstd')).name, (await createNativeEncoder('zstd')).name]).toEqual([name, name])
  })

  it('ends at once with an abort while the encoder does not come', async () => {
    const { handle, exchanges } = target()
    const controller = new AbortController()
    const reason = new Error('enough')
    const createEncoder: CreateEncoder = () => {
      setTimeout(() => controller.abort(reason), 10)
      return new Promise(() => {})
    }
    const options = { compress: 'zstd', runtime: { createEncoder }, signal: controller.signal } as const
    await expect(pushDockerTar(await archive, handle, 'team/app', 'v1', options)).rejects.toBe(reason)
    expect(exchanges).toEqual([])
    // A plan that was made before needs it too.
    const { images } = await openArchive(await archive)
    const settings = { repository: 'team/app', tags: ['v1'], compress: 'zstd' } as const
    const plan = await planPush(images, handle, settings)
    const again = new AbortController()
    setTimeout(() => again.abort(reason), 10)
    const slow = { runtime: { createEncoder: () => new Promise<never>(() => {}) }, signal: again.signal }
    await expect(executePush(plan, images, handle, slow)).rejects.toBe(reason)
  })

  it('turns Docker manifests into those of OCI for zstd, which Docker has no word for', async () => {
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

  it('gives gzip and zstd of nothing, too', async () => {
    async function* nothing(): AsyncGenerator<Uint8Array> {}
    for (const createEncoder of [createNativeEncoder, createPortableEncoder]) {
      for (const format of ['gzip', 'zstd'] as const) {
        const made = Buffer.concat(await collect((await createEncoder(format)).encode(nothing())))
        expect([made.length > 0, (await unpack(made)).length]).toEqual([true, 0])
      }
    }
  })

  it('gives the same bytes in whatever pieces they are read', async () => {
    const encoders = [
      await createNativeEncoder('zstd'),
      await createNativeEncoder('gzip'),
      await createPortableEncoder('gzip'),
      await createPortableEncoder('zstd'),
    ]
    for (const encoder of encoders) {
      const digests = new Set<string>()
      for (const size of [1000, 70_000, 5_000_000]) {
        const bytes = Buffer.from(text)
        const made: Uint8Array[] = []
        async function* pieces() {
          for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
        }
        for await (const piece of encoder.encode(pieces())) made.push(piece)
        expect(digestOf(await unpack(Buffer.concat(made)))).toBe(digestOf(bytes))
        digests.add(digestOf(Buffer.concat(made)))
      }
      expect(digests.size).toBe(1)
    }
  })

  it('leaves what is compressed, foreign or no layer of an image as it is, byte for byte', async () => {
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

  it('makes indexes anew up to the root, and tells what cannot go along', async () => {
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

  it('tells how far it is, before it plans', async () => {
    const seen: PushProgress[] = []
    const onProgress = (progress: PushProgress) => seen.push(progress)
    await pushDockerTar(await archive, target().handle, 'team/app', 'v1', { compress: 'gzip', onProgress })
    const phases = [...new Set(seen.map(({ phase }) => phase))]
    expect(phases).toEqual(['compress', 'plan', 'blobs', 'manifests', 'done'])
    const told = seen.flatMap(({ compression }) => compression ?? [])
    expect(told[0]?.doneBytes).toBe(0)
    expect(told.at(-1)?.doneBytes).toBe(told.at(-1)?.totalBytes)
    expect(seen.every(({ totalBytes }) => totalBytes > 0)).toBe(true)
    expect(seen.at(-1)?.sentBytes).toBe(seen.at(-1)?.totalBytes)
  })

  it('counts the same blobs in every phase: foreign layers, and manifests that are sent as blobs', async () => {
    const layout = createLayout()
    const foreign = await layout.add('application/vnd.oci.image.layer.nondistributable.v1.tar', 'f'.repeat(3000))
    const plain = await layout.add(PLAIN, 'p'.repeat(5000))
    const rootfs = { type: 'layers', diff_ids: [foreign.digest, plain.digest] }
    const config = await layout.add('application/vnd.oci.image.config.v1+json', {
      os: 'linux',
      architecture: 'arm',
      rootfs,
    })
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const layers = [{ ...foreign, urls: ['https://layers.example/'] }, plain]
    layout.list({ ...(await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers })) })
    for (const existing of ['skip', 'upload'] as const) {
      const seen: PushProgress[] = []
      const options = { compress: 'gzip', foreignLayers: 'upload', existing } as const
      const onProgress = (progress: PushProgress) => seen.push(progress)
      await pushDockerTar(layout.tar(), target().handle, 'team/app', 'v1', { ...options, onProgress })
      const kindsOf = ({ blobs }: PushProgress) => blobs.map(({ kind }) => kind)
      const manifest = existing === 'upload' ? ['manifest'] : []
      for (const progress of seen) expect(kindsOf(progress)).toEqual(['layer', 'layer', 'config', ...manifest])
      expect(new Set(seen.map(({ phase }) => phase))).toContain('compress')
      expect(seen[0]?.blobs[0]?.digest).toBe(foreign.digest)
    }
  })

  it('sends each layer while others are still compressed, and looks for it once', async () => {
    const there = target()
    const isSent = () => there.exchanges.some(({ method, url }) => method === 'PUT' && url.pathname.includes('/blobs/'))
    let begun = 0
    const createEncoder: CreateEncoder = async (format, level) => {
      const encoder = await createPortableEncoder(format, level)
      async function* encode(bytes: AsyncIterable<Uint8Array>) {
        if (++begun === 2) await vi.waitUntil(isSent, { timeout: 5000 })
        yield* encoder.encode(bytes)
      }
      return { ...encoder, encode }
    }
    const seen: PushProgress[] = []
    const onProgress = (progress: PushProgress) => seen.push(progress)
    await pushDockerTar(await archive, there.handle, 'team/app', 'v1', {
      compress: 'gzip',
      runtime: { createEncoder },
      onProgress,
    })
    expect(begun).toBe(2)
    expect([there.count('HEAD'), there.count('POST')]).toEqual([3, 3])
    const sent = seen.map(({ sentBytes }) => sentBytes)
    expect(sent).toEqual([...sent].sort((one, other) => one - other))
    expect(seen.some(({ phase, sentBytes }) => phase === 'compress' && sentBytes > 0)).toBe(true)
    expect(seen.find(({ phase }) => phase === 'blobs')?.bytesPerSecond).toBeGreaterThan(0)
    expect(seen.at(-1)?.blobs.map(({ state }) => state)).toEqual(['uploaded', 'uploaded', 'uploaded'])
    expect((await diffIdsOf(there, 'v1')).unpacked).toHaveLength(2)
  })

  it.each([
    ['large layers one at a time', 2, 17 * 2 ** 20, 1],
    ['small layers four at a time', 6, 2 * 2 ** 20, 4],
  ])('compresses %s', async (_, count, size, expected) => {
    const order = await readOrder(Array(count).fill(size), target())
    const spans = [...new Set(order)].map((layer) => [order.indexOf(layer), order.lastIndexOf(layer)] as const)
    const atOnce = order.map((_, read) => spans.filter(([first, last]) => first <= read && read <= last).length)
    expect(spans).toHaveLength(count)
    expect(Math.max(...atOnce)).toBe(expected)
  })

  it('compresses and sends the largest layer first', async () => {
    const there = target()
    const order = await readOrder([5_000, 300_000, 40_000], there, { concurrency: 1 })
    expect([...new Set(order)]).toEqual([1, 2, 0])
    const { layers } = (await getManifest(there.handle, 'team/app', 'v1')).manifest as Manifest
    const heads = there.exchanges.filter(({ method }) => method === 'HEAD').map(({ url }) => url.pathname)
    const asked = heads.map((path) => layers.findIndex(({ digest }) => path.endsWith(digest)))
    expect(asked.slice(0, 3)).toEqual([1, 2, 0])
  })

  it('tells layers as present that the registry has, and as mounted that another repository has', async () => {
    const { handle } = target()
    const statesOf = async (repository: string, mountFrom?: string) => {
      let last: PushProgress | undefined
      const onProgress = (progress: PushProgress) => {
        last = progress
      }
      await pushDockerTar(await archive, handle, repository, 'v1', { compress: 'gzip', mountFrom, onProgress })
      return last?.blobs.map(({ state }) => state)
    }
    expect(await statesOf('team/app')).toEqual(['uploaded', 'uploaded', 'uploaded'])
    expect(await statesOf('team/app')).toEqual(['present', 'present', 'present'])
    expect(await statesOf('team/other', 'team/app')).toEqual(['mounted', 'mounted', 'mounted'])
  })

  it('puts no manifest of an archive that is damaged, and nothing of the layer', async () => {
    const there = target()
    const bytes = Buffer.from(await archive)
    bytes.write('X', bytes.indexOf('Compressed, it is') + 1_000_000)
    const { spools, spool } = countedSpools()
    const push = pushDockerTar(bytes, there.handle, 'team/app', 'v1', { compress: 'gzip', runtime: { spool } })
    await rejection(push, DigestMismatchError)
    expect(there.exchanges.filter(({ url }) => url.pathname.includes('/manifests/'))).toEqual([])
    // The other one may be there by then.
    expect(there.count('POST')).toBeLessThanOrEqual(1)
    expect(spools.open).toBe(0)
  })

  it.each(['compress', 'blobs'])('leaves nothing behind when it is aborted in the phase %s', async (when) => {
    const there = target()
    const aborting = new AbortController()
    const { spools, spool } = countedSpools()
    const onProgress = ({ phase, compression }: PushProgress) => {
      if (phase === when && compression?.doneBytes !== 0) aborting.abort('enough')
    }
    const options = { compress: 'gzip', runtime: { spool }, signal: aborting.signal, onProgress } as const
    await expect(pushDockerTar(await archive, there.handle, 'team/app', 'v1', options)).rejects.toBe('enough')
    expect([spools.open, spools.made > 0]).toEqual([0, true])
    expect(there.exchanges.filter(({ url }) => url.pathname.includes('/manifests/'))).toEqual([])
    const { runtime: _, ...own } = options
    await expect(pushDockerTar(await archive, there.handle, 'team/app', 'v1', own)).rejects.toBe('enough')
    expect(readdirSync(tmpdir()).filter((name) => name.includes(`client-spool-${process.pid}-`))).toEqual([])
  })

  it('refuses what it cannot compress with', async () => {
    const push = async (compress: unknown) =>
      pushDockerTar(await archive, target().handle, 'a', 'v1', { compress: compress as 'gzip' })
    await rejection(push('brotli'), TypeError, /"gzip" or "zstd", not "brotli"/)
    await rejection(push({ format: 'gzip', level: 10 }), RangeError, /level has to be .* from 1 to 9, not 10/)
  })
})

describe('a plan with { compress }', () => {
  it('tells how layers come about, and is carried out later, from the archive alone', async () => {
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

  it('is refused where another encoder would make other bytes', async () => {
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

describe('the cache of a push with { compress }', () => {
  it('spares a second push the layers: none is read, none is sent', async () => {
    const there = target()
    const compressions = memoryCompressions()
    const options = { compress: 'gzip', compressions } as const
    const digest = await pushDockerTar(await archive, there.handle, 'team/app', 'v1', options)
    const source = countingSource(await archive)
    const opened = await openArchive(source)
    const before = source.bytesRead
    const sent = there.exchanges.length
    const { spools, spool } = countedSpools()
    expect(
      await pushDockerTar(opened, there.handle, 'team/app', 'v2', {
        ...options,
        runtime: { spool },
      }),
    ).toBe(digest)
    expect([source.bytesRead - before, spools.made]).toEqual([0, 0])
    expect(there.exchanges.slice(sent).map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD', 'PUT'])
  })

  it('does not keep a registry that lacks a layer from getting it', async () => {
    const options = { compress: 'gzip', compressions: memoryCompressions() } as const
    const digest = await pushDockerTar(await archive, target().handle, 'team/app', 'v1', options)
    const there = target()
    const { spools, spool } = countedSpools()
    expect(
      await pushDockerTar(await archive, there.handle, 'team/app', 'v1', {
        ...options,
        runtime: { spool },
      }),
    ).toBe(digest)
    expect(spools).toEqual({ open: 0, made: 2 })
    const { said, unpacked } = await diffIdsOf(there, 'v1')
    expect(unpacked).toEqual(said)
  })

  it('is corrected where it is wrong, and nothing false is pushed', async () => {
    const there = target()
    const wrong = { digest: digestOf(Buffer.from('other')) as Digest, size: 12_345 }
    const kept = new Map<string, unknown>()
    const compressions: CompressionCache = {
      get: async (key) => (kept.has(key) ? (kept.get(key) as typeof wrong) : wrong),
      set: async (key, value) => void kept.set(key, value),
      delete: async (key) => void kept.set(key, undefined),
    }
    const push = async () =>
      pushDockerTar(await archive, there.handle, 'team/app', 'v1', { compress: 'gzip', compressions, concurrency: 4 })
    await rejection(push(), DigestMismatchError, /compressed by .* plan and push again/)
    expect(
      there.exchanges.filter(({ method, url }) => method === 'PUT' && url.pathname.includes('/manifests/')),
    ).toEqual([])
    if (kept.size < 2) await rejection(push(), DigestMismatchError)
    await push()
    const { said, unpacked } = await diffIdsOf(there, 'v1')
    expect(unpacked).toEqual(said)
  })

  it('may fail, be damaged or another one: the push goes on without it, and tells', async () => {
    const fail = () => Promise.reject(new Error('disk full'))
    const damaged = { digest: 'sha256:no', size: -1 } as unknown as Descriptor
    const nothing = async () => undefined
    for (const [compressions, expected] of [
      [{ get: fail, set: fail, delete: fail }, 1],
      [{ get: async () => damaged, set: nothing, delete: nothing }, 0],
    ] as const) {
      const warnings: string[] = []
      const there = target()
      const onWarning = (warning: string) => warnings.push(warning)
      await pushDockerTar(await archive, there.handle, 'team/app', 'v1', { compress: 'gzip', compressions, onWarning })
      expect(warnings).toHaveLength(expected)
      expect((await diffIdsOf(there, 'v1')).unpacked).toHaveLength(2)
    }
  })

  it('is used for each layer once, however many images share it', async () => {
    const bytes = await createTestArchive({
      images: [
        { names: ['a:v1', 'b:v1'], layers: [shared, { a: 'a' }] },
        { names: ['c:v1'], layers: [shared] },
      ],
    })
    const { spools, spool } = countedSpools()
    const there = target()
    const options = { compress: 'gzip', runtime: { spool } } as const
    const digests = await pushDockerTarWithAllOriginalTags(bytes, there.handle, options)
    expect([new Set(digests).size, spools.made, spools.open]).toEqual([2, 2, 0])
    for (const repository of ['a', 'b', 'c']) {
      const { said, unpacked } = await diffIdsOf(there, 'v1', repository)
      expect(unpacked).toEqual(said)
    }
  })
})

async function imageOf(
  layout: LayoutBuilder,
  layers: readonly Descriptor[],
  diffIds: readonly string[],
  subject?: Descriptor,
) {
  const config = await layout.add(CONFIG, {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: diffIds },
  })
  return layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers, ...(subject && { subject }) })
}
