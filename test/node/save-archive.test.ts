import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type ArchiveOutput,
  createWriteController,
  DigestMismatchError,
  type Image,
  openArchive,
  RegistryError,
  saveArchive,
  type WriteProgress,
} from '../../src/node/index.ts'
import { damaged, stalled, withLayerSources } from '../support/changed-image.ts'
import { rejection } from '../support/errors.ts'
import { createPiecesArchive, startSaving } from '../support/saving.ts'
import { writeTar } from '../support/writing.ts'

const folder = mkdtempSync(join(tmpdir(), 'save-'))
const source = join(folder, 'source.tar')
let images: readonly Image[]
let place: string
/** The tar that `writeArchive` makes of the images. */
let tar: Buffer

beforeAll(async () => {
  writeFileSync(source, await createPiecesArchive())
  images = (await openArchive(source)).images
  tar = Buffer.from(await writeTar(images))
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  place = mkdtempSync(join(folder, 'place-'))
})

/** The image, with layers that do not come to their end, and a promise for when they wait. */
function slowImage() {
  let reach = () => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return { slow: withLayerSources(images[0], (source) => stalled(source, reach)), reached }
}

describe('saveArchive() to a path', () => {
  it.each([
    ['a path', (path: string) => path],
    ['a file URL', (path: string) => pathToFileURL(path)],
  ])('writes the tar of writeArchive() to %s', async (_, toOutput) => {
    const path = join(place, 'app.tar')
    const saved = await saveArchive(images, toOutput(path))
    expect(readFileSync(path).equals(tar)).toBe(true)
    expect(saved).toEqual({
      size: tar.length,
      images: [{ digest: images[0]?.manifest.digest, names: ['registry.example.com/team/app:v1'] }],
    })
    expect(readdirSync(place)).toEqual(['app.tar'])
  })

  it('takes the options of writeArchive()', async () => {
    const path = join(place, 'app.tar')
    await saveArchive(images, path, { format: 'docker', names: ['registry.example.com/other:v2'] })
    const { images: read } = await openArchive(path)
    expect(read.map(({ names }) => names)).toEqual([['registry.example.com/other:v2']])
  })

  it('tells the progress, and keeps to the limit', async () => {
    const events: WriteProgress[] = []
    const begun = performance.now()
    await saveArchive(images, join(place, 'app.tar'), {
      maxBytesPerSecond: 40_000_000,
      onProgress: (event) => events.push(event),
    })
    // 13.5 MiB, of which a tenth of a second is free.
    expect(performance.now() - begun).toBeGreaterThan(200)
    const bytes = [images[0]?.manifest, images[0]?.config, ...(images[0]?.layers ?? [])].map((blob) => blob?.size ?? 0)
    const totalBytes = bytes.reduce((sum, size) => sum + size, 0)
    expect(events[0]).toMatchObject({ phase: 'write', writtenBytes: 0, totalBytes })
    expect(events.at(-1)).toMatchObject({ phase: 'done', writtenBytes: totalBytes, totalBytes })
    expect(events.at(-1)?.blobs.map(({ state }) => state)).toEqual(bytes.map(() => 'written'))
  })

  it('counts only what a tar for Docker has', async () => {
    const events: WriteProgress[] = []
    const onProgress = (event: WriteProgress) => events.push(event)
    await saveArchive(images, join(place, 'app.tar'), { format: 'docker', onProgress })
    const last = events.at(-1)
    expect(last?.blobs.some(({ kind }) => kind === 'manifest')).toBe(false)
    expect(last).toMatchObject({ phase: 'done', writtenBytes: last?.totalBytes, remainingSeconds: 0 })
  })

  it('waits in a pause, and ends with an abort of its controller', async () => {
    const controller = createWriteController()
    controller.pause()
    const saving = saveArchive(images, join(place, 'app.tar'), { controller })
    setTimeout(() => controller.abort(), 50)
    await expect(saving).rejects.toThrow('aborted')
    expect(readdirSync(place)).toEqual([])
  })

  it('replaces a file, keeps its mode, and follows a link to it', async () => {
    const [path, link] = [join(place, 'app.tar'), join(place, 'link.tar')]
    writeFileSync(path, 'old')
    chmodSync(path, 0o600)
    symlinkSync('app.tar', link)
    await saveArchive(images, link)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(path).equals(tar)).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('writes the file that a link names, whether the file exists or not, and keeps the link', async () => {
    mkdirSync(join(place, 'folder'))
    symlinkSync('folder/second', join(place, 'first'))
    symlinkSync('../app.tar', join(place, 'folder', 'second'))
    await saveArchive(images, join(place, 'first'))
    expect(lstatSync(join(place, 'first')).isSymbolicLink()).toBe(true)
    expect(lstatSync(join(place, 'folder', 'second')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(place, 'app.tar')).equals(tar)).toBe(true)
    symlinkSync('nowhere/app.tar', join(place, 'lost'))
    const error = await rejection(saveArchive(images, join(place, 'lost')), RegistryError)
    expect(error.remedy).toMatch(/create the folder/)
    expect(lstatSync(join(place, 'lost')).isSymbolicLink()).toBe(true)
  })

  it('keeps the old file until the new one is whole', async () => {
    const path = join(place, 'app.tar')
    writeFileSync(path, 'old')
    const aborting = new AbortController()
    const { slow, reached } = slowImage()
    const saving = saveArchive([slow], path, { signal: aborting.signal })
    await reached
    expect(readFileSync(path, 'utf8')).toBe('old')
    const reason = new Error('enough')
    aborting.abort(reason)
    await expect(saving).rejects.toBe(reason)
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(place)).toEqual(['app.tar'])
  })

  it('leaves nothing behind when bytes are wrong', async () => {
    const image = withLayerSources(images[0], damaged)
    await rejection(saveArchive([image], join(place, 'app.tar')), DigestMismatchError)
    expect(readdirSync(place)).toEqual([])
  })

  it('leaves a temporary file when it is killed, which the next call removes', async () => {
    const child = startSaving(
      `
      const layers = images[0].layers.map((layer) => ({ ...layer, source: { ...layer.source, read: () => new Promise(() => {}) } }))
      setInterval(() => {}, 1000)
      const saving = saveArchive([{ ...images[0], layers }], place + '/app.tar')
      setTimeout(() => process.stdout.write('writing'), 200)
      await saving`,
      source,
      place,
    )
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const names = readdirSync(place)
    expect(names).toHaveLength(1)
    expect(names[0]).toMatch(/^\.registry-api-v2-client-save-/)
    await saveArchive(images, join(place, 'other.tar'))
    expect(readdirSync(place)).toEqual(['other.tar'])
  })

  it('leaves the temporary file of a process that runs', async () => {
    const aborting = new AbortController()
    const { slow, reached } = slowImage()
    const saving = saveArchive([slow], join(place, 'slow.tar'), { signal: aborting.signal })
    await reached
    const child = startSaving(`await saveArchive(images, place + '/app.tar')`, source, place)
    expect(await text(child.stderr)).toBe('')
    expect(readdirSync(place)).toEqual([expect.stringMatching(/^\.registry-api-v2-client-save-/), 'app.tar'])
    aborting.abort()
    await expect(saving).rejects.toThrow('aborted')
    expect(readdirSync(place)).toEqual(['app.tar'])
  })

  it('writes whole files when several calls write to one path', async () => {
    const path = join(place, 'app.tar')
    await Promise.all([saveArchive(images, path), saveArchive(images, path), saveArchive(images, path)])
    expect(readFileSync(path).equals(tar)).toBe(true)
    expect(readdirSync(place)).toEqual(['app.tar'])
  })

  it.each([
    ['a missing folder', 'missing/app.tar', /ENOENT.*create the folder first/],
    ['a folder', 'sub', /it is a folder; .*saveLayout/],
    ['a path that ends like a folder', 'sub/new/', /it is a folder/],
    ['a path below a file', 'file/app.tar', /ENOTDIR.*choose a path in a folder/],
    ['a name that is too long', 'x'.repeat(300), /ENAMETOOLONG/],
  ])('refuses %s before it reads anything', async (_, name, message) => {
    mkdirSync(join(place, 'sub'))
    writeFileSync(join(place, 'file'), '')
    const read = vi.fn()
    const image = withLayerSources(images[0], (source) => ({ ...source, read }))
    const error = await rejection(saveArchive([image], join(place, name)), RegistryError, message)
    expect(error.code).toBe('STORAGE_FAILED')
    expect(error.message).toContain(`Cannot write "${join(place, name)}": `)
    expect(read).not.toHaveBeenCalled()
    expect(readdirSync(place).sort()).toEqual(['file', 'sub'])
  })

  it.each([
    ['a number', 1],
    ['nothing', undefined],
    ['an empty text', ''],
    ['a web address', 'https://user:secret@registry.example.com/app.tar'],
    ['the URL of a web page', new URL('https://user:secret@registry.example.com/app.tar')],
    ['a file URL as a text', 'file:///tmp/app.tar'],
    ['the file URL of another host', new URL('file://host.example/app.tar')],
    ['a stream that cannot be destroyed', { write() {}, end() {}, on() {}, off() {} }],
    ['an object', {}],
  ])('refuses %s instead of a path', async (_, to) => {
    const error = await rejection(saveArchive(images, to as ArchiveOutput), TypeError, /^Cannot write to .*pass a path/)
    expect(error.message).not.toContain('secret')
  })

  it('says what to do when the disk is full, and leaves nothing there', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', place])
    try {
      const error = await rejection(
        saveArchive(images, join(place, 'app.tar')),
        RegistryError,
        /ENOSPC.*free some space/,
      )
      expect(error.code).toBe('STORAGE_FAILED')
      expect(readdirSync(place)).toEqual([])
    } finally {
      execFileSync('umount', [place])
    }
  })

  it('writes to a pipe and a device, and leaves them what they are', async () => {
    const fifo = join(place, 'fifo')
    execFileSync('mkfifo', [fifo])
    const reader = spawn('cat', [fifo], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [read] = await Promise.all([buffer(reader.stdout), saveArchive(images, fifo)])
    expect(read.equals(tar)).toBe(true)
    expect(statSync(fifo).isFIFO()).toBe(true)
    await saveArchive(images, '/dev/null')
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
    await rejection(saveArchive(images, '/dev/full'), RegistryError, /Cannot write "\/dev\/full": ENOSPC/)
  })
})
