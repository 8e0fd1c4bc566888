import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  DigestMismatchError,
  type Image,
  openArchive,
  RegistryError,
  saveLayout,
  ValidationError,
  validateDockerTar,
  type WriteProgress,
} from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { damaged, withLayerSources } from '../support/changed-image.ts'
import { rejection } from '../support/errors.ts'
import { blobPath } from '../support/layout.ts'
import { createPiecesArchive, startSaving } from '../support/saving.ts'

const NAME = 'registry.example.com/team/app:v1'
const folder = mkdtempSync(join(tmpdir(), 'save-layout-'))
const source = join(folder, 'source.tar')
let place: string
let images: readonly Image[]
let other: readonly Image[]

beforeAll(async () => {
  writeFileSync(source, await createPiecesArchive())
  images = (await openArchive(source)).images
  other = (await openArchive(await createTestArchive({ images: [{ names: ['team/other:v2'] }] }))).images
})
beforeEach(() => {
  place = mkdtempSync(join(folder, 'place-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(place, ...path), 'utf8'))
const namesIn = async (path = place) => {
  const archive = await openArchive(path)
  return archive.images.flatMap(({ names }) => names)
}
const pathOf = (image: Image | undefined, layer: number) =>
  join(place, blobPath(image?.layers[layer]?.digest ?? 'sha256:'))

describe('saveLayout()', () => {
  it.each([
    ['a path', (path: string) => path],
    ['a file URL', (path: string) => pathToFileURL(path)],
  ])('writes a layout to %s, and creates the folders', async (_, toFolder) => {
    const path = join(place, 'new', 'layout')
    const saved = await saveLayout(images, toFolder(path))
    expect(saved).toEqual({ images: [{ digest: images[0]?.manifest.digest, names: [NAME] }] })
    expect(readdirSync(path).sort()).toEqual(['blobs', 'index.json', 'oci-layout'])
    expect(readJson('new/layout/oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' })
    expect(await namesIn(path)).toEqual([NAME])
    expect(await validateDockerTar(path)).toBe(true)
  })

  it('keeps what the folder has, and replaces the image of the same name', async () => {
    await saveLayout(images, place)
    const index = { ...readJson('index.json'), annotations: { own: 'kept' } }
    writeFileSync(join(place, 'index.json'), JSON.stringify(index))
    await saveLayout(other, place)
    expect(await namesIn()).toEqual([NAME, 'docker.io/team/other:v2'])
    await saveLayout(other, place, { names: [NAME] })
    expect(await namesIn()).toEqual(['docker.io/team/other:v2', NAME])
    expect(readJson('index.json')).toMatchObject({
      annotations: { own: 'kept' },
      manifests: [other, other].map(([image]) => ({ digest: image?.manifest.digest })),
    })
  })

  it('replaces an image that another tool has listed by the tag alone', async () => {
    await saveLayout(other, place)
    const [entry] = readJson('index.json').manifests
    const annotations = { 'org.opencontainers.image.ref.name': 'v1' }
    writeFileSync(
      join(place, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: [{ ...entry, annotations }] }),
    )
    await saveLayout(images, place)
    expect(readJson('index.json').manifests).toHaveLength(1)
    expect(await namesIn()).toEqual([NAME])
  })

  it('lists an image without a name once', async () => {
    await saveLayout(images, place, { names: [] })
    await saveLayout(images, place, { names: [] })
    expect(readJson('index.json').manifests).toHaveLength(1)
    await saveLayout(images, place)
    await saveLayout(images, place, { names: [] })
    expect(readJson('index.json').manifests).toHaveLength(1)
    expect(await namesIn()).toEqual([NAME])
  })

  it('warns of a tag that several images have', async () => {
    const onWarning = vi.fn()
    await saveLayout(images, place, { onWarning })
    expect(onWarning).not.toHaveBeenCalled()
    await saveLayout(other, place, { names: ['team/other:v1'], onWarning })
    expect(onWarning.mock.calls).toEqual([[expect.stringContaining('Several images of the folder have the tag "v1"')]])
  })

  it('does not read or write blobs that are there, and replaces damaged ones', async () => {
    await saveLayout(images, place)
    const [image] = images
    utimesSync(pathOf(image, 0), 0, 0)
    truncateSync(pathOf(image, 2), 1)
    const bytes = readFileSync(pathOf(image, 4))
    writeFileSync(pathOf(image, 4), Buffer.alloc(bytes.length))
    const read = new Set<number>()
    const counted = withLayerSources(image, (source) => ({
      size: source.size,
      read(...range) {
        read.add(source.size)
        return source.read(...range)
      },
    }))
    const events: WriteProgress[] = []
    await saveLayout([counted], place, { onProgress: (event) => events.push(event) })
    expect(events.at(-1)?.blobs.map(({ state }) => state)).toEqual(
      // The manifest, the config and the layers.
      [...'pp', ...'ppwpwpp'].map((state) => (state === 'p' ? 'present' : 'written')),
    )
    expect(read).toEqual(new Set([image?.layers[2]?.size, image?.layers[4]?.size]))
    expect(readFileSync(pathOf(image, 4)).equals(bytes)).toBe(true)
    expect(await validateDockerTar(place)).toBe(true)
  })

  it('leaves the index as it was when bytes are wrong, and no temporary file', async () => {
    await saveLayout(other, place)
    await rejection(saveLayout([withLayerSources(images[0], damaged)], place), DigestMismatchError)
    expect(await namesIn()).toEqual(['docker.io/team/other:v2'])
    const names = [...readdirSync(place), ...readdirSync(join(place, 'blobs/sha256'))]
    expect(names.filter((name) => name.startsWith('.'))).toEqual([])
    expect(existsSync(pathOf(images[0], 0))).toBe(false)
  })

  it('loses no image when several processes write to one folder', async () => {
    const children = [1, 2, 3, 4].map((number) =>
      startSaving(`await saveLayout(images, place, { names: ['team/app:${number}'] })`, source, place),
    )
    expect(await Promise.all(children.map((child) => text(child.stderr)))).toEqual(['', '', '', ''])
    expect((await namesIn()).sort()).toEqual([1, 2, 3, 4].map((number) => `docker.io/team/app:${number}`))
    expect(await validateDockerTar(place)).toBe(true)
  })

  it('loses no image when one process writes several at once', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `docker.io/team/app:${index}`)
    await Promise.all(names.map((name) => saveLayout(images, place, { names: [name] })))
    expect((await namesIn()).sort()).toEqual(names)
    expect(readdirSync(place).sort()).toEqual(['blobs', 'index.json', 'oci-layout'])
  })

  it('goes on after a process that was killed', async () => {
    const child = startSaving(
      `
      const [image] = images
      const stalled = { size: image.layers[2].size, read: () => new Promise(() => {}) }
      const layers = image.layers.map((layer, index) => (index === 2 ? { ...layer, source: stalled } : layer))
      setInterval(() => {}, 1000)
      setTimeout(() => process.stdout.write('writing'), 300)
      await saveLayout([{ ...image, layers }], place)`,
      source,
      place,
    )
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const blobs = () => readdirSync(join(place, 'blobs/sha256'))
    expect(blobs().filter((name) => name.startsWith('.registry-api-v2-client-save-'))).toHaveLength(1)
    // A lock that the process might have held.
    writeFileSync(join(place, '.registry-api-v2-client-lock'), '')
    utimesSync(join(place, '.registry-api-v2-client-lock'), 0, 0)
    await saveLayout(images, place)
    expect(blobs().filter((name) => name.startsWith('.'))).toEqual([])
    expect(readdirSync(place).sort()).toEqual(['blobs', 'index.json', 'oci-layout'])
    expect(await validateDockerTar(place)).toBe(true)
  })

  it.each([
    ['an index that is not JSON', { 'index.json': '{' }, ValidationError, /index\.json": it is not JSON/],
    [
      'an index that is a manifest',
      { 'index.json': '{"schemaVersion":2,"config":{},"layers":[]}' },
      ValidationError,
      /./,
    ],
    [
      'a layout of another version',
      { 'oci-layout': '{"imageLayoutVersion":"2.0.0"}' },
      ValidationError,
      /another folder/,
    ],
    ['a file instead of the folder for blobs', { blobs: '' }, RegistryError, /Cannot write ".*": E/],
  ])('refuses %s before it reads anything', async (_, files, type, message) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(place, name), content)
    const read = vi.fn()
    const image = withLayerSources(images[0], (source) => ({ ...source, read }))
    await rejection(saveLayout([image], place), type, message)
    expect(read).not.toHaveBeenCalled()
    for (const [name, content] of Object.entries(files)) expect(readFileSync(join(place, name), 'utf8')).toBe(content)
    expect(readdirSync(place)).toEqual(Object.keys(files))
  })

  it.each([
    [
      'a pipe',
      (path: string) => execFileSync('mkfifo', [path]),
      /its index\.json is not a file; choose another folder/,
    ],
    ['a folder', (path: string) => mkdirSync(path), /its index\.json is not a file; choose another folder/],
    [
      'too large',
      (path: string) => {
        writeFileSync(path, '')
        truncateSync(path, 9 * 1024 ** 2)
      },
      /its index\.json has more than 8388608 bytes; choose another folder/,
    ],
  ])('refuses an index that is %s', async (_, make, message) => {
    make(join(place, 'index.json'))
    await rejection(saveLayout(images, place), ValidationError, message)
    expect(readdirSync(place)).toEqual(['index.json'])
  })

  it('takes the lock of a process that was killed before the clock was set back', async () => {
    const lock = join(place, '.registry-api-v2-client-lock')
    writeFileSync(lock, '')
    utimesSync(lock, Date.now() / 1000 + 3600, Date.now() / 1000 + 3600)
    await saveLayout(images, place, { signal: AbortSignal.timeout(4000) })
    expect(existsSync(lock)).toBe(false)
  })

  it('refuses a file instead of a folder', async () => {
    const error = await rejection(saveLayout(images, source), RegistryError, /Cannot write ".*source\.tar": /)
    expect(error.code).toBe('STORAGE_FAILED')
  })

  it('says what to do when the disk is full, and leaves the index as it was', async () => {
    const disk = join(place, 'disk')
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk])
    try {
      await saveLayout(other, disk)
      const error = await rejection(saveLayout(images, disk), RegistryError, /ENOSPC.*free some space/)
      expect(error.code).toBe('STORAGE_FAILED')
      expect(await namesIn(disk)).toEqual(['docker.io/team/other:v2'])
      expect(readdirSync(join(disk, 'blobs/sha256')).filter((name) => name.startsWith('.'))).toEqual([])
    } finally {
      execFileSync('umount', [disk])
    }
  })
})
