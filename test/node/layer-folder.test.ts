import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as portable from '../../src/index.ts'
import { type AppendOptions, appendLayer, type Image, TarReadError, ValidationError } from '../../src/node/index.ts'
import { rejection } from '../support/errors.ts'
import { fileIn, listTar, plainTar, topLayer } from '../support/layer-tar.ts'
import { appArchive } from '../support/writing.ts'

// Layers of files on a disk.

const top = mkdtempSync(join(tmpdir(), 'layer-folder-'))
const app = join(top, 'app')
const [base] = (await appArchive()).images as [Image]

beforeAll(() => {
  mkdirSync(join(app, 'bin'), { recursive: true })
  mkdirSync(join(app, 'cache'))
  mkdirSync(join(app, 'node_modules', 'x'), { recursive: true })
  writeFileSync(join(app, 'index.js'), 'run()', { mode: 0o600 })
  writeFileSync(join(app, 'bin', 'start'), '#!/bin/sh\n')
  chmodSync(join(app, 'bin', 'start'), 0o4770)
  writeFileSync(join(app, 'node_modules', 'x', 'index.js'), 'x')
  symlinkSync('../bin/start', join(app, 'node_modules', 'start'))
  symlinkSync('/nowhere', join(app, 'broken'))
})
afterAll(() => rmSync(top, { recursive: true, force: true }))

/** The temporary files of this process. */
const leftFiles = () =>
  readdirSync(tmpdir()).filter((name) => name.includes(`registry-api-v2-client-spool-${process.pid}`))

async function listed(path: string | URL, options: AppendOptions = {}): Promise<readonly string[]> {
  return listTar(await plainTar(topLayer(await appendLayer(base, path, options))))
}

describe('appendLayer() of "./node"', () => {
  it('adds what is in a folder: executables stay executable, links stay links', async () => {
    const expected = [
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 srv/',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 srv/bin/',
      '-rwxr-xr-x 0/0 10 1970-01-01 00:00 srv/bin/start',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00 srv/broken -> /nowhere',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 srv/cache/',
      '-rw-r--r-- 0/0 5 1970-01-01 00:00 srv/index.js',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 srv/node_modules/',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00 srv/node_modules/start -> ../bin/start',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 srv/node_modules/x/',
      '-rw-r--r-- 0/0 1 1970-01-01 00:00 srv/node_modules/x/index.js',
    ]
    expect(await listed(app, { at: '/srv' })).toEqual(expected)
    expect(await listed(pathToFileURL(app), { at: 'srv/' })).toEqual(expected)
  })

  it('adds one file by its name', async () => {
    expect(await listed(join(app, 'bin', 'start'), { at: '/usr/bin' })).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 usr/',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 usr/bin/',
      '-rwxr-xr-x 0/0 10 1970-01-01 00:00 usr/bin/start',
    ])
  })

  it('adds several folders and files as one layer', async () => {
    const [start, bin] = [join(app, 'index.js'), pathToFileURL(join(app, 'bin'))]
    const image = await appendLayer(base, [start, bin], { at: '/srv' })
    expect(image.layers).toHaveLength(base.layers.length + 1)
    expect(await listTar(await plainTar(topLayer(image)))).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 srv/',
      '-rw-r--r-- 0/0 5 1970-01-01 00:00 srv/index.js',
      '-rwxr-xr-x 0/0 10 1970-01-01 00:00 srv/start',
    ])
    const twice = await rejection(appendLayer(base, [start, app]), ValidationError, /"index.js" of .* is in it already/)
    expect(twice.code).toBe('LAYER_INVALID')
  })

  it('does not read a folder that the filter does not take', async () => {
    const asked: string[] = []
    const filter = (path: string) => {
      asked.push(path)
      return !['node_modules', 'broken', 'cache'].includes(path)
    }
    expect(await listed(app, { filter })).toHaveLength(2)
    expect(asked).toEqual(['bin', 'bin/start', 'broken', 'cache', 'index.js', 'node_modules'])
  })

  it.each(['gzip', 'zstd'] as const)('makes the same layer in %s as "."', async (compress) => {
    const files = { 'a/b': 'x'.repeat(3_000_000), c: { link: 'a' } }
    const [own, other] = [
      await appendLayer(base, files, { compress }),
      await portable.appendLayer(base, files, { compress }),
    ]
    expect(own.manifest.digest).toBe(other.manifest.digest)
  })

  it('reads the files before it resolves', async () => {
    const path = join(top, 'short-lived')
    writeFileSync(path, 'still there')
    const image = await appendLayer(base, path)
    rmSync(path)
    expect(fileIn(await plainTar(topLayer(image)), 'short-lived')).toBe('still there')
  })

  it('keeps a large layer in a file without a name', async () => {
    const path = join(top, 'random')
    execFileSync('dd', ['if=/dev/urandom', `of=${path}`, 'bs=1M', 'count=12', 'status=none'])
    const image = await appendLayer(base, path)
    expect(topLayer(image).size).toBeGreaterThan(12e6)
    expect(leftFiles()).toEqual([])
  })
})

describe('appendLayer() of "./node" rejects', () => {
  it.each([
    ['a pipe', async (place: string) => void execFileSync('mkfifo', [place])],
    ['a socket', async (place: string) => new Promise<void>((done) => void createServer().listen(place, done).unref())],
  ])('%s in a folder', async (_, make) => {
    const folder = mkdtempSync(join(top, 'odd-'))
    await make(join(folder, 'odd'))
    const error = await rejection(appendLayer(base, folder), ValidationError, /odd" is a device, a socket or a pipe/)
    expect([error.code, error.path]).toEqual(['LAYER_INVALID', join(folder, 'odd')])
    await rejection(appendLayer(base, join(folder, 'odd')), ValidationError, /is a device, a socket or a pipe/)
    const others = appendLayer(base, folder, { filter: (path) => path !== 'odd' })
    await rejection(others, ValidationError, /has no files/)
  })

  it('a path that does not exist', async () => {
    const error = await rejection(appendLayer(base, join(top, 'nowhere')), TarReadError, /no such file/)
    expect(error.code).toBe('FILE_UNREADABLE')
  })

  it('a name that is not UTF-8', async () => {
    const folder = mkdtempSync(join(top, 'latin1-'))
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(0xe9)]), '')
    await rejection(appendLayer(base, folder), ValidationError, /the name of .* is not in UTF-8/)
  })

  it('a file that changes while it is read, and leaves nothing', async () => {
    const path = join(top, 'growing')
    writeFileSync(path, 'x'.repeat(3_000_000))
    const onProgress = () => appendFileSync(path, 'y')
    const error = await rejection(appendLayer(base, path, { onProgress }), TarReadError, /it changed while it was read/)
    expect([error.code, error.path]).toEqual(['FILE_UNREADABLE', 'growing'])
    expect(error.remedy).toBe('add the files again when nothing changes them')
    expect(leftFiles()).toEqual([])
  })

  it('a file that becomes shorter while it is read', async () => {
    const path = join(top, 'shrinking')
    writeFileSync(path, 'x'.repeat(3_000_000))
    await rejection(appendLayer(base, path, { onProgress: () => writeFileSync(path, '') }), TarReadError, /shorter/)
  })
})
