import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { createPortableEncoder } from '../../src/compress/portable.ts'
import {
  type Archive,
  DigestMismatchError,
  type Image,
  type Layer,
  openArchive,
  RegistryError,
  type Source,
  TarReadError,
  type WriteOptions,
  type WriteProgress,
  writeArchive,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  collect,
  countedSpools,
  digestOf,
  imageOf,
  MANIFEST,
  PLAIN,
  shared,
  text,
  unpack,
} from '../support/compressing.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, type LayoutBuilder, withName } from '../support/layout.ts'
import { zstd } from '../support/packing.ts'
import { writeTar } from '../support/writing.ts'

// Layers that are compressed or decompressed while an archive is written.

const openSaved = (name: string) => openArchive(readFileSync(`test/archives/${name}.tar`))
const plain = async () =>
  openArchive(await createTestArchive({ images: [{ names: ['team/app:v1'], layers: [shared] }] }))

async function layerBytes(image: Image | undefined): Promise<readonly Buffer[]> {
  const layers = image?.layers ?? []
  return Promise.all(layers.map(async ({ source, size }) => Buffer.from((await source?.read(0, size)) ?? [])))
}

/** Writes images, opens the result, and checks that its layers are those of the config. */
async function rewritten(images: readonly Image[], options: WriteOptions): Promise<Image> {
  const [image] = (await openArchive(await writeTar(images, options))).images
  const bytes = await layerBytes(image)
  expect(bytes.map(digestOf)).toEqual(image?.layers.map(({ digest }) => digest))
  const unpacked = await Promise.all(bytes.map(async (layer) => (isPacked(layer) ? unpack(layer) : layer)))
  expect(unpacked.map(digestOf)).toEqual(image?.configuration?.diffIds)
  return image as Image
}

const isPacked = (bytes: Buffer) => bytes[0] === 0x1f || bytes[0] === 0x28

/** An image whose only layer is in zstd, with the bytes and the diff ID that it says. */
async function zstdArchive(
  packed: Uint8Array,
  diffId: string,
  fill?: (layout: LayoutBuilder, image: object) => unknown,
) {
  const layout = createLayout()
  const image = await imageOf(layout, [await layout.add(`${PLAIN}+zstd`, packed)], [diffId])
  layout.list(withName(image, 'team/app:v1'))
  await fill?.(layout, image)
  return openArchive(layout.tar())
}

const compressed = async (bytes: Uint8Array) => {
  const encoder = await createPortableEncoder('zstd')
  return Buffer.concat(await collect(encoder.encode([bytes] as unknown as AsyncIterable<Uint8Array>)))
}

describe('writeArchive({ decompress })', () => {
  it('writes layers in zstd as plain ones, in a new manifest with the same config', async () => {
    const { images } = await openSaved('docker-29.8-containerd-zstd')
    const warnings: string[] = []
    const image = await rewritten(images, { decompress: 'zstd', onWarning: (warning) => warnings.push(warning) })
    expect(image.layers.map(({ mediaType }) => mediaType)).toEqual([PLAIN, PLAIN, PLAIN])
    expect(image.layers.map(({ digest }) => digest)).toEqual(images[0]?.configuration?.diffIds)
    expect(image.config?.digest).toBe(images[0]?.config?.digest)
    expect(image.manifest.digest).not.toBe(images[0]?.manifest.digest)
    expect(warnings).toEqual([])
  })

  it('leaves an image without such layers as it is', async () => {
    const { images } = await openSaved('docker-29.8-containerd-all-platforms')
    const written = await writeArchive(images, { decompress: 'zstd' })
    expect(written.images[0]?.digest).toBe(images[0]?.manifest.digest)
  })

  it('compresses them again with { compress }', async () => {
    const { images } = await openSaved('crane-0.22-zstd')
    const image = await rewritten(images, { decompress: 'zstd', compress: 'gzip' })
    expect(image.layers.map(({ mediaType }) => mediaType)).toEqual(Array(3).fill(`${PLAIN}+gzip`))
  })

  it('fails if a layer does not match its digest or its diff ID, or is damaged', async () => {
    const packed = await compressed(new Uint8Array(1000))
    const write = async (archive: Archive, change: (image: Image) => Image = (image) => image) =>
      writeArchive(archive.images.map(change), { decompress: 'zstd' })
    const other = `sha256:${'5'.repeat(64)}`
    const { spools, spool } = countedSpools()
    const mismatched = await zstdArchive(packed, other)
    const writing = writeArchive(mismatched.images, { decompress: 'zstd', runtime: { spool } })
    await rejection(writing, DigestMismatchError, /decompressed layer/)
    expect(spools).toEqual({ open: 0, made: 1 })
    const damaged = packed.subarray(0, packed.length - 5)
    const error = await rejection(write(await zstdArchive(damaged, other)), TarReadError)
    expect([error.code, error.message]).toEqual([
      'ARCHIVE_DAMAGED',
      expect.stringMatching(/^Cannot decompress layer sha256:[0-9a-f]+: its zstd data are damaged or cut short; /),
    ])
    const bytes = zstd(new Uint8Array(1000))
    const source: Source = { size: packed.length, read: async (start, end) => bytes.slice(start, end) }
    const wrong = (image: Image) =>
      ({
        ...image,
        layers: image.layers.map((layer) => ({
          ...layer,
          size: bytes.length,
          source: { ...source, size: bytes.length },
        })),
      }) as Image
    const archive = await zstdArchive(packed, digestOf(new Uint8Array(1000)))
    await rejection(write(archive, wrong), DigestMismatchError, /Cannot trust layer sha256:/)
  })

  it('keeps nothing if it fails after some layers are made', async () => {
    const bytes = [new Uint8Array(1000), new Uint8Array(10)]
    const packed = await Promise.all(bytes.map(compressed))
    const layout = createLayout()
    const layers = [await layout.add(`${PLAIN}+zstd`, packed[0] ?? ''), await layout.add(`${PLAIN}+zstd`, 'no zstd')]
    layout.list({ ...(await imageOf(layout, layers, bytes.map(digestOf))) })
    const { images } = await openArchive(layout.tar())
    const { spools, spool } = countedSpools()
    const late = (layer: Layer): Source => ({
      size: layer.size,
      async read(...range) {
        await vi.waitUntil(() => spools.made === 2)
        await new Promise((resolve) => setTimeout(resolve, 50))
        return (layer.source as Source).read(...range)
      },
    })
    const changed = images.map(
      (image) =>
        ({
          ...image,
          layers: image.layers.map((layer, index) => (index === 1 ? { ...layer, source: late(layer) } : layer)),
        }) as Image,
    )
    await rejection(writeArchive(changed, { decompress: 'zstd', runtime: { spool } }), RegistryError)
    expect(spools).toEqual({ open: 0, made: 2 })
  })

  it("keeps Docker's media types in a manifest of Docker's kind", async () => {
    const bytes = new Uint8Array(1000)
    const docker = 'application/vnd.docker'
    const layout = createLayout()
    const layer = await layout.add(`${docker}.image.rootfs.diff.tar.zstd`, await compressed(bytes))
    const rootfs = { type: 'layers', diff_ids: [digestOf(bytes)] }
    const config = await layout.add(`${docker}.container.image.v1+json`, { os: 'linux', architecture: 'amd64', rootfs })
    const mediaType = `${docker}.distribution.manifest.v2+json`
    layout.list({ ...(await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] })) })
    const image = await rewritten((await openArchive(layout.tar())).images, { decompress: 'zstd' })
    expect([image.manifest.mediaType, image.layers[0]?.mediaType]).toEqual([
      mediaType,
      `${docker}.image.rootfs.diff.tar`,
    ])
  })

  it('holds a layer that decompresses to too much', async () => {
    const bytes = new Uint8Array(70 * 1024 ** 2)
    const { images } = await zstdArchive(await compressed(bytes), digestOf(bytes))
    const { spools, spool } = countedSpools()
    const options = { decompress: 'zstd', runtime: { spool } } as const
    const error = await rejection(writeArchive(images, options), TarReadError, /decompresses to too many bytes/)
    expect([error.code, error.remedy]).toEqual(['LIMIT_EXCEEDED', expect.stringContaining('unpackRatio')])
    expect(spools).toEqual({ open: 0, made: 1 })
    const written = await writeArchive(images, { ...options, layerLimits: { unpackRatio: 1e9 } })
    expect(written.size).toBeGreaterThan(bytes.length)
    await written.close()
    expect(spools).toEqual({ open: 0, made: 2 })
  })
})

describe('writeArchive({ compress })', () => {
  it.each(['gzip', 'zstd'] as const)('compresses plain layers with %s, and knows the size before', async (compress) => {
    const { images } = await plain()
    const image = await rewritten(images, { compress })
    expect(image.layers[0]?.mediaType).toBe(`${PLAIN}+${compress}`)
    expect(image.layers[0]?.size).toBeLessThan(text.length / 100)
    expect(image.config?.digest).toBe(images[0]?.config?.digest)
  })

  it('keeps the layers until it is closed', async () => {
    const { spools, spool } = countedSpools()
    const written = await writeArchive((await plain()).images, { compress: 'gzip', runtime: { spool } })
    expect(spools).toEqual({ open: 1, made: 1 })
    for (let time = 0; time < 2; time++) {
      expect(new Uint8Array(await new Response(written.stream()).arrayBuffer()).length).toBe(written.size)
    }
    await written.close()
    await written.close()
    expect(spools).toEqual({ open: 0, made: 1 })
  })

  it('compresses nothing that the compression cache knows before its bytes are read', async () => {
    const { images } = await plain()
    const known = new Map()
    const compressions = {
      get: async (key: string) => known.get(key),
      set: async (key: string, value: unknown) => void known.set(key, value),
      delete: async (key: string) => void known.delete(key),
    }
    const first = await writeTar(images, { compress: 'gzip', compressions })
    const { spools, spool } = countedSpools()
    const written = await writeArchive(images, { compress: 'gzip', compressions, runtime: { spool } })
    expect([written.size, spools.made]).toEqual([first.length, 0])
    const second = new Uint8Array(await new Response(written.stream()).arrayBuffer())
    expect(Buffer.compare(first, second)).toBe(0)
    await written.close()
    expect(spools).toEqual({ open: 0, made: 1 })
  })

  it('tells how far it is', async () => {
    const progress: WriteProgress[] = []
    await writeTar((await plain()).images, { compress: 'gzip', onProgress: (snapshot) => progress.push(snapshot) })
    expect(progress[0]).toMatchObject({ phase: 'compress', compression: { doneBytes: 0 } })
    expect(progress[0]?.totalBytes).toBeGreaterThan(text.length)
    expect(progress.at(-1)?.phase).toBe('done')
    expect(progress.at(-1)?.totalBytes).toBeLessThan(text.length / 10)
  })

  it('leaves out signatures of an image that has another digest now', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
    const signature = { schemaVersion: 2, mediaType: MANIFEST, artifactType: 'a/b', config, layers: [], subject: image }
    layout.list(withName(image, 'team/app:v1'), { ...(await layout.add(MANIFEST, signature)) })
    const { images } = await openArchive(layout.tar())
    const warnings: string[] = []
    const written = await writeArchive(images, { compress: 'gzip', onWarning: (warning) => warnings.push(warning) })
    expect(written.images).toHaveLength(1)
    expect(warnings).toEqual([expect.stringMatching(/is about sha256:.*, which has another digest now/)])
  })

  it('fails if a layer is wrong, and keeps nothing', async () => {
    const { images } = await plain()
    const wrong = images.map(
      (image) =>
        ({
          ...image,
          layers: image.layers.map((layer) => ({
            ...layer,
            source: { size: layer.size, read: async (start: number, end: number) => new Uint8Array(end - start) },
          })),
        }) as Image,
    )
    const { spools, spool } = countedSpools()
    await rejection(writeArchive(wrong, { compress: 'gzip', runtime: { spool } }), DigestMismatchError)
    expect(spools.open).toBe(0)
  })

  it('keeps nothing if the images clash afterwards', async () => {
    const { images } = await plain()
    const other = await openArchive(
      await createTestArchive({ images: [{ names: ['team/app:v1'], layers: [{ b: 'b' }] }] }),
    )
    const { spools, spool } = countedSpools()
    const writing = writeArchive([...images, ...other.images], { compress: 'gzip', runtime: { spool } })
    await rejection(writing, RegistryError, /Cannot write two images/)
    expect(spools).toEqual({ open: 0, made: 2 })
  })

  it('refuses what is no format', async () => {
    const { images } = await plain()
    const write = (options: unknown) => writeArchive(images, options as WriteOptions)
    await rejection(write({ compress: 'xz' }), TypeError, /compress has to be "gzip" or "zstd"/)
    await rejection(write({ decompress: 'gzip' }), TypeError, /Cannot use decompress: it has to be "zstd"/)
    await rejection(write({ compress: { format: 'gzip', level: 99 } }), RangeError)
    await rejection(
      write({ compress: 'gzip', signal: AbortSignal.abort(new RegistryError('REFUSED', 'no')) }),
      RegistryError,
      /no/,
    )
  })
})
