import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  DigestMismatchError,
  inspectDockerTar,
  openArchive,
  openRegistry,
  pushDockerTar,
  TarReadError,
  ValidationError,
  validateDockerTar,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { type ArchiveFiles, changedArchive, readJson } from '../support/archive-files.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { PRODUCERS } from '../support/producers.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { rawTar } from '../support/tar.ts'

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex')

/** Changes the one entry of manifest.json. */
const changedManifest = (change: (entry: Record<string, unknown>, files: ArchiveFiles) => void) =>
  changedArchive({ layout: 'docker-24' }, (files) => {
    const [entry] = readJson(files, 'manifest.json')
    change(entry, files)
    files.set('manifest.json', JSON.stringify([entry]))
  })

async function refuses(
  archive: Promise<Uint8Array>,
  type: typeof ValidationError | typeof DigestMismatchError,
  message: RegExp,
) {
  const bytes = await archive
  await rejection(inspectDockerTar(bytes), type as typeof ValidationError, message)
  expect(await validateDockerTar(bytes)).toBe(false)
}

describe('inspectDockerTar() of a bad archive', () => {
  it('says that manifest.json is missing, and how to make an archive that has one', async () => {
    await refuses(
      Promise.resolve(rawTar([{ name: 'a.txt', data: 'a' }])),
      ValidationError,
      /no "manifest.json".*docker save/,
    )
  })

  it.each([
    ['no JSON', '{'],
    ['no list', '{}'],
    ['an empty list', '[]'],
  ])('says that manifest.json is %s', async (_, text) => {
    await refuses(Promise.resolve(rawTar([{ name: 'manifest.json', data: text }])), ValidationError, /manifest\.json/)
  })

  it.each([
    ['null', null],
    ['no Config', { Layers: [] }],
    ['Layers that are none', { Config: 'c', Layers: 'l' }],
    ['a layer that is no text', { Config: 'c', Layers: [1] }],
    ['RepoTags that are none', { Config: 'c', Layers: [], RepoTags: 'a' }],
  ])('says that an image of manifest.json has %s', async (_, entry) => {
    const archive = rawTar([{ name: 'manifest.json', data: JSON.stringify([entry]) }])
    await refuses(Promise.resolve(archive), ValidationError, /Cannot read image 0 of "manifest\.json"/)
  })

  it('says which entry is missing, and who names it', async () => {
    const noConfig = changedManifest((entry, files) => files.delete(entry.Config as string))
    await refuses(noConfig, ValidationError, /manifest\.json names ".*\.json", which the archive does not hold/)
    const noLayer = changedManifest((entry, files) => files.delete((entry.Layers as string[])[1] as string))
    await refuses(noLayer, ValidationError, /manifest\.json names ".*layer\.tar", which the archive does not hold/)
  })

  it('says that the config is no JSON, or no object', async () => {
    const set = (text: string) => changedManifest((entry, files) => files.set(entry.Config as string, text))
    await refuses(set('{'), ValidationError, /Cannot read .*\.json: it is not JSON/)
    await refuses(set('[]'), ValidationError, /is not a JSON object/)
    await refuses(set('\u00ff'), ValidationError, /it is not JSON/)
  })

  it('says that layers and diff_ids differ in number', async () => {
    const fewer = changedManifest((entry) => (entry.Layers as string[]).pop())
    await refuses(fewer, ValidationError, /names 1 layers, but ".*" has 2 diff_ids/)
  })

  it('says which diff_id is no digest (CVE-2024-3727)', async () => {
    const bad = changedManifest((entry, files) => {
      const config = readJson(files, entry.Config as string)
      config.rootfs.diff_ids[1] = 'sha256:../../etc'
      files.set(entry.Config as string, JSON.stringify(config))
    })
    await refuses(bad, ValidationError, /diff_id 1 of .*"sha256:\.\.\/\.\.\/etc" is not/)
  })

  it('says that a config or a layer is not what its path says', async () => {
    const config = changedArchive({}, (files) => {
      files.delete('index.json')
      const path = readJson(files, 'manifest.json')[0].Config
      files.set(path, `${JSON.stringify(readJson(files, path))} `)
    })
    await refuses(config, DigestMismatchError, /Cannot trust config "blobs\/sha256\//)
    const layer = changedArchive({}, (files) => {
      files.delete('index.json')
      const manifest = readJson(files, 'manifest.json')
      manifest[0].Layers.reverse()
      files.set('manifest.json', JSON.stringify(manifest))
    })
    await refuses(layer, DigestMismatchError, /Cannot trust layer "blobs\/sha256\//)
  })

  it.each(['manifest.json', 'c'])(
    'refuses %s that is too long before it reads it (CVE-2020-1702, CVE-2023-25153, GHSA-259w-8hf6-59c2)',
    async (what) => {
      const texts = { c: '{"os":"linux"}', 'manifest.json': '[{"Config":"c","Layers":[]}]' }
      const pad = (text: string, name: string) => (name === what ? text + ' '.repeat(9 * 2 ** 20) : text)
      const tar = rawTar(Object.entries(texts).map(([name, text]) => ({ name, data: pad(text, name) })))
      const source = countingSource(tar)
      await rejection(inspectDockerTar(source), ValidationError, /more than the 8388608/)
      expect(source.bytesRead).toBeLessThan(10_000)
      // Nothing else is wrong with it.
      expect((await inspectDockerTar(tar, { limits: { jsonSize: 10 ** 7 } })).os).toBe('linux')
    },
  )

  it('counts the manifests that it makes with the JSON that it reads (CVE-2020-1702)', async () => {
    // One small config stands for many images with many layers.
    const diffIds = Array(200).fill(`sha256:${sha256('')}`)
    const entry = { Config: 'c', Layers: diffIds.map(() => 'l') }
    const archive = (images: number) =>
      rawTar([
        { name: 'l' },
        { name: 'c', data: JSON.stringify({ rootfs: { diff_ids: diffIds } }) },
        { name: 'manifest.json', data: JSON.stringify(Array(images).fill(entry)) },
      ])
    const limits = { totalJsonSize: 10 ** 6 }
    const count = async (images: number) => (await openArchive(archive(images), { limits })).images.length
    expect(await count(10)).toBe(10)
    expect(archive(100).length).toBeLessThan(10 ** 6)
    await rejection(count(100), ValidationError, /totalJsonSize/)
  })

  it('passes on what the tar says', async () => {
    await rejection(inspectDockerTar(new Uint8Array(0)), TarReadError, /the file is empty/)
  })
})

describe('inspectDockerTar() of an odd archive', () => {
  it('takes the digest of the config from its bytes, not from its name', async () => {
    const renamed = await changedManifest((entry, files) => {
      const data = files.get(entry.Config as string) as Uint8Array
      files.delete(entry.Config as string)
      files.set('config.json', data)
      entry.Config = 'config.json'
    })
    const { id } = await inspectDockerTar(await createTestArchive({ layout: 'docker-24' }))
    expect((await inspectDockerTar(renamed)).id).toBe(id)
  })

  it('tells layers that are compressed inside by their bytes', async () => {
    const archive = await changedManifest((entry, files) => {
      const [first, second] = entry.Layers as [string, string]
      files.set(first, gzipSync(files.get(first) as Uint8Array))
      files.set(second, Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3))
    })
    const { layers, configuration } = await inspectDockerTar(archive)
    expect(layers.map(({ mediaType }) => mediaType)).toEqual([
      'application/vnd.oci.image.layer.v1.tar+gzip',
      'application/vnd.oci.image.layer.v1.tar+zstd',
    ])
    expect(layers[1]?.digest).toBe(`sha256:${sha256(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3))}`)
    expect(layers.map(({ diffId }) => diffId)).toEqual(configuration.diffIds)
  })

  it.each([
    ['xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2, 3)],
    ['bzip2', new TextEncoder().encode('BZh91AY&SY')],
  ])('refuses layers in %s, which have no media type', async (name, bytes) => {
    const archive = await changedManifest((entry, files) => files.set((entry.Layers as [string])[0], bytes))
    const message = new RegExp(`layer ".*layer\\.tar": it is packed with ${name}, which has no media type.*docker load`)
    await rejection(inspectDockerTar(archive), ValidationError, message)
    // A file in a layer may have such a name.
    const likeIt = await changedManifest((entry, files) => files.set((entry.Layers as [string])[0], 'BZhX'))
    expect((await inspectDockerTar(likeIt)).layers).toHaveLength(2)
  })

  it('takes the bytes of a foreign layer where the archive has them under its digest', async () => {
    const foreign = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      urls: ['https://mcr.example'],
    }
    const sourceOf = async (size: number) => {
      const archive = await changedArchive({}, (files) => {
        files.delete('index.json')
        const [entry] = readJson(files, 'manifest.json')
        const [diffId] = readJson(files, entry.Config).rootfs.diff_ids
        const digest = `sha256:${sha256('base')}`
        files.set(`blobs/sha256/${sha256('base')}`, 'base')
        entry.Layers[0] = `blobs/sha256/${sha256('base')}`
        entry.LayerSources = { [diffId]: { ...foreign, digest, size } }
        files.set('manifest.json', JSON.stringify([entry]))
      })
      return (await openArchive(archive)).images[0]?.layers[0]?.source
    }
    expect((await sourceOf(4))?.size).toBe(4)
    expect(await sourceOf(5)).toBeUndefined()
  })

  it('takes the digest of a compressed layer from its path where that gives one', async () => {
    const archive = await changedArchive({}, (files) => {
      files.delete('index.json')
      const manifest = readJson(files, 'manifest.json')
      const [path] = manifest[0].Layers
      const packed = gzipSync(files.get(path) as Uint8Array)
      files.set(`blobs/sha256/${sha256(packed)}`, packed)
      manifest[0].Layers[0] = `blobs/sha256/${sha256(packed)}`
      files.set('manifest.json', JSON.stringify(manifest))
    })
    const { layers, configuration } = await inspectDockerTar(archive)
    expect(layers[0]?.mediaType).toBe('application/vnd.oci.image.layer.v1.tar+gzip')
    expect(layers[0]?.digest).not.toBe(layers[0]?.diffId)
    expect(layers[0]?.diffId).toBe(configuration.diffIds[0])
  })

  it('takes the digest that kaniko and crane give a layer, and reads nothing of it', async () => {
    const make = PRODUCERS.find(({ producer }) => producer.startsWith('kaniko'))?.make
    const source = countingSource((await make?.()) ?? new Uint8Array(0))
    const { layers } = await inspectDockerTar(source)
    expect(layers.map(({ mediaType, digest, diffId }) => [mediaType, digest === diffId])).toEqual([
      ['application/vnd.oci.image.layer.v1.tar+gzip', false],
      ['application/vnd.oci.image.layer.v1.tar+gzip', false],
    ])
    // Of a layer, what tells that it is compressed.
    const inLayers = source.reads.filter(
      ({ start, end }) => end - start !== 512 && start % 512 === 0 && end - start < 10,
    )
    expect(inLayers.length).toBeGreaterThan(0)
    expect(source.reads.filter(({ end, start }) => end - start === layers[0]?.size)).toEqual([])
  })

  it('takes `<hex>.tar.gz` for a name, not a digest, where the config is not named as kaniko and crane do', async () => {
    const layer = rawTar([{ name: 'etc/motd', data: 'hello' }])
    const packed = gzipSync(layer)
    const path = `${sha256(layer)}.tar.gz`
    const config = JSON.stringify({ rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] } })
    const digestWith = async (Config: string) => {
      const manifest = JSON.stringify([{ Config, RepoTags: null, Layers: [path] }])
      const files = { [Config]: config, [path]: packed, 'manifest.json': manifest }
      const { layers } = await inspectDockerTar(rawTar(Object.entries(files).map(([name, data]) => ({ name, data }))))
      return layers[0]?.digest
    }
    expect(await digestWith('config.json')).toBe(`sha256:${sha256(packed)}`)
    expect(await digestWith(`${sha256(config)}.json`)).toBe(`sha256:${sha256(packed)}`)
    // The claim of crane: it is compared with the bytes when they are sent.
    expect(await digestWith(`sha256:${sha256(config)}`)).toBe(`sha256:${sha256(layer)}`)
  })

  it('keeps a foreign layer in the manifest, and asks nobody for it (CVE-2020-15157, GHSA-qvqc-4c52-x6qp)', async () => {
    const dockers = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'
    const mediaType = 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'
    const foreign = { mediaType, size: 7, digest: `sha256:${'ab'.repeat(32)}`, urls: ['https://mcr.example/layer'] }
    const withForeign = (fields: object) =>
      changedManifest((entry, files) => {
        const [path] = entry.Layers as [string]
        const [diffId] = readJson(files, entry.Config as string).rootfs.diff_ids
        files.delete(path)
        entry.LayerSources = { [diffId]: { ...foreign, mediaType: dockers, ...fields } }
      })
    const [image] = (await openArchive(await withForeign({}))).images
    expect(image?.layers[0]).toMatchObject({ mediaType, digest: foreign.digest, source: undefined })
    const manifest = await image?.manifest.source.read(0, image.manifest.size)
    expect(JSON.parse(new TextDecoder().decode(manifest)).layers[0]).toEqual(foreign)
    const unasked = vi.spyOn(globalThis, 'fetch')
    onTestFinished(() => unasked.mockRestore())
    const { fetch, exchanges } = recordingFetch(createTestRegistry().fetch)
    await pushDockerTar(await withForeign({}), openRegistry('https://registry.test', { fetch }))
    expect(new Set(exchanges.map(({ url }) => url.host))).toEqual(new Set(['registry.test']))
    expect(unasked).not.toHaveBeenCalled()
    for (const fields of [{ size: -5 }, { digest: 'x' }, { mediaType: 'text/plain' }]) {
      await refuses(withForeign(fields), ValidationError, /which the archive does not hold/)
    }
  })

  it('follows symbolic and hard links between layers, as Docker before 25 writes them', async () => {
    const layer = rawTar([{ name: 'etc/motd', data: 'hello' }])
    const diffId = `sha256:${sha256(layer)}`
    const config = JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [diffId, diffId] },
    })
    const archive = rawTar([
      { name: 'b/layer.tar', type: '2', linkName: '../a/layer.tar' },
      { name: 'a/layer.tar', data: layer },
      { name: 'h/layer.tar', type: '1', linkName: 'a/layer.tar' },
      { name: 'c.json', data: config },
      {
        name: 'manifest.json',
        data: JSON.stringify([{ Config: 'c.json', RepoTags: null, Layers: ['h/layer.tar', 'b/layer.tar'] }]),
      },
    ])
    const image = await inspectDockerTar(archive)
    expect(image.layers.map(({ digest, size }) => [digest, size])).toEqual([
      [diffId, layer.length],
      [diffId, layer.length],
    ])
    expect(image.repoTags).toEqual([])
  })

  it('is not misled by prototype keys', async () => {
    const archive = await changedManifest((entry, files) => {
      const text = new TextDecoder().decode(files.get(entry.Config as string) as Uint8Array)
      files.set(entry.Config as string, text.replace('{', '{"__proto__":{"os":"evil","author":"evil"},'))
    })
    expect(await inspectDockerTar(archive)).toMatchObject({ os: 'linux', author: 'registry-api-v2-client' })
    expect(({} as { author?: string }).author).toBeUndefined()
  })
})
