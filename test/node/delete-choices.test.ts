import { describe, expect, it } from 'vitest'
import {
  type DeleteChoice,
  listTagDetails,
  planDelete,
  type RetentionRules,
  type TagChoice,
  ValidationError,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { stockRepository } from '../support/stocked-repository.ts'

const DAY = 24 * 60 * 60 * 1000

/** A repository with four tags. */
async function stocked() {
  const registry = createTestRegistry()
  const repo = stockRepository('https://registry.test', registry.fetch)
  for (const tag of ['latest', 'v1', 'v2', 'v3']) await repo.image(tag)
  registry.requests.length = 0
  return { registry, ...repo }
}

/** The tags that a plan deletes. */
async function planned(what: DeleteChoice, options = {}): Promise<readonly string[]> {
  const { handle, repository } = await stocked()
  const { deletes } = await planDelete(handle, repository, what, options)
  return deletes.flatMap(({ tags }) => tags).sort()
}

describe('planDelete()', () => {
  it.each<[string, DeleteChoice, readonly string[]]>([
    ['an empty pattern', '', []],
    ['a pattern with a bracket', 'v[', []],
    ['an empty list', [], []],
    ['a global regular expression', /v\d/g, ['v1', 'v2', 'v3']],
    ['a sticky regular expression', /v\d/y, ['v1', 'v2', 'v3']],
    ['a function that gives no boolean', ((tag: string) => tag.match(/2/)) as never, ['v2']],
    ['keep as a list', { tags: '*', keep: ['latest', 'v3'] }, ['v1', 'v2']],
    ['an age of no days', { olderThan: '0d', keep: 'latest' }, ['v1', 'v2', 'v3']],
    ['keepNewest of none', { keepNewest: 0, keep: 'latest' }, ['v1', 'v2', 'v3']],
    ['keepNewest of more than there are', { keepNewest: 9, by: 'version' }, []],
    ['a date before all', { olderThan: new Date(30 * DAY) }, []],
  ])('plans for %s just what it means', async (_, what, tags) => {
    expect(await planned(what)).toEqual(tags)
  })

  it.each<[string, DeleteChoice]>([
    ['*', '*'],
    ['keepNewest: 0', { keepNewest: 0 }],
    ['a date in the future', { olderThan: new Date(Date.now() + 30 * DAY) }],
  ])('refuses %s, which leaves nothing', async (_, what) => {
    expect((await rejection(planned(what), ValidationError)).code).toBe('NOTHING_STAYS')
  })

  it.each<[string, RetentionRules, typeof TypeError | typeof RangeError, RegExp]>([
    ['-1 as keepNewest', { keepNewest: -1 }, RangeError, /keepNewest: it has to be a whole number from 0, not -1/],
    ['NaN as keepNewest', { keepNewest: Number.NaN }, RangeError, /keepNewest: .* not NaN/],
    ['a text as keepNewest', { keepNewest: '3' as never }, RangeError, /keepNewest/],
    ['an invalid date', { olderThan: new Date('then') }, TypeError, /olderThan/],
    ['an age without a unit', { olderThan: '30' }, TypeError, /olderThan/],
    ['a rule with a wrong name', { keepNewest: 1, kept: 'latest' } as never, TypeError, /"kept": the rules are tags,/],
    ['an option among the rules', { keepNewest: 1, all: true } as never, TypeError, /"all"/],
  ])('refuses %s before anything is requested', async (_, rules, type, message) => {
    const { registry, handle, repository } = await stocked()
    await rejection(planDelete(handle, repository, rules), type, message)
    expect(registry.requests).toEqual([])
  })
})

describe('a choice of tags', () => {
  it('takes tags and patterns in the list of a rule', async () => {
    expect(await planned({ tags: '*', keep: ['latest', 'v[12]', 'v3'] }).catch(String)).toContain('"v[12]" as a tag')
    expect(await planned({ tags: '*', keep: ['lat*', 'v?'] }, { all: true })).toEqual([])
    expect(await planned({ tags: ['*1', 'v3'] })).toEqual(['v1', 'v3'])
  })

  it('refuses a pattern in a list of names, which would match no tag', async () => {
    await rejection(planned(['v1', 'v*']), ValidationError, /"v\*" as a tag/)
  })

  it('refuses a function that gives a promise, which would choose all tags', async () => {
    const choose = (async (tag: string) => tag === 'v1') as never as TagChoice
    await rejection(planned(choose), TypeError, /what: its function gives a promise/)
    await rejection(planned({ tags: '*', keep: choose }), TypeError, /keep: its function gives a promise/)
    const { handle, repository } = await stocked()
    await rejection(listTagDetails(handle, repository, { tags: choose }).next(), TypeError, /gives a promise/)
  })

  it('throws what its function throws', async () => {
    const fault = new Error('mine')
    const choose = () => {
      throw fault
    }
    await expect(planned(choose)).rejects.toBe(fault)
    await expect(planned({ keepNewest: 1, keep: choose })).rejects.toBe(fault)
  })
})
