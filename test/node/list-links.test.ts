import { describe, expect, it } from 'vitest'
import { listTags, openRegistry, ResponseError } from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { answering, lister, numbered, ORIGIN } from '../support/lister.ts'

describe('listTags() of a list with a Link', () => {
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
    ['at a host that cannot exist', (last) => `<http://[:/v2/team/app/tags/list${query(last)}>; rel="next"`],
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
  ])('follows a Link %s to the next page', async (_, link, base = ORIGIN) => {
    const tags = numbered(25)
    const { list, asked } = lister({ tags, pageSize: 10, link, base })
    expect(await list()).toEqual(tags)
    expect(asked).toHaveLength(3)
  })

  it('requests only the path of the list when the Link names another host or repository', async () => {
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

  it('keeps every character of the query in the Link', async () => {
    const seen: string[] = []
    const fetch = async ({ url }: Request) => {
      seen.push(url)
      const headers = { link: '</v2/a/tags/list?next_page=gAAAA%3D%3D&n=50&x=a+b%2Fc>; rel="next"' }
      return Response.json({ tags: [`v${seen.length}`] }, seen.length === 1 ? { headers } : {})
    }
    expect(await listTags(openRegistry(ORIGIN, { fetch }), 'a')).toEqual(['v1', 'v2'])
    expect(seen[1]).toBe(`${ORIGIN}/v2/a/tags/list?next_page=gAAAA%3D%3D&n=50&x=a+b%2Fc`)
  })

  it('follows a Link on an empty page, because a registry may filter what a user may not see', async () => {
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
    ['to a page that ignores it', '</v2/a/tags/list?last=b>; rel="next"'],
    ['without a query to a page that ignores `last`', '</v2/a/tags/list>; rel="next"'],
  ])('throws when the Link leads %s, because that is a circle', async (_, link) => {
    await rejection(listTags(answering('{"tags":["b"]}', { link }), 'a'), ResponseError, /go in a circle/)
  })

  it('throws when each Link has another query but the pages bring no new tag', async () => {
    let count = 0
    const fetch = async () => Response.json({ tags: ['b'] }, { headers: { link: `<?page=${count++}>; rel="next"` } })
    await rejection(listTags(openRegistry(ORIGIN, { fetch }), 'a'), ResponseError, /go in a circle/)
    expect(count).toBe(2)
  })

  it.each(['</v2/a/tags/list?last=>; rel="next"', '<?n=1000>; rel="next"', '</x>; rel=next'])(
    'ends at an empty page when its Link is %s',
    async (link) => {
      expect(await listTags(answering('{"tags":[]}', { link }), 'a')).toEqual([])
    },
  )

  it('throws when the Link is 20,000 characters long', async () => {
    const link = `<?last=${'x'.repeat(20_000)}>; rel="next"`
    await rejection(listTags(answering('{"tags":["b"]}', { link }), 'a'), ResponseError, /too long an address/)
  })
})
