import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  checkRegistryConnectivity,
  getManifest,
  listRepositories,
  listTags,
  NetworkError,
  openRegistry,
  RegistryError,
  type RegistryOptions,
  ResponseError,
} from '../../src/index.ts'
import { attacked, push } from '../support/attacked-registry.ts'
import { rejection } from '../support/errors.ts'
import { type Attack, EVIL } from '../support/hostile-registry.ts'
import { DESK, REGISTRY } from '../support/protected-registry.ts'

// Incidents in other clients, tried on this one. The tests have the IDs of the incidents in their names: docs/security.md has the table.

describe('listTags()', () => {
  it.each([`${EVIL}/v2/a/tags/list`, `${REGISTRY}:8443/v2/a/tags/list`, 'http://evil.test/', '//evil.test/v2/'])(
    'stays at the registry when a page names %s as the next one (GHSA-h7vf-4x9w-h99v, go-containerregistry#2332)',
    async (next) => {
      const change: Attack['change'] = (_, response) => {
        response.headers.set('link', `<${next}>; rel="next"`)
        return undefined
      }
      const { world, handle } = attacked({ change })
      await push(handle)
      expect(await listTags(handle, 'team/app')).toEqual(['v1'])
      expect(await listRepositories(handle)).toEqual(['team/app'])
      expect(world.seen.filter(({ origin }) => origin !== REGISTRY && origin !== DESK)).toEqual([])
    },
  )

  it('throws when the list has few entries that are huge (oras-go#1215)', async () => {
    let count = 0
    const fetch: RegistryOptions['fetch'] = async () => {
      const headers = { link: `<?last=${count++}>; rel="next"` }
      return Response.json({ tags: [`${count}`.padEnd(15_000_000, 'x')] }, { headers })
    }
    await rejection(
      listTags(openRegistry(REGISTRY, { fetch }), 'a'),
      ResponseError,
      /an entry of its "tags" has more than 1024 characters/,
    )
    expect(count).toBe(1)
  })
})

describe('listRepositories()', () => {
  it('throws when the list has no end (GHSA-h7vf-4x9w-h99v, CVE-2023-2253, GHSA-hqxw-f8mx-cpmw, oras-go#1215)', async () => {
    let count = 0
    const change: Attack['change'] = (request, response) => {
      if (!response.ok || !request.url.includes('_catalog')) return undefined
      const repositories = Array.from({ length: 50_000 }, (_, index) => `r${count}/${index}`)
      return Response.json({ repositories }, { headers: { link: `</v2/_catalog?last=${count++}>; rel="next"` } })
    }
    await rejection(listRepositories(attacked({ change }).handle), ResponseError, /more than 1000000 entries/)
    expect(count).toBeLessThan(30)
  })
})

describe('openRegistry() with a timeout', () => {
  const slow = (status = 200) => {
    const pull = async (controller: ReadableStreamDefaultController) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      controller.enqueue(new Uint8Array([0x20]))
    }
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    return new Response(body, { status, headers: { 'content-type': 'application/json' } })
  }
  const handle = openRegistry(REGISTRY, { fetch: async () => slow(), timeout: 200, retry: 0 })

  it.each<[string, () => Promise<unknown>]>([
    ['a manifest', () => getManifest(handle, 'a', 'v1')],
    ['a list', () => listTags(handle, 'a')],
    ['an answer to a check', () => checkRegistryConnectivity(handle)],
  ])('throws when %s comes byte by byte', async (_, ask) => {
    await rejection(ask(), NetworkError, /broke off/)
  })

  it('throws when a token comes byte by byte', async () => {
    const { handle } = attacked({ token: () => slow() }, { timeout: 200, retry: 0 })
    await rejection(listTags(handle, 'a'), NetworkError, /token.*broke off/)
  })
})

describe('openRegistry() with a registry whose answers have no end', () => {
  let pulled = 0
  const endless = (headers: Record<string, string> = {}, status = 200) => {
    pulled = 0
    const pull = (controller: ReadableStreamDefaultController) => {
      pulled += 100_000
      controller.enqueue(new Uint8Array(100_000).fill(0x20))
    }
    return new Response(new ReadableStream({ pull }), { status, headers })
  }
  const ids = 'CVE-2020-1702, CVE-2023-2253, GHSA-hqxw-f8mx-cpmw'

  it(`stops reading a manifest (${ids})`, async () => {
    const handle = openRegistry(REGISTRY, { fetch: async () => endless() })
    await rejection(getManifest(handle, 'a', 'v1'), ResponseError, /more than 8388608 bytes/)
    expect(pulled).toBeLessThan(9e6)
  })

  it(`stops reading a list (${ids})`, async () => {
    await rejection(
      listTags(openRegistry(REGISTRY, { fetch: async () => endless() }), 'a'),
      ResponseError,
      /more than 16777216 bytes/,
    )
    expect(pulled).toBeLessThan(18e6)
  })

  it(`stops reading an error (${ids})`, async () => {
    await rejection(
      listTags(openRegistry(REGISTRY, { fetch: async () => endless({}, 400), retry: 0 }), 'a'),
      ResponseError,
      /400/,
    )
    expect(pulled).toBeLessThan(1e6)
  })

  it(`stops reading a token (${ids})`, async () => {
    const { handle } = attacked({ token: () => endless({ 'content-type': 'application/json' }) })
    await rejection(listTags(handle, 'a'), ResponseError, /token.*more than 131072 bytes/)
    expect(pulled).toBeLessThan(1e6)
  })

  it(`stops reading the answer to a ping (${ids})`, async () => {
    await rejection(
      checkRegistryConnectivity(openRegistry(REGISTRY, { fetch: async () => endless() })),
      ResponseError,
      /more than 65536/,
    )
    expect(pulled).toBeLessThan(1e6)
  })
})

// Node's own fetch unpacks the answers here.
describe('openRegistry() with a registry that packs answers', () => {
  let registry: Server
  let body: Uint8Array
  let encoding = ''
  const handle = () => openRegistry(`http://127.0.0.1:${(registry.address() as AddressInfo).port}`, { retry: 0 })
  const packed = (times: number) => {
    body = new Uint8Array(256 * 1024 * 1024).fill(0x20)
    for (let turn = 0; turn < times; turn++) body = gzipSync(body)
    encoding = Array.from({ length: times }, () => 'gzip').join(', ')
  }
  beforeAll(async () => {
    registry = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(body)
    })
    registry.listen(0, '127.0.0.1')
    await once(registry, 'listening')
  })
  afterAll(() => registry.close())

  it.each([
    ['once', 1],
    ['twice', 2],
    ['three times', 3],
  ])('stops reading at the limit of unpacked bytes when an answer is packed %s (CVE-2026-22036)', async (_, times) => {
    packed(times)
    const before = process.memoryUsage().rss
    await rejection(getManifest(handle(), 'a', 'v1'), ResponseError, /more than 8388608 bytes/)
    await rejection(listTags(handle(), 'a'), ResponseError, /more than 16777216 bytes/)
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024)
  })

  it('throws when an answer states a chain of 1000 encodings (CVE-2026-22036)', async () => {
    packed(1)
    encoding = Array.from({ length: 1000 }, () => 'gzip').join(', ')
    await rejection(listTags(handle(), 'a'), RegistryError)
  })
})
