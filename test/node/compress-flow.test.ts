import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, it, vi } from 'vitest'
import {
  type CreateEncoder,
  createPortableEncoder,
  DigestMismatchError,
  executePush,
  getManifest,
  type Manifest,
  openArchive,
  type PushOptions,
  type PushProgress,
  planPush,
  pushDockerTar,
} from '../../src/node/index.ts'
import type { Source } from '../../src/source/source.ts'
import { spoolToBlob } from '../../src/source/spool.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { archive, countedSpools, diffIdsOf, PLAIN, type Target, target } from '../support/compressing.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'

/** Pushes layers of these sizes with { compress }, and returns which layer each read of the archive was for. */
async function readOrder(sizes: readonly number[], { handle }: Target, options: PushOptions = {}) {
  const layers = sizes.map((size, index) => ({ [`file-${index}`]: new Uint8Array(size) }))
  const counted = countingSource(await createTestArchive({ images: [{ names: ['team/app:v1'], layers }] }))
  const slow: Source = {
    size: counted.size,
    async read(...range) {
      const reading = counted.read(...range)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return reading
    },
  }
  const opened = await openArchive(slow)
  const starts: number[] = []
  for (const layer of opened.images[0]?.layers ?? []) {
    await layer.source?.read(0, 1)
    starts.push(counted.reads.at(-1)?.start ?? 0)
  }
  const before = counted.reads.length
  // Compressing takes no time: only the reads count.
  const createEncoder: CreateEncoder = async (format) => ({
    format,
    level: 1,
    name: 'the beginning of each piece',
    async *encode(bytes) {
      for await (const piece of bytes) yield piece.slice(0, 100)
    },
  })
  // No file has to be opened before the first read.
  const making = { compress: 'gzip', runtime: { createEncoder, spool: spoolToBlob } } as const
  await pushDockerTar(opened, handle, 'team/app', 'v1', { ...making, ...options })
  const isIn = (read: number) => (start: number, layer: number) => read >= start && read < start + (sizes[layer] ?? 0)
  return counted.reads.slice(before).flatMap(({ start }) => {
    const layer = starts.findIndex(isIn(start))
    return layer < 0 ? [] : [layer]
  })
}

describe('pushDockerTar() with compress', () => {
  it('reports the progress of compression before it plans', async () => {
    const seen: PushProgress[] = []
    const onProgress = (progress: PushProgress) => seen.push(progress)
    await pushDockerTar(await archive, target().handle, 'team/app', 'v1', { compress: 'gzip', onProgress })
    const phases = [...new Set(seen.map(({ phase }) => phase))]
    expect(phases).toEqual(['compress', 'plan', 'blobs', 'manifests', 'done'])
    const told = seen.flatMap(({ compression }) => compression ?? [])
    expect(told[0]?.doneBytes).toBe(0)
    expect(told.at(-1)?.doneBytes).toBe(told.at(-1)?.totalBytes)
    expect(seen.every(({ totalBytes }) => totalBytes > 0)).toBe(true)
    expect(seen.at(-1)?.sentBytes).toBe(seen.at(-1)?.totalBytes)
  })

  it('counts the same blobs in every phase when foreign layers and manifests are sent as blobs', async () => {
    const layout = createLayout()
    const foreign = await layout.add('application/vnd.oci.image.layer.nondistributable.v1.tar', 'f'.repeat(3000))
    const plain = await layout.add(PLAIN, 'p'.repeat(5000))
    const rootfs = { type: 'layers', diff_ids: [foreign.digest, plain.digest] }
    const config = await layout.add('application/vnd.oci.image.config.v1+json', {
      os: 'linux',
      architecture: 'arm',
      rootfs,
    })
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const layers = [{ ...foreign, urls: ['https://layers.example/'] }, plain]
    layout.list({ ...(await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers })) })
    for (const existing of ['skip', 'upload'] as const) {
      const seen: PushProgress[] = []
      const options = { compress: 'gzip', foreignLayers: 'upload', existing } as const
      const onProgress = (progress: PushProgress) => seen.push(progress)
      await pushDockerTar(layout.tar(), target().handle, 'team/app', 'v1', { ...options, onProgress })
      const kindsOf = ({ blobs }: PushProgress) => blobs.map(({ kind }) => kind)
      const manifest = existing === 'upload' ? ['manifest'] : []
      for (const progress of seen) expect(kindsOf(progress)).toEqual(['layer', 'layer', 'config', ...manifest])
      expect(new Set(seen.map(({ phase }) => phase))).toContain('compress')
      expect(seen[0]?.blobs[0]?.digest).toBe(foreign.digest)
    }
  })

  it('sends each layer while it still compresses others, and looks for it once', async () => {
    const there = target()
    const isSent = () => there.exchanges.some(({ method, url }) => method === 'PUT' && url.pathname.includes('/blobs/'))
    let begun = 0
    const createEncoder: CreateEncoder = async (format, level) => {
      const encoder = await createPortableEncoder(format, level)
      async function* encode(bytes: AsyncIterable<Uint8Array>) {
        if (++begun === 2) await vi.waitUntil(isSent, { timeout: 5000 })
        yield* encoder.encode(bytes)
      }
      return { ...encoder, encode }
    }
    const seen: PushProgress[] = []
    const onProgress = (progress: PushProgress) => seen.push(progress)
    await pushDockerTar(await archive, there.handle, 'team/app', 'v1', {
      compress: 'gzip',
      runtime: { createEncoder },
      onProgress,
    })
    expect(begun).toBe(2)
    expect([there.count('HEAD'), there.count('POST')]).toEqual([3, 3])
    const sent = seen.map(({ sentBytes }) => sentBytes)
    expect(sent).toEqual([...sent].sort((one, other) => one - other))
    expect(seen.some(({ phase, sentBytes }) => phase === 'compress' && sentBytes > 0)).toBe(true)
    expect(seen.find(({ phase }) => phase === 'blobs')?.bytesPerSecond).toBeGreaterThan(0)
    expect(seen.at(-1)?.blobs.map(({ state }) => state)).toEqual(['uploaded', 'uploaded', 'uploaded'])
    expect((await diffIdsOf(there, 'v1')).unpacked).toHaveLength(2)
  })

  it.each([
    ['large layers one at a time', 2, 17 * 2 ** 20, 1],
    ['small layers four at a time', 6, 2 * 2 ** 20, 4],
  ])('compresses %s', async (_, count, size, expected) => {
    const order = await readOrder(Array(count).fill(size), target())
    const spans = [...new Set(order)].map((layer) => [order.indexOf(layer), order.lastIndexOf(layer)] as const)
    const atOnce = order.map((_, read) => spans.filter(([first, last]) => first <= read && read <= last).length)
    expect(spans).toHaveLength(count)
    expect(Math.max(...atOnce)).toBe(expected)
  })

  it('compresses and sends the largest layer first', async () => {
    const there = target()
    const order = await readOrder([5_000, 300_000, 40_000], there, { concurrency: 1 })
    expect([...new Set(order)]).toEqual([1, 2, 0])
    const { layers } = (await getManifest(there.handle, 'team/app', 'v1')).manifest as Manifest
    const heads = there.exchanges.filter(({ method }) => method === 'HEAD').map(({ url }) => url.pathname)
    const asked = heads.map((path) => layers.findIndex(({ digest }) => path.endsWith(digest)))
    expect(asked.slice(0, 3)).toEqual([1, 2, 0])
  })

  it('reports layers as present when the registry has them, and as mounted when another repository has them', async () => {
    const { handle } = target()
    const statesOf = async (repository: string, mountFrom?: string) => {
      let last: PushProgress | undefined
      const onProgress = (progress: PushProgress) => {
        last = progress
      }
      await pushDockerTar(await archive, handle, repository, 'v1', { compress: 'gzip', mountFrom, onProgress })
      return last?.blobs.map(({ state }) => state)
    }
    expect(await statesOf('team/app')).toEqual(['uploaded', 'uploaded', 'uploaded'])
    expect(await statesOf('team/app')).toEqual(['present', 'present', 'present'])
    expect(await statesOf('team/other', 'team/app')).toEqual(['mounted', 'mounted', 'mounted'])
  })

  it('puts no manifest and no damaged layer when the archive is damaged', async () => {
    const there = target()
    const bytes = Buffer.from(await archive)
    bytes.write('X', bytes.indexOf('Compressed, it is') + 1_000_000)
    const { spools, spool } = countedSpools()
    const push = pushDockerTar(bytes, there.handle, 'team/app', 'v1', { compress: 'gzip', runtime: { spool } })
    await rejection(push, DigestMismatchError)
    expect(there.exchanges.filter(({ url }) => url.pathname.includes('/manifests/'))).toEqual([])
    // The other one may be there by then.
    expect(there.count('POST')).toBeLessThanOrEqual(1)
    expect(spools.open).toBe(0)
  })

  it.each(['compress', 'blobs'])(
    'leaves no temporary file or manifest when it is aborted in the phase %s',
    async (when) => {
      const there = target()
      const aborting = new AbortController()
      const { spools, spool } = countedSpools()
      const onProgress = ({ phase, compression }: PushProgress) => {
        if (phase === when && compression?.doneBytes !== 0) aborting.abort('enough')
      }
      const options = { compress: 'gzip', runtime: { spool }, signal: aborting.signal, onProgress } as const
      await expect(pushDockerTar(await archive, there.handle, 'team/app', 'v1', options)).rejects.toBe('enough')
      expect([spools.open, spools.made > 0]).toEqual([0, true])
      expect(there.exchanges.filter(({ url }) => url.pathname.includes('/manifests/'))).toEqual([])
      const { runtime: _, ...own } = options
      await expect(pushDockerTar(await archive, there.handle, 'team/app', 'v1', own)).rejects.toBe('enough')
      expect(readdirSync(tmpdir()).filter((name) => name.includes(`client-spool-${process.pid}-`))).toEqual([])
    },
  )

  it('rejects with the reason of the abort when it is aborted while an encoder loads', async () => {
    const { handle, exchanges } = target()
    const controller = new AbortController()
    const reason = new Error('enough')
    const createEncoder: CreateEncoder = () => {
      setTimeout(() => controller.abort(reason), 10)
      return new Promise(() => {})
    }
    const options = { compress: 'zstd', runtime: { createEncoder }, signal: controller.signal } as const
    await expect(pushDockerTar(await archive, handle, 'team/app', 'v1', options)).rejects.toBe(reason)
    expect(exchanges).toEqual([])
    // A plan that was made before needs it too.
    const { images } = await openArchive(await archive)
    const settings = { repository: 'team/app', tags: ['v1'], compress: 'zstd' } as const
    const plan = await planPush(images, handle, settings)
    const again = new AbortController()
    setTimeout(() => again.abort(reason), 10)
    const slow = { runtime: { createEncoder: () => new Promise<never>(() => {}) }, signal: again.signal }
    await expect(executePush(plan, images, handle, slow)).rejects.toBe(reason)
  })
})
