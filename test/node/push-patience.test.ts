import { describe, expect, inject, it } from 'vitest'
import {
  listTags,
  NetworkError,
  openArchive,
  openRegistry,
  type PushOptions,
  planPush,
  pushDockerTar,
  type RegistryOptions,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'

const CREDENTIALS = { username: 'ci', password: 'hunter2' }

/** A registry that is away for some requests from the first one of a kind on. */
function awayAt(
  isKind: (request: Request) => boolean,
  times: number,
  answer: () => Response | Promise<never> = refusedConnection,
) {
  const registry = createTestRegistry({ credentials: CREDENTIALS })
  let left: number | undefined
  let tries = 0
  async function fetch(request: Request): Promise<Response> {
    if (isKind(request)) {
      left ??= times
      tries++
    }
    if (left !== undefined && left-- > 0) return answer()
    return registry.fetch(request)
  }
  const open = (options: RegistryOptions = {}) =>
    openRegistry('https://registry.test', { fetch, credentials: CREDENTIALS, retryDelay: 1, ...options })
  return { open, registry, tries: () => tries }
}

function refusedConnection(): Response {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })
}

async function push(handle: ReturnType<typeof openRegistry>, options: PushOptions = {}) {
  await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1', { uploadRetryDelay: 1, ...options })
}

const isManifest = ({ method, url }: Request) => method === 'PUT' && url.includes('/manifests/')

describe('a push', () => {
  it.each<[string, (request: Request) => boolean]>([
    ['the first question', ({ url }) => url.endsWith('/v2/')],
    ['a token', ({ url }) => url.includes('/v2/auth')],
    ['HEAD of a blob', ({ method }) => method === 'HEAD'],
    ['the opening of an upload', ({ method }) => method === 'POST'],
    ['the bytes of a blob', ({ method, url }) => method === 'PUT' && url.includes('/uploads/')],
    ['a manifest', isManifest],
  ])('outlives a registry that is away at %s, as often as an upload does', async (_, isKind) => {
    const { open } = awayAt(isKind, 5)
    // By itself the handle tries once.
    const handle = open({ retry: 0 })
    await push(handle, { concurrency: 1 })
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
  })

  it.each([408, 425, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524])(
    'outlives %i at the manifest',
    async (status) => {
      const { open, tries } = awayAt(isManifest, 5, () => new Response(null, { status }))
      await push(open({ retry: 0 }))
      expect(tries()).toBe(6)
    },
  )

  it('outlives silence at the manifest', async () => {
    const silence = () => new Promise<never>(() => {})
    const { open, tries } = awayAt(isManifest, 2, silence)
    await push(open({ retry: 0, timeout: 100 }))
    expect(tries()).toBe(3)
  })

  it.each([
    ['uploadRetry', { uploadRetry: 2 }, {}, 3],
    ['the retry of the handle, if that is more', { uploadRetry: 2 }, { retry: 4 }, 5],
    ['no try', { uploadRetry: 0 }, { retry: 0 }, 1],
  ])('gives a manifest up after %s', async (_, options, settings, expected) => {
    const { open, tries } = awayAt(isManifest, 99)
    await expect(push(open({ retry: 0, ...settings }), options)).rejects.toThrow(NetworkError)
    expect(tries()).toBe(expected)
  })

  it.each([
    [3, 4],
    [99, 6],
  ])('puts a manifest again after the race of distribution 2.8, met %i times', async (times, expected) => {
    const errors = [{ code: 'DIGEST_INVALID' }, { code: 'MANIFEST_BLOB_UNKNOWN' }]
    const { open, tries } = awayAt(isManifest, times, () => Response.json({ errors }, { status: 400 }))
    const pushing = push(open())
    await (times === 99 ? expect(pushing).rejects.toThrow(/DIGEST_INVALID/) : pushing)
    expect(tries()).toBe(expected)
  })

  it('does not try a refusal again', async () => {
    const { open, tries } = awayAt(isManifest, 99, () => new Response(null, { status: 403 }))
    await expect(push(open())).rejects.toThrow(ResponseError)
    expect(tries()).toBe(1)
  })

  it('waits at least half of each longest wait', async () => {
    const { open } = awayAt(isManifest, 3)
    const started = performance.now()
    await push(open(), { uploadRetryDelay: 60 })
    expect(performance.now() - started).toBeGreaterThanOrEqual(30 + 60 + 120 - 10)
  })
})

describe('30 pushes of one image at once', () => {
  it('all succeed at a real registry, whatever its own races', async () => {
    const registry = openRegistry(inject('registryUrl'))
    const archive = await createTestArchive({ images: [{ layers: [{ a: 'x' }, { b: `${Math.random()}` }] }] })
    const repository = `race/${Date.now().toString(36)}`
    await Promise.all(Array.from({ length: 30 }, () => pushDockerTar(archive, registry, repository, 'v1')))
    expect(await listTags(registry, repository)).toEqual(['v1'])
  }, 60_000)
})

describe('a read outside of a push', () => {
  it('is tried again as often as the handle says', async () => {
    const archive = await createTestArchive()
    const { images } = await openArchive(archive)
    const { open, tries } = awayAt(({ method }) => method === 'HEAD', 99)
    await expect(planPush(images, open({ retry: 1 }), { lookups: 1 })).rejects.toThrow(NetworkError)
    expect(tries()).toBeLessThanOrEqual(2 * 3)
    const list = awayAt(({ url }) => url.includes('/tags/'), 99)
    await expect(listTags(list.open({ retry: 1 }), 'team/app')).rejects.toThrow(NetworkError)
    expect(list.tries()).toBe(2)
  })
})
