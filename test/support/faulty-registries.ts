import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { serveOnLoopback } from '../../scripts/loopback-server.js'
import { openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type TestRegistry } from '../../src/testing/index.ts'
import { createAuthority } from './certificates.ts'
import { HTPASSWD_USER, startDistribution } from './distribution.ts'
import { startNginx } from './nginx.ts'
import { unauthorized } from './protected-registry.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Registries with one fault each, which pages meet. A path below this URL names the fault. They have `team/app:v1`. */
    faultyRegistries: string
    /** The user of those with a sign-in. */
    faultyUser: typeof HTPASSWD_USER
    /** Real registries with a sign-in, and servers that are no registry of this scheme. */
    faultyServers: {
      /** distribution with htpasswd, without a proxy. */
      readonly basic: string
      /** The same behind an nginx that adds CORS headers without "always". */
      readonly withoutAlways: string
      /** A registry behind an nginx that asks for the password itself, and whose 401 has no CORS headers. */
      readonly proxyAuth: string
      /** http at a port that speaks https with a certificate that nobody trusts. */
      readonly tlsPort: string
      /** https at a port that speaks http. */
      readonly plainPort: string
    }
  }
}

type Handle = (request: Request) => Promise<Response>
/** What a fault makes of a request to a registry that works. */
type Fault = (request: Request, registry: Handle) => Promise<Response> | Response

const CORS = /^access-control-/

function without(response: Response, header: RegExp): Response {
  for (const name of [...response.headers.keys()]) if (header.test(name)) response.headers.delete(name)
  return response
}

function withHeader(response: Response, name: string, value: string): Response {
  response.headers.set(name, value)
  return response
}

/** A fault of all answers. */
const always =
  (change: (response: Response) => Response): Fault =>
  async (request, registry) =>
    change(await registry(request))
/** A fault of the answers to preflights. */
const preflights =
  (change: (response: Response) => Response): Fault =>
  async (request, registry) => {
    const response = await registry(request)
    return request.method === 'OPTIONS' ? change(response) : response
  }
const allowing = (name: 'methods' | 'headers', value: string): Fault =>
  preflights((response) => withHeader(response, `access-control-allow-${name}`, value))
/** An answer that pages may read. */
const readable = (status: number, body: string | null, headers: Readonly<Record<string, string>> = {}): Fault =>
  preflightOr(() => new Response(body, { status, headers: { 'access-control-allow-origin': '*', ...headers } }))
/** A fault of all requests but preflights. */
function preflightOr(answer: Fault): Fault {
  return (request, registry) => (request.method === 'OPTIONS' ? registry(request) : answer(request, registry))
}

const BASIC = `Basic ${btoa(`${HTPASSWD_USER.username}:${HTPASSWD_USER.password}`)}`
const isSignedIn = (request: Request) => request.headers.get('authorization') === BASIC
const EXPOSED = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' }
const refusal = (challenge: string, headers: Readonly<Record<string, string>>) => {
  const response = unauthorized(challenge)
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}
const guarded = (headers: Readonly<Record<string, string>>, challenge = 'Basic realm="registry"'): Fault =>
  preflightOr((request, registry) => (isSignedIn(request) ? registry(request) : refusal(challenge, headers)))
/** A registry whose token server is at a URL. */
const withRealm = (realm: string): Fault => guarded(EXPOSED, `Bearer realm="${realm}",service="registry"`)

/** The faults by their paths. `elsewhere` is the same server by another origin. */
const faultsAt = (elsewhere: string): Readonly<Record<string, Fault>> => ({
  none: always((response) => response),
  'no-header': always((response) => without(response, CORS)),
  'other-origin': always((response) => withHeader(response, 'access-control-allow-origin', 'http://other.localhost')),
  'doubled-header': always((response) => withHeader(response, 'access-control-allow-origin', '*, *')),
  redirect: () => new Response(null, { status: 302, headers: { location: `${elsewhere}/none/v2/` } }),
  'readable-redirect': readable(302, null, { location: `${elsewhere}/none/v2/` }),
  'unread-401': guarded({}),
  guarded: guarded(EXPOSED),
  'preflight-401': (request, registry) =>
    isSignedIn(request) ? registry(request) : refusal('Basic realm="registry"', EXPOSED),
  'preflight-404': preflights(() => new Response(null, { status: 404, headers: EXPOSED })),
  'preflight-405': preflights(() => new Response(null, { status: 405, headers: EXPOSED })),
  'preflight-redirect': preflights(() => new Response(null, { status: 307, headers: { location: elsewhere } })),
  'preflight-empty': preflights(() => new Response(null, { status: 204 })),
  'no-put': allowing('methods', 'GET, PATCH, DELETE'),
  'no-patch': allowing('methods', 'GET, PUT, DELETE, patch'),
  'no-delete': allowing('methods', 'GET, PUT, PATCH'),
  'no-authorization': allowing('headers', 'content-type, content-range, range, accept'),
  'no-content-type': allowing('headers', 'authorization, content-range, range, accept'),
  'no-content-range': allowing('headers', 'authorization, content-type, range, accept'),
  'no-accept': allowing('headers', 'authorization, content-type, content-range, range'),
  'hidden-challenge': guarded({ 'access-control-allow-origin': '*' }),
  'hidden-location': always((response) =>
    withHeader(response, 'access-control-expose-headers', 'Docker-Content-Digest'),
  ),
  'hidden-digest': always((response) => withHeader(response, 'access-control-expose-headers', 'Location, Range')),
  'unread-refusals': async (request, registry) => {
    const response = await registry(request)
    return response.status >= 400 ? without(response, CORS) : response
  },
  silent: () => new Promise<never>(() => {}),
  'web-page': readable(200, '<!doctype html><title>Hello</title>', { 'content-type': 'text/html' }),
  'no-path': readable(404, 'not found'),
  denied: readable(403, 'no'),
  busy: readable(429, 'slow down'),
  failing: readable(502, 'bad gateway'),
  'realm-unread': withRealm(`${elsewhere}/no-header/token`),
  'realm-without-authorization': withRealm(`${elsewhere}/token-without-authorization/token`),
  'token-without-authorization': async (request, registry) =>
    request.method === 'OPTIONS'
      ? withHeader(await registry(request), 'access-control-allow-headers', 'content-type')
      : Response.json({ errors: [] }, { status: 401, headers: EXPOSED }),
  'realm-down': withRealm('http://localhost:9/token'),
  'realm-good': withRealm(`${elsewhere}/token-good/token`),
  'token-good': readable(401, '{}'),
  'storage-unread': preflightOr((request, registry) =>
    request.url.includes('/blobs/sha256')
      ? new Response(null, {
          status: 307,
          headers: { ...EXPOSED, location: `${elsewhere}/no-header${new URL(request.url).pathname}` },
        })
      : registry(request),
  ),
  'location-elsewhere': preflightOr(async (request, registry) => {
    const response = await registry(request)
    const location = response.headers.get('location')
    return request.method === 'POST' && location
      ? withHeader(response, 'location', `${elsewhere}/no-patch${new URL(location, request.url).pathname}`)
      : response
  }),
})

/** Serves a registry for each fault, below a path that names it. */
export async function serveFaultyRegistries(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const registries = new Map<string, TestRegistry>()
  const registryFor = async (name: string): Promise<TestRegistry> => {
    const known = registries.get(name)
    if (known) return known
    const made = createTestRegistry()
    registries.set(name, made)
    const handle = openRegistry('http://registry.test', { fetch: made.fetch })
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    return made
  }
  let faults: Readonly<Record<string, Fault>> = {}
  const server = await serveOnLoopback(async (request) => {
    const url = new URL(request.url)
    const [, name = '', path = '/'] = /^\/([^/]+)(\/.*)/.exec(url.pathname) ?? []
    const fault = faults[name]
    if (!fault) return new Response(null, { status: 404 })
    const registry = await registryFor(name)
    const inner = new URL(path + url.search, url)
    const response = await fault(new Request(inner, request), registry.fetch)
    const location = response.headers.get('location')
    if (location?.startsWith('/')) response.headers.set('location', `/${name}${location}`)
    return response
  })
  const { port } = new URL(server.url)
  faults = faultsAt(`http://localhost:${port}`)
  return { url: `http://127.0.0.1:${port}`, close: server.close }
}

/** Serves these registries, and others that are real. */
export async function startFaultyRegistries(project: TestProject): Promise<() => Promise<void>> {
  const faulty = await serveFaultyRegistries()
  project.provide('faultyRegistries', faulty.url)
  project.provide('faultyUser', HTPASSWD_USER)

  const basic = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  const bare = await startDistribution({
    auth: { htpasswd: HTPASSWD_USER },
    settings: { REGISTRY_HTTP_HEADERS: '{}' },
  })
  const lines =
    'add_header Access-Control-Allow-Origin "*"; add_header Access-Control-Expose-Headers "Location, Range";'
  const withoutAlways = await startNginx({ upstream: bare.url, lines })
  const folder = mkdtempSync(join(tmpdir(), 'faulty-'))
  const passwords = join(folder, 'passwords')
  writeFileSync(passwords, `${HTPASSWD_USER.username}:{PLAIN}${HTPASSWD_USER.password}\n`)
  const open = await startDistribution()
  const asking = `auth_basic "registry"; auth_basic_user_file ${passwords};`
  const proxyAuth = await startNginx({ upstream: open.url, lines: asking })
  const identity = await (await createAuthority()).issue({ name: 'server', hosts: ['localhost'] })
  const unknownTls = await startNginx({ upstream: basic.url, tls: identity })
  project.provide('faultyServers', {
    basic: basic.url,
    withoutAlways: withoutAlways.url,
    proxyAuth: proxyAuth.url,
    tlsPort: unknownTls.url.replace('https:', 'http:'),
    plainPort: basic.url.replace('http:', 'https:'),
  })
  return async () => {
    await Promise.all([faulty.close(), unknownTls.stop(), withoutAlways.stop(), proxyAuth.stop()])
    await Promise.all([basic.stop(), bare.stop(), open.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}
