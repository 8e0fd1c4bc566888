import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { withDefaultLimits } from '../../src/archive/limits.ts'
import { indexTar } from '../../src/archive/tar-index.ts'
import { type Image, type Source, writeArchive } from '../../src/index.ts'
import { appArchive, writeTar } from '../support/writing.ts'

// What GNU tar and our own reader read in the tars that are written.

const folder = mkdtempSync(join(tmpdir(), 'write-archive-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a tar of writeArchive()', () => {
  it('is read by GNU tar', async () => {
    const path = join(folder, 'image.tar')
    writeFileSync(path, await writeTar((await appArchive()).images))
    const listed = execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--utc', '--file', path]).toString()
    expect(listed).toMatch(/^-rw-r--r-- 0\/0\s+30 1970-01-01 00:00 oci-layout$/m)
    expect(listed.trim().split('\n')).toHaveLength(6)
  })
})

describe('a large archive of writeArchive()', () => {
  /** An image with layers of these sizes, whose bytes nobody reads. */
  async function withLayers(sizes: readonly number[]): Promise<Image> {
    const [image] = (await appArchive()).images
    const digest = (index: number) => `sha256:${index.toString(16).padStart(64, '0')}`
    const layers = sizes.map((size, index) => ({
      ...image?.layers[0],
      digest: digest(index + 1),
      size,
      source: { size, read: () => Promise.reject(new Error('nobody reads it')) },
    }))
    const configuration = { ...image?.configuration, diffIds: layers.map(({ digest }) => digest) }
    return { ...image, configuration, layers } as unknown as Image
  }

  /** Reads a stream up to the bytes of the first layer. */
  async function headOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
    const reader = stream.getReader()
    const pieces: Uint8Array[] = []
    try {
      for (;;) pieces.push((await reader.read()).value ?? new Uint8Array())
    } catch {
      return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer())
    }
  }

  it.each([8 * 1024 ** 3 - 1, 8 * 1024 ** 3, 5 * 1024 ** 4 + 7])('has a layer of %i bytes', async (size) => {
    const written = await writeArchive([await withLayers([size])])
    const head = await headOf(written.stream())
    expect(written.size).toBe(head.length + Math.ceil(size / 512) * 512 + 1024)
    // The rest is not there, but it is not needed to see what the tar says.
    const tar: Source = {
      size: written.size,
      async read(start, end) {
        const bytes = new Uint8Array(end - start)
        bytes.set(head.subarray(start, Math.min(end, head.length)))
        return bytes
      },
    }
    const { entries } = await indexTar(tar, withDefaultLimits())
    expect(entries.get(`blobs/sha256/${'1'.padStart(64, '0')}`)).toMatchObject({ source: { size } })
    const path = join(folder, 'large.tar')
    writeFileSync(path, head)
    truncateSync(path, written.size)
    const listed = execFileSync('tar', ['--list', '--verbose', '--file', path]).toString()
    expect(listed).toContain(` ${size} `)
  })

  it('has 20,000 layers', async () => {
    const image = await withLayers(Array.from({ length: 20_000 }, (_, index) => index))
    const start = performance.now()
    const written = await writeArchive([image])
    expect(written.size).toBeGreaterThan(20_000 * 512)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})
