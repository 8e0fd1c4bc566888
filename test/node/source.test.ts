import { mkdtempSync, rmSync } from 'node:fs'
import { open, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { inspectDockerTar, TarReadError } from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { toSource } from '../../src/source/from.ts'
import { sliceSource } from '../../src/source/source.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { concat, rawEntry, rawHeader } from '../support/tar.ts'

const folder = mkdtempSync(join(tmpdir(), 'sources-'))
afterAll(() => rmSync(folder, { recursive: true }))

const bytes = Uint8Array.from({ length: 100 }, (_, index) => index)

describe('toSource()', () => {
  const kinds = {
    'a Blob': new Blob([bytes]),
    'a File': new File([bytes], 'a.tar', { type: 'application/x-tar' }),
    bytes,
    'bytes in the middle of a buffer': new Uint8Array([9, ...bytes, 9]).subarray(1, 101),
    'an ArrayBuffer': bytes.buffer,
    'a Source': { size: 100, read: async (start: number, end: number) => bytes.slice(start, end) },
  }
  it.each(Object.entries(kinds))('reads ranges of %s', async (_, input) => {
    const source = toSource(input)
    expect(source.size).toBe(100)
    expect(await source.read(10, 13)).toEqual(Uint8Array.of(10, 11, 12))
    expect(await source.read(100, 100)).toEqual(new Uint8Array(0))
    expect(await sliceSource(source, 20, 40).read(5, 7)).toEqual(Uint8Array.of(25, 26))
    const reason = new Error('stop')
    await expect(source.read(0, 1, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it.each(Object.entries(kinds))('never gives fewer bytes of %s than asked for', async (_, input) => {
    await rejection(toSource(input).read(90, 110), TarReadError, /only 10 bytes are there/)
  })

  it.each([null, undefined, 1, 'image.tar', {}])('refuses %j', (input) => {
    expect(() => toSource(input as never)).toThrow(/Cannot read an archive from .*\/node" a path/)
  })
})

describe('openFile()', () => {
  it('reads beyond 4 GiB of a file of 20 GiB that it does not load', async () => {
    const path = join(folder, 'sparse.tar')
    const size = 20 * 2 ** 30
    const file = await open(path, 'w')
    await file.truncate(size)
    await file.write(Buffer.from('marker'), 0, 6, size - 6)
    await file.close()
    const before = process.memoryUsage().rss
    const source = await node.openFile(path)
    expect(source.size).toBe(size)
    expect(new TextDecoder().decode(await source.read(size - 6, size))).toBe('marker')
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 2 ** 20)
    await source.close()
  })

  it('says what is wrong with a path', async () => {
    await rejection(node.openFile(join(folder, 'no.tar')), TarReadError, /Cannot open ".*no\.tar": .*no such file/i)
    await rejection(node.openFile(folder), TarReadError, /not a regular file/)
    await rejection(node.validateDockerTar(join(folder, 'no.tar')), TarReadError, /no such file/i)
  })

  it('notices that a file became shorter', async () => {
    const path = join(folder, 'shrinking.tar')
    await writeFile(path, bytes)
    const source = await node.openFile(path)
    await truncate(path, 50)
    await rejection(source.read(0, 100), TarReadError, /only 50 bytes are there/)
    await source.close()
  })
})

describe('inspectDockerTar()', () => {
  it('reads headers and JSON, but no layer', async () => {
    const big = 'x'.repeat(5_000_000)
    const source = countingSource(await createTestArchive({ images: [{ layers: [{ big }, { more: big }] }] }))
    await inspectDockerTar(source)
    expect(source.bytesRead).toBeLessThan(20_000)
    // A layer in an archive of Docker 24 shows by its first four bytes whether it is compressed.
    const legacy = countingSource(await createTestArchive({ layout: 'docker-24', images: [{ layers: [{ big }] }] }))
    await inspectDockerTar(legacy)
    expect(legacy.bytesRead).toBeLessThan(20_000)
  })

  it('opens 20 GiB with 100 entries in place', async () => {
    const path = join(folder, 'large.tar')
    const entrySize = 200 * 2 ** 20
    const file = await open(path, 'w')
    let position = 0
    for (let index = 0; index < 100; index++) {
      await file.write(rawHeader({ name: `data/${index}`, size: entrySize }), 0, 512, position)
      position += 512 + entrySize
    }
    const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [] } })
    const manifest = '[{"Config":"c.json","RepoTags":["a:v1"],"Layers":[]}]'
    const end = concat([
      rawEntry({ name: 'c.json', data: config }),
      rawEntry({ name: 'manifest.json', data: manifest }),
    ])
    await file.write(end, 0, end.length, position)
    await file.close()
    const opened = await node.openFile(path)
    const source = countingSource(opened)
    expect(source.size).toBeGreaterThan(19 * 2 ** 30)
    expect(await node.extractOriginalTags(source)).toEqual(['a:v1'])
    expect(source.bytesRead).toBeLessThan(100_000)
    await opened.close()
  })
})
