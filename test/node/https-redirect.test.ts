import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  checkRegistryConnectivity,
  deleteImageByDigest,
  getImageInfo,
  getManifest,
  listTags,
  openRegistry,
  pushDockerTar,
  type Registry,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const CALLS: ReadonlyArray<[name: string, call: (registry: Registry) => Promise<unknown>]> = [
  ['checkRegistryConnectivity()', (registry) => checkRegistryConnectivity(registry)],
  ['listTags()', (registry) => listTags(registry, 'team/app')],
  ['getManifest()', (registry) => getManifest(registry, 'team/app', 'v1')],
  ['deleteImageByDigest()', (registry) => deleteImageByDigest(registry, 'team/app', DIGEST)],
  ['pushDockerTar()', async (registry) => pushDockerTar(await createTestArchive(), registry, 'team/app', 'v1')],
]

let server: Server | undefined
afterEach(() => server?.close())

/** A server that redirects everything, as nginx does by `return 301 https://$host$request_uri`. */
async function redirecting(status: number, to: (path: string) => string): Promise<string> {
  server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { location: to(request.url as string), connection: 'close' }).end('<html>moved</html>')
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a registry that was opened by http and redirects to https', () => {
  const credentials = { username: 'ci', password: 'hunter2' }

  it.each([301, 302, 307, 308])('by %i is an error that names the address to use, for each call', async (status) => {
    const url = await redirecting(status, (path) => `https://127.0.0.1:8443${path}`)
    for (const registry of [openRegistry(url, { retry: 0 }), openRegistry(url, { retry: 0, credentials })]) {
      for (const [, call] of CALLS) {
        const message = /^Cannot .*: http:\/\/127\.0\.0\.1:.* redirects to https; pass "https:\/\/127\.0\.0\.1:8443" as/
        const error = await rejection(call(registry), ResponseError, message)
        expect(error.status).toBe(status)
        expect(error.message).not.toContain('hunter2')
      }
    }
  })

  it.each([
    ['below a path', (path: string) => `https://127.0.0.1/registry${path}`, 'https://127.0.0.1/registry'],
    ['at its root', () => 'https://127.0.0.1/', 'https://127.0.0.1'],
  ])('%s is told', async (_, to, address) => {
    const registry = openRegistry(await redirecting(301, to), { retry: 0 })
    await rejection(listTags(registry, 'a'), ResponseError, new RegExp(`pass "${address}" as`))
  })

  it('and was opened below a path is told by the path there', async () => {
    const url = await redirecting(301, (path) => `https://127.0.0.1:8443${path}`)
    const registry = openRegistry(`${url}/below`, { retry: 0 })
    await rejection(listTags(registry, 'a'), ResponseError, /pass "https:\/\/127\.0\.0\.1:8443\/below" as/)
  })

  it('where a fetch of its own, or a browser, has followed, is told too', async () => {
    const url = 'http://registry.test'
    const fetch = async (request: Request) => {
      const response = Response.json({ tags: ['v1'] })
      const followed = { redirected: { value: true }, url: { value: request.url.replace('http:', 'https:') } }
      return Object.defineProperties(response, followed)
    }
    const listing = listTags(openRegistry(url, { fetch, retry: 0 }), 'a')
    await rejection(listing, ResponseError, /redirects to https; pass "https:\/\/registry\.test" as/)
  })

  it('on another host, for a request that is not followed there, is told', async () => {
    const fetch = async ({ url, method }: Request) => {
      if (method === 'HEAD') return new Response(null, { status: 404 })
      return Response.redirect(url.replace('http://registry.test', 'https://other.test'), 301)
    }
    const registry = openRegistry('http://registry.test', { fetch, retry: 0 })
    const pushing = pushDockerTar(await createTestArchive(), registry, 'a', 'v1')
    await rejection(pushing, ResponseError, /Cannot open an upload.*pass "https:\/\/other\.test" as/)
  })

  it('for its blobs alone, is followed', async () => {
    const embedded = createTestRegistry()
    const fetch = async (request: Request) => {
      const { protocol, pathname } = new URL(request.url)
      const digest = /sha256:.*$/.exec(decodeURIComponent(pathname))?.[0]
      if (protocol === 'https:') return embedded.fetch(new Request(`http://registry.test/v2/a/blobs/${digest}`))
      const isBlob = request.method === 'GET' && pathname.includes('/blobs/')
      return isBlob ? Response.redirect(`https://registry.test:9000/bucket/${digest}`, 307) : embedded.fetch(request)
    }
    const registry = openRegistry('http://registry.test', { fetch, retry: 0 })
    await pushDockerTar(await createTestArchive(), registry, 'a', 'v1')
    expect(await getImageInfo(registry, 'a', 'v1')).toMatchObject({ layerCount: 2 })
  })
})

describe('a registry that was opened by http and speaks https', () => {
  it.each([
    ['Go', 'Client sent an HTTP request to an HTTPS server.\n', 'text/plain'],
    ['nginx', '<html><h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port</html>', 'text/html'],
  ])('is asked about as soon as a server of %s refuses', async (_, body, type) => {
    const fetch = async () => new Response(body, { status: 400, headers: { 'content-type': type } })
    const checking = checkRegistryConnectivity(openRegistry('http://registry.test:5000', { fetch, retry: 0 }))
    await rejection(checking, ResponseError, /400 with text\/.*; try https:\/\/ in its address$/)
  })
})
