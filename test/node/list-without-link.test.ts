import { describe, expect, it } from 'vitest'
import { listTags, openRegistry, ResponseError } from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { lister, numbered, ORIGIN } from '../support/lister.ts'

describe('listTags() of a list without a Link', () => {
  it.each([999, 1000, 1001, 1500, 2000, 2500])(
    'returns all %i tags when the registry cuts pages at `n`',
    async (length) => {
      const tags = numbered(length)
      const { list } = lister({ tags })
      expect(await list()).toEqual(tags)
    },
  )

  it.each([10, 50, 100])(
    'returns all tags when the registry cuts pages at %i, because a web page may not be allowed to read Link',
    async (size) => {
      const tags = numbered(size * 2 + 3)
      const { list, asked } = lister({ tags, pageSize: size })
      expect(await list()).toEqual(tags)
      expect(asked).toHaveLength(3)
    },
  )

  it('asks once when the registry does not cut the list', async () => {
    for (const length of [0, 1, 7, 99, 1001]) {
      const { list, asked } = lister({ tags: numbered(length), ignores: ['n', 'last'] })
      expect(await list()).toHaveLength(length)
      expect(asked).toHaveLength(1)
    }
  })

  it.each([1000, 2000])('returns all %i tags when the registry ignores the query', async (length) => {
    const tags = numbered(length)
    const { list, asked } = lister({ tags, ignores: ['n', 'last'] })
    expect(await list()).toEqual(tags)
    expect(asked.length).toBeLessThanOrEqual(3)
  })

  it('asks again without `n` when the registry ignores `last`', async () => {
    const tags = numbered(1500)
    const { list } = lister({ tags, ignores: ['last'] })
    expect(await list()).toEqual(tags)
  })

  it.each([400, 404, 405, 413, 414, 422, 501])(
    'asks again without `n` when the registry answers %i to `last`',
    async (status) => {
      const refuse = (query: URLSearchParams) => (query.has('last') ? status : undefined)
      const long = lister({ tags: numbered(1500), refuse })
      expect(await long.list()).toHaveLength(1500)
      const short = lister({ tags: numbered(20), refuse })
      expect(await short.list()).toHaveLength(20)
    },
  )

  it('throws when it cannot get the rest of the list', async () => {
    const { list } = lister({ tags: numbered(1500), pageSize: 1000, ignores: ['last'] })
    await rejection(list(), ResponseError, /no more than 1000 entries, and does not tell what comes after/)
  })

  it.each([401, 403, 409, 429, 500, 503])(
    'returns a round number of tags when the registry answers %i to `last`',
    async (status) => {
      const refuse = (query: URLSearchParams) => (query.has('last') ? status : undefined)
      for (const length of [10, 500, 2000])
        expect(await lister({ tags: numbered(length), ignores: ['n'], refuse }).list()).toHaveLength(length)
    },
  )

  it('returns a round number of tags when the registry answers `last` with something else', async () => {
    const fetch = async ({ url }: Request) => Response.json(url.includes('last=') ? [] : { tags: numbered(10) })
    expect(await listTags(openRegistry(ORIGIN, { fetch }), 'team/app')).toHaveLength(10)
  })

  it('throws when a later page fails', async () => {
    const refuse = (query: URLSearchParams) => (query.get('last') === 'v000019' ? 503 : undefined)
    await rejection(lister({ tags: numbered(25), pageSize: 10, refuse }).list(), ResponseError, /503/)
  })

  it('throws when the registry refuses the second page', async () => {
    for (const status of [401, 403, 500]) {
      const refuse = (query: URLSearchParams) => (query.has('last') ? status : undefined)
      await rejection(lister({ tags: numbered(1500), refuse }).list(), ResponseError, new RegExp(`${status}`))
    }
  })
})
