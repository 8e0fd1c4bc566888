import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  getManifest,
  listTags,
  NetworkError,
  openRegistry,
  RegistryError,
  type RegistryOptions,
  ResponseError,
} from '../../src/index.ts'
import { attacked, CREDENTIALS, push, SECRETS } from '../support/attacked-registry.ts'
import { rejection } from '../support/errors.ts'
import { type Attack, createHostileRegistry } from '../support/hostile-registry.ts'
import { DESK, REGISTRY } from '../support/protected-registry.ts'

// Incidents in other clients, tried on this one. The tests have the IDs of the incidents in their names: docs/security.md has the table.

const moved = (location: string) => new Response(null, { status: 307, headers: { location } })
const refusal = (message: string) => Response.json({ errors: [{ code: 'DENIED', message }] }, { status: 403 })

describe('openRegistry() with secrets', () => {
  const show = (value: unknown) =>
    [
      inspect(value, { depth: 12, showHidden: true }),
      JSON.stringify(value),
      String(value),
      (value as Error)?.stack,
    ].join('\n')
  const id = 'GHSA-5jhf-2qmf-m8c5'

  it(`shows no secret in a handle (${id})`, async () => {
    const { handle } = attacked()
    await push(handle)
    for (const secret of SECRETS) expect(show(handle)).not.toContain(secret)
  })

  it.each<[string, (secret: string) => Response]>([
    ['in the path of a redirect', (secret) => moved(`/moved/${encodeURIComponent(encodeURIComponent(secret))}`)],
    ['in a URL in that path', (secret) => moved(`/moved/${encodeURIComponent(`https://store.test/?sig=${secret}`)}`)],
    [
      'as its content type',
      (secret) => new Response('no', { status: 403, headers: { 'content-type': `text/${secret}` } }),
    ],
    ['as the type of a manifest', (secret) => Response.json({}, { headers: { 'content-type': `x/${secret}` } })],
    ['in JSON in JSON', (secret) => refusal(JSON.stringify({ seen: secret }))],
    ['escaped twice in its words', (secret) => refusal(`at /x/${encodeURIComponent(encodeURIComponent(secret))}`)],
    [
      'in the escaped query of a URL in its words',
      () => refusal(`at /x/${encodeURIComponent('https://store.test/?sig=hunter2')}?state=1`),
    ],
  ])('shows no secret in an error and its handle when a server echoes it %s', async (_, answer) => {
    const secret = 'hunter2"secret/+'
    const fetch = async ({ url }: Request) => (url.includes('/moved/') ? refusal('no') : answer(secret))
    const handle = openRegistry(REGISTRY, { fetch, headers: { 'x-team': secret }, retry: 0 })
    const error = await getManifest(handle, 'team/app', 'v1').then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(error).toBeInstanceOf(RegistryError)
    for (const shown of [error, handle]) expect(show(shown)).not.toMatch(/hunter2/)
  })

  it('shows at most a thousand characters of a URL in an error', async () => {
    const long = `/${'a'.repeat(15_000)}`
    const handle = openRegistry(REGISTRY, {
      fetch: async ({ url }) => (url.endsWith(long) ? refusal('no') : moved(long)),
      retry: 0,
    })
    const error: Error = await getManifest(handle, 'team/app', 'v1').catch((error) => error)
    expect(error).toBeInstanceOf(RegistryError)
    expect(error.message.length).toBeLessThan(1500)
  })

  it(`shows no upload state and no presigned query in an answer (${id})`, async () => {
    const { handle } = attacked()
    const answer = await handle.send({
      act: 'open an upload',
      method: 'POST',
      url: 'v2/team/app/blobs/uploads/?state=s3cr3t',
      scopes: ['repository:team/app:pull,push'],
    })
    expect(JSON.stringify(answer)).toBe(
      JSON.stringify({ method: 'POST', url: `${REGISTRY}/v2/team/app/blobs/uploads/?…`, status: 202 }),
    )
    expect(answer.headers.get('location')).toContain('_state=')
    for (const secret of ['s3cr3t', '_state=']) expect(show(answer)).not.toContain(secret)
  })

  it.each([
    ['its headers and their decoded password', (request: Request) => [...request.headers, decoded(request)].join()],
    ['its URL', (request: Request) => request.url],
    [
      'a presigned URL',
      () => 'see https://storage.test/blob?X-Amz-Signature=s3cr3t-s3cr3t and https://ci:s3cr3t-s3cr3t@storage.test',
    ],
  ])(`shows no secret in an error when the registry echoes %s (${id})`, async (_, echo) => {
    for (const isBasic of [true, false]) {
      const change: Attack['change'] = (request, response) => {
        if (response.status === 401 && !request.headers.has('authorization')) return undefined
        if (request.method === 'HEAD' || request.method === 'POST') return undefined
        const errors = [{ code: 'DENIED', message: echo(request), detail: { echo: echo(request) } }]
        return Response.json({ errors }, { status: 403 })
      }
      const { handle } = attacked({ isBasic, change })
      const error = await rejection(push(handle), ResponseError, /403 \(DENIED/)
      for (const secret of [...SECRETS, '_state=', 's3cr3t']) expect(show(error)).not.toContain(secret)
      expect(error.errors[0]?.code).toBe('DENIED')
    }
  })

  it(`shows no secret in an error when the token server echoes what it got (${id})`, async () => {
    for (const credentials of [CREDENTIALS, { identityToken: 'my-refresh-token' }]) {
      const world = createHostileRegistry()
      const fetch: RegistryOptions['fetch'] = async (request) => {
        if (new URL(request.url).origin !== DESK) return world.fetch(request)
        const message = [...request.headers, decoded(request), await request.text()].join()
        return Response.json({ errors: [{ code: 'UNAUTHORIZED', message }] }, { status: 401 })
      }
      const error = await rejection(
        listTags(openRegistry(REGISTRY, { fetch, credentials, retry: 0 }), 'a'),
        ResponseError,
        /401/,
      )
      for (const secret of [...SECRETS, 'my-refresh-token']) expect(show(error)).not.toContain(secret)
    }
  })

  const forms = ['go&<more>', '/php/', 'my token(1)!', 'half\ud800half']
  it.each([
    ['Go', (text: string) => text.replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)],
    ['PHP', (text: string) => text.replaceAll('/', '\\/')],
    ['JavaScript', (text: string) => text],
  ])(`shows no secret in an error when a server sends it in JSON as %s writes it (${id})`, async (_, spell) => {
    for (const form of forms) {
      const password = `hunter2-${form}`
      const said = [
        password,
        encodeURIComponent(password.replace('\ud800', '\ufffd')),
        new URLSearchParams({ password }),
        'Get "https://storage.test/blob?X-Amz-Date=1&X-Amz-Signature=s3cr3t": EOF',
        "(https://storage.test/blob?file='a'&(b)&sig=s3cr3t): connect",
        'https://storage.test??s3cr3t s3://bucket/key?s3cr3t',
        'https://ci:s3cr3t@s3cr3t@storage.test/',
        'no route for PUT /v2/team/app/blobs/uploads/1?_state=s3cr3t',
      ]
      const errors = [{ code: 'DENIED', message: said.join(' '), detail: { [password]: said } }]
      const body = spell(JSON.stringify({ errors }))
      const fetch: RegistryOptions['fetch'] = async ({ headers }) =>
        headers.has('authorization')
          ? new Response(body, { status: 400, headers: { 'content-type': 'application/json' } })
          : new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic' } })
      // A header whose value is a part of what shows where a URL begins.
      const headers = { 'x-forwarded-proto': 'https' }
      const handle = openRegistry(REGISTRY, { fetch, headers, credentials: { username: 'ci', password }, retry: 0 })
      const error = await rejection(listTags(handle, 'a'), ResponseError, /400 \(DENIED/)
      for (const secret of ['hunter2', 's3cr3t']) expect(show(error)).not.toContain(secret)
      expect(error.errors[0]?.message).toContain('//storage.test/blob?…')
    }
  })

  it(`shows no token in an error when the caller put it into a header (${id})`, async () => {
    const errors = [{ code: 'DENIED', message: 'my-own-token is too old' }]
    const fetch: RegistryOptions['fetch'] = async () => Response.json({ errors }, { status: 403 })
    const handle = openRegistry(REGISTRY, { fetch, headers: { authorization: 'Bearer my-own-token' } })
    const error = await rejection(listTags(handle, 'a'), ResponseError, /DENIED: … is too old/)
    expect(show(error)).not.toContain('my-own-token')
  })

  it('throws when the failure of a fetch is its own cause', async () => {
    const fetch: RegistryOptions['fetch'] = async () => {
      const reason = new TypeError('fetch failed')
      reason.cause = reason
      throw reason
    }
    await rejection(listTags(openRegistry(REGISTRY, { fetch, retry: 0 }), 'a'), NetworkError, /no answer/)
  })

  it(`shows no secret in an error when the runtime writes URLs into its own (${id})`, async () => {
    const { world } = attacked()
    const fetch: RegistryOptions['fetch'] = async (request) => {
      if (request.method !== 'PUT') return world.fetch(request)
      const inner = Object.assign(new Error(`connect to ${request.url} (${request.headers.get('authorization')})`), {
        code: 'ECONNRESET',
        request,
      })
      throw new TypeError(`error sending request for url (${request.url})`, { cause: inner })
    }
    const handle = openRegistry(REGISTRY, { fetch, credentials: CREDENTIALS, retry: 0 })
    const error = await rejection(push(handle, { uploadRetry: 0 }), NetworkError, /\(ECONNRESET\)/)
    expect(error.cause).toBeInstanceOf(TypeError)
    for (const secret of [...SECRETS, '_state=']) expect(show(error)).not.toContain(secret)
  })

  it(`shows no secret in an error when an answer breaks off (${id})`, async () => {
    const body = () =>
      new ReadableStream({ pull: (controller) => controller.error(new TypeError('https://a.test/?s3cr3t broke off')) })
    const handle = openRegistry(REGISTRY, { fetch: async () => new Response(body()) })
    const error = await rejection(listTags(handle, 'a'), NetworkError, /broke off/)
    expect(show(error)).not.toContain('s3cr3t')
  })
})

/** What a server reads in the header of HTTP Basic. */
function decoded({ headers }: Request): string {
  const [, credentials = ''] = /^Basic (.*)/.exec(headers.get('authorization') ?? '') ?? []
  return atob(credentials)
}
