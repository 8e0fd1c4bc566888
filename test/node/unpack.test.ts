import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  getImageInfo,
  listZipEntries,
  type OpenProgress,
  openArchive,
  openRegistry,
  pushDockerTar,
  TarReadError,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { guardedSource } from '../support/guarded-source.ts'
import { gzip, zip, zstd } from '../support/packing.ts'
import { concat, rawTar } from '../support/tar.ts'

const archive = await createTestArchive()
const MIB = 2 ** 20

/** What packs to somewhat less than half. */
const digits = (size: number) => randomBytes(size / 2).toString('hex')

/** Bytes that no packing makes smaller: what they are packed in is about as large. */
const noise = (size: number) => new Uint8Array(randomBytes(size))

describe('openArchive() of a packed archive', () => {
  it('tells how far the spooling is', async () => {
    const large = await createTestArchive({ images: [{ layers: [{ noise: noise(60_000) }, { more: noise(60_000) }] }] })
    const events: OpenProgress[] = []
    await openArchive(await gzip(large), { onOpenProgress: (event) => events.push(event) })
    const done = events.map(({ doneBytes }) => doneBytes)
    expect(done).toEqual([...done].sort((one, other) => one - other))
    expect(done.at(-1)).toBe(large.length)
    expect(new Set(events.map(({ phase }) => phase))).toEqual(new Set(['spool']))
  })

  it.each([
    ['gzip', gzip],
    ['zstd', async (bytes: Uint8Array) => zstd(bytes)],
    ['zip', (bytes: Uint8Array) => zip({ 'image.tar': bytes })],
  ])('refuses %s that was cut short, or is damaged', async (_, pack) => {
    const packed = await pack(await createTestArchive({ images: [{ layers: [{ noise: noise(300_000) }] }] }))
    await rejection(openArchive(packed.slice(0, packed.length - 40_000)), TarReadError)
    const damaged = packed.slice()
    damaged.fill(0xff, 100_000, 200_000)
    await rejection(openArchive(damaged), TarReadError)
  })

  it('names the packings that it does not read (CVE-2014-9357)', async () => {
    const packed = (...magic: number[]) => concat([Uint8Array.from(magic), new Uint8Array(1024)])
    await rejection(
      openArchive(packed(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)),
      TarReadError,
      /packed with xz; unpack it first \("xz -d FILE"\)/,
    )
    await rejection(openArchive(packed(0x42, 0x5a, 0x68, 0x39, 0x31, 0x41)), TarReadError, /packed with bzip2/)
    await rejection(openArchive(packed(0x04, 0x22, 0x4d, 0x18)), TarReadError, /packed with lz4/)
  })

  it('passes on that packed bytes could not be read', async () => {
    const failure = new TarReadError('FILE_UNREADABLE', 'Cannot read: the disk is gone')
    for (const packed of [await gzip(archive), zstd(archive), await zip({ 'image.tar': archive })]) {
      const size = packed.length
      const read = async (start: number, end: number) => {
        if (end - start > 6) throw failure
        return packed.slice(start, end)
      }
      await expect(openArchive({ size, read })).rejects.toBe(failure)
    }
  })

  it('takes skippable frames and several frames of zstd', async () => {
    const skippable = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4)
    const frames = concat([...Array(500).fill(skippable), zstd(archive.slice(0, 5000)), zstd(archive.slice(5000))])
    expect((await openArchive(frames)).images).toHaveLength(1)
  })

  it('stops with the reason of an abort', async () => {
    const reason = new Error('enough')
    const large = await createTestArchive({ images: [{ layers: [{ digits: digits(5 * MIB) }] }] })
    for (const packed of [await gzip(large), zstd(large), await zip({ 'a.tar': large })]) {
      const controller = new AbortController()
      const opening = openArchive(packed, { signal: controller.signal, onOpenProgress: () => controller.abort(reason) })
      await expect(opening).rejects.toBe(reason)
    }
    // A decoder that is stopped while it works must not end the process some time later.
    await new Promise((resolve) => setTimeout(resolve, 200))
  })

  it('reads on after many that were stopped', async () => {
    const packed = zstd(await createTestArchive({ images: [{ layers: [{ digits: digits(MIB) }] }] }))
    for (let round = 0; round < 50; round++) {
      await rejection(openArchive(packed, { limits: { spoolSize: 100_000 } }), TarReadError, /more than 100000/)
    }
    expect((await openArchive(packed)).images).toHaveLength(1)
  })
})

describe('openArchive() of a bomb', () => {
  const zeros = Buffer.alloc(100 * MIB)
  const bomb = gzipSync(zeros, { level: 9 })

  it('stops at the ratio (GHSA-23hp-3jrh-7fpw)', async () => {
    const seen: number[] = []
    const options = { onOpenProgress: ({ doneBytes }: OpenProgress) => seen.push(doneBytes) }
    await rejection(openArchive(bomb, options), TarReadError, /unpacks to more than 200 bytes; .*unpackRatio/)
    expect(seen.at(-1)).toBeLessThan(66 * MIB)
    for (const other of [await zip({ 'image.tar': zeros }), zstdZeros(100 * MIB)]) {
      await rejection(openArchive(other), TarReadError, /unpackRatio/)
    }
    // Packed twice, it is no smaller a bomb.
    await rejection(openArchive(gzipSync(bomb)), TarReadError, /unpackRatio/)
    // Let through, it is a tar of nothing but zeros.
    await rejection(openArchive(bomb, { limits: { unpackRatio: 2000 } }), ValidationError, /Cannot find images/)
  })

  it('stops at the absolute limit, also of a stream that is not packed (GHSA-23hp-3jrh-7fpw)', async () => {
    const limits = { spoolSize: 20_000 }
    const message = /more than 20000 bytes; .*\{ limits: \{ spoolSize \} \}/
    for (const packed of [await gzip(archive), zstd(archive), await zip({ 'a.tar': archive })]) {
      await rejection(openArchive(packed, { limits }), TarReadError, message)
    }
    await rejection(openArchive(new Response(archive), { limits }), TarReadError, message)
    // What is read in place is not spooled.
    expect((await openArchive(archive, { limits })).images).toHaveLength(1)
  })

  it('unpacks no layer: of a bomb it reads the packed bytes', async () => {
    for (const layer of [bomb, zstdZeros(100 * MIB)]) {
      const config = JSON.stringify({ rootfs: { diff_ids: [`sha256:${'0'.repeat(64)}`] } })
      const source = countingSource(
        rawTar([
          { name: 'c', data: config },
          { name: 'l', data: layer },
          { name: 'manifest.json', data: JSON.stringify([{ Config: 'c', RepoTags: ['a:v1'], Layers: ['l'] }]) },
        ]),
      )
      const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
      await pushDockerTar(source, registry)
      expect((await getImageInfo(registry, 'a', 'v1')).totalSize).toBe(layer.length + config.length)
      // To hash them, and to send them.
      expect(source.bytesRead).toBeLessThan(2 * layer.length + 10_000)
    }
  })

  it('takes off no more than four packings', async () => {
    let packed = archive
    for (let depth = 0; depth < 4; depth++) packed = await gzip(packed)
    expect((await openArchive(packed)).images).toHaveLength(1)
    await rejection(openArchive(await gzip(packed)), TarReadError, /packed more than 4 times/)
  })
})

/** A frame of Zstandard that unpacks to zeros, each four bytes of it to 128 KiB (RFC 8878 § Blocks). */
function zstdZeros(size: number): Uint8Array<ArrayBuffer> {
  const blockSize = 128 * 1024
  const count = size / blockSize
  const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x38)
  const blocks = Array.from({ length: count }, (_, index) => {
    const blockHeader = (blockSize << 3) | (1 << 1) | (index === count - 1 ? 1 : 0)
    return Uint8Array.of(blockHeader & 255, (blockHeader >> 8) & 255, blockHeader >> 16, 0)
  })
  return concat([header, ...blocks])
}

/** A zip whose only entry is said to stand elsewhere. */
function withOffset(zip: Uint8Array<ArrayBuffer>, offset: number): Uint8Array<ArrayBuffer> {
  const bytes = zip.slice()
  const view = new DataView(bytes.buffer)
  const directory = view.getUint32(bytes.length - 6, true)
  view.setUint32(directory + 42, offset, true)
  return bytes
}

describe('openArchive() of a zip', () => {
  it('reads a stored archive in place, and only what it needs', async () => {
    const large = await createTestArchive({ images: [{ layers: [{ noise: noise(5 * MIB) }] }] })
    const source = countingSource(await zip({ 'image.tar': large }, { stored: true }))
    expect((await openArchive(source)).images).toHaveLength(1)
    expect(source.bytesRead).toBeLessThan(200_000)
  })

  it('reads nothing beyond its end, and takes bytes that are a part of others', async () => {
    const stored = await zip({ 'image.tar': archive }, { stored: true })
    const whole = guardedSource(stored)
    expect((await openArchive(whole)).images).toHaveLength(1)
    const packed = await zip({ 'image.tar': archive })
    const directory = guardedSource(packed.slice(packed.length - 200))
    await rejection(openArchive(directory), TarReadError)
    const shifted = guardedSource(withOffset(packed, 2 ** 20))
    await rejection(openArchive(shifted), TarReadError)
    expect([...whole.faults, ...directory.faults, ...shifted.faults]).toEqual([])
  })

  it('finds the one archive among other files', async () => {
    const files = {
      'README.md': new Uint8Array(9),
      '__MACOSX/._image.tar': new Uint8Array(9),
      'out/image.tar': archive,
    }
    expect((await openArchive(await zip(files))).images).toHaveLength(1)
    expect((await openArchive(await zip({ image: archive }))).images).toHaveLength(1)
  })

  it('asks which of several, lists them, and takes the one that is chosen', async () => {
    const other = await createTestArchive({ images: [{ names: ['other:v1'] }] })
    const packed = await zip({ 'a.tar': archive, 'b/b.tar.gz': await gzip(other) })
    await rejection(openArchive(packed), ValidationError, /holds 2 \(a\.tar; b\/b\.tar\.gz\) and none was chosen/)
    await rejection(openArchive(packed, { entry: 'c.tar' }), ValidationError, /"c\.tar" names 0 of them/)
    const { images } = await openArchive(packed, { entry: 'b/b.tar.gz' })
    expect(images[0]?.names).toEqual(['other:v1'])
    const entries = await listZipEntries(packed)
    expect(entries.map(({ path }) => path)).toEqual(['a.tar', 'b/b.tar.gz'])
    expect(entries[0]?.size).toBe(archive.length)
    expect(entries[0]?.packedSize).toBeLessThan(archive.length)
  })

  it('takes what is named as in its own folder, and bounds how many files there are', async () => {
    expect((await openArchive(await zip({ './image.tar': archive }))).images).toHaveLength(1)
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}`, new Uint8Array(0)]))
    const packed = await zip(files)
    await rejection(openArchive(packed, { limits: { entries: 19 } }), TarReadError, /more than 19 files/)
    await rejection(listZipEntries(packed, { limits: { entries: 19 } }), TarReadError, /more than 19 files/)
    expect(await listZipEntries(packed, { limits: { entries: 20 } })).toHaveLength(20)
  })

  it('bounds the names of all files together', async () => {
    const packed = await zip({
      ['ä'.repeat(50)]: new Uint8Array(0),
      ['b'.repeat(96)]: new Uint8Array(0),
      'a.tar': archive,
    })
    const fault = /names have more than 200 bytes .*limits: { namesSize }/
    await rejection(openArchive(packed, { limits: { namesSize: 200 } }), TarReadError, fault)
    await rejection(listZipEntries(packed, { limits: { namesSize: 200 } }), TarReadError, fault)
    expect(await listZipEntries(packed, { limits: { namesSize: 201 } })).toHaveLength(3)
    const files = new Map([['b'.repeat(201), new Uint8Array(0)]])
    await rejection(openArchive(files, { limits: { namesSize: 200 } }), TarReadError, fault)
  })

  it('refuses a checksum that is wrong', async () => {
    const packed = await zip({ 'a.tar': archive })
    const view = new DataView(packed.buffer)
    const directory = view.getUint32(packed.length - 22 + 16, true)
    const flags = view.getUint16(6, true)
    // In the list of files, and before the data (or behind them, where it is told there).
    view.setUint32(directory + 16, 1234, true)
    view.setUint32(flags & 8 ? directory - 12 : 14, 1234, true)
    await rejection(openArchive(packed), TarReadError, /Cannot read the zip/)
  })

  it('says what to do with the files of a layout, with nothing in it, and with a password', async () => {
    const layout = { 'oci-layout': new Uint8Array(1), 'index.json': new Uint8Array(1) }
    await rejection(openArchive(await zip(layout)), ValidationError, /files of an image archive; unpack it/)
    await rejection(openArchive(await zip({})), ValidationError, /it holds nothing; save the image/)
    await rejection(openArchive(await zip({ 'a.tar': archive }, { password: 'x' })), ValidationError, /encrypted/)
    await rejection(listZipEntries(archive), TarReadError, /Cannot read the zip/)
  })
})
