import fc from 'fast-check'
import { createTestRegistry } from '../../src/testing/index.ts'
import { createSecret, hasSecret, type Secret } from './secrets.ts'

// A dozen origins that answer at random, and echo what they get in all places that an answer has.

/** A registry, and the origins (at any port) whose `/token` may get what signs in there. Written by hand: it is not asked of the code. */
interface Place {
  readonly registry: string
  readonly trusted: readonly string[]
}

const EXAMPLE = ['auth.example.com', 'example.com', 'a.registry.example.com']
export const ALLOWED = ['https://login.example.net', 'http://plain.example.net']

const PLACES: readonly Place[] = [
  {
    registry: 'https://registry.example.com',
    trusted: ['registry.example.com', 'registry.example.com.', ...EXAMPLE].map((host) => `https://${host}`),
  },
  {
    registry: 'http://registry.example.com',
    trusted: ['registry.example.com', 'registry.example.com.', ...EXAMPLE].flatMap((host) => [
      `http://${host}`,
      `https://${host}`,
    ]),
  },
  { registry: 'https://10.0.0.5:5000', trusted: ['https://10.0.0.5'] },
  {
    registry: 'https://xn--bcher-kva.example.org',
    trusted: ['https://xn--bcher-kva.example.org', 'https://xn--bcher-kva.example.org.'],
  },
  {
    registry: 'http://localhost:5000',
    trusted: [
      'http://localhost',
      'https://localhost',
      'http://127.0.0.1',
      'https://[::1]',
      'http://localhost.',
      'https://localhost.',
    ],
  },
]

/** Where answers lead. Some are other ways to write the registry, and some only look like it. */
const LEADS: readonly ((registry: URL) => string)[] = [
  ...Array.from({ length: 4 }, () => (registry: URL) => registry.origin),
  ({ protocol, host }) => `${protocol.toUpperCase()}//${host.toUpperCase()}`,
  ({ protocol, host }) => `${protocol}//ci:stolen@${host}`,
  ({ host }) => `//${host}`,
  ({ host }) => `http://${host}`,
  ({ host }) => `https://${host}`,
  ({ protocol, hostname }) => `${protocol}//${hostname}:5001`,
  ({ protocol, hostname }) => `${protocol}//${hostname}.`,
  ({ protocol, hostname }) => `${protocol}//${hostname}.evil.test`,
  ({ protocol, host }) => `${protocol}//${host}@evil.test`,
  ({ protocol }) => `${protocol}//evilexample.com`,
  ...[
    'https://registry.example.com:5000',
    ...EXAMPLE.map((host) => `https://${host}`),
    ...ALLOWED,
    'http://auth.example.com',
    'https://evil.test',
    '//evil.test',
    'http://evil.test',
    'https://169.254.169.254',
    'https://10.0.0.5',
    'https://[::1]',
    'http://127.0.0.1',
    'https://localhost',
    'https://xn--bcher-kva.example.org',
    'https://xn--bcher-kva.evil.test',
  ].map((origin) => () => origin),
]

/** The names and addresses of all servers, as a certificate has them. */
export const HOSTS: readonly string[] = [
  ...new Set(
    PLACES.flatMap(({ registry }) => {
      const own = new URL(registry)
      return [own, ...LEADS.map((lead) => new URL(lead(own), own))].map(({ hostname }) =>
        hostname.replaceAll(/^\[|\]$|\.$/g, ''),
      )
    }),
  ),
]

/** What signs in, and all other secrets of one run. */
export const SECRETS = {
  password: createSecret('passw', '"&é/', '+<ü>=%'),
  identity: createSecret('ident', 'eyJ/', '+~.=='),
  ready: createSecret('ready', 'eyJ.', '-_~+/=='),
  header: createSecret('headr', 'blue ', '"&+/='),
  headerPassword: createSecret('hdrpw', '%/', '&"'),
  bearer: createSecret('bearr', 'eyJ.', '/+~=='),
  refresh: createSecret('refsh', 'v1/', '&+=='),
  presigned: createSecret('prsgn'),
} satisfies Record<string, Secret>

const HEADER_BASIC = `Basic ${Buffer.from(`robot:${SECRETS.headerPassword.text}`).toString('base64')}`

/** What a caller may pass to sign in, and as `headers`. */
export const CREDENTIALS = {
  password: { username: 'ci', password: SECRETS.password.text },
  identity: { identityToken: SECRETS.identity.text },
  ready: { token: SECRETS.ready.text },
  none: undefined,
} as const
export const HEADERS = {
  secret: { 'x-team-secret': SECRETS.header.text },
  basic: { 'x-forwarded-authorization': HEADER_BASIC },
  none: {},
} as const

/** What a server sees of a request. */
interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

const decoded = ({ headers }: Seen) =>
  [...headers.values()]
    .flatMap((value) => /^basic (.+)/i.exec(value)?.[1] ?? [])
    .map((text) => Buffer.from(text, 'base64').toString())
const bare = ({ headers }: Seen) => [...headers.values()].map((value) => value.replace(/^(?:basic|bearer) /i, ''))

/** The ways of an answer to echo a request. */
const ECHOES: readonly ((seen: Seen) => string)[] = [
  ({ headers }) => JSON.stringify([...headers]),
  (seen) => bare(seen).join(' '),
  (seen) => decoded(seen).join(' '),
  (seen) =>
    decoded(seen)
      .flatMap((pair) => pair.split(/:(.*)/s)[1] ?? [])
      .join(' '),
  (seen) => [...bare(seen), ...decoded(seen)].map(encodeURIComponent).join(' '),
  (seen) => new URLSearchParams([...bare(seen), ...decoded(seen)].map((text) => ['t', text])).toString(),
  ({ url, body }) => `${url} ${body}`,
  ({ body }) => [...new URLSearchParams(body).values()].join(' '),
  () => `see https://storage.test/blob?sig=${SECRETS.presigned.text}`,
]

/** One answer. What is left out stays as the registry itself says it. */
interface Answer {
  readonly kind: 'status' | 'moved' | 'challenge' | 'upload' | 'link' | 'unreachable' | 'broken' | 'page' | 'json'
  readonly status: number
  readonly lead: number
  readonly path: number
  readonly challenge: number
  readonly echo: number
  /** Where it echoes. */
  readonly at: 'body' | 'type' | 'headers' | 'location'
}

const choice = (length: number) => fc.nat({ max: length - 1 })
const kinds: fc.Arbitrary<Partial<Answer>> = fc.oneof(
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(400, 401, 403, 404, 405, 416, 429, 500, 503),
  }),
  {
    arbitrary: fc.record({ kind: fc.constant('moved' as const), status: fc.constantFrom(301, 302, 303, 307, 308) }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ kind: fc.constant('challenge' as const), status: fc.constantFrom(401, 401, 401, 403) }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ kind: fc.constant('upload' as const), status: fc.constantFrom(201, 202, 202, 202, 204) }),
    weight: 2,
  },
  fc.record({ kind: fc.constantFrom('link' as const, 'json' as const, 'page' as const), status: fc.constant(200) }),
  fc.record({ kind: fc.constantFrom('unreachable' as const, 'broken' as const), status: fc.constantFrom(200, 403) }),
)
const changed: fc.Arbitrary<Answer> = fc
  .tuple(
    kinds,
    fc.record({
      lead: choice(LEADS.length),
      path: fc.nat({ max: 3 }),
      challenge: fc.nat({ max: 9 }),
      echo: choice(ECHOES.length),
      at: fc.constantFrom('body' as const, 'body' as const, 'type' as const, 'headers' as const, 'location' as const),
    }),
  )
  .map(([kind, rest]) => ({ kind: 'status', status: 400, ...kind, ...rest }))

/** How a run of the world goes. */
export interface Script {
  readonly place: Place
  readonly realm: number
  /** What the registry asks for from the start. */
  readonly asks: 'basic' | 'bearer' | 'nothing'
  /** One for each request, and from the beginning again. Nothing is the registry's own answer. */
  readonly answers: readonly (Answer | undefined)[]
}

export const scripts: fc.Arbitrary<Script> = fc.record({
  place: fc.constantFrom(...PLACES),
  // The registry itself in most cases, so that there are tokens to lose.
  realm: fc.oneof(fc.constant(0), choice(LEADS.length)),
  asks: fc.constantFrom('basic' as const, 'bearer' as const, 'bearer' as const, 'nothing' as const),
  answers: fc.array(fc.option(changed, { freq: 2, nil: undefined }), { minLength: 1, maxLength: 14 }),
})

/** A request that gets what is not for it. */
interface Leak {
  readonly secret: string
  readonly request: string
}

/** The servers of one run, and what went wrong. */
export interface World {
  readonly fetch: (request: Request) => Promise<Response>
  /** Adds to the leaks if a request, wherever it is read, gives a secret to somebody whom it is not for. */
  readonly check: (seen: Seen) => void
  readonly leaks: readonly Leak[]
  readonly requests: number
  /** How many requests came to another origin than the registry's. */
  readonly strangers: number
}

/** Makes the servers of one run. */
export function createWorld(script: Script): World {
  const registry = new URL(script.place.registry)
  const embedded = createTestRegistry()
  const state = { requests: 0, strangers: 0, tokens: 0 }
  const leaks: Leak[] = []
  /** What a server itself wrote into a URL that it leads to: that another sees it there is that server's own doing. */
  let toldInUrls = ''

  function check({ method, url, headers, body }: Seen): void {
    const { origin, pathname, protocol } = new URL(url)
    const { hostname } = new URL(url)
    // Any port of a host that is trusted.
    const isTrusted = script.place.trusted.includes(`${protocol}//${hostname}`) || ALLOWED.includes(origin)
    const isRealm = pathname.startsWith('/token') && isTrusted
    const isOwn = origin === registry.origin
    // Who came by way of a stranger is one.
    const isBack = pathname.includes('/back')
    const leak = (secret: string) => leaks.push({ secret, request: `${method} ${url} ${JSON.stringify([...headers])}` })
    if (registry.protocol === 'https:' && protocol === 'http:' && !ALLOWED.includes(origin)) leak('the way without TLS')
    if (pathname === '/strangers-token') leak('an answer to a question of a stranger')
    for (const [name, secret] of Object.entries(SECRETS)) {
      if (name === 'presigned') continue
      const isMine = isOwn && !isBack
      const isForRealm = ['password', 'identity', 'refresh'].includes(name)
      const mayBe = isForRealm ? isRealm || (isMine && name === 'password') : isMine
      if (mayBe) continue
      const told = hasSecret(toldInUrls, secret)
      const carried = [JSON.stringify([...headers]), body, ...(told ? [] : [url])]
      if (carried.some((text) => hasSecret(text, secret))) leak(name)
    }
  }

  function leadOf(answer: Answer, isStranger: boolean, kind: string): string {
    const origin = (LEADS[answer.lead] as (url: URL) => string)(registry)
    const back = isStranger ? 'back' : 'hop'
    const query = `sig=${SECRETS.presigned.text}`
    const paths = [`/${back}/${kind}?${query}`, `/v2/team/app/blobs/uploads/${back}?_state=${SECRETS.presigned.text}`]
    const path = paths[answer.path % 2] as string
    // Relative: at the same origin.
    return answer.path === 3 && !isStranger ? path : origin + path
  }

  function challengeOf(answer: Answer, isStranger: boolean, echo: string): string {
    const origin = (LEADS[answer.lead] as (url: URL) => string)(registry)
    const realm = `${origin}${isStranger ? '/strangers-token' : '/token'}`
    const said = echo.replaceAll(/["\\]/g, '\\$&')
    const scope = 'scope="repository:team/app:pull,push repository:other:pull,delete"'
    const bearer = `Bearer realm="${realm}",service="s",${scope}`
    return [
      bearer,
      `Basic realm="${said}"`,
      `Basic realm="x", ${bearer}`,
      `Negotiate, ${bearer}, Digest realm="a,b"`,
      `bearer REALM = "${realm}" , error="insufficient_scope",${scope}`,
      `Bearer realm="${realm}?account=${SECRETS.presigned.text}",service="t"`,
      `Bearer realm=${realm},service="${isStranger ? 'x' : 's'}"`,
      `${bearer},error="invalid_token",error_description="${said}"`,
      `Bearer realm="${realm}`,
      `Bearer service="s",realm="${realm}\\"@evil.test/token"`,
    ][answer.challenge] as string
  }

  async function answerOf(request: Request, seen: Seen): Promise<Response> {
    const { origin, pathname } = new URL(request.url)
    if (pathname.endsWith('token')) {
      const token = `${SECRETS.bearer.text}${++state.tokens}`
      return Response.json({ token, expires_in: 300, refresh_token: SECRETS.refresh.text })
    }
    if (origin !== registry.origin) {
      const headers = { location: `${origin}/v2/team/app/blobs/uploads/back?_state=${SECRETS.presigned.text}` }
      return new Response(null, { status: request.method === 'GET' || request.method === 'HEAD' ? 404 : 202, headers })
    }
    if (script.asks !== 'nothing' && !seen.headers.has('authorization')) {
      const realm = `${(LEADS[script.realm] as (url: URL) => string)(registry)}/token`
      const challenge = script.asks === 'basic' ? 'Basic realm="x"' : `Bearer realm="${realm}",service="s"`
      return Response.json({ errors: [] }, { status: 401, headers: { 'www-authenticate': challenge } })
    }
    return embedded.fetch(request)
  }

  function change(answer: Answer, seen: Seen, isStranger: boolean): Response {
    const echo = (ECHOES[answer.echo] as (seen: Seen) => string)(seen)
    const inHeader = echo.replaceAll(/[^\x20-\x7e]/g, '?')
    const headers = new Headers()
    if (answer.at === 'headers') {
      for (const name of [
        'warning',
        'docker-distribution-api-version',
        'docker-content-digest',
        'oci-tag',
        'range',
        'www-authenticate',
      ])
        headers.set(name, inHeader)
    }
    if (answer.kind === 'challenge') headers.set('www-authenticate', challengeOf(answer, isStranger, inHeader))
    if (answer.kind === 'moved' || answer.kind === 'upload') {
      const told = answer.at === 'location' ? `/${encodeURIComponent(echo)}` : ''
      const [place, query] = leadOf(answer, isStranger, answer.kind).split('?')
      const location = `${place}${told}?${query}${told && `&echo=${encodeURIComponent(echo)}`}`
      toldInUrls += told && echo
      headers.set('location', location)
    }
    if (answer.kind === 'link') headers.set('link', `<${leadOf(answer, isStranger, 'list')}&last=a>; rel="next"`)
    const type = answer.at === 'type' ? `text/${inHeader}` : answer.kind === 'page' ? 'text/html' : 'application/json'
    headers.set('content-type', type)
    const statusText = answer.at === 'headers' ? inHeader : ''
    if (answer.status === 204) return new Response(null, { status: 204, statusText, headers })
    const list = { name: 'team/app', tags: ['v1'], repositories: ['team/app'] }
    const said = answer.at === 'body' ? echo : 'no'
    const errors = [{ code: 'DENIED', message: said, detail: { [said]: [said] } }]
    const body =
      answer.kind === 'broken'
        ? brokenBody(echo)
        : answer.kind === 'page'
          ? `<h1>${said}</h1>`
          : JSON.stringify(
              answer.kind === 'link' ? list : { errors, token: ` ${said}`, mediaType: said, schemaVersion: said },
            )
    return new Response(body, { status: answer.status, statusText, headers })
  }

  return {
    check,
    leaks,
    get requests() {
      return state.requests
    },
    get strangers() {
      return state.strangers
    },
    async fetch(request) {
      const answer = script.answers[state.requests++ % script.answers.length]
      const { method, url, headers } = request
      const seen = { method, url, headers, body: await request.clone().text() }
      check(seen)
      const { origin, pathname } = new URL(url)
      const isStranger = origin !== registry.origin || pathname.includes('/back')
      if (isStranger) state.strangers++
      if (!answer) return answerOf(request, seen)
      if (answer.kind === 'unreachable') throw unreachable((ECHOES[answer.echo] as (seen: Seen) => string)(seen), seen)
      const response = change(answer, seen, isStranger)
      // As a runtime does it.
      const isRefused = request.redirect === 'error' && answer.kind === 'moved'
      if (isRefused) throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') })
      return response
    },
  }
}

function brokenBody(echo: string): ReadableStream<Uint8Array> {
  const error = new TypeError(`terminated: ${echo}`, { cause: new Error(echo) })
  return new ReadableStream({ pull: (controller) => controller.error(error) })
}

function unreachable(echo: string, { url, headers }: Seen): TypeError {
  const inner = Object.assign(new Error(`connect: ${echo}`), { code: 'ECONNRESET', headers: [...headers], url })
  return new TypeError(`error sending request for ${url} (${echo})`, { cause: inner })
}
