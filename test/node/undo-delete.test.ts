import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type DeleteProgress, deleteTags, openRegistry, ResponseError, undoDelete } from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { stockRepository } from '../support/stocked-repository.ts'

const URL = 'https://registry.test'

/** One PUT of a manifest. */
interface Put {
  /** The tag or the digest. */
  readonly reference: string
  /** How many were under way, with this one. */
  readonly atOnce: number
  /** Those that were answered before it was sent. */
  readonly after: readonly string[]
}

/** A repository that has lost six images, two of them by an index of an index, and a registry that takes its time. */
async function withDeleted() {
  const registry = createTestRegistry()
  const { handle, repository, ...repo } = stockRepository(URL, registry.fetch)
  const inner = [await repo.image(), await repo.image()]
  const index = await repo.index(undefined, inner)
  const outer = await repo.index('outer', [index])
  const single = []
  for (const tag of ['v1', 'v2', 'v3', 'v4']) single.push(await repo.image(tag))
  await repo.image('stays')
  const { undo } = await deleteTags(handle, repository, ['outer', 'v1', 'v2', 'v3', 'v4'])
  const puts: Put[] = []
  const answered: string[] = []
  /** Those that an abort has cut off. */
  const cut: string[] = []
  let underWay = 0
  const slow = (answer: (request: Request) => Promise<Response> = registry.fetch) =>
    openRegistry(URL, {
      retry: 0,
      async fetch(request) {
        if (request.method !== 'PUT') return registry.fetch(request)
        const reference = request.url.split('/').at(-1) as string
        puts.push({ reference, atOnce: ++underWay, after: [...answered] })
        try {
          await wait(50 * underWay, undefined, { signal: request.signal })
          return await answer(request)
        } finally {
          underWay--
          if (request.signal.aborted) cut.push(reference)
          else answered.push(reference)
        }
      },
    })
  return { undo, repo, puts, cut, slow, inner, index, outer, single }
}

describe('undoDelete()', () => {
  it('puts manifests at once, children before parents, and then the tags', async () => {
    const { undo, repo, puts, slow, inner, index, outer, single } = await withDeleted()
    const { manifests, tags } = await undoDelete(undo, slow(), { concurrency: 3 })
    const answeredBefore = (reference: string) => puts.find((put) => put.reference === reference)?.after
    expect(puts.map(({ atOnce }) => atOnce).reduce((most, one) => Math.max(most, one))).toBe(3)
    expect(answeredBefore(index.digest)).toEqual(expect.arrayContaining(inner.map(({ digest }) => digest)))
    expect(answeredBefore(outer.digest)).toContain(index.digest)
    const digests = [...inner, index, outer, ...single].map(({ digest }) => digest)
    for (const tag of ['outer', 'v1', 'v2', 'v3', 'v4'])
      expect(answeredBefore(tag)).toEqual(expect.arrayContaining(digests))
    expect([...manifests].sort()).toEqual([...digests].sort())
    expect(tags.map(({ tag }) => tag).sort()).toEqual(['outer', 'v1', 'v2', 'v3', 'v4'])
    expect(await repo.tags()).toEqual(['outer', 'stays', 'v1', 'v2', 'v3', 'v4'])
  })

  it('sends one request at a time with { concurrency: 1 }', async () => {
    const { undo, puts, slow } = await withDeleted()
    await undoDelete(undo, slow(), { concurrency: 1 })
    expect(new Set(puts.map(({ atOnce }) => atOnce))).toEqual(new Set([1]))
  })

  it('tells its progress up to the end', async () => {
    const { undo, slow } = await withDeleted()
    const told: DeleteProgress[] = []
    await undoDelete(undo, slow(), { onProgress: (progress) => told.push(progress) })
    const counted = (phase: string, total: number) =>
      Array.from({ length: total }, (_, index) => ({ phase, done: index + 1, total }))
    expect(told).toEqual([...counted('manifests', 8), ...counted('tags', 5)])
  })

  it('sets no tag and sends nothing more when the registry refuses a manifest, and completes it the next time', async () => {
    const { undo, repo, puts, slow } = await withDeleted()
    const denied = slow(async () => new Response('{}', { status: 403 }))
    await rejection(undoDelete(undo, denied, { concurrency: 2 }), ResponseError, /403/)
    expect(puts.length).toBeLessThanOrEqual(3)
    expect(await repo.tags()).toEqual(['stays'])
    await undoDelete(undo, slow())
    expect(await repo.tags()).toEqual(['outer', 'stays', 'v1', 'v2', 'v3', 'v4'])
  })

  it.each(['manifests', 'tags'] as const)('ends with the reason of an abort among %s', async (phase) => {
    const { undo, repo, puts, cut, slow } = await withDeleted()
    const reason = new Error('enough')
    const aborting = new AbortController()
    const onProgress = (progress: DeleteProgress) => progress.phase === phase && aborting.abort(reason)
    await expect(undoDelete(undo, slow(), { concurrency: 2, signal: aborting.signal, onProgress })).rejects.toBe(reason)
    const sent = puts.length
    await wait(50)
    expect(puts.length).toBe(sent)
    expect(cut).toHaveLength(1)
    if (phase === 'manifests') expect(await repo.tags()).toEqual(['stays'])
    await undoDelete(undo, slow())
    expect(await repo.tags()).toEqual(['outer', 'stays', 'v1', 'v2', 'v3', 'v4'])
  })
})
