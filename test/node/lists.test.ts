import { describe, expect, it } from 'vitest'
import {
  getManifest,
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

const ORIGIN = 'https://registry.test'
/** How many repositories there are beside those with many tags: more than fit on a page. */
const REPOSITORIES = 11
const numbered = (length: number) => Array.from({ length }, (_, index) => `v${String(index).padStart(6, '0')}`)

/** How a registry of our own lists its tags. */
interface Lister {
  readonly tags: readonly string[]
  /** Of a page without `n`, and the largest. @default all */
  readonly pageSize?: number
  /** The `Link` of a page that others come after; nothing for none. */
  readonly link?: (last: string) => string | undefined
  /** Parameters that are not heeded. */
  readonly ignores?: readonly string[]
  /** The base URL of the registry. */
  readonly base?: string
  /** The status of a query that is refused, if this one is. */
  readonly refuse?: (query: URLSearchParams) => number | undefined
}

/** A registry that lists tags at one path of one origin, and nothing elsewhere. */
function lister({ tags, pageSize, link, ignores = [], base = ORIGIN, refuse }: Lister) {
  const asked: string[] = []
  const path = `${new URL(base).pathname.replace(/\/$/, '')}/v2/team/app/tags/list`
  const fetch = async ({ url }: Request) => {
    const { origin, pathname, search, searchParams } = new URL(url)
    asked.push(search)
    if (origin !== new URL(base).origin || pathname !== path) return new Response(null, { status: 404 })
    const status = refuse?.(searchParams)
    if (status) return new Response(null, { status })
    const read = (name: string) => (ignores.includes(name) ? null : searchParams.get(name))
    const [n, last] = [read('n'), read('last')]
    const start = last === null ? 0 : tags.findIndex((tag) => tag > last)
    const rest = start < 0 ? [] : tags.slice(start)
    const page = rest.slice(0, Math.min(n === null ? Number.POSITIVE_INFINITY : Number(n), pageSize ?? tags.length))
    const next = page.length < rest.length ? link?.(page.at(-1) as string) : undefined
    return Response.json({ name: 'team/app', tags: page }, next === undefined ? {} : { headers: { link: next } })
  }
  return { asked, list: () => listTags(openRegistry(base, { fetch, retry: 0 }), 'team/app') }
}

const answering = (body: BodyInit, headers: Record<string, string> = {}) =>
  openRegistry(ORIGIN, { retry: 0, fetch: async () => new Response(body, { headers }) })

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

  it.each([
    'nexus',
    'artifactory',
    'cloudflare',
    'quay',
    'ecr',
    'distribution-2',
    'distribution-3',
    'zot',
  ] satisfies RegistryProfile[])('list all of what %s has, in pages of ten', async (profile) => {
    const registry = createTestRegistry({ profile, pageSize: 10 })
    const handle = openRegistry(ORIGIN, { fetch: registry.fetch })
    const names = Array.from({ length: 25 }, (_, index) => `n${String(index).padStart(2, '0')}`)
    await fill(registry, handle, names)
    registry.requests.length = 0
    expect([...(await listTags(handle, 'team/a'))].sort()).toEqual(names)
    expect(await listRepositories(handle)).toHaveLength(REPOSITORIES + 2)
    expect(registry.requests.length).toBeLessThanOrEqual(7)
  })

  it('take a page of 200,000 entries', async () => {
    const tags = Array.from({ length: 200_000 }, (_, index) => `v${index}`)
    expect(await listTags(answering(JSON.stringify({ tags })), 'a')).toHaveLength(200_000)
  })

  it('take null and nothing for none', async () => {
    expect(await listTags(answering('{"name":"a","tags":null}'), 'a')).toEqual([])
    expect(await listTags(answering('{"name":"a"}'), 'a')).toEqual([])
    await rejection(listTags(answering('{"tags":[1]}'), 'a'), ResponseError, /"tags" is not a list of texts/)
  })

  it('give each entry once', async () => {
    expect(await listTags(answering('{"tags":["a","b","a"]}'), 'a')).toEqual(['a', 'b'])
  })
})

describe('a list whose number of entries is refused', () => {
  it.each([400, 405, 413, 422])('by %i is asked for without', async (status) => {
    const tags = numbered(7)
    const { list, asked } = lister({ tags, refuse: (query) => (query.has('n') ? status : undefined) })
    expect(await list()).toEqual(tags)
    expect(asked).toEqual(['?n=1000', ''])
  })

  it.each([400, 405, 413, 422])(
    'by %i on a later page is asked for without, and with the rest of the query',
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

  it('is refused if it is refused without, too', async () => {
    for (const status of [400, 413, 405]) {
      const { list, asked } = lister({ tags: [], refuse: () => status })
      const error = await rejection(list(), ResponseError)
      expect([error.status, asked]).toEqual([status, ['?n=1000', '']])
    }
  })

  it('is asked for once if there is no such repository', async () => {
    const { list, asked } = lister({ tags: [], refuse: () => 404 })
    await rejection(list(), ResponseError, /404/)
    expect(asked).toHaveLength(1)
  })
})

describe('a Link to the next page', () => {
  const query = (last: string) => `?n=10&last=${last}`

  it.each<[string, (last: string) => string, string?]>([
    ['with a path', (last) => `</v2/team/app/tags/list${query(last)}>; rel="next"`],
    ['with the whole URL', (last) => `<${ORIGIN}/v2/team/app/tags/list${query(last)}>; rel="next"`],
    ['with a query alone', (last) => `<${query(last)}>; rel="next"`],
    ['without the key of the repository', (last) => `</v2/app/tags/list${query(last)}>; rel="next"`],
    ['with an inner prefix', (last) => `</repository/docker/v2/team/app/tags/list${query(last)}>; rel="next"`],
    ['without the prefix', (last) => `</v2/team/app/tags/list${query(last)}>; rel="next"`, `${ORIGIN}/reg/istry`],
    ['at an inner host', (last) => `<http://registry:5000/v2/team/app/tags/list${query(last)}>; rel="next"`],
    ['at an inner port', (last) => `<${ORIGIN}:5000/v2/team/app/tags/list${query(last)}>; rel="next"`],
    ['without TLS', (last) => `<http://registry.test/v2/team/app/tags/list${query(last)}>; rel="next"`],
    ['at no host that can be', (last) => `<http://[:/v2/team/app/tags/list${query(last)}>; rel="next"`],
    ['with user info', (last) => `<https://me:secret@registry.test/v2/team/app/tags/list${query(last)}>; rel=next`],
    ['without < and >', (last) => `${ORIGIN}/v2/team/app/tags/list${query(last)}; rel=next`],
    ['without < and >, quoted', (last) => `/v2/team/app/tags/list${query(last)} ; rel="next"`],
    ['without a query', () => '</v2/team/app/tags/list>; rel="next"'],
    ['with a fragment', (last) => `</v2/team/app/tags/list${query(last)}#x>; rel="next"`],
    ['in capitals', (last) => `<${query(last)}>; REL="NEXT"`],
    ['with several relations', (last) => `<${query(last)}>; rel="last next"`],
    ['with spaces', (last) => `  <${query(last)}>  ;  rel  =  "next"  `],
    ['with other parameters', (last) => `<${query(last)}>; title="a; rel=\\"prev\\", b"; foo; rel=next; x`],
    ['among others', (last) => `</v2/>; rel="up", <?last=x>; rel=prev, <${query(last)}>; rel=next, <?n=1>; rel="last"`],
  ])('%s leads to the next page', async (_, link, base = ORIGIN) => {
    const tags = numbered(25)
    const { list, asked } = lister({ tags, pageSize: 10, link, base })
    expect(await list()).toEqual(tags)
    expect(asked).toHaveLength(3)
  })

  it('leads nowhere but to the path of the list, with the rights of the registry', async () => {
    const seen: string[] = []
    const fetch = async (request: Request) => {
      seen.push(request.url)
      const isFirst = !request.url.includes('last=')
      const headers = { link: '<https://evil.test/v2/team/secret/tags/list?last=v1>; rel="next"' }
      return Response.json({ tags: [isFirst ? 'v1' : 'v2'] }, isFirst ? { headers } : {})
    }
    const registry = openRegistry(ORIGIN, { fetch, headers: { 'x-token': 'secret' } })
    expect(await listTags(registry, 'team/app')).toEqual(['v1', 'v2'])
    expect(seen).toEqual([`${ORIGIN}/v2/team/app/tags/list?n=1000`, `${ORIGIN}/v2/team/app/tags/list?last=v1`])
  })

  it('keeps its query to the letter', async () => {
    const seen: string[] = []
    const fetch = async ({ url }: Request) => {
      seen.push(url)
      const headers = { link: '</v2/a/tags/list?next_page=gAAAA%3D%3D&n=50&x=a+b%2Fc>; rel="next"' }
      return Response.json({ tags: [`v${seen.length}`] }, seen.length === 1 ? { headers } : {})
    }
    expect(await listTags(openRegistry(ORIGIN, { fetch }), 'a')).toEqual(['v1', 'v2'])
    expect(seen[1]).toBe(`${ORIGIN}/v2/a/tags/list?next_page=gAAAA%3D%3D&n=50&x=a+b%2Fc`)
  })

  it('on an empty page leads on: a registry may filter what a user may not see', async () => {
    const pages = [['a'], [], ['b'], []]
    let count = 0
    const fetch = async () => {
      const index = count++
      const headers = { link: `<?page=${index + 1}>; rel="next"` }
      return Response.json({ tags: pages[index] }, index < 3 ? { headers } : {})
    }
    expect(await listTags(openRegistry(ORIGIN, { fetch }), 'a')).toEqual(['a', 'b'])
  })

  it.each([
    ['to itself', '</v2/a/tags/list?n=1000>; rel="next"'],
    ['to what ignores it', '</v2/a/tags/list?last=b>; rel="next"'],
    ['without a query, to what ignores `last`', '</v2/a/tags/list>; rel="next"'],
  ])('%s is a circle', async (_, link) => {
    await rejection(listTags(answering('{"tags":["b"]}', { link }), 'a'), ResponseError, /go in a circle/)
  })

  it('to ever other queries that bring nothing new is a circle, too', async () => {
    let count = 0
    const fetch = async () => Response.json({ tags: ['b'] }, { headers: { link: `<?page=${count++}>; rel="next"` } })
    await rejection(listTags(openRegistry(ORIGIN, { fetch }), 'a'), ResponseError, /go in a circle/)
    expect(count).toBe(2)
  })

  it.each(['</v2/a/tags/list?last=>; rel="next"', '<?n=1000>; rel="next"', '</x>; rel=next'])(
    '%s of an empty page is the end',
    async (link) => {
      expect(await listTags(answering('{"tags":[]}', { link }), 'a')).toEqual([])
    },
  )

  it('of an enormous length is refused', async () => {
    const link = `<?last=${'x'.repeat(20_000)}>; rel="next"`
    await rejection(listTags(answering('{"tags":["b"]}', { link }), 'a'), ResponseError, /too long an address/)
  })
})

describe('a list without a Link', () => {
  it.each([999, 1000, 1001, 1500, 2000, 2500])(
    'that is cut at what was asked for has all %i entries',
    async (length) => {
      const tags = numbered(length)
      const { list } = lister({ tags })
      expect(await list()).toEqual(tags)
    },
  )

  it.each([10, 50, 100])(
    'that is cut at %i has all entries: a web page may not be allowed to read Link',
    async (size) => {
      const tags = numbered(size * 2 + 3)
      const { list, asked } = lister({ tags, pageSize: size })
      expect(await list()).toEqual(tags)
      expect(asked).toHaveLength(3)
    },
  )

  it('that is not cut is asked for once', async () => {
    for (const length of [0, 1, 7, 99, 1001]) {
      const { list, asked } = lister({ tags: numbered(length), ignores: ['n', 'last'] })
      expect(await list()).toHaveLength(length)
      expect(asked).toHaveLength(1)
    }
  })

  it.each([1000, 2000])('of a registry that heeds no query is whole with %i entries', async (length) => {
    const tags = numbered(length)
    const { list, asked } = lister({ tags, ignores: ['n', 'last'] })
    expect(await list()).toEqual(tags)
    expect(asked.length).toBeLessThanOrEqual(3)
  })

  it('of zot, which gives all again if `n` is no smaller than their number, is whole', async () => {
    const registry = createTestRegistry({ profile: 'zot', pageSize: 1000 })
    const handle = openRegistry(ORIGIN, { fetch: registry.fetch })
    await pushDockerTar(await createTestArchive(), handle, 'a', 'v')
    const { bytes, mediaType } = await getManifest(handle, 'a', 'v')
    for (let count = 1; count < 1000; count++) await putTag(registry, `a/manifests/v${count}`, bytes, mediaType)
    expect(await listTags(handle, 'a')).toHaveLength(1000)
  })

  it('of a registry that heeds `n` alone is asked for without', async () => {
    const tags = numbered(1500)
    const { list } = lister({ tags, ignores: ['last'] })
    expect(await list()).toEqual(tags)
  })

  it.each([400, 404, 405, 413, 414, 422, 501])(
    'of a registry that answers %i to `last` is asked for without',
    async (status) => {
      const refuse = (query: URLSearchParams) => (query.has('last') ? status : undefined)
      const long = lister({ tags: numbered(1500), refuse })
      expect(await long.list()).toHaveLength(1500)
      const short = lister({ tags: numbered(20), refuse })
      expect(await short.list()).toHaveLength(20)
    },
  )

  it('takes entries of 1,024 characters and none of more', async () => {
    expect(await lister({ tags: ['a'.repeat(1024)] }).list()).toHaveLength(1)
    const { list } = lister({ tags: ['v1', 'a'.repeat(1025)] })
    await rejection(list(), ResponseError, /list the tags of .* an entry of its "tags" has more than 1024 characters/)
  })

  it('takes 100,000 tags of 128 characters on one page', async () => {
    const tags = Array.from({ length: 100_000 }, (_, tag) => `${tag}`.padEnd(128, 'a'))
    const { list } = lister({ tags, ignores: ['n', 'last'] })
    expect(await list()).toHaveLength(100_000)
  })

  it('takes no more than 16 Mi characters in all', async () => {
    const tags = Array.from({ length: 17_000 }, (_, tag) => `${tag}`.padStart(6, '0').padEnd(1024, 'a'))
    const { list } = lister({
      tags,
      pageSize: 1000,
      link: (last) => `</v2/team/app/tags/list?n=1000&last=${last.replace(/a+$/, '')}b>; rel="next"`,
    })
    await rejection(list(), ResponseError, /its entries have more than 16777216 characters/)
  })

  it('that cannot be completed is an error, not a short list', async () => {
    const { list } = lister({ tags: numbered(1500), pageSize: 1000, ignores: ['last'] })
    await rejection(list(), ResponseError, /no more than 1000 entries, and does not tell what comes after/)
  })

  it.each([401, 403, 409, 429, 500, 503])(
    'of a round number of entries is whole if the registry answers %i to `last`',
    async (status) => {
      const refuse = (query: URLSearchParams) => (query.has('last') ? status : undefined)
      for (const length of [10, 500, 2000])
        expect(await lister({ tags: numbered(length), ignores: ['n'], refuse }).list()).toHaveLength(length)
    },
  )

  it('of a round number of entries is whole if the registry answers `last` with something else', async () => {
    const fetch = async ({ url }: Request) => Response.json(url.includes('last=') ? [] : { tags: numbered(10) })
    expect(await listTags(openRegistry(ORIGIN, { fetch }), 'team/app')).toHaveLength(10)
  })

  it('is not complete if the registry has gone on before, and fails', async () => {
    const refuse = (query: URLSearchParams) => (query.get('last') === 'v000019' ? 503 : undefined)
    await rejection(lister({ tags: numbered(25), pageSize: 10, refuse }).list(), ResponseError, /503/)
  })

  it('is not complete if the registry refuses to go on', async () => {
    for (const status of [401, 403, 500]) {
      const refuse = (query: URLSearchParams) => (query.has('last') ? status : undefined)
      await rejection(lister({ tags: numbered(1500), refuse }).list(), ResponseError, new RegExp(`${status}`))
    }
  })
})

describe('headers of 256 kB', () => {
  const LENGTH = 256 * 1024
  /** In milliseconds of this process, whatever else the machine does. */
  const timeOf = async (act: () => Promise<unknown>) => {
    const before = process.cpuUsage()
    await act().catch(() => undefined)
    return process.cpuUsage(before).user / 1000
  }
  const repeated = (text: string) => text.repeat(Math.ceil(LENGTH / text.length))
  const hostile = [
    ...[
      '<',
      '<>',
      '>',
      ';',
      ',',
      '"',
      '\\',
      ' ',
      '\t',
      '=',
      'a',
      '; ',
      ', ',
      '<,',
      '<;',
      '<a>',
      '<a>;',
      '<a>; ',
      '<a>,',
    ],
    ...[
      '<a>; rel',
      '<a>; rel=',
      '<a>; rel="',
      '<a>; rel="a',
      '<a>; rel=a ',
      '; rel="\\',
      ';a="',
      '"\\"',
      ' ;',
      ';;',
      '= =',
    ],
  ]

  it.each(hostile)('Link of many %j is read in milliseconds', async (text) => {
    const values = [repeated(text), `<?a>; x="${repeated(text)}`, `<${repeated(text)}`, `<?a>;${repeated(text)}`]
    for (const link of values) {
      // Headers take no longer ones from Node's own fetch; other runtimes do.
      const handle = openRegistry(ORIGIN, { fetch: async () => new Response('{"tags":["a"]}', { headers: { link } }) })
      expect(await timeOf(() => listTags(handle, 'a'))).toBeLessThan(500)
    }
  })

  it.each([
    ['WWW-Authenticate', 401],
    ['Content-Type', 200],
    ['Content-Type', 403],
    ['Retry-After', 503],
    ['Location', 302],
    ['Docker-Content-Digest', 200],
  ] as const)('%s of an answer with %i is read in milliseconds', async (name, status) => {
    for (const text of hostile) {
      const headers = { [name]: repeated(text) }
      const fetch = async () => new Response(status < 300 ? '{"tags":["a"]}' : null, { status, headers })
      const handle = openRegistry(ORIGIN, { fetch, retry: 0 })
      expect(await timeOf(() => listTags(handle, 'a')), JSON.stringify(text)).toBeLessThan(500)
    }
  })
})

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
