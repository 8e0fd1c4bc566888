import { describe, expect, it } from 'vitest'
import {
  type CompressionCache,
  type Descriptor,
  type Digest,
  DigestMismatchError,
  memoryCompressions,
  openArchive,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
} from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { archive, countedSpools, diffIdsOf, digestOf, shared, target } from '../support/compressing.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'

describe('pushDockerTar() with compressions', () => {
  it('reads and sends no layer when the cache knows each layer and the registry has it', async () => {
    const there = target()
    const compressions = memoryCompressions()
    const options = { compress: 'gzip', compressions } as const
    const digest = await pushDockerTar(await archive, there.handle, 'team/app', 'v1', options)
    const source = countingSource(await archive)
    const opened = await openArchive(source)
    const before = source.bytesRead
    const sent = there.exchanges.length
    const { spools, spool } = countedSpools()
    expect(
      await pushDockerTar(opened, there.handle, 'team/app', 'v2', {
        ...options,
        runtime: { spool },
      }),
    ).toBe(digest)
    expect([source.bytesRead - before, spools.made]).toEqual([0, 0])
    expect(there.exchanges.slice(sent).map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD', 'PUT'])
  })

  it('sends layers that the cache knows when the registry lacks them', async () => {
    const options = { compress: 'gzip', compressions: memoryCompressions() } as const
    const digest = await pushDockerTar(await archive, target().handle, 'team/app', 'v1', options)
    const there = target()
    const { spools, spool } = countedSpools()
    expect(
      await pushDockerTar(await archive, there.handle, 'team/app', 'v1', {
        ...options,
        runtime: { spool },
      }),
    ).toBe(digest)
    expect(spools).toEqual({ open: 0, made: 2 })
    const { said, unpacked } = await diffIdsOf(there, 'v1')
    expect(unpacked).toEqual(said)
  })

  it('pushes no manifest and corrects the cache when the cache has a wrong digest', async () => {
    const there = target()
    const wrong = { digest: digestOf(Buffer.from('other')) as Digest, size: 12_345 }
    const kept = new Map<string, unknown>()
    const compressions: CompressionCache = {
      get: async (key) => (kept.has(key) ? (kept.get(key) as typeof wrong) : wrong),
      set: async (key, value) => void kept.set(key, value),
      delete: async (key) => void kept.set(key, undefined),
    }
    const push = async () =>
      pushDockerTar(await archive, there.handle, 'team/app', 'v1', { compress: 'gzip', compressions, concurrency: 4 })
    await rejection(push(), DigestMismatchError, /compressed by .* try again, with a new plan/)
    expect(
      there.exchanges.filter(({ method, url }) => method === 'PUT' && url.pathname.includes('/manifests/')),
    ).toEqual([])
    if (kept.size < 2) await rejection(push(), DigestMismatchError)
    await push()
    const { said, unpacked } = await diffIdsOf(there, 'v1')
    expect(unpacked).toEqual(said)
  })

  it('warns and pushes without the cache when the cache fails, and ignores damaged entries', async () => {
    const fail = () => Promise.reject(new Error('disk full'))
    const damaged = { digest: 'sha256:no', size: -1 } as unknown as Descriptor
    const nothing = async () => undefined
    for (const [compressions, expected] of [
      [{ get: fail, set: fail, delete: fail }, 1],
      [{ get: async () => damaged, set: nothing, delete: nothing }, 0],
    ] as const) {
      const warnings: string[] = []
      const there = target()
      const onWarning = (warning: string) => warnings.push(warning)
      await pushDockerTar(await archive, there.handle, 'team/app', 'v1', { compress: 'gzip', compressions, onWarning })
      expect(warnings).toHaveLength(expected)
      expect((await diffIdsOf(there, 'v1')).unpacked).toHaveLength(2)
    }
  })
})

describe('pushDockerTarWithAllOriginalTags() with compress', () => {
  it('compresses each layer once when several images share it', async () => {
    const bytes = await createTestArchive({
      images: [
        { names: ['a:v1', 'b:v1'], layers: [shared, { a: 'a' }] },
        { names: ['c:v1'], layers: [shared] },
      ],
    })
    const { spools, spool } = countedSpools()
    const there = target()
    const options = { compress: 'gzip', runtime: { spool } } as const
    const digests = await pushDockerTarWithAllOriginalTags(bytes, there.handle, options)
    expect([new Set(digests).size, spools.made, spools.open]).toEqual([2, 2, 0])
    for (const repository of ['a', 'b', 'c']) {
      const { said, unpacked } = await diffIdsOf(there, 'v1', repository)
      expect(unpacked).toEqual(said)
    }
  })
})
