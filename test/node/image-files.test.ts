import { describe, expect, inject, it } from 'vitest'
import {
  type Image,
  type ImageFile,
  type Layer,
  listImageFiles,
  openImage,
  pushDockerTar,
  readImageFile,
  readLayerFile,
  TarReadError,
  ValidationError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { type Entries, imageOf } from '../support/layered-image.ts'

async function pathsIn(files: AsyncIterable<ImageFile>): Promise<readonly string[]> {
  const paths: string[] = []
  for await (const { path, type } of files) paths.push(type === 'directory' ? `${path}/` : path)
  return paths.sort()
}

const textOf = async (file: Promise<{ bytes(): Promise<Uint8Array> }>) =>
  new TextDecoder().decode(await (await file).bytes())

const BASE: Entries = [
  { name: 'usr/', type: '5' },
  { name: 'usr/lib/', type: '5' },
  { name: 'usr/lib/libc.so', data: 'libc' },
  { name: 'lib', type: '2', linkName: 'usr/lib' },
  { name: 'etc/', type: '5' },
  { name: 'etc/motd', data: 'old' },
  { name: 'etc/passwd', data: 'root' },
  { name: 'var/cache/one', data: '1' },
  { name: 'var/cache/two', data: '2' },
  { name: 'opt', data: 'a file' },
]
const TOP: Entries = [
  { name: 'etc/motd', data: 'first' },
  { name: 'etc/motd', data: 'new' },
  { name: 'etc/.wh.passwd' },
  { name: 'var/cache/three', data: '3' },
  { name: 'var/cache/.wh..wh..opq' },
  { name: 'lib/libz.so', data: 'libz' },
  { name: 'hard', type: '1', linkName: 'etc/motd' },
  { name: 'below', type: '1', linkName: 'usr/lib/libc.so' },
  { name: 'opt/', type: '5' },
  { name: 'opt/app', data: 'app' },
  { name: '../outside', data: 'x' },
]

describe('listImageFiles()', () => {
  it('lists the files that a container sees, with whiteouts, replaced entries and links of folders', async () => {
    const paths = await pathsIn(listImageFiles(await imageOf(BASE, TOP)))
    expect(paths).toEqual(
      [
        ...['usr/', 'usr/lib/', 'usr/lib/libc.so', 'usr/lib/libz.so', 'lib', 'etc/', 'etc/motd', 'var/cache/three'],
        ...['hard', 'below', 'opt/', 'opt/app'],
      ].sort(),
    )
  })

  it('tells the layer of each file, and lists one layer as it stands', async () => {
    const image = await imageOf(BASE, TOP)
    const [base, top] = image.layers
    const layers = new Map<string, Layer>()
    for await (const { path, layer } of listImageFiles(image)) layers.set(path, layer)
    expect([layers.get('etc/motd'), layers.get('usr/lib/libc.so')]).toEqual([top, base])
    expect(await pathsIn(listImageFiles(image, { layer: top }))).toHaveLength(TOP.length)
  })

  it('removes with a whiteout only what layers below have', async () => {
    const image = await imageOf([{ name: 'a', data: '1' }], [{ name: 'a', data: '2' }, { name: '.wh.a' }])
    expect(await pathsIn(listImageFiles(image))).toEqual(['a'])
    const removed = await imageOf([{ name: 'd/a' }], [{ name: '.wh.d' }], [{ name: 'd/b' }])
    expect(await pathsIn(listImageFiles(removed))).toEqual(['d/b'])
  })

  it('asks for a platform of an index, and says what is no image', async () => {
    const image = await imageOf(BASE)
    const index = { ...image, kind: 'index', platform: undefined, children: [], layers: [] } as unknown as Image
    await rejection(listImageFiles(index).next(), ValidationError, /it has no image; pass \{ platform \}$/)
    await rejection(listImageFiles('app.tar' as never).next(), TypeError, /^Cannot use "app.tar" as an image: /)
  })

  it('throws for a foreign layer without bytes', async () => {
    const image = await imageOf(BASE)
    const [layer] = image.layers
    const foreign = { ...image, layers: [{ ...layer, source: undefined }] } as Image
    const error = await rejection(listImageFiles(foreign).next(), ValidationError, /it is a foreign layer/)
    expect(error.code).toBe('NOT_SUPPORTED')
  })
})

describe('readImageFile()', () => {
  it('reads what a container reads: the last entry, through links of folders, and of a hard link what it shares', async () => {
    const image = await imageOf(BASE, TOP)
    expect(await textOf(readImageFile(image, '/etc/motd'))).toBe('new')
    expect(await textOf(readImageFile(image, 'lib/libc.so'))).toBe('libc')
    expect(await textOf(readImageFile(image, 'usr/lib/libz.so'))).toBe('libz')
    expect(await textOf(readImageFile(image, 'hard'))).toBe('new')
    expect(await textOf(readImageFile(image, 'below'))).toBe('libc')
    expect((await readImageFile(image, 'hard')).size).toBe(3)
  })

  it('lists what is in a directory, also one that no layer lists, without another read of the layers', async () => {
    const image = await imageOf(BASE, TOP)
    const pathsUnder = async (path: string) => {
      const found = await readImageFile(image, path)
      return [found.type, ...[...found.entries()].map((entry) => entry.path).sort()]
    }
    expect(await pathsUnder('/lib/')).toEqual(['symlink'])
    expect(await pathsUnder('usr')).toEqual(['directory', 'usr/lib', 'usr/lib/libc.so', 'usr/lib/libz.so'])
    expect(await pathsUnder('var')).toEqual(['directory', 'var/cache/three'])
    expect(await pathsUnder('etc/motd')).toEqual(['file'])
    expect((await pathsUnder('/')).length).toBe((await pathsIn(listImageFiles(image))).length + 1)
    const followed = await readImageFile(image, 'lib', { followLinks: true })
    expect([...followed.entries()].map(({ path }) => path)).toEqual(['usr/lib/libc.so', 'usr/lib/libz.so'])
    await rejection((await readImageFile(image, 'var')).bytes(), ValidationError, /it is not a file/)
  })

  it('tells a symbolic link as such, or follows it', async () => {
    const image = await imageOf([
      { name: 'bin/tool', data: 'elf' },
      { name: 'tool', type: '2', linkName: '/bin/../bin/tool' },
      { name: 'circle', type: '2', linkName: 'circle' },
    ])
    const link = await readImageFile(image, 'tool')
    expect(link).toMatchObject({ type: 'symlink', linkTarget: '/bin/../bin/tool' })
    await rejection(link.bytes(), ValidationError, /a symbolic link to ".*"; pass \{ followLinks: true \}$/)
    expect(await textOf(readImageFile(image, 'tool', { followLinks: true }))).toBe('elf')
    await rejection(readImageFile(image, 'circle', { followLinks: true }), ValidationError, /leads in a circle$/)
  })

  it('throws for a missing path, with near names', async () => {
    const image = await imageOf(BASE, TOP)
    const error = await rejection(readImageFile(image, 'etc/mtod'), ValidationError, /similar names are "etc\/motd"$/)
    expect([error.code, error.path]).toEqual(['FILE_MISSING', 'etc/mtod'])
    await rejection(readImageFile(image, 'LIBC.so'), ValidationError, /similar names are "usr\/lib\/libc.so"$/)
    await rejection(readImageFile(image, 'etc/passwd'), ValidationError, /it is not there; list the files/)
    await rejection(textOf(readImageFile(image, 'etc')), ValidationError, /its type is directory/)
  })

  it('reads a large file from its layer again, within the limit, or as a stream', async () => {
    const data = 'abcdefgh'.repeat(400_000)
    const image = await imageOf([{ name: 'large', data }, { name: 'after' }])
    const file = await readImageFile(image, 'large', { limits: { fileSize: 1000 } })
    const error = await rejection(file.bytes(), TarReadError, /has 3200000 bytes; read its stream\(\), or .*fileSize/)
    expect(error.code).toBe('LIMIT_EXCEEDED')
    expect(await new Response(file.stream()).text()).toBe(data)
  })
})

describe('readLayerFile() of a real registry', () => {
  it.each([
    ['.', readLayerFile],
    ['./node', node.readLayerFile],
  ])('reads in %s a file of a layer', async (_, read) => {
    const registry = inject('registryUrl')
    const text = 'x'.repeat(2_000_000)
    const archive = await createTestArchive({ images: [{ layers: [{ 'etc/motd': 'hello', large: text }] }] })
    await pushDockerTar(new Blob([archive]), registry, 'look/read', 'v1')
    const { layers } = await openImage(registry, 'look/read', 'v1')
    const layer = layers[0] as Layer
    expect(await textOf(read(registry, 'look/read', layer, 'etc/motd'))).toBe('hello')
    expect(await textOf(read(registry, 'look/read', layer.digest, 'large'))).toBe(text)
    await rejection(read(registry, 'look/read', layer, 'etc/motd2'), ValidationError, /similar names are "etc\/motd"$/)
    await rejection(read(registry, 'look/read', layer, undefined as never), TypeError, /^Cannot use path/)
  })
})
