import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { type LoopbackServer, serveOnLoopback } from '../../scripts/loopback-server.js'
import {
  checkRegistryConnectivity,
  deleteImage,
  deleteImageByDigest,
  getImageInfo,
  getManifest,
  listRepositories,
  listTags,
  memorySessions,
  openArchive,
  openRegistry,
  planPush,
  pushDockerTar,
  type Registry,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { advance, useFakeClock } from '../support/fake-clock.ts'
import { withBasic, withTokens } from '../support/protected-registry.ts'
import { createTokenDesk } from '../support/token-desk.ts'

type Fetch = (request: Request) => Promise<Response>

const USER = { username: 'ci', password: 'hunter2' }
/** In milliseconds: far less than any limit of time of ours. */
const SOON = 4_000

/** A `fetch` as Next.js has one: it clones each answer, and nobody reads the clone. */
const cloning: Fetch = async (request) => {
  const response = await fetch(request)
  kept.push(response.clone())
  return response
}
/** The clones are kept: a runtime may cancel what nobody can reach any more. */
const kept: Response[] = []

/** Bytes that do not end, of a server that hears nobody. */
const endless = () =>
  new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}), cancel: () => new Promise(() => {}) })

const archive = () => createTestArchive({ images: [{ layers: [{ a: 'one' }, { b: 'two' }] }] })

/** Each kind of call, in an order in which one leaves what the next one needs. */
const CALLS: ReadonlyArray<[name: string, call: (registry: Registry, name: string) => Promise<unknown>]> = [
  ['checkRegistryConnectivity()', (registry) => checkRegistryConnectivity(registry)],
  [
    'planPush()',
    async (registry, repository) => planPush((await openArchive(await archive())).images, registry, { repository }),
  ],
  [
    'pushDockerTar() in chunks, verified',
    async (registry, name) =>
      pushDockerTar(await archive(), registry, name, 'v1', {
        chunkSize: 1024,
        verify: true,
        sessions: memorySessions(),
      }),
  ],
  [
    'pushDockerTar() with mounts and several tags',
    async (registry, name) =>
      pushDockerTar(await archive(), registry, `${name}/copy`, 'v1', { mountFrom: [name], tags: ['v2', 'v3'] }),
  ],
  ['listRepositories()', (registry) => listRepositories(registry)],
  ['listTags()', (registry, name) => listTags(registry, name)],
  ['listTags() of what is not there', (registry) => rejection(listTags(registry, 'not/there'), ResponseError, /404/)],
  ['getManifest()', (registry, name) => getManifest(registry, name, 'v1')],
  ['getImageInfo()', (registry, name) => getImageInfo(registry, name, 'v1')],
  ['deleteImage()', (registry, name) => deleteImage(registry, name, 'v1', { deleteSharedManifest: true })],
  [
    'deleteImageByDigest()',
    async (registry, name) =>
      deleteImageByDigest(registry, name, (await getManifest(registry, `${name}/copy`, 'v1')).digest),
  ],
]

/** Runs each call within the time. */
async function runAll(registry: Registry, name: string): Promise<void> {
  for (const [title, call] of CALLS) {
    const late = new Promise((_, reject) => setTimeout(reject, SOON, new Error(`${title} is not over`)).unref())
    await Promise.race([call(registry, name), late])
  }
}

describe('a fetch that clones answers and leaves the clones unread', () => {
  const servers: LoopbackServer[] = []
  const urls: Record<string, string> = {}

  async function listen(name: string, answer: Fetch): Promise<string> {
    const server = await serveOnLoopback(answer)
    servers.push(server)
    urls[name] = server.url
    return server.url
  }

  beforeAll(async () => {
    await listen('no sign-in', createTestRegistry().fetch)
    await listen('HTTP Basic', withBasic(createTestRegistry(), USER.username, USER.password))
    const desk = createTokenDesk()
    let guarded: Fetch | undefined
    const url = await listen('a token server', async (request) =>
      new URL(request.url).pathname === '/token' ? desk.fetch(request) : (guarded as Fetch)(request),
    )
    guarded = withTokens(createTestRegistry(), desk, `${url}token`)
  })
  afterAll(() => Promise.all(servers.map((server) => server.close())))

  it.each(['no sign-in', 'HTTP Basic', 'a token server'])('changes nothing for a registry with %s', async (name) => {
    const credentials = name === 'no sign-in' ? undefined : USER
    await runAll(openRegistry(urls[name] as string, { fetch: cloning, credentials, retry: 0 }), 'team/app')
  })

  it('changes nothing for a real registry', async () => {
    const registry = openRegistry(inject('registryUrl'), { fetch: cloning, retry: 0 })
    await runAll(registry, `cloned/${Date.now().toString(36)}`)
  })

  it(
    'changes nothing where an upload is tried again, and asked how far it is',
    async () => {
      let isBroken = false
      const url = urls['no sign-in'] as string
      const busy: Fetch = async (request) => {
        if (isBroken || request.method !== 'PATCH') return cloning(request)
        isBroken = true
        return new Response('busy', { status: 503 })
      }
      const registry = openRegistry(url, { fetch: busy, retry: 0 })
      await pushDockerTar(await archive(), registry, 'team/again', 'v1', { chunkSize: 1024, uploadRetryDelay: 1 })
      expect(isBroken).toBe(true)
    },
    SOON,
  )

  it(
    'changes nothing where a redirect is followed',
    async () => {
      const embedded = createTestRegistry()
      const other = await listen('another', embedded.fetch)
      const url = await listen('redirecting', async (request) => {
        const { pathname } = new URL(request.url)
        const isBlob = request.method === 'GET' && pathname.includes('/blobs/sha256:')
        if (!isBlob) return embedded.fetch(request)
        return new Response('it is there', { status: 307, headers: { location: new URL(pathname, other).href } })
      })
      const registry = openRegistry(url, { fetch: cloning, retry: 0 })
      await pushDockerTar(await archive(), registry, 'team/app', 'v1')
      expect(await getImageInfo(registry, 'team/app', 'v1')).toMatchObject({ layerCount: 2 })
    },
    SOON,
  )
})

describe('a body that nobody wants', () => {
  it(
    'is not waited for, though it does not end and its cancel does not settle',
    async () => {
      const embedded = createTestRegistry()
      const guarded = withBasic(embedded, USER.username, USER.password)
      const fetch: Fetch = async (request) => {
        const { status, headers, body } = await guarded(request)
        const isRead = request.method === 'GET' && status !== 401
        const canHaveBody = ![204, 304].includes(status)
        return new Response(isRead ? body : canHaveBody ? endless() : null, { status, headers })
      }
      const registry = openRegistry('https://registry.test', { fetch, credentials: USER, retry: 0 })
      await pushDockerTar(await archive(), registry, 'team/app', 'v1')
      expect(await listTags(registry, 'team/app')).toEqual(['v1'])
    },
    SOON,
  )
})

describe('a refusal whose body does not end', () => {
  it('is told by its status', async () => {
    const fetch: Fetch = async () => new Response(endless(), { status: 403 })
    const listing = listTags(openRegistry('https://registry.test', { fetch, retry: 0 }), 'a')
    await rejection(listing, ResponseError, /answered 403: no credentials were given/)
  })
})

describe('an abort', () => {
  it.each([
    ['never answers', () => new Promise<Response>(() => {})],
    ['begins to answer', async ({ method }) => new Response(endless(), { status: method === 'GET' ? 200 : 403 })],
    ['begins to refuse', async () => new Response(endless(), { status: 403 })],
  ] satisfies [string, Fetch][])(
    'ends each call through a fetch that heeds no signal and %s',
    async (_, fetch) => {
      const registry = openRegistry('https://registry.test', { fetch, retry: 0 })
      const calls: Array<(signal: AbortSignal) => Promise<unknown>> = [
        (signal) => checkRegistryConnectivity(registry, { signal }),
        (signal) => listRepositories(registry, { signal }),
        (signal) => listTags(registry, 'a', { signal }),
        (signal) => getManifest(registry, 'a', 'v1', { signal }),
        (signal) => getImageInfo(registry, 'a', 'v1', { signal }),
        (signal) => deleteImage(registry, 'a', 'v1', { signal }),
        (signal) => deleteImageByDigest(registry, 'a', `sha256:${'a'.repeat(64)}`, { signal }),
        async (signal) => pushDockerTar(await archive(), registry, 'a', 'v1', { signal }),
      ]
      for (const call of calls) {
        const controller = new AbortController()
        const calling = call(controller.signal)
        setTimeout(() => controller.abort(new Error('enough')), 20)
        await expect(calling).rejects.toThrow('enough')
      }
    },
    SOON,
  )

  it('ends a push within its grace, whose chunk and whose cancelled upload are never answered', async () => {
    await useFakeClock()
    try {
      const embedded = createTestRegistry()
      let isSending = false
      const fetch: Fetch = async (request) => {
        if (request.method !== 'PATCH' && request.method !== 'DELETE') return embedded.fetch(request)
        isSending = true
        return new Promise(() => {})
      }
      const registry = openRegistry('https://registry.test', { fetch, retry: 0 })
      const controller = new AbortController()
      const { signal } = controller
      let end: unknown
      pushDockerTar(await archive(), registry, 'a', 'v1', { chunkSize: 1024, signal }).catch((error) => {
        end = error
      })
      while (!isSending) await advance(100)
      controller.abort('enough')
      await advance(4_900)
      expect(end).toBeUndefined()
      await advance(5_500)
      expect(end).toBe('enough')
    } finally {
      vi.useRealTimers()
    }
  })
})
