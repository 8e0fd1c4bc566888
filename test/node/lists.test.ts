import { describe, expect, it } from 'vitest'
import {
  getManifest,
  iterateRepositories,
  iterateTags,
  listRepositories,
  listTags,
  openRegistry,
  pushDockerTar,
  type Registry,
  ResponseError,
} from '../../src/index.ts'
import {
  createTestArchive,
  createTestRegistry,
  type RegistryProfile,
  type TestRegistry,
} from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { answering, collected, lister, numbered, ORIGIN } from '../support/lister.ts'

/** How many repositories there are beside those with many tags: more than fit on a page. */
const REPOSITORIES = 11

/** Tags an image of two repositories with all names, and pushes it to some repositories more. */
async function fill(registry: TestRegistry, handle: Registry, names: readonly string[]): Promise<void> {
  const archive = await createTestArchive()
  for (const name of names.slice(0, REPOSITORIES)) await pushDockerTar(archive, handle, `team/${name}`, 'v1')
  for (const repository of ['a', 'team/a']) {
    const digest = await pushDockerTar(archive, handle, repository, names[0] as string)
    const { bytes, mediaType } = await getManifest(handle, repository, digest)
    for (const name of names.slice(1)) await putTag(registry, `${repository}/manifests/${name}`, bytes, mediaType)
  }
}

async function putTag({ fetch }: TestRegistry, path: string, body: Uint8Array<ArrayBuffer>, mediaType: string) {
  const put = { method: 'PUT', headers: { 'content-type': mediaType }, body }
  expect((await fetch(new Request(`${ORIGIN}/v2/${path}`, put))).status).toBe(201)
}

describe('listTags() and listRepositories()', () => {
  it('follow the pages to the end', async () => {
    const registry = createTestRegistry({ pageSize: 3 })
    const handle = openRegistry(ORIGIN, { fetch: registry.fetch })
    const names = Array.from({ length: 10 }, (_, index) => `n${index}`)
    await fill(registry, handle, names)
    expect(await listTags(handle, 'a')).toEqual(names)
    expect(await listRepositories(handle)).toEqual(['a', 'team/a', ...names.map((name) => `team/${name}`)])
    expect(registry.requests.filter(({ url }) => url.startsWith('/v2/_catalog'))).toHaveLength(4)
  })

  it('give an array of the caller’s own, which may be sorted in place', async () => {
    const { fetch } = createTestRegistry()
    const handle = openRegistry(ORIGIN, { fetch })
    for (const tag of ['v1', 'v2']) await pushDockerTar(await createTestArchive(), handle, 'a', tag)
    const tags: string[] = await listTags(handle, 'a')
    expect(tags.sort().reverse()).toEqual(['v2', 'v1'])
    expect(await listTags(handle, 'a')).toEqual(['v1', 'v2'])
    const repositories: string[] = await listRepositories(handle)
    repositories.push('b')
    expect(await listRepositories(handle)).toEqual(['a'])
  })

  it.each([
    'nexus',
    'artifactory',
    'cloudflare',
    'quay',
    'ecr',
    'distribution-2',
    'distribution-3',
    'zot',
  ] satisfies RegistryProfile[])('list all entries in pages of ten when the registry is %s', async (profile) => {
    const registry = createTestRegistry({ profile, pageSize: 10 })
    const handle = openRegistry(ORIGIN, { fetch: registry.fetch })
    const names = Array.from({ length: 25 }, (_, index) => `n${String(index).padStart(2, '0')}`)
    await fill(registry, handle, names)
    registry.requests.length = 0
    expect([...(await listTags(handle, 'team/a'))].sort()).toEqual(names)
    expect(await listRepositories(handle)).toHaveLength(REPOSITORIES + 2)
    const { length } = registry.requests
    expect(length).toBeLessThanOrEqual(7)
    registry.requests.length = 0
    expect([...(await collected(iterateTags(handle, 'team/a')))].sort()).toEqual(names)
    expect(await collected(iterateRepositories(handle))).toHaveLength(REPOSITORIES + 2)
    expect(registry.requests).toHaveLength(length)
  })
})

describe('iterateTags() and iterateRepositories()', () => {
  const link = (last: string) => `</v2/team/app/tags/list?n=10&last=${last}>; rel="next"`

  it('give the entries of a page before they ask for the next page, and ask for no more when the loop ends', async () => {
    const registry = createTestRegistry({ pageSize: 3 })
    const handle = openRegistry(ORIGIN, { fetch: registry.fetch })
    await fill(registry, handle, numbered(7))
    for (const iterate of [() => iterateTags(handle, 'a'), () => iterateRepositories(handle)]) {
      registry.requests.length = 0
      const given: string[] = []
      for await (const entry of iterate()) {
        given.push(entry)
        expect(registry.requests).toHaveLength(Math.ceil(given.length / 3))
        if (given.length === 4) break
      }
      expect(registry.requests).toHaveLength(2)
    }
  })

  it('send no request before the first entry is asked for', async () => {
    const registry = createTestRegistry()
    const tags = iterateTags(openRegistry(ORIGIN, { fetch: registry.fetch }), 'a')
    await tags.return()
    expect(registry.requests).toHaveLength(0)
  })

  it('end with the reason of an abort, in the middle of a page too', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const reason = new Error('no longer needed')
    const given: string[] = []
    const iterating = (async () => {
      for await (const tag of iterateTags(answering('{"tags":["a","b","c"]}'), 'team/app', { signal })) {
        given.push(tag)
        if (tag === 'b') controller.abort(reason)
      }
    })()
    await expect(iterating).rejects.toBe(reason)
    expect(given).toEqual(['a', 'b'])
  })

  it('give the tags of the pages before a failure, and then the failure', async () => {
    const tags = numbered(25)
    const refuse = (query: URLSearchParams) => (query.get('last') === tags[19] ? 500 : undefined)
    const { handle } = lister({ tags, pageSize: 10, link, refuse })
    const given: string[] = []
    const iterating = (async () => {
      for await (const tag of iterateTags(handle(), 'team/app')) given.push(tag)
    })()
    await rejection(iterating, ResponseError, /500/)
    expect(given).toEqual(tags.slice(0, 20))
  })

  it('give an entry once that two pages have', async () => {
    const pages: Record<string, string[]> = { '': ['a', 'b'], b: ['b', 'c'] }
    const fetch = async ({ url }: Request) => {
      const last = new URL(url).searchParams.get('last') ?? ''
      return Response.json({ tags: pages[last] }, last === '' ? { headers: { link: '<?last=b>; rel="next"' } } : {})
    }
    const handle = openRegistry(ORIGIN, { fetch })
    expect(await collected(iterateTags(handle, 'a'))).toEqual(['a', 'b', 'c'])
  })
})

describe('listTags()', () => {
  it('returns 200,000 tags when they are on one page', async () => {
    const tags = Array.from({ length: 200_000 }, (_, index) => `v${index}`)
    expect(await listTags(answering(JSON.stringify({ tags })), 'a')).toHaveLength(200_000)
  })

  it('returns an empty array when "tags" is null or missing', async () => {
    expect(await listTags(answering('{"name":"a","tags":null}'), 'a')).toEqual([])
    expect(await listTags(answering('{"name":"a"}'), 'a')).toEqual([])
    await rejection(listTags(answering('{"tags":[1]}'), 'a'), ResponseError, /"tags" is not a list of strings/)
  })

  it('returns each tag once when the registry lists it twice', async () => {
    expect(await listTags(answering('{"tags":["a","b","a"]}'), 'a')).toEqual(['a', 'b'])
  })

  it('returns all tags when the registry is zot, which lists all again if `n` is at least their number', async () => {
    const registry = createTestRegistry({ profile: 'zot', pageSize: 1000 })
    const handle = openRegistry(ORIGIN, { fetch: registry.fetch })
    await pushDockerTar(await createTestArchive(), handle, 'a', 'v')
    const { bytes, mediaType } = await getManifest(handle, 'a', 'v')
    for (let count = 1; count < 1000; count++) await putTag(registry, `a/manifests/v${count}`, bytes, mediaType)
    expect(await listTags(handle, 'a')).toHaveLength(1000)
  })

  it('throws when an entry has more than 1,024 characters', async () => {
    expect(await lister({ tags: ['a'.repeat(1024)] }).list()).toHaveLength(1)
    const { list } = lister({ tags: ['v1', 'a'.repeat(1025)] })
    await rejection(list(), ResponseError, /list the tags of .* an entry of its "tags" has more than 1024 characters/)
  })

  it('returns 100,000 tags of 128 characters when they are on one page', async () => {
    const tags = Array.from({ length: 100_000 }, (_, tag) => `${tag}`.padEnd(128, 'a'))
    const { list } = lister({ tags, ignores: ['n', 'last'] })
    expect(await list()).toHaveLength(100_000)
  })

  it('throws when the entries have more than 16 Mi characters', async () => {
    const tags = Array.from({ length: 17_000 }, (_, tag) => `${tag}`.padStart(6, '0').padEnd(1024, 'a'))
    const { list } = lister({
      tags,
      pageSize: 1000,
      link: (last) => `</v2/team/app/tags/list?n=1000&last=${last.replace(/a+$/, '')}b>; rel="next"`,
    })
    await rejection(list(), ResponseError, /its entries have more than 16777216 characters/)
  })
})

describe('listTags() of a registry that refuses `n`', () => {
  it.each([400, 405, 413, 422])('asks again without `n` when the first page is refused with %i', async (status) => {
    const tags = numbered(7)
    const { list, asked } = lister({ tags, refuse: (query) => (query.has('n') ? status : undefined) })
    expect(await list()).toEqual(tags)
    expect(asked).toEqual(['?n=1000', ''])
  })

  it.each([400, 405, 413, 422])(
    'asks again without `n`, and with the rest of the query, when a later page is refused with %i',
    async (status) => {
      const tags = numbered(25)
      const { list, asked } = lister({
        tags,
        pageSize: 10,
        link: (last) => `</v2/team/app/tags/list?n=5000&last=${last}>; rel="next"`,
        refuse: (query) => (Number(query.get('n')) > 1000 ? status : undefined),
      })
      expect(await list()).toEqual(tags)
      expect(asked).toContain('?last=v000009')
    },
  )

  it('throws when the registry also refuses the list without `n`', async () => {
    for (const status of [400, 413, 405]) {
      const { list, asked } = lister({ tags: [], refuse: () => status })
      const error = await rejection(list(), ResponseError)
      expect([error.status, asked]).toEqual([status, ['?n=1000', '']])
    }
  })

  it('asks once when the repository does not exist', async () => {
    const { list, asked } = lister({ tags: [], refuse: () => 404 })
    await rejection(list(), ResponseError, /404/)
    expect(asked).toHaveLength(1)
  })
})
