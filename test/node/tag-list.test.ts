import { describe, expect, it, vi } from 'vitest'
import { filterTags, isAbout, orderTags } from '../../demo/tags/arrange.ts'
import { createTagList } from '../../demo/tags/tag-list.ts'
import type { TagRow } from '../../demo/worker/tags.ts'

const rowOf = (tag: string, fields: Partial<TagRow> = {}): TagRow => ({
  ...{ tag, digest: `sha256:${'0'.repeat(64)}`, mediaType: undefined, size: 1, totalSize: 1, layerCount: 1 },
  ...{ kind: 'image', blobs: [], platforms: [], created: undefined, artifactType: undefined, fault: undefined },
  ...fields,
})
const tagged = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`)
const fault = (code: 'RATE_LIMITED' | 'SERVER_FAILED' | 'NOT_FOUND') =>
  ({ name: 'ResponseError', code, message: code, status: 429, place: undefined }) as const

describe('the list of tags', () => {
  it('reads six tags at once at most, and those in view first', async () => {
    const asked: string[] = []
    let [atOnce, most] = [0, 0]
    const list = createTagList({
      list: async () => tagged(200),
      async details(tags) {
        asked.push(...tags)
        most = Math.max(most, ++atOnce)
        if (asked.length < 30) list.prefer(['v150', 'v151'])
        await new Promise((resolve) => setTimeout(resolve))
        atOnce--
        return tags.map((tag) => rowOf(tag))
      },
    })
    await list.load()
    expect(list.$state.get()).toMatchObject({ phase: 'done', wanted: 200, unread: 0 })
    expect([...asked].sort()).toEqual(tagged(200).sort())
    expect(most).toBe(6)
    expect(asked.indexOf('v150')).toBeLessThan(40)
  })

  it('goes on after a limit of requests, and tells when', async () => {
    vi.useFakeTimers()
    try {
      let isLimited = true
      const list = createTagList({
        list: async () => tagged(20),
        async details(tags) {
          if (isLimited) throw fault('RATE_LIMITED')
          return tags.map((tag) => rowOf(tag))
        },
      })
      await list.load()
      expect(list.$state.get()).toMatchObject({ phase: 'limited', unread: 20, resumesAt: Date.now() + 10_000 })
      isLimited = false
      await vi.advanceTimersByTimeAsync(10_000)
      expect(list.$state.get()).toMatchObject({ phase: 'done', unread: 0, fault: undefined })
    } finally {
      vi.useRealTimers()
    }
  })

  it('keeps what it has read when it fails or is stopped, and goes on with the rest', async () => {
    let calls = 0
    const list = createTagList({
      list: async () => tagged(100),
      async details(tags) {
        if (++calls === 10) throw fault('SERVER_FAILED')
        return tags.map((tag) => rowOf(tag))
      },
    })
    await list.load()
    const { phase, rows, unread } = list.$state.get()
    expect([phase, rows.size + unread]).toEqual(['failed', 100])
    expect(unread).toBeGreaterThan(0)
    await list.resume()
    expect(list.$state.get()).toMatchObject({ phase: 'done', unread: 0, fault: undefined })
    expect(list.$state.get().rows.size).toBe(100)
  })

  it('leaves out a tag that is gone, keeps one whose image lacks something, and hides tags of tools', async () => {
    const signature = `sha256-${'a'.repeat(64)}.sig`
    const list = createTagList({
      list: async () => ['gone', 'lost', 'v1', signature],
      details: async (tags) =>
        tags.map((tag) => {
          if (tag === 'gone') return rowOf(tag, { digest: undefined, fault: fault('NOT_FOUND') })
          return rowOf(tag, tag === 'lost' ? { fault: fault('NOT_FOUND') } : {})
        }),
    })
    await list.load()
    expect(list.$state.get()).toMatchObject({ tags: ['lost', 'v1'], about: [signature], wanted: 2 })
    list.includeAbout(true)
    await vi.waitFor(() => expect(list.$state.get().rows.has(signature)).toBe(true))
  })
})

describe('the order of tags', () => {
  const tags = ['v3', 'v2', 'v1']
  const rows = new Map([
    ['v3', rowOf('v3', { created: '2026-01-01T00:00:00Z', totalSize: 3 })],
    ['v2', rowOf('v2', { created: '1970-01-01T00:00:00Z', totalSize: 9 })],
    ['v1', rowOf('v1', { created: '2026-02-01T00:00:00+01:00' })],
  ])

  it.each([
    ['version', ['v3', 'v2', 'v1']],
    ['name', ['v1', 'v2', 'v3']],
    ['newest', ['v1', 'v3', 'v2']],
    ['oldest', ['v3', 'v1', 'v2']],
    ['largest', ['v2', 'v3', 'v1']],
    ['smallest', ['v1', 'v3', 'v2']],
  ] as const)('by %s, with unknown values last', (order, expected) => {
    expect(orderTags(tags, rows, order)).toEqual(expected)
    expect(orderTags(['none', ...tags], rows, 'largest').at(-1)).toBe('none')
  })

  it('is filtered by a part of a name, or by a pattern of the whole name', () => {
    const names = ['v1.0', 'v1.1-RC', 'latest']
    expect(filterTags(names, ' rc ')).toEqual(['v1.1-RC'])
    expect(filterTags(names, 'v1.?')).toEqual(['v1.0'])
    expect(filterTags(names, '*1*')).toEqual(['v1.0', 'v1.1-RC'])
    expect(filterTags(names, '')).toBe(names)
    expect([`sha256-${'0'.repeat(64)}`, 'sha256-1', 'v1'].map(isAbout)).toEqual([true, false, false])
  })
})
