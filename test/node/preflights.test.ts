import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deleteImage, getManifest, openRegistry } from '../../src/index.ts'
import type { Credentials } from '../../src/registry/auth/credentials.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type DemoBrowser, openDemoBrowser } from '../support/demo-browser.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { withBasic } from '../support/protected-registry.ts'
import { type PutImage, putImage, putIndex } from '../support/put-image.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { type ServedForPages, serveForPages } from '../support/serve-for-pages.ts'

// What a page on another origin asks of a real registry, counted by a proxy before it that answers preflights.

const FOLDER = resolve('.cache/preflights')
const MANY = 300
/** Requests for the list of as many tags: a round number may be a part of them. */
const LIST = 2
/** In requests at once: as many as a browser sends to one host. */
const AT_ONCE = 6
/** In milliseconds: for 300 images on a busy machine. */
const SLOW = 180_000
const CI = { username: 'ci', password: 'hunter2' }

let registry: Distribution
let browser: DemoBrowser
let page: Page
let open: ServedForPages
let guarded: ServedForPages
/** What the proxy adds to the answers about manifests and tags. */
let added: Record<string, string> = {}
/** Whether the proxy spoils blobs. */
let spoils = false
const many: string[] = []

beforeAll(async () => {
  registry = await startDistribution()
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, 'index.html'), '<script type="module" src="page.ts"></script>')
  writeFileSync(join(FOLDER, 'page.ts'), `import * as sdk from 'registry-api-v2-client'\nglobalThis.sdk = sdk`)
  browser = await openDemoBrowser({
    configFile: false,
    root: FOLDER,
    cacheDir: join(FOLDER, 'vite'),
    resolve: { alias: { 'registry-api-v2-client': resolve('src/index.ts') } },
    optimizeDeps: { entries: ['page.ts'] },
  })
  open = await serveForPages(forward)
  guarded = await serveForPages(withBasic({ fetch: forward }, CI.username, CI.password))
  for (let index = 0; index < MANY; index++) many.push(`v${index}`)
  await putImage(repository('many'), 'v0', 'oci')
  await eachOf(many, (tag) => putImage(repository('many'), tag, 'oci'))
}, SLOW)
afterAll(async () => {
  await browser?.close()
  await Promise.all([open?.close(), guarded?.close()])
  await registry?.stop()
})

beforeEach(async () => {
  added = {}
  spoils = false
  // A context of its own: without what the browser has remembered before.
  const context = await browser.context.browser()?.newContext()
  page = (await context?.newPage()) as Page
  await page.goto(browser.urlFor(''))
  open.asked.length = guarded.asked.length = 0
})
afterEach(() => page.context().close())

describe('a page on another origin', () => {
  it('reads 300 images without a preflight, where nobody signs in', { timeout: SLOW }, async () => {
    expect(await view(open.url, 'many', many)).toHaveLength(MANY)
    expect(count(open)).toEqual({ GET: 2 * MANY })

    await view(open.url, 'many', many)
    expect(count(open)).toEqual({ GET: 4 * MANY })
  })

  it('reads 300 images without a preflight when they are viewed again, where somebody signs in', {
    timeout: SLOW,
  }, async () => {
    await view(guarded.url, 'many', many, CI)
    // One for each URL, and the first request asks how to sign in.
    expect(count(guarded)).toEqual({ OPTIONS: 2 * MANY, GET: 2 * MANY + 1 })

    guarded.asked.length = 0
    await view(guarded.url, 'many', many, CI)
    expect(count(guarded).OPTIONS).toBe(undefined)
    // The configs are in the browser's cache: distribution lets it keep them for a year.
    expect(count(guarded)).toEqual({ GET: MANY + 1 })
  })

  it('reads the rows of 300 tags again with one HEAD for each, and no preflight, with keepDocuments', {
    timeout: SLOW,
  }, async () => {
    for (const [served, credentials] of [[open], [guarded, CI]] as const) {
      const rows = await page.evaluate(
        async ({ url, credentials }) => {
          const { sdk } = globalThis as unknown as { sdk: typeof import('../../src/index.ts') }
          const registry = sdk.keepDocuments(sdk.openRegistry(url, credentials ? { credentials } : {}))
          const list = async () => {
            const rows: unknown[] = []
            for await (const row of sdk.listTagDetails(registry, 'many', { concurrency: 6 })) rows.push(row)
            return JSON.stringify(rows)
          }
          const first = await list()
          await fetch(`${url}/v2/looked-once`).catch(() => undefined)
          return [first === (await list()), JSON.parse(first).length]
        },
        { url: served.url, credentials },
      )
      expect(rows).toEqual([true, MANY])
      const again = served.asked.findIndex((text) => text.endsWith('/v2/looked-once')) + 1
      const [first, second] = [served.asked.slice(0, again - 1), served.asked.slice(again)]
      // One for each URL, and the first request asks how to sign in.
      const signingIn = credentials ? { OPTIONS: 3 * MANY + LIST, GET: 2 * MANY + LIST + 1 } : { GET: 2 * MANY + LIST }
      expect(count({ asked: first })).toEqual({ ...signingIn, HEAD: MANY })
      expect(count({ asked: second })).toEqual({ GET: LIST, HEAD: MANY })
    }
  })

  it.each<{ what: string; headers: Record<string, string>; preflights: number }>([
    { what: 'says nothing', headers: {}, preflights: 0 },
    { what: 'wants to be asked', headers: { 'cache-control': 'no-cache, max-age=60' }, preflights: 0 },
    { what: 'lets it be kept', headers: { 'cache-control': 'max-age=60' }, preflights: 1 },
    { what: 'says when it changed', headers: { 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' }, preflights: 1 },
    {
      what: 'lets an old one be shown meanwhile',
      headers: { 'cache-control': 'max-age=0, stale-while-revalidate=60' },
      preflights: 1,
    },
  ])('sees a tag that was moved, whose manifest the registry $what', async ({ headers, preflights }) => {
    const image = await putImage(repository('moving'), 'latest', 'oci')
    added = headers
    expect(await digests(guarded.url, 'moving', ['latest'], CI)).toEqual([image.digest])
    const moved = await putImage(repository('moving'), 'other', 'oci')
    await retag('moving', moved, 'latest')
    guarded.asked.length = 0
    expect(await digests(guarded.url, 'moving', ['latest'], CI)).toEqual([moved.digest])
    expect(count(guarded).OPTIONS ?? 0).toBe(preflights)
  })

  it('reads a config once it is right, also if the browser keeps the wrong one', async () => {
    await putImage(repository('spoiled'), 'latest', 'oci')
    spoils = true
    await expect(view(guarded.url, 'spoiled', ['latest'], CI)).rejects.toThrow('DigestMismatchError')
    spoils = false
    expect(await view(guarded.url, 'spoiled', ['latest'], CI)).toHaveLength(1)
  })

  it('opens no upload with a preflight that it has asked for before, where somebody signs in', async () => {
    await push(guarded.url, 'pushed', await createTestArchive({ images: [{ layers: [{ a: 'a' }] }] }))
    guarded.asked.length = 0
    await push(guarded.url, 'pushed', await createTestArchive({ images: [{ layers: [{ b: 'b' }, { c: 'c' }] }] }))
    const opened = guarded.asked.filter((text) => text.endsWith(' /v2/pushed/blobs/uploads/'))
    expect(opened).toEqual(Array(3).fill('POST /v2/pushed/blobs/uploads/'))
  })

  it('reads manifests of Docker and of OCI, and indexes of both, without a preflight', async () => {
    const { tags, expected } = await putAllKinds('kinds')
    expect(await digests(open.url, 'kinds', tags)).toEqual(expected)
    expect(count(open).OPTIONS).toBe(undefined)

    open.asked.length = 0
    const docker = await putImage(repository('docker'), 'v0', 'docker')
    const ten = Array.from({ length: 10 }, (_, index) => `v${index}`)
    for (const tag of ten) await retag('docker', docker, tag)
    await view(open.url, 'docker', ten, undefined, 1)
    // The first answer tells the kind of the others.
    expect(count(open)).toEqual({ GET: 1 + 2 * ten.length })
  })

  it('finds what tags of either kind name, before a push and after it', async () => {
    const { tags, expected } = await putAllKinds('planned')
    const previous = await page.evaluate(
      async ({ url, tags, bytes }) => {
        const { sdk } = globalThis as unknown as { sdk: typeof import('../../src/index.ts') }
        const { images } = await sdk.openArchive(new Uint8Array(bytes))
        const plan = await sdk.planPush(images, url, { repository: 'planned', tags: [...tags, 'none'] })
        await sdk.executePush(plan, images, url, { verify: true })
        return plan.tags.map(({ previous }) => previous)
      },
      { url: open.url, tags, bytes: Array.from(await createTestArchive()) },
    )
    expect(previous).toEqual([...expected, undefined])
  })

  it('deletes manifests of either kind, and says that there is none only if there is none', async () => {
    const { tags, expected } = await putAllKinds('deleted')
    // Indexes first: what they list cannot go before them.
    for (const [index, tag] of [...tags.entries()].reverse()) {
      const found = await page.evaluate(
        async ({ url, tag }) => {
          const { sdk } = globalThis as unknown as { sdk: typeof import('../../src/index.ts') }
          return [await sdk.deleteImage(url, 'deleted', tag), await sdk.deleteImage(url, 'deleted', tag)]
        },
        { url: open.url, tag },
      )
      expect([tag, found]).toEqual([tag, [true, false]])
      expect((await fetch(`${repository('deleted')}/manifests/${expected[index]}`)).status).toBe(404)
    }
  })
})

describe('outside of a page', () => {
  it('manifests of all kinds are read, found and deleted', async () => {
    const { tags, expected } = await putAllKinds('node')
    const read = await Promise.all(tags.map((tag) => getManifest(registry.url, 'node', tag)))
    expect(read.map(({ digest }) => digest)).toEqual(expected)
    for (const tag of tags.toReversed()) {
      expect(await deleteImage(registry.url, 'node', tag)).toBe(true)
      expect(await deleteImage(registry.url, 'node', tag)).toBe(false)
    }
  })

  it('each manifest is asked for once, the first of a handle too', async () => {
    const { tags } = await putAllKinds('once')
    for (const tag of tags) {
      const { fetch, exchanges } = recordingFetch()
      await getManifest(openRegistry(registry.url, { fetch }), 'once', tag)
      expect(exchanges.map(({ url }) => url.pathname.split('/').at(-1))).toEqual([tag])
    }
  })
})

/** Reads all that a page shows of images. */
async function view(url: string, name: string, tags: readonly string[], credentials?: Credentials, atOnce = AT_ONCE) {
  return read('getImageInfo', url, name, tags, credentials, atOnce)
}

async function digests(url: string, name: string, tags: readonly string[], credentials?: Credentials) {
  return read('getManifest', url, name, tags, credentials, AT_ONCE)
}

async function push(url: string, name: string, archive: Uint8Array): Promise<void> {
  await page.evaluate(
    async ({ url, name, credentials, bytes }) => {
      const { sdk } = globalThis as unknown as { sdk: typeof import('../../src/index.ts') }
      await sdk.pushDockerTar(new Uint8Array(bytes), sdk.openRegistry(url, { credentials }), name, 'v1')
    },
    { url, name, credentials: CI, bytes: Array.from(archive) },
  )
}

function read(
  by: 'getImageInfo' | 'getManifest',
  url: string,
  name: string,
  tags: readonly string[],
  credentials: Credentials | undefined,
  atOnce: number,
): Promise<string[]> {
  return page.evaluate(
    async ({ by, url, name, tags, credentials, atOnce }) => {
      const { sdk } = globalThis as unknown as { sdk: typeof import('../../src/index.ts') }
      const registry = sdk.openRegistry(url, credentials ? { credentials } : {})
      const queue = [...tags.entries()]
      const digests: string[] = []
      async function work() {
        for (let next = queue.shift(); next; next = queue.shift()) {
          digests[next[0]] = (await sdk[by](registry, name, next[1])).digest
        }
      }
      await Promise.all(Array.from({ length: atOnce }, work))
      return digests
    },
    { by, url, name, tags: [...tags], credentials, atOnce },
  )
}

/** An image and an index of each kind, and an index of Docker's with an image of OCI's: `docker manifest create` makes it. */
async function putAllKinds(name: string): Promise<{ tags: string[]; expected: string[] }> {
  const oci = await putImage(repository(name), 'oci', 'oci')
  const docker = await putImage(repository(name), 'docker', 'docker')
  const index = await putIndex(repository(name), 'index', 'oci', oci)
  const list = await putIndex(repository(name), 'list', 'docker', docker)
  const mixed = await putIndex(repository(name), 'mixed', 'docker', oci)
  return {
    tags: ['docker', 'oci', 'mixed', 'list', 'index'],
    expected: [docker, oci, mixed, list, index].map(({ digest }) => digest),
  }
}

async function retag(name: string, { digest, mediaType }: PutImage, tag: string): Promise<void> {
  const manifest = await fetch(`${repository(name)}/manifests/${digest}`, { headers: { accept: mediaType } })
  const headers = { 'content-type': mediaType }
  const put = { method: 'PUT', headers, body: await manifest.text() }
  const { status } = await fetch(`${repository(name)}/manifests/${tag}`, put)
  expect(status).toBe(201)
}

function repository(name: string): string {
  return `${registry.url}/v2/${name}`
}

async function forward(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const response = await fetch(new Request(`${registry.url}${pathname}${search}`, request))
  const passed = new Response(request.method === 'HEAD' || response.status === 304 ? null : response.body, response)
  if (spoils && pathname.includes('/blobs/')) {
    const cacheControl = response.headers.get('cache-control') ?? ''
    return new Response('spoiled', { headers: { 'cache-control': cacheControl } })
  }
  if (pathname.includes('/manifests/'))
    for (const [name, value] of Object.entries(added)) passed.headers.set(name, value)
  return passed
}

/** How many requests of each method there were. */
function count({ asked }: Pick<ServedForPages, 'asked'>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const text of asked) {
    const [method = ''] = text.split(' ')
    counts[method] = (counts[method] ?? 0) + 1
  }
  return counts
}

async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of queue) await act(item)
    }),
  )
}
