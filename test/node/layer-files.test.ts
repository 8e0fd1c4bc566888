import { execFileSync, spawnSync } from 'node:child_process'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  createPortableEncoder,
  DigestMismatchError,
  type LayerLimits,
  type ListedFile,
  listLayerFiles,
  openImage,
  pushDockerTar,
  ResponseError,
  TarReadError,
  ValidationError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { toSource } from '../../src/source/from.ts'
import { streamSource } from '../../src/source/pieces.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { zstd } from '../support/packing.ts'
import { concat, paxRecord, rawEntry, rawTar } from '../support/tar.ts'

const folder = mkdtempSync(join(tmpdir(), 'layer-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sha256 = (bytes: Uint8Array) => digestOf(bytes, createNativeHasher)

/** A registry in memory that has one layer. */
async function storeLayer(bytes: Uint8Array, digest?: Awaited<ReturnType<typeof sha256>>) {
  const registry = createTestRegistry()
  const stored = digest ?? (await sha256(bytes))
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (!request.url.endsWith(`/blobs/${stored}`)) return registry.fetch(request)
    const body = request.method === 'HEAD' ? null : (bytes as Uint8Array<ArrayBuffer>)
    return new Response(body, { headers: { 'content-length': String(bytes.length) } })
  }
  return { registry: node.openRegistry('https://registry.test', { fetch }), digest: stored }
}

async function list(bytes: Uint8Array, limits?: Partial<LayerLimits>, digest?: Awaited<ReturnType<typeof sha256>>) {
  const { registry, digest: stored } = await storeLayer(bytes, digest)
  const files: ListedFile[] = []
  for await (const file of listLayerFiles(registry, 'team/app', stored, { limits })) files.push(file)
  return files
}

const paths = (files: readonly ListedFile[]) => files.map(({ path }) => path)

describe('listLayerFiles() of layers by GNU tar', () => {
  const root = join(folder, 'root')
  beforeAll(() => {
    mkdirSync(join(root, 'd'.repeat(90), 'e'.repeat(90)), { recursive: true })
    const long = join('d'.repeat(90), 'e'.repeat(90), 'f'.repeat(90))
    writeFileSync(join(root, long), 'long')
    writeFileSync(join(root, 'motd'), 'hello\n', { mode: 0o640 })
    writeFileSync(join(root, 'grüße\n"x"'), 'strange')
    linkSync(join(root, 'motd'), join(root, 'zz-same'))
    symlinkSync(`../${'t'.repeat(150)}`, join(root, 'link'))
    writeFileSync(join(root, 'holes'), 'begin')
    truncateSync(join(root, 'holes'), 3 * 1024 * 1024)
    writeFileSync(join(root, 'holes'), 'end', { flag: 'a' })
    execFileSync('mkfifo', [join(root, 'pipe')])
    const device = spawnSync('mknod', [join(root, 'null'), 'c', '1', '3'])
    expect(device.status).toBe(0)
  })

  it.each([
    ['pax', '--format=pax'],
    ['GNU', '--format=gnu'],
    ['sparse GNU', '--format=gnu', '--sparse'],
    ['sparse pax 1.0', '--format=pax', '--sparse', '--sparse-version=1.0'],
    ['sparse pax 0.1', '--format=pax', '--sparse', '--sparse-version=0.1'],
    ['sparse pax 0.0', '--format=pax', '--sparse', '--sparse-version=0.0'],
  ])('tells what tar tells, in format %s', async (_, ...options) => {
    const tar = execFileSync('tar', ['-C', root, ...options, '--sort=name', '--mtime=@1700000000.5', '-cf', '-', '.'], {
      maxBuffer: 2 ** 26,
    })
    const listed = execFileSync(
      'tar',
      ['-tvf', '-', '--numeric-owner', '--quoting-style=literal', '--full-time', '--utc'],
      {
        input: tar,
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C' },
      },
    )
    const files = await list(tar)
    const shown = files.map(showAsTar)
    expect(shown.join('\n')).toBe(listed.trimEnd().replace(/^(\S+ \S+) +/gm, '$1 '))
    expect(files.find(({ path }) => path === 'motd')).toMatchObject({ type: 'file', size: 6, mode: 0o640, uid: 0 })
    expect(files.find(({ path }) => path === 'null')?.device).toEqual({ type: 'character', major: 1, minor: 3 })
    expect(files.find(({ path }) => path === 'holes')?.size).toBe(3 * 1024 * 1024 + 3)
    expect(Math.floor(files[0]?.mtime ?? 0)).toBe(1_700_000_000)
    expect(files[0]?.path).toBe('.')
  })
})

const LETTERS: Readonly<Record<string, string>> = { file: '-', directory: 'd', symlink: 'l', hardlink: 'h', fifo: 'p' }

/** Shows a file as `tar -tv --numeric-owner --full-time --utc` does. */
function showAsTar({ name, type, size, mode, uid, gid, mtime, linkTarget, device }: ListedFile): string {
  const bits = [...'rwxrwxrwx'].map((letter, index) => (mode & (0o400 >> index) ? letter : '-')).join('')
  const measure = device ? `${device.major},${device.minor}` : size
  const time = new Date(Math.floor(mtime) * 1000).toISOString().replace('T', ' ').slice(0, 19)
  const letter = LETTERS[type] ?? (device?.type === 'character' ? 'c' : 'b')
  const link = { symlink: ` -> ${linkTarget}`, hardlink: ` link to ${linkTarget}` }[type as string] ?? ''
  return `${letter}${bits} ${uid}/${gid} ${measure} ${time}${mtime % 1 ? '.5' : ''} ${name}${link}`
}

describe('listLayerFiles()', () => {
  const tar = rawTar([
    { name: './etc/', type: '5' },
    { name: './etc/motd', data: 'hello' },
    { name: 'etc/.wh.passwd' },
    { name: 'var/.wh..wh..opq' },
    { name: 'x', type: 'x', data: paxRecord('SCHILY.xattr.user.note', 'kept') },
    { name: 'bin/ping', data: 'elf' },
  ])
  const members = concat([
    gzipSync(tar.subarray(0, 512)),
    gzipSync(tar.subarray(512, 1000)),
    gzipSync(tar.subarray(1000)),
  ])
  const skippable = concat([
    zstd(tar.subarray(0, 1024)),
    Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3),
    zstd(tar.subarray(1024)),
    Uint8Array.of(0x5e, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4),
  ])

  it.each([
    ['none', tar],
    ['gzip', gzipSync(tar)],
    ['gzip of several members, as eStargz', members],
    ['zstd', zstd(tar)],
    ['zstd with skippable frames, as zstd:chunked', skippable],
  ])('detects the packing: %s', async (_, bytes) => {
    const files = await list(bytes)
    expect(files.map(({ type, path }) => `${type} ${path}`)).toEqual([
      'directory etc',
      'file etc/motd',
      'whiteout etc/passwd',
      'opaque var',
      'file bin/ping',
    ])
    expect(files[2]?.name).toBe('etc/.wh.passwd')
    expect(files[4]?.xattrs).toEqual({ 'user.note': new TextEncoder().encode('kept') })
  })

  it('marks names and hard links that lead elsewhere', async () => {
    const files = await list(
      rawTar([
        { name: '/etc/passwd' },
        { name: '../../etc/shadow' },
        { name: 'a/../../b' },
        { name: 'hard', type: '1', linkName: '../outside' },
        { name: 'soft', type: '2', linkName: '../../proc/self' },
        { name: 'a/.wh...' },
        { name: 'a..b/c' },
      ]),
    )
    expect(files.map(({ isUnsafe }) => isUnsafe)).toEqual([true, true, true, true, false, true, false])
    expect(paths(files).slice(0, 3)).toEqual(['etc/passwd', '../../etc/shadow', 'a/../../b'])
  })

  it('takes links and directories for entries without data, as engines do', async () => {
    const inner = rawEntry({ name: 'seen', data: 'x' })
    expect(
      paths(await list(rawTar([{ name: 'l', type: '1', linkName: 'a', size: inner.length }, { name: 'seen' }]))),
    ).toEqual(['l', 'seen'])
  })

  it('gives an empty layer without a file', async () => {
    expect(await list(gzipSync(new Uint8Array(1024)))).toEqual([])
    expect(await list(new Uint8Array(0))).toEqual([])
  })

  it('throws at the end for bytes that do not match the digest, after the files', async () => {
    const { registry, digest } = await storeLayer(tar, await sha256(gzipSync(tar)))
    const files = listLayerFiles(registry, 'team/app', digest)
    for (let count = 0; count < 5; count++) expect((await files.next()).done).toBe(false)
    await rejection(files.next(), DigestMismatchError, /^Cannot trust layer sha256:/)
  })

  it.each([
    ['inside a header', 700, /ends inside a header at byte 512; it was cut short/],
    ['inside a file', 1300, /ends inside ".\/etc\/motd" at byte 1300; it was cut short/],
  ])('throws for a layer that was cut %s', async (_, length, message) => {
    const bytes =
      _ === 'inside a file'
        ? rawTar([
            { name: './etc/', type: '5' },
            { name: './etc/motd', data: 'x'.repeat(900) },
          ])
        : tar
    const error = await rejection(list(gzipSync(bytes.subarray(0, length))), TarReadError, message)
    expect(error.code).toBe('ARCHIVE_DAMAGED')
    expect(error.message).toMatch(/^Cannot read layer sha256:[0-9a-f]{64}: it ends/)
  })

  it.each([['gzip'], ['zstd']] as const)('throws for a bomb in %s', async (format) => {
    const { encode } = await createPortableEncoder(format)
    const zeros = streamSource(toSource(new Uint8Array(80 * 1024 * 1024)))
    const pieces: Uint8Array[] = []
    for await (const piece of encode(zeros)) pieces.push(piece)
    const bomb = concat(pieces)
    const error = await rejection(
      list(bomb),
      TarReadError,
      /unpacks to more than 200 bytes; if you trust .* unpackRatio/,
    )
    expect(error.code).toBe('LIMIT_EXCEEDED')
    expect(await list(bomb, { unpackRatio: 100_000 })).toEqual([])
  })

  it('throws for too many entries, too large headers, and a layer that is too large', async () => {
    await rejection(
      list(tar, { entries: 2 }),
      TarReadError,
      /more than 2 entries; if you trust .* \{ limits: \{ entries \} \}$/,
    )
    await rejection(list(tar, { extendedHeaderSize: 512 }), TarReadError, /more than 512/)
    await rejection(list(tar, { spoolSize: 600 }), TarReadError, /more than 600 bytes/)
    await rejection(list(tar, { entries: -1 }), RangeError, /"entries"/)
    await rejection(list(tar, { files: 1 } as never), TypeError, /no limit "files"/)
    await rejection(list(tar, null as never), TypeError, /^Cannot use null as options: pass limits as an object/)
  })

  it.each([
    ['JSON', new TextEncoder().encode('{"payloadType":"application/vnd.in-toto+json"}'), /it is not a tar/],
    ['xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0), /packed with xz; build the image with/],
    ['a zip', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0), /packed with zip/],
  ])('throws for %s', async (_, bytes, message) => {
    const error = await rejection(list(bytes), ValidationError, message)
    expect(error.code).toBe('NOT_SUPPORTED')
  })

  it('throws for names of layers that are none', async () => {
    const { registry } = await storeLayer(tar)
    const first = (layer: unknown) => listLayerFiles(registry, 'team/app', layer as never).next()
    await rejection(first('v1'), ValidationError, /digest/)
    await rejection(first(undefined), TypeError, /^Cannot use layer: it is missing; pass an entry/)
    await rejection(first({}), ValidationError)
    await rejection(first(`sha256:${'0'.repeat(64)}`), ResponseError)
  })
})

describe('listLayerFiles() of a layer that is still coming', () => {
  it('gives the first files at once, and ends the request when the loop ends', async () => {
    const head = concat([
      rawEntry({ name: 'first', data: 'x' }),
      rawEntry({ name: 'second', data: 'y'.repeat(200_000) }),
    ])
    const size = 50_000_000
    let closed: (() => void) | undefined
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': size })
      response.write(head)
      response.once('close', () => closed?.())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: await sha256(head), size }
    for await (const { path } of listLayerFiles(`http://127.0.0.1:${port}`, 'team/app', layer)) {
      expect(path).toBe('first')
      break
    }
    const start = performance.now()
    await isClosed
    expect(performance.now() - start).toBeLessThan(2_000)
    server.close()
  })
})

describe('listLayerFiles() of a real registry', () => {
  it.each([
    ['.', listLayerFiles],
    ['./node', node.listLayerFiles],
  ])('lists in %s the layers of an image that Docker saved', async (_, listFiles) => {
    const archive = new Blob([readFileSync('test/archives/docker-20.10-graph-driver.tar')])
    const registry = inject('registryUrl')
    await pushDockerTar(archive, registry, 'look/files', 'v1', { image: 'team/app:v1' })
    const image = await openImage(registry, 'look/files', 'v1')
    const listed: string[] = []
    const progress: number[] = []
    for (const layer of image.layers) {
      const onProgress = ({ readBytes, totalBytes }: { readBytes: number; totalBytes: number }) =>
        progress.push(readBytes / totalBytes)
      for await (const { type, path } of listFiles(registry, 'look/files', layer, { onProgress })) {
        listed.push(`${type} ${path}`)
      }
    }
    expect(listed).toEqual([
      ...['directory app', 'file app/main.js', 'file app/data.txt', 'directory app', 'file app/config.json'],
      ...['symlink app/latest', 'directory app', 'whiteout app/data.txt', 'file app/notes.txt'],
    ])
    expect(progress.at(-1)).toBe(1)
  })
})
