import { describe, expect, it } from 'vitest'
import { readCurlOutput, ValidationError } from '../../src/index.ts'

// test/browser/doctor.test.ts runs the commands of a page. These are other ways in which people copy from a terminal.

const ORIGIN = 'https://page.example.com'
const codesOf = async (output: string) =>
  (await readCurlOutput(output, { origin: ORIGIN })).map(({ check, code }) => `${check} ${code}`)

const ALLOWED = [
  'access-control-allow-origin: https://page.example.com',
  'access-control-allow-methods: GET, PUT, PATCH, DELETE',
  'access-control-allow-headers: Authorization, Content-Type, Content-Range',
]
const PASSED = ['connection OK', 'page-preflight OK', 'page-methods OK', 'page-headers OK']

describe('readCurlOutput()', () => {
  it.each<[string, readonly string[]]>([
    ['HTTP/2', ['HTTP/2 204 ', ...ALLOWED, '']],
    [
      'the prompt and the command before it',
      ['$ curl -sS -I "https://r.test/v2/"', 'HTTP/1.1 204 No Content', ...ALLOWED],
    ],
    [
      'curl -v',
      [
        '* Connected',
        '> OPTIONS /v2/ HTTP/1.1',
        '> Origin: x',
        '< HTTP/1.1 204 No Content',
        ...ALLOWED.map((line) => `< ${line}`),
      ],
    ],
    ['a proxy of the machine', ['HTTP/1.1 200 Connection established', '', 'HTTP/1.1 204 No Content', ...ALLOWED]],
    ['spaces before each line', ['  HTTP/1.1 204 No Content', ...ALLOWED.map((line) => `    ${line}`)]],
    [
      'only the method that was asked for',
      ['HTTP/1.1 204', ALLOWED[0] ?? '', 'access-control-allow-methods: PATCH', ALLOWED[2] ?? ''],
    ],
  ])('reads an answer with %s', async (_, lines) => {
    expect(await codesOf(lines.join('\n'))).toEqual(PASSED)
    expect(await codesOf(lines.join('\r\n'))).toEqual(PASSED)
  })

  it('reads the answer to GET after that to OPTIONS', async () => {
    const get = ['HTTP/1.1 401 Unauthorized', 'access-control-allow-origin: *']
    const output = ['HTTP/1.1 204 No Content', ...ALLOWED, '', ...get, ''].join('\n')
    expect(await codesOf(output)).toEqual([
      ...['connection OK', 'page-read OK', 'page-preflight OK', 'page-methods OK', 'page-headers OK'],
      ...['page-exposed HEADERS_HIDDEN', 'page-refusals OK'],
    ])
  })

  it.each([
    ['curl: (6) Could not resolve host: registry.test', 'connection HOST_UNKNOWN'],
    [
      "curl: (7) Failed to connect to 10.0.0.1 port 5000 after 0 ms: Couldn't connect to server",
      'connection NOTHING_LISTENS',
    ],
    ['curl: (28) Connection timed out after 10001 milliseconds', 'connection SILENT'],
    [
      'curl: (35) OpenSSL SSL_connect: Connection reset by peer in connection to registry.test:443',
      'connection BROKEN_OFF',
    ],
    ['curl: (52) Empty reply from server', 'connection BROKEN_OFF'],
    ['curl: (60) SSL certificate problem: certificate has expired', 'tls CERTIFICATE_EXPIRED'],
    ['curl: (60) SSL certificate problem: certificate is not yet valid', 'tls CERTIFICATE_NOT_YET_VALID'],
    [
      "curl: (60) SSL: no alternative certificate subject name matches target host name 'r'",
      'tls CERTIFICATE_OTHER_HOST',
    ],
    ['curl: (60) SSL certificate problem: unable to get local issuer certificate', 'tls CERTIFICATE_UNKNOWN'],
    ['curl: (97) connection to proxy closed', 'connection PROXY_REFUSES'],
    ['curl: (3) URL rejected: Malformed input', 'connection NO_ANSWER'],
  ])('reads "%s"', async (output, fault) => {
    expect((await codesOf(output)).at(-1)).toBe(fault)
  })

  it('leaves out a header with control characters', async () => {
    const output = 'HTTP/1.1 204\naccess-control-allow-origin: \u001b[2Jhttps://page.example.com'
    const [, preflight] = await readCurlOutput(output, { origin: ORIGIN })
    expect([preflight?.code, preflight?.message]).toEqual(['NO_CORS', expect.not.stringContaining('\u001b')])
  })

  it.each(['', 'command not found: curl', 'HTTP/x', '{"errors":[]}', `HTTP/1.1 ${'0'.repeat(100_000)}`])(
    'throws if the text is no output of curl (%#)',
    async (output) => {
      const reading = readCurlOutput(output, { origin: ORIGIN })
      await expect(reading).rejects.toThrow(ValidationError)
      await expect(reading).rejects.toMatchObject({ code: 'NOT_SUPPORTED', remedy: expect.stringContaining('paste') })
    },
  )

  it('throws for wrong arguments', async () => {
    await expect(readCurlOutput(7 as never, { origin: ORIGIN })).rejects.toThrow(TypeError)
    await expect(readCurlOutput('HTTP/1.1 204')).rejects.toThrow(/origin/)
    await expect(readCurlOutput('HTTP/1.1 204', { origin: 'page' })).rejects.toThrow(TypeError)
    await expect(readCurlOutput('HTTP/1.1 204', 'page' as never)).rejects.toThrow(TypeError)
  })
})
