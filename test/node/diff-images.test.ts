import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { diffImages, editImage, type FileChange, type Image, type Layer, openArchive } from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import type { CountingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { type Entries, imageOf } from '../support/layered-image.ts'

const BASE: Entries = [
  { name: 'etc/', type: '5' },
  { name: 'etc/motd', data: 'old' },
  { name: 'etc/hosts', data: 'hosts' },
  { name: 'bin/sh', data: 'elf' },
]
const FIRST: Entries = [
  { name: 'etc/', type: '5' },
  { name: 'etc/motd', data: 'one' },
  { name: 'etc/same', data: 'same' },
  { name: 'app/a', data: 'a' },
  { name: 'app/link', type: '2', linkName: 'a' },
  { name: 'etc/.wh.hosts' },
]
const SECOND: Entries = [
  { name: 'etc/', type: '5' },
  { name: 'etc/motd', data: 'two' },
  { name: 'etc/same', data: 'same' },
  { name: 'app/link', type: '2', linkName: 'b' },
  { name: 'app/b', data: 'b' },
  { name: 'bin/.wh.sh' },
]

const shown = (files: readonly FileChange[] | undefined) =>
  (files ?? []).map(({ type, path, differs }) => [type, path, ...differs].join(' '))
const readsOf = ({ source }: Layer) => (source as CountingSource).bytesRead

describe('diffImages()', () => {
  it('compares layers and sizes, and reads none', async () => {
    const [from, to] = [await imageOf(BASE, FIRST), await imageOf(BASE, SECOND)]
    const { layers, size, files } = await diffImages(from, to)
    expect(layers).toEqual({ shared: [to.layers[0]], removed: [from.layers[1]], added: [to.layers[1]] })
    const [before, after] = [from, to].map((image) => image.layers.reduce((sum, layer) => sum + layer.size, 0))
    expect(size).toEqual({ from: before, to: after, change: (after as number) - (before as number) })
    expect(files).toBeUndefined()
    expect([...from.layers, ...to.layers].map(readsOf)).toEqual([0, 0, 0, 0])
  })

  it('compares files, and does not read the layers in common', async () => {
    const [from, to] = [await imageOf(BASE, FIRST), await imageOf(BASE, SECOND)]
    const progress: number[] = []
    const onProgress = ({ readBytes, totalBytes }: { readBytes: number; totalBytes: number }) =>
      progress.push(readBytes / totalBytes)
    const { files } = await diffImages(from, to, { files: true, onProgress })
    expect(shown(files)).toEqual([
      'written app/a',
      'written app/b',
      'changed app/link linkTarget',
      'removed bin/sh',
      'added etc/hosts',
      'changed etc/motd content',
    ])
    expect([from.layers[0], to.layers[0]].map((layer) => readsOf(layer as Layer))).toEqual([0, 0])
    expect(progress.at(-1)).toBe(1)
  })

  it('reads the layers in common once if it is asked to, and tells each change', async () => {
    const [from, to] = [await imageOf(BASE, FIRST), await imageOf(BASE, SECOND, [{ name: 'etc/motd', data: 'one' }])]
    const { files } = await diffImages(from, to, { files: true, sharedLayers: true })
    expect(shown(files)).toEqual([
      'removed app/a',
      'added app/b',
      'changed app/link linkTarget',
      'removed bin/sh',
      'added etc/hosts',
    ])
    const [base] = from.layers
    expect(readsOf(base as Layer)).toBe(base?.size)
    expect(readsOf(to.layers[0] as Layer)).toBe(0)
  })

  it('finds no file that differs between an image and itself', async () => {
    const image = await imageOf(BASE, FIRST)
    expect((await diffImages(image, image, { files: true })).files).toEqual([])
    expect((await diffImages(image, image, { files: true, sharedLayers: true })).files).toEqual([])
  })

  it.each([
    ['.', diffImages, editImage],
    ['./node', node.diffImages, node.editImage],
  ])('compares in %s the configs field by field', async (_, diff, edit) => {
    const { images } = await openArchive(new Blob([readFileSync('test/archives/docker-28.5-graph-driver.tar')]))
    const before = await edit(images[0] as Image, { env: { A: '1', B: '2=3' }, labels: { keep: 'x', old: 'y' } })
    const after = await edit(before, {
      env: { A: '9', B: null },
      labels: { old: null, fresh: 'z' },
      user: 'app',
      entrypoint: ['/run'],
    })
    const { config, layers } = await diff(before, after)
    expect(layers.added).toEqual([])
    const changes = config.map(({ type, field, name, from, to }) => [type, field, name, from, to])
    expect(changes).toEqual(
      expect.arrayContaining([
        ['changed', 'env', 'A', '1', '9'],
        ['removed', 'env', 'B', '2=3', undefined],
        ['removed', 'labels', 'old', 'y', undefined],
        ['added', 'labels', 'fresh', undefined, 'z'],
        ['added', 'user', undefined, undefined, 'app'],
      ]),
    )
    expect(changes.some(([, field, name]) => field === 'labels' && name === 'keep')).toBe(false)
  })

  it('says what is no image', async () => {
    await rejection(diffImages('a' as never, 'b' as never), TypeError, /^Cannot use "a" as an image: pass what/)
  })
})
