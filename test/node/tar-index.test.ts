import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTar } from 'nanotar'
import { describe, expect, it } from 'vitest'
import { hasFile, openEntry } from '../../src/archive/file-index.ts'
import { withDefaultLimits } from '../../src/archive/limits.ts'
import { indexTar } from '../../src/archive/tar-index.ts'
import { TarReadError, ValidationError } from '../../src/index.ts'
import { toSource } from '../../src/source/from.ts'
import { readAll } from '../../src/source/source.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { hasGnuTar } from '../support/gnu-tar.ts'
import { paxRecord, type RawEntry, rawEntry, rawHeader, rawTar } from '../support/tar.ts'

const index = (bytes: Uint8Array) => indexTar(toSource(bytes), withDefaultLimits())
const text = async (bytes: Uint8Array, path: string) =>
  new TextDecoder().decode(await readAll(await openEntry(await index(bytes), path, 'a test')))
const refuses = async (entries: readonly RawEntry[], message: RegExp) =>
  rejection(index(rawTar(entries)), TarReadError, message)

const LONG = `folder/${'long-'.repeat(40)}name`

/** Small files, of which only the headers are real. */
function manySmallFiles(count: number, size: number) {
  const entrySize = 512 + Math.ceil(size / 512) * 512
  const bytes = new Uint8Array(entrySize * count + 1024)
  for (let position = 0; position < count; position++) {
    bytes.set(rawHeader({ name: `blobs/${position}`, size }), position * entrySize)
  }
  return countingSource(bytes)
}

describe('indexTar()', () => {
  it('finds what nanotar wrote', async () => {
    const tar = createTar([{ name: 'a/b.txt', data: 'one' }, { name: 'a/' }, { name: 'empty', data: '' }])
    const { entries } = await index(tar)
    expect([...entries.keys()]).toEqual(['a/b.txt', 'a', 'empty'])
    expect(await text(tar, 'a/b.txt')).toBe('one')
    expect(await text(tar, './a//b.txt')).toBe('one')
    expect(await text(tar, 'empty')).toBe('')
  })

  it.skipIf(!hasGnuTar()).each(['v7', 'oldgnu', 'gnu', 'ustar', 'pax'])(
    'finds what GNU tar wrote in its format %s',
    async (format) => {
      const folder = mkdtempSync(join(tmpdir(), 'gnu-tar-'))
      const name = ['gnu', 'oldgnu', 'pax'].includes(format) ? LONG : `deep/${'folder/'.repeat(9)}file`
      mkdirSync(join(folder, name, '..'), { recursive: true })
      writeFileSync(join(folder, name), 'content')
      symlinkSync(name, join(folder, 'link'))
      execFileSync('tar', ['-C', folder, '--format', format, '-cf', join(folder, 'out.tar'), name, 'link'])
      const tar = readFileSync(join(folder, 'out.tar'))
      rmSync(folder, { recursive: true })
      expect(await text(tar, name)).toBe('content')
      expect(await text(tar, 'link')).toBe('content')
    },
  )

  it('reads pax names, sizes and values with "=", and GNU long names', async () => {
    const pax = paxRecord('path', `${LONG}=ä ö`) + paxRecord('size', '3') + paxRecord('comment', 'a=b')
    const tar = rawTar([
      { name: 'PaxHeader', type: 'x', data: pax },
      // The header's own size is wrong: the extended one counts, for the data and for the way to the next entry.
      { name: 'short', data: 'one', size: 0 },
      { name: '././@LongLink', type: 'L', data: `${LONG}\0` },
      { name: 'short', data: 'two' },
      { name: 'after', data: 'three' },
    ])
    expect(await text(tar, `${LONG}=ä ö`)).toBe('one')
    expect(await text(tar, LONG)).toBe('two')
    expect(await text(tar, 'after')).toBe('three')
  })

  it('gives a pax size to the next real entry alone (CVE-2025-62518, GHSA-j5gw-2vrg-8fgx, CVE-2026-53655, GHSA-vmf3-w455-68vh)', async () => {
    // Entries in a file's data: who takes the header's own size, or uses up the other one before, finds them.
    const hidden = rawTar([{ name: 'manifest.json', data: 'hidden' }])
    const size: RawEntry = { name: 'p', type: 'x', data: paxRecord('size', `${hidden.length}`) }
    const long = (type: string): RawEntry => ({ name: '././@LongLink', type, data: `${'long'.repeat(150)}\0` })
    for (const between of [[], [long('L')], [long('K')], [long('K'), long('L')]]) {
      const tar = rawTar([
        ...[size, ...between, { name: 'layer.tar', data: hidden, size: 0 }],
        { name: 'manifest.json', data: 'real' },
      ])
      const { entries } = await index(tar)
      const name = between.some(({ type }) => type === 'L') ? 'long'.repeat(150) : 'layer.tar'
      expect([...entries.values()].map((entry) => [entry.path, entry.source.size])).toEqual([
        [name, hidden.length],
        ['manifest.json', 4],
      ])
      expect(await text(tar, 'manifest.json')).toBe('real')
    }
  })

  it('joins prefix and name of a ustar header', async () => {
    expect(await text(rawTar([{ name: 'file', prefix: 'a/b', data: 'x' }]), 'a/b/file')).toBe('x')
  })

  it('reads sizes in base 256', async () => {
    const sizeField = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3)
    expect(await text(rawTar([{ name: 'a', data: 'abc', sizeField }]), 'a')).toBe('abc')
    const huge = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0)
    // 8 GiB, told in full: the walk does not wrap around at 2 or 4 GiB.
    const error = await refuses([{ name: 'a', sizeField: huge }], /ends inside "a"/)
    expect(error.path).toBe('a')
  })

  it('walks past 8 GiB to the next entry', async () => {
    const size = 8 * 2 ** 30 + 5
    const first = rawHeader({ name: 'huge', sizeField: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 5) })
    const nextAt = 512 + Math.ceil(size / 512) * 512
    const rest = rawTar([{ name: 'next', data: 'here' }])
    const source = {
      size: nextAt + rest.length,
      read: async (start: number, end: number) =>
        start < 512 ? first.slice(start, end) : rest.slice(start - nextAt, end - nextAt),
    }
    const found = await indexTar(toSource(source), withDefaultLimits())
    expect(found.entries.get('huge')?.source.size).toBe(size)
    expect(new TextDecoder().decode(await readAll(await openEntry(found, 'next', 'a test')))).toBe('here')
  })

  it.each([
    [50_000, 0],
    [50_000, 700],
    [5_000, 10_000],
  ])('reads %d files of %d bytes by few and large reads', async (count, size) => {
    const source = manySmallFiles(count, size)
    const { entries } = await indexTar(source, withDefaultLimits())
    expect(entries.size).toBe(count)
    expect(entries.get(`blobs/${count - 1}`)?.source.size).toBe(size)
    // A MiB at a time, but for the first.
    expect(source.reads.length).toBeLessThan(source.size / 2 ** 20 + 30)
    expect(source.bytesRead).toBeLessThan(source.size * 1.1)
  })

  it('jumps over large files, and reads 512 bytes of each', async () => {
    const sizes = Array.from({ length: 100 }, () => 100_000)
    const tar = rawTar(sizes.map((size, position) => ({ name: `${position}`, data: new Uint8Array(size) })))
    const source = countingSource(tar)
    await indexTar(source, withDefaultLimits())
    expect(source.bytesRead).toBe(512 * 101)
  })

  it('takes 100,000 entries and no more without a limit of the caller', async () => {
    const limits = withDefaultLimits()
    expect((await indexTar(manySmallFiles(100_000, 0), limits)).entries.size).toBe(100_000)
    await rejection(indexTar(manySmallFiles(100_001, 0), limits), TarReadError, /more than 100000 entries; .*entries/)
  })

  it('bounds the number of entries (GHSA-23hp-3jrh-7fpw)', async () => {
    const limits = withDefaultLimits({ entries: 99 })
    expect((await indexTar(manySmallFiles(99, 0), limits)).entries.size).toBe(99)
    await rejection(indexTar(manySmallFiles(100, 0), limits), TarReadError, /more than 99 entries; .*entries/)
  })

  it.each([
    ['pax names', (name: string) => [{ name: 'p', type: 'x', data: paxRecord('path', name) }, { name: 'short' }]],
    ['GNU names', (name: string) => [{ name: 'L', type: 'L', data: `${name}\0` }, { name: 'short' }]],
    [
      'pax link targets',
      (name: string) => [
        { name: 'p', type: 'x', data: paxRecord('linkpath', name) },
        { name: '', type: '2' },
      ],
    ],
    [
      'GNU link targets',
      (name: string) => [
        { name: 'K', type: 'K', data: `${name}\0` },
        { name: '', type: '1' },
      ],
    ],
    ['names of the same path', () => [{ name: 'n'.repeat(90), prefix: 'p'.repeat(109) }]],
  ])('bounds the names and link targets of all entries together, in bytes: %s', async (_, entry) => {
    const tar = (count: number) =>
      toSource(rawTar(Array.from({ length: count }, (_, position) => entry(`${position}${'ä'.repeat(99)}?`)).flat()))
    const limits = withDefaultLimits({ namesSize: 2000 })
    expect((await indexTar(tar(9), limits)).entries.size).toBeGreaterThan(0)
    await rejection(indexTar(tar(11), limits), TarReadError, /names have more than 2000 bytes .*limits: { namesSize }/)
  })

  it('lets a missing end mark pass, as tar does', async () => {
    expect(await text(rawEntry({ name: 'a', data: 'abc' }), 'a')).toBe('abc')
  })

  it('follows symbolic links from their folder and hard links from the root', async () => {
    const tar = rawTar([
      { name: 'x/layer.tar', data: 'layer' },
      { name: 'y/layer.tar', type: '2', linkName: '../x/layer.tar' },
      { name: 'z/layer.tar', type: '1', linkName: 'x/layer.tar' },
      { name: 'chain', type: '2', linkName: './y/layer.tar' },
    ])
    for (const path of ['y/layer.tar', 'z/layer.tar', 'chain']) expect(await text(tar, path)).toBe('layer')
  })

  it('refuses links that lead out, go in a circle or lead nowhere', async () => {
    const tar = rawTar([
      { name: 'out', type: '2', linkName: '../../etc/passwd' },
      { name: 'absolute', type: '2', linkName: '/a' },
      { name: 'a', type: '2', linkName: 'b' },
      { name: 'b', type: '2', linkName: 'a' },
      { name: 'gone', type: '2', linkName: 'nothing' },
      { name: 'folder/', type: '5' },
    ])
    await rejection(text(tar, 'out'), TarReadError, /leads out of the archive/)
    await rejection(text(tar, 'absolute'), TarReadError, /leads out of the archive/)
    await rejection(text(tar, 'a'), TarReadError, /go in a circle/)
    await rejection(text(tar, 'gone'), ValidationError, /a test names "gone", which the archive does not hold/)
    await rejection(text(tar, 'folder'), ValidationError, /does not hold as a file/)
  })

  it('refuses an empty file, and one too small', async () => {
    await rejection(index(new Uint8Array(0)), TarReadError, /the file is empty/)
    await rejection(index(new Uint8Array(100)), TarReadError, /100 bytes, too few/)
  })

  it('refuses what is no tar', async () => {
    await rejection(index(new TextEncoder().encode('<!doctype html>'.repeat(99))), TarReadError, /the file is damaged/)
  })

  it('refuses a wrong checksum and says where', async () => {
    const error = await refuses(
      [
        { name: 'a', data: 'abc' },
        { name: 'b', isDamaged: true },
      ],
      /byte 1024 .*checksum/,
    )
    expect(error.offset).toBe(1024)
  })

  it('refuses an archive that was cut short, and says inside what', async () => {
    const tar = rawTar([
      { name: 'a', data: 'x'.repeat(600) },
      { name: 'b', data: 'abc' },
    ])
    const cut = (end: number) => rejection(index(tar.slice(0, end)), TarReadError)
    expect((await cut(1000)).message).toMatch(/ends inside "a" at byte 1000; it was cut short/)
    expect((await cut(1600)).message).toMatch(/ends inside a header at byte 1536/)
    expect((await cut(2049)).message).toMatch(/ends inside "b" at byte 2049/)
  })

  it.each([
    ['a record longer than the header', '99 path=a\n'],
    ['a length that is none', 'x path=a\n'],
    ['a record without "="', '8 patha\n'],
    ['a record without an end', '9 path=a'],
    ['a size that is none', paxRecord('size', '-1')],
    ['a size beyond what can be counted', paxRecord('size', '9007199254740992')],
    ['a sparse file', paxRecord('GNU.sparse.major', '1')],
  ])('refuses a pax header with %s (GHSA-fp55-jw48-c537)', async (_, data) => {
    await refuses([{ name: 'p', type: 'x', data }, { name: 'a' }], /extended header at byte 0/)
  })

  it('refuses extended headers without measure, and global ones that name entries', async () => {
    const data = paxRecord('comment', 'x'.repeat(1024 * 1024))
    await refuses([{ name: 'p', type: 'x', data }], /more than 1048576/)
    await refuses([{ name: 'g', type: 'g', data: paxRecord('path', 'all') }], /names or measures all entries/)
    expect(
      await text(
        rawTar([
          { name: 'g', type: 'g', data: paxRecord('comment', 'x') },
          { name: 'a', data: 'a' },
        ]),
        'a',
      ),
    ).toBe('a')
  })

  it.each(['x', 'g', 'L', 'K', 'S'])(
    'reads nothing of a header of type %s that is said to be huge (CVE-2025-58183)',
    async (type) => {
      const sizeField = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0)
      const source = countingSource(rawTar([{ name: 'h', type, sizeField }, { name: 'a' }]))
      const message = type === 'S' ? /of a kind that .* \(type "S"/ : /extended headers .* more than 1048576/
      await rejection(indexTar(source, withDefaultLimits()), TarReadError, message)
      expect(source.bytesRead).toBe(512)
    },
  )

  it('refuses sparse files (CVE-2025-58183), volumes, and folders or links with data, about which readers disagree', async () => {
    await refuses([{ name: 's', type: 'S', data: 'x' }], /type "S"/)
    await refuses([{ name: 'm', type: 'M', data: 'x' }], /type "M"/)
    await refuses([{ name: 'x', type: 'X', data: 'x' }], /type "X"/)
    await refuses([{ name: 'd/', type: '5', data: 'x' }], /type "5", 1 bytes/)
    await refuses([{ name: 'l', type: '2', linkName: 'a', data: 'x' }], /type "2", 1 bytes/)
  })

  it('refuses a hard link with data, in which other readers would find further entries', async () => {
    const hidden = rawEntry({ name: 'manifest.json', data: '[]' })
    const pax = paxRecord('size', String(hidden.length))
    await refuses(
      [
        { name: 'a', data: 'a' },
        { name: 'p', type: 'x', data: pax },
        { name: 'h', type: '1', linkName: 'a', data: hidden, size: 0 },
      ],
      /type "1", 1024 bytes/,
    )
  })

  it('takes names as GNU tar does: pax before GNU, the last header of a kind, and every character', async () => {
    const paths = async (...entries: RawEntry[]) => [...(await index(rawTar(entries))).entries.keys()]
    const pax = (name: string): RawEntry => ({ name: 'p', type: 'x', data: paxRecord('path', name) })
    const long: RawEntry = { name: 'l', type: 'L', data: 'long\0' }
    expect(await paths(pax('pax'), long, { name: 'a' })).toEqual(['pax'])
    expect(await paths(long, pax('pax'), { name: 'a' })).toEqual(['pax'])
    expect(await paths(pax('one'), pax('two'), { name: 'a' })).toEqual(['two'])
    expect(await paths(pax('one'), { name: 'p', type: 'x', data: paxRecord('comment', 'x') }, { name: 'a' })).toEqual([
      'a',
    ])
    expect(await paths({ name: '\ufeffmanifest.json' })).toEqual(['\ufeffmanifest.json'])
    await refuses([pax('manifest.json\0x'), { name: 'a' }], /a name that holds a NUL/)
    await refuses([pax('x'.repeat(5000)), { name: 'a' }], /a name or link target of more than 4096/)
    const target = paxRecord('linkpath', 'x'.repeat(5000))
    await refuses(
      [
        { name: 'p', type: 'x', data: target },
        { name: 'a', type: '2' },
      ],
      /a name or link target of more than 4096/,
    )
    const size = (text: string): RawEntry => ({ name: 'a', sizeField: new TextEncoder().encode(text.padEnd(12, '\0')) })
    await refuses([size(' \0 00002000')], /malformed number/)
    await refuses([size('\0\x0000002000')], /malformed number/)
    expect(await paths(size('\x0000000000'))).toEqual(['a'])
  })

  it.each([
    ['an empty path', paxRecord('path', ''), 'x'],
    ['an empty target', paxRecord('linkpath', ''), 'x'],
    ['an empty long name', '\0', 'L'],
    ['a long name without its NUL', 'a', 'L'],
    ['a long target without its NUL', 'a', 'K'],
  ])('refuses extended headers with %s', async (_, data, type) => {
    await refuses([{ name: 'e', type, data }, { name: 'h' }], /extended header at byte 0/)
  })

  it('refuses devices and pipes with data', async () => {
    for (const type of ['3', '4', '6']) await refuses([{ name: 'd', type, data: 'x' }], /, 1 bytes/)
  })

  it('refuses a path that is there more than once, and as other things', async () => {
    const again = (...entries: RawEntry[]) => rawTar([{ name: 'b', data: '2' }, { name: 'a', data: '1' }, ...entries])
    const refused = async (tar: Uint8Array) => {
      await rejection(text(tar, 'a'), ValidationError, /holds "a" more than once/)
      const found = await index(tar)
      expect(() => hasFile(found, 'a')).toThrow(ValidationError)
    }
    await refused(again({ name: 'a', type: '2', linkName: 'b' }))
    await refused(again({ name: 'a', type: '2', linkName: 'nothing' }))
    await refused(again({ name: 'a/', type: '5' }, { name: 'a/', type: '5' }))
    expect(await text(again({ name: 'a', data: '1' }, { name: 'd/', type: '5' }, { name: 'd/', type: '5' }), 'a')).toBe(
      '1',
    )
  })

  it('counts extended headers that say nothing', async () => {
    const empty = Array.from({ length: 3000 }, (): RawEntry => ({ name: 'p', type: 'x' }))
    await refuses([...empty, { name: 'a' }], /more than 1048576/)
  })

  it('refuses numbers that are none, negative, or beyond what can be counted', async () => {
    const field = (...bytes: number[]) => [{ name: 'a', sizeField: Uint8Array.from(bytes) }]
    await refuses(field(0x78, 0x79), /malformed number/)
    await refuses(field(0xff, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255), /malformed number/)
    await refuses(field(0x80, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0), /malformed number/)
  })
})
