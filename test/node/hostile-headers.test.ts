import { describe, expect, it } from 'vitest'
import { listTags, openRegistry } from '../../src/index.ts'
import { ORIGIN } from '../support/lister.ts'

describe('listTags() of an answer with a header of 256 kB', () => {
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

  it.each(hostile)('reads a Link of many %j in milliseconds', async (text) => {
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
  ] as const)('reads a %s in an answer with %i in milliseconds', async (name, status) => {
    for (const text of hostile) {
      const headers = { [name]: repeated(text) }
      const fetch = async () => new Response(status < 300 ? '{"tags":["a"]}' : null, { status, headers })
      const handle = openRegistry(ORIGIN, { fetch, retry: 0 })
      expect(await timeOf(() => listTags(handle, 'a')), JSON.stringify(text)).toBeLessThan(500)
    }
  })
})
