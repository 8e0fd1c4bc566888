import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  diffImages,
  type Image,
  type ImageFile,
  type Layer,
  listImageFiles,
  readImageFile,
  TarReadError,
  ValidationError,
} from '../../src/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { rejection } from '../support/errors.ts'
import { imageOf } from '../support/layered-image.ts'
import { concat, paxRecord, type RawEntry, rawTar } from '../support/tar.ts'

// Layers whose entries are few and small, but cost much, or are wrong in a way that only an engine would notice.

const pax = (...records: readonly (readonly [key: string, value: string])[]): RawEntry => ({
  name: 'x',
  type: 'x',
  data: records.map(([key, value]) => paxRecord(key, value)).join(''),
})

async function filesIn(image: Image, limits = {}): Promise<readonly ImageFile[]> {
  const files: ImageFile[] = []
  for await (const file of listImageFiles(image, { limits })) files.push(file)
  return files
}

async function isLimited(act: Promise<unknown>, limit: RegExp): Promise<void> {
  const error = await rejection(act, TarReadError, limit)
  expect(error.code).toBe('LIMIT_EXCEEDED')
}

describe('listImageFiles() of a layer with hostile names', () => {
  it('leaves out paths that are longer than those of Linux, soon', async () => {
    const deep = 'a/'.repeat(400_000)
    const start = performance.now()
    const files = await filesIn(
      await imageOf([pax(['path', `${deep}f`]), { name: '' }, { name: 'b' }], [{ name: '.wh.a' }]),
    )
    expect(files.map(({ path }) => path)).toEqual(['b'])
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  it('leaves out what links would put deeper than Linux has paths', async () => {
    const deep = 'a/'.repeat(2_000)
    const entries: RawEntry[] = [pax(['path', `${deep}f`]), { name: '' }]
    for (let link = 0; link < 30; link++) {
      entries.push(pax(['linkpath', `${link > 0 ? `l${link - 1}/` : ''}${deep}`]), { name: `l${link}`, type: '2' })
      entries.push(pax(['path', `l${link}/${deep.slice(0, 4_000)}f`]), { name: '' })
    }
    const paths = (await filesIn(await imageOf(entries))).map(({ path }) => path)
    expect(Math.max(...paths.map((path) => path.length))).toBeLessThanOrEqual(4096)
    expect(paths).toHaveLength(31)
  })

  it('removes a large folder as often as a layer says so, soon', async () => {
    const files = Array.from({ length: 60_000 }, (_, index) => ({ name: `a/b/${index}` }))
    const again = files.map((_, index) => ({ name: index % 2 === 0 ? 'a/.wh..wh..opq' : 'a/.wh.b' }))
    const start = performance.now()
    const left = await filesIn(await imageOf(files, [{ name: 'a/b/new' }, ...again, { name: 'a/b/newer' }]))
    expect(left.map(({ path }) => path)).toEqual(['a/b/new', 'a/b/newer'])
    // Measured on two busy cores: ten seconds.
    expect(performance.now() - start).toBeLessThan(50_000)
  })

  it('reads no link whose target is too long', async () => {
    const image = await imageOf([pax(['linkpath', 'a/'.repeat(400_000)]), { name: 's', type: '2' }])
    await rejection(readImageFile(image, 's/f', { followLinks: true }), ValidationError, /it is not there/)
  })

  it('counts the folders that names imply, the names of whiteouts, and extended attributes', async () => {
    const image = await imageOf([{ name: 'a/b/c/d/e' }])
    await isLimited(filesIn(image, { entries: 4 }), /more than 4 files and folders; .* \{ limits: \{ entries \} \}$/)
    expect(await filesIn(image, { entries: 5 })).toHaveLength(1)
    const removed = await imageOf([{ name: `.wh.${'w'.repeat(90)}` }, { name: `.wh.${'v'.repeat(90)}` }])
    await isLimited(filesIn(removed, { namesSize: 100 }), /names have more than 100 bytes/)
    const attributes = await imageOf([pax(['SCHILY.xattr.user.a', 'x'.repeat(2_000)]), { name: 'f' }])
    await isLimited(filesIn(attributes, { namesSize: 1_000 }), /attributes have more than 1000 bytes .*namesSize/)
  })
})

describe('readImageFile() of links', () => {
  const LINKS: readonly RawEntry[] = [
    { name: 'target', data: 'T' },
    { name: 'soft', type: '2', linkName: 'target' },
    { name: 'hard', type: '1', linkName: 'soft' },
    { name: 'early', type: '1', linkName: 'late' },
    { name: 'late', data: 'L' },
    { name: 'self', type: '1', linkName: 'self' },
    { name: 'lost', type: '2', linkName: 'nowhere' },
    { name: 'one', type: '2', linkName: 'two' },
    { name: 'two', type: '2', linkName: 'one' },
  ]

  it('follows a hard link to a symbolic link, which engines make', async () => {
    const image = await imageOf(LINKS)
    const hard = await readImageFile(image, 'hard')
    await rejection(hard.bytes(), ValidationError, /to "soft", which is a symbolic link; pass \{ followLinks: true \}$/)
    const followed = await readImageFile(image, 'hard', { followLinks: true })
    expect(new TextDecoder().decode(await followed.bytes())).toBe('T')
  })

  it.each([
    ['early', /hard link to "late", which is not there/],
    ['self', /hard link to "self", which is not there/],
    ['lost', /symbolic link to "nowhere", which is not there, or leads in a circle$/],
    ['one', /symbolic link to "two", which is not there, or leads in a circle$/],
  ])('throws for %s, which leads nowhere', async (path, message) => {
    const read = readImageFile(await imageOf(LINKS), path, { followLinks: true })
    const error = await rejection(
      read.then((file) => file.bytes()),
      ValidationError,
      message,
    )
    expect([error.code, error.path]).toEqual(['FILE_MISSING', path])
  })
})

describe('readImageFile() of a sparse file', () => {
  const sparse = (size: string) => [
    pax(
      ['GNU.sparse.major', '0'],
      ['GNU.sparse.minor', '1'],
      ['GNU.sparse.size', size],
      ['GNU.sparse.map', `${Number(size) - 1},1`],
    ),
    { name: 'holes', data: 'e' },
  ]

  it('limits the holes of a layer, also where files are compared', async () => {
    const [small, large] = [await imageOf(sparse('100000')), await imageOf(sparse('9000000000000000'))]
    expect((await filesIn(large)).map(({ size }) => size)).toEqual([9_000_000_000_000_000])
    const file = await readImageFile(large, 'holes')
    await isLimited(new Response(file.stream()).arrayBuffer(), /holes .* more than .* bytes; .*spoolSize/)
    await isLimited(diffImages(small, large, { files: true }), /^Cannot read layer sha256:.* holes /)
    const bytes = await (await readImageFile(small, 'holes')).bytes()
    expect([bytes.length, bytes.at(-1), bytes.findIndex((byte) => byte !== 0)]).toEqual([100_000, 101, 99_999])
  }, 120_000)

  it('stops in a hole when it is aborted', async () => {
    const controller = new AbortController()
    const limits = { spoolSize: Number.POSITIVE_INFINITY }
    const image = await imageOf(sparse('9000000000000000'))
    const diffing = diffImages(image, await imageOf(sparse('100000')), {
      files: true,
      limits,
      signal: controller.signal,
    })
    setTimeout(() => controller.abort(new Error('enough')), 100)
    await rejection(diffing, Error, /^enough$/)
  })

  it('throws soon for a map that is one long number', async () => {
    const records = pax(['GNU.sparse.major', '1'], ['GNU.sparse.minor', '0'], ['GNU.sparse.realsize', '9'])
    const image = await imageOf([records, { name: 'f', data: '1'.repeat(20_000_000) }])
    const start = performance.now()
    await rejection(filesIn(image), TarReadError, /sparse map .* malformed number/)
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

describe('listImageFiles() of a large layer that is in memory', () => {
  it('lets other tasks run meanwhile', async () => {
    const image = await imageOf(Array.from({ length: 20_000 }, (_, index) => ({ name: `f${index}` })))
    let ticks = 0
    const ticking = setInterval(() => ticks++, 1)
    const times = [performance.now()]
    await filesIn(image)
    times.push(performance.now())
    clearInterval(ticking)
    const [start = 0, end = 0] = times
    expect(ticks).toBeGreaterThan((end - start) / 100)
  })

  it('throws a TypeError for a layer that is none', async () => {
    const files = listImageFiles(await imageOf([]), { layer: `sha256:${'0'.repeat(64)}` as never })
    await rejection(files.next(), TypeError, /^Cannot use layer: it has to be one of the layers of an image/)
  })
})

describe('the stream() of a file', () => {
  it('ends the read when it is cancelled while the layer stands still', async () => {
    const image = await imageOf([{ name: 'large', data: 'x'.repeat(3_000_000) }])
    const file = await readImageFile(image, 'large')
    const signals: (AbortSignal | undefined)[] = []
    const layer = image.layers[0] as Layer & { source: { read: unknown } }
    Object.assign(layer.source, {
      read: (_start: number, _end: number, signal?: AbortSignal) => {
        signals.push(signal)
        return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      },
    })
    const reader = file.stream().getReader()
    reader.read().catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await reader.cancel()
    expect(signals.map((signal) => signal?.aborted)).toEqual([true])
  })
})

describe('a layer whose gzip is damaged, but has the right digest', () => {
  const packed = gzipSync(rawTar([{ name: 'a', data: 'hello' }]))
  const flipped = Uint8Array.from(packed, (byte, at) => (at === packed.length - 7 ? byte ^ 255 : byte))

  it.each([
    ['is cut inside its checksum', packed.subarray(0, -4)],
    ['has a wrong checksum', flipped],
    ['has a tail that is no gzip', concat([packed, new TextEncoder().encode('tail')])],
  ])('throws at the end if it %s', async (_, bytes) => {
    const image = await imageOf([])
    const [layer] = image.layers as [Layer]
    const digest = await digestOf(bytes, createNativeHasher)
    const source = {
      size: bytes.length,
      read: async (start: number, end: number) => Uint8Array.from(bytes.subarray(start, end)),
    }
    const damaged = { ...layer, digest, size: bytes.length, source }
    const error = await rejection(
      filesIn({ ...image, layers: [damaged] }),
      TarReadError,
      /^Cannot read layer .* gzip data/,
    )
    expect(error.code).toBe('ARCHIVE_DAMAGED')
  })
})

describe('diffImages() of extended attributes', () => {
  it('does not depend on their order', async () => {
    const [one, other] = [
      ['SCHILY.xattr.user.a', '1'],
      ['SCHILY.xattr.user.b', '2'],
    ] as const
    const from = await imageOf([pax(one, other), { name: 'f' }])
    const to = await imageOf([pax(other, one), { name: 'f' }])
    const changed = await imageOf([pax(one, ['SCHILY.xattr.user.b', '3']), { name: 'f' }])
    expect((await diffImages(from, to, { files: true })).files).toEqual([])
    const { files } = await diffImages(from, changed, { files: true })
    expect(files?.map(({ path, differs }) => [path, ...differs])).toEqual([['f', 'xattrs']])
  })
})
