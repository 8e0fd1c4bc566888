import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  appendLayer,
  type ConfiguredImage,
  type Image,
  type LayerFileInput,
  type LayerFiles,
  openArchive,
} from '../../src/index.ts'
import { readAll } from '../../src/source/source.ts'
import { rejection } from '../support/errors.ts'
import { fileIn, layerBytes, listTar, plainTar, topLayer } from '../support/layer-tar.ts'
import { createLayout } from '../support/layout.ts'
import { appArchive, jsonOf, multiArchive, writeTar } from '../support/writing.ts'

// Layers of files in memory. layer-folder.test.ts has files on a disk, and layer-errors.test.ts bad input.

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const bytes = (text: string) => new TextEncoder().encode(text)

async function baseImage(): Promise<ConfiguredImage> {
  const [image] = (await appArchive()).images
  return image as ConfiguredImage
}

/** An image with Docker's media types. */
async function dockerImage(): Promise<ConfiguredImage> {
  const docker = 'application/vnd.docker.'
  const layout = createLayout()
  const layer = await layout.add(`${docker}image.rootfs.diff.tar`, new Uint8Array(1024))
  const rootfs = { type: 'layers', diff_ids: [layer.digest] }
  const config = await layout.add(`${docker}container.image.v1+json`, { architecture: 'amd64', os: 'linux', rootfs })
  const type = `${docker}distribution.manifest.v2+json`
  layout.list({ ...(await layout.add(type, { schemaVersion: 2, mediaType: type, config, layers: [layer] })) })
  const [image] = (await openArchive(layout.tar())).images
  return image as ConfiguredImage
}

const documents = async ({ manifest, config }: Image) => ({
  manifest: jsonOf(await readAll(manifest.source)),
  config: jsonOf(await readAll((config as ConfiguredImage['config']).source)),
})
const listed = async (files: LayerFiles, options = {}) =>
  listTar(await plainTar(topLayer(await appendLayer(await baseImage(), files, options))))

describe('appendLayer()', () => {
  it('adds a layer to the manifest, the diff IDs and the history, and changes nothing else', async () => {
    const base = await baseImage()
    const image = await appendLayer(base, { 'app/index.js': 'run()' }, { createdBy: 'COPY app /' })
    const [before, after] = [await documents(base), await documents(image)]
    const layer = topLayer(image)
    const packed = await layerBytes(layer)
    expect(layer).toMatchObject({ digest: sha256(packed), size: packed.length, createdBy: 'COPY app /' })
    expect(layer.diffId).toBe(sha256(await plainTar(layer)))
    const type = 'application/vnd.oci.image.layer.v1.tar+gzip'
    expect(after.manifest).toEqual({
      ...before.manifest,
      config: { ...before.manifest.config, digest: image.config?.digest, size: image.config?.size },
      layers: [...before.manifest.layers, { mediaType: type, digest: layer.digest, size: layer.size }],
    })
    expect(after.config).toEqual({
      ...before.config,
      rootfs: { ...before.config.rootfs, diff_ids: [...before.config.rootfs.diff_ids, layer.diffId] },
      history: [...before.config.history, { created: '1970-01-01T00:00:00Z', created_by: 'COPY app /' }],
    })
    expect(image.names).toEqual(base.names)
  })

  it('does not read a layer of the image', async () => {
    const base = await baseImage()
    const layers = base.layers.map((layer) => ({
      ...layer,
      source: { size: layer.size, read: () => expect.fail('a layer was read') },
    }))
    const image = await appendLayer({ ...base, layers }, { file: 'x' })
    expect(image.layers).toHaveLength(2)
  })

  it('keeps the kind of a Docker image', async () => {
    const image = await appendLayer(await dockerImage(), { file: 'x' })
    const { manifest } = await documents(image)
    expect(manifest.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json')
    expect(manifest.config.mediaType).toBe('application/vnd.docker.container.image.v1+json')
    expect(manifest.layers[1].mediaType).toBe('application/vnd.docker.image.rootfs.diff.tar.gzip')
  })

  it('makes an image that writeArchive() writes and openArchive() reads', async () => {
    const image = await appendLayer(await baseImage(), { 'app/index.js': 'run()' })
    const [read] = (await openArchive(await writeTar([image]))).images
    expect(read?.manifest.digest).toBe(image.manifest.digest)
    expect(fileIn(await plainTar(topLayer(read as Image)), 'app/index.js')).toBe('run()')
  })

  it.each([
    ['gzip', 'application/vnd.oci.image.layer.v1.tar+gzip', [0x1f, 0x8b]],
    ['zstd', 'application/vnd.oci.image.layer.v1.tar+zstd', [0x28, 0xb5]],
    [false, 'application/vnd.oci.image.layer.v1.tar', [0x66, 0x69]],
  ] as const)('compresses the layer as %s', async (compress, mediaType, start) => {
    const layer = topLayer(await appendLayer(await baseImage(), { file: 'x' }, { compress }))
    expect(layer.mediaType).toBe(mediaType)
    expect([...(await layerBytes(layer)).subarray(0, 2)]).toEqual(start)
    expect(layer.diffId === layer.digest).toBe(compress === false)
  })

  it('sets a date where one is given', async () => {
    const image = await appendLayer(await baseImage(), { file: 'x' }, { created: new Date('2026-01-02T03:04:05Z') })
    const { config } = await documents(image)
    expect(config.created).toBe('2026-01-02T03:04:05.000Z')
    expect(config.history[1].created).toBe('2026-01-02T03:04:05.000Z')
  })
})

describe('appendLayer() to an index', () => {
  it('gives the image of one platform with the layer', async () => {
    const [index] = (await multiArchive()).images as [Image]
    const image = await appendLayer(index, { file: 'x' }, { platform: 'linux/arm64' })
    expect(image).toMatchObject({ kind: 'image', platform: { architecture: 'arm64' }, names: index.names })
    expect(image.layers).toHaveLength(2)
  })

  it.each([
    ['all', [2, 2], 1],
    [['linux/arm64'], [2, 1, 1], 0],
  ] as const)(
    'gives an index in which %s has the layer, and leaves out what is outdated',
    async (platforms, layers, left) => {
      const [index] = (await multiArchive()).images as [Image]
      const warnings: string[] = []
      const onWarning = (warning: string) => void warnings.push(warning)
      const image = await appendLayer(index, { file: 'x' }, { platforms, onWarning })
      expect(image.children.map((child) => child.layers.length)).toEqual(layers)
      expect(
        new Set(
          image.children.slice(0, layers.filter((count) => count === 2).length).map((one) => topLayer(one).digest),
        ).size,
      ).toBe(1)
      expect(warnings).toHaveLength(left)
      for (const warning of warnings) expect(warning).toMatch(/has another digest now, and was left out/)
      const [read] = (await openArchive(await writeTar([image]))).images
      expect(read?.manifest.digest).toBe(image.manifest.digest)
    },
  )
})

describe('the layer of appendLayer()', () => {
  it('has no path that is not a text', async () => {
    await rejection(
      listed(new Map([[5, 'x']]) as never),
      TypeError,
      /path of a file: .* a string such as "app\/index.js"/,
    )
    await rejection(listed({ a: 'x' }, { remove: [5] }), TypeError, /remove: it has to be an array of paths, not 5/)
  })

  it('has the bytes of any view', async () => {
    const view = new Uint8Array([0, 120, 0]).subarray(1, 2)
    const asView = { a: new DataView(view.buffer, 1, 1) } as never
    expect(await listed(asView)).toEqual(await listed({ a: view }))
  })

  it('is the same for the same files in another order and another form', async () => {
    const base = await baseImage()
    const one = await appendLayer(base, { b: 'two', 'a/x': 'one', 'c/': {} })
    const files = new Map<string, LayerFileInput>([
      ['c/', { mode: 0o755 }],
      ['a//x', { content: new Blob(['one']) }],
      ['./b', bytes('two')],
    ])
    const other = await appendLayer(base, files)
    expect(other.manifest.digest).toBe(one.manifest.digest)
  })

  it('has the digest of every other runtime', async () => {
    const image = await appendLayer(await baseImage(), { 'app/index.js': 'run()', 'app/run': { link: 'index.js' } })
    expect(image.manifest.digest).toBe('sha256:09fd9484fb1a7a16c5df4188afe07f4f501de5a72564df09864e89dcb6bba54c')
  })

  it('has no owner, no date and the usual permissions', async () => {
    expect(await listed({ 'app/index.js': 'run()', 'data/': {}, 'app/link': { link: '../data' } })).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 app/',
      '-rw-r--r-- 0/0 5 1970-01-01 00:00 app/index.js',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00 app/link -> ../data',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 data/',
    ])
  })

  it('has the permissions, the owner and the date of a file, or of all', async () => {
    const files = {
      'bin/run': { content: '#!/bin/sh', mode: 0o4755, uid: 0, mtime: new Date('2026-01-02T03:04:05.678Z') },
      'data/': { mode: 0o1777 },
      text: 'x',
    }
    const mode = (path: string) => (path === 'home/text' ? 0o600 : undefined)
    expect(await listed(files, { at: '/home', mode, uid: 1000, gid: 3_000_000_000 })).toEqual([
      'drwxr-xr-x 1000/3000000000 0 1970-01-01 00:00 home/',
      'drwxr-xr-x 1000/3000000000 0 1970-01-01 00:00 home/bin/',
      '-rwsr-xr-x 0/3000000000 9 2026-01-02 03:04 home/bin/run',
      'drwxrwxrwt 1000/3000000000 0 1970-01-01 00:00 home/data/',
      '-rw------- 1000/3000000000 1 1970-01-01 00:00 home/text',
    ])
  })

  it('has the folders of its files as they are in images, but none that is a link in many', async () => {
    const files = { 'tmp/x': '', 'root/x': '', 'bin/x': '', 'usr/bin/x': '', 'home/app/x': '' }
    const lines = await listed(files, { uid: 1000 })
    expect(lines.filter((line) => line.endsWith('/'))).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 home/',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 home/app/',
      'drwx------ 0/0 0 1970-01-01 00:00 root/',
      'drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 usr/',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 usr/bin/',
    ])
  })

  it('has long names and names that are not ASCII', async () => {
    const long = `${'folder/'.repeat(30)}${'f'.repeat(200)}`
    const files = { [long]: 'long', 'grüße/日本.txt': 'hello', link: { link: long } }
    const tar = await plainTar(topLayer(await appendLayer(await baseImage(), files)))
    expect(fileIn(tar, long)).toBe('long')
    expect(fileIn(tar, 'grüße/日本.txt')).toBe('hello')
    expect(listTar(tar).at(-1)).toMatch(new RegExp(`link -> ${long}$`))
  })

  it('has the files of a page, by their paths in the chosen folder', async () => {
    const inFolder = (path: string) =>
      Object.defineProperty(new File(['x'], path.split('/').at(-1) ?? ''), 'webkitRelativePath', { value: path })
    const files = [inFolder('dist/index.html'), inFolder('dist/assets/app.js'), new File(['y'], 'dropped.txt')]
    const names = (await listed(files, { at: 'srv' })).map((line) => line.split(' ').at(-1))
    expect(names).toEqual(['srv/', 'srv/assets/', 'srv/assets/app.js', 'srv/dropped.txt', 'srv/index.html'])
  })

  it('leaves out what the filter does not take, and does not ask about what is in it', async () => {
    const asked: string[] = []
    const filter = (path: string) => {
      asked.push(path)
      return path !== 'node_modules'
    }
    expect(await listed({ 'node_modules/a/b': '', 'node_modules/c': '', x: '' }, { filter })).toHaveLength(1)
    expect(asked.sort()).toEqual(['node_modules', 'x'])
  })

  it('removes files and folders of the image below', async () => {
    const files = { 'etc/new': 'x', 'conf/a': 'x' }
    const names = (await listed(files, { remove: ['/etc/old', 'tmp', 'conf', 'etc/new'] })).map((line) =>
      line.split(' ').at(-1),
    )
    expect(names).toEqual(['.wh.tmp', 'conf/', 'conf/.wh..wh..opq', 'conf/a', 'etc/', 'etc/.wh.old', 'etc/new'])
  })
})
