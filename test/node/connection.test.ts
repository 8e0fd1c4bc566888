import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/find/port.js'
import {
  checkRegistryConnectivity,
  DigestMismatchError,
  getManifest,
  listRepositories,
  listTags,
  NetworkError,
  openRegistry,
  parseRegistryAddress,
  pushDockerTar,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { changedRegistry } from '../support/changed-registry.ts'
import { rejection } from '../support/errors.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

const URL_TEXT = 'https://registry.test'
type Fetch = (request: Request) => Promise<Response>

/** A registry that gives one answer to everything. */
const answering = (status: number, headers: Record<string, string> = {}, body: BodyInit | null = null) =>
  openRegistry(URL_TEXT, { retry: 0, fetch: async () => new Response(body, { status, headers }) })

const errorBody = (code: string, message: string) => JSON.stringify({ errors: [{ code, message, detail: { a: 1 } }] })

/** Statuses that may pass: those of a busy server, and of nginx and Cloudflare in front of one that is away. */
const PASSING = [408, 425, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524]

describe('parseRegistryAddress()', () => {
  it.each([
    ['registry.example.com', 'https://registry.example.com/'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000/'],
    ['https://host.test/artifactory', 'https://host.test/artifactory/'],
    ['docker.io', 'https://registry-1.docker.io/'],
  ])('reads %j', (text, url) => expect(parseRegistryAddress(text).href).toBe(url))

  it('throws a ValidationError if the text is not an address', () => {
    for (const text of ['a word', '', 'https://user:hunter2@registry.test']) {
      expect(() => parseRegistryAddress(text)).toThrow(ValidationError)
    }
  })
})

describe('openRegistry()', () => {
  it.each([
    ['registry test', /no URL and no host; it should look like/],
    ['', /no URL/],
    ['registry', /no URL/],
    ['user:hunter2@registry.test', /no URL/],
    ['registry.test/team/app', /no URL/],
    ['https:registry.test', /no URL/],
    ['http://localhost:15000/v2/', /ends in "\/v2"/],
    ['ftp://registry.test', /does not begin with "https:/],
    ['https://user:hunter2@registry.test', /pass \{ credentials/],
    ['https://registry.test/?a=hunter2', /query or a fragment/],
    ['https://registry.test/#hunter2', /query or a fragment/],
  ])('refuses %j without showing a secret', (url, message) => {
    expect(() => openRegistry(url)).toThrow(ValidationError)
    expect(() => openRegistry(url)).toThrow(message)
    expect(() => openRegistry(url)).not.toThrow(/hunter2/)
  })

  it('refuses settings that are none, and what is no registry', async () => {
    expect(() => openRegistry(URL_TEXT, { retry: -1 })).toThrow(RangeError)
    expect(() => openRegistry(URL_TEXT, { timeout: 0 })).toThrow(RangeError)
    expect(() => openRegistry(URL_TEXT, { timeout: Number.POSITIVE_INFINITY })).toThrow(RangeError)
    expect(() => openRegistry(URL_TEXT, { fetch: 5 as never })).toThrow(/^Cannot use fetch: pass a function/)
    expect(() => openRegistry(URL_TEXT, { allowedRealms: URL_TEXT as never })).toThrow(
      /it has to be an array of origins/,
    )
    await expect(checkRegistryConnectivity(undefined as never)).rejects.toThrow(
      /pass its URL, or what openRegistry gave/,
    )
  })

  it('takes a registry below a path', async () => {
    const recorder = recordingFetch(async () => new Response('{}'))
    await checkRegistryConnectivity(openRegistry('https://host.test/artifactory/docker', { fetch: recorder.fetch }))
    expect(recorder.exchanges[0]?.url.href).toBe('https://host.test/artifactory/docker/v2/')
  })

  it('gives a frozen handle that shows no secret', () => {
    const registry = openRegistry(URL_TEXT, {
      credentials: { username: 'me', password: 'hunter2' },
      headers: { 'x-token': 'hunter2' },
    })
    expect(Object.isFrozen(registry)).toBe(true)
    const shown = [inspect(registry, { depth: 9, showHidden: true }), JSON.stringify(registry), String(registry)].join()
    expect(shown).toContain('registry.test')
    expect(shown).not.toMatch(/hunter2|aHVudGVyMg|Basic/)
  })

  it('sends no cookies, and asks no cache', async () => {
    const asked: Request[] = []
    const { registry } = changedRegistry(() => undefined)
    const fetch: Fetch = (request) => {
      asked.push(request)
      return registry.fetch(request)
    }
    await pushDockerTar(await createTestArchive(), openRegistry(URL_TEXT, { fetch }), 'a', 'v1')
    expect(new Set(asked.map(({ credentials, cache }) => `${credentials} ${cache}`))).toEqual(
      new Set(['omit no-store']),
    )
    // A redirected body would be kept whole in memory.
    const ways = new Set(asked.map(({ method, redirect }) => `${method} ${redirect}`))
    expect(ways).toEqual(new Set(['HEAD manual', 'POST manual', 'PUT error']))
  })

  it('tries again what may pass, as often as it is told, and nothing else', async () => {
    const statusesUntil = async (statuses: number[], options = {}) => {
      let count = 0
      const fetch = async () => {
        const status = statuses[count++] ?? 200
        return new Response('{}', { status, headers: { 'retry-after': '0' } })
      }
      const outcome = await checkRegistryConnectivity(openRegistry(URL_TEXT, { fetch, ...options })).catch(
        (e) => e.status,
      )
      return [outcome, count]
    }
    expect(await statusesUntil([503, 429])).toEqual([true, 3])
    expect(await statusesUntil([503, 503, 503, 503])).toEqual([503, 3])
    expect(await statusesUntil([503], { retry: 0 })).toEqual([503, 1])
  })

  it.each(PASSING)('tries again after %i', async (status) => {
    expect(await triesAfter(status)).toBe(2)
  })

  it.each([400, 403, 404, 405, 406, 409, 410, 412, 413, 416, 422, 501, 505, 507, 511, 525, 526, 530])(
    'does not try again after %i',
    async (status) => {
      expect(await triesAfter(status)).toBe(1)
    },
  )

  it.each([429, 503])('holds back all requests to an origin whose %i has a Retry-After', async (status) => {
    expect(await delayAfter(status)).toBeGreaterThan(900)
  })

  it.each([200, 403, 404, 413, 500, 502, 504])(
    'holds back no other request after a %i with a Retry-After',
    async (status) => {
      expect(await delayAfter(status)).toBeLessThan(900)
    },
  )

  /** How many requests it takes until a registry is reached that answers the first one by this status. */
  async function triesAfter(status: number): Promise<number> {
    let count = 0
    const fetch = async () => new Response('{}', { status: count++ === 0 ? status : 200 })
    await checkRegistryConnectivity(openRegistry(URL_TEXT, { fetch, retryDelay: 1 })).catch(() => undefined)
    return count
  }

  /** In milliseconds: how long a request waits after another was answered by this status and `Retry-After: 1`. */
  async function delayAfter(status: number): Promise<number> {
    let isFirst = true
    const fetch = async () => {
      const response = new Response('{}', isFirst ? { status, headers: { 'retry-after': '1' } } : {})
      isFirst = false
      return response
    }
    const registry = openRegistry(URL_TEXT, { fetch, retry: 0 })
    await checkRegistryConnectivity(registry).catch(() => undefined)
    const started = performance.now()
    await listTags(registry, 'a')
    return performance.now() - started
  }
})

describe('a registry that is not there', () => {
  it('is a NetworkError that names the act, the place and what to look for', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const registry = openRegistry(url, { retry: 0 })
    const error = await rejection(
      checkRegistryConnectivity(registry),
      NetworkError,
      /^Cannot reach the registry: no answer/,
    )
    expect(error.message).toMatch(/\(ECONNREFUSED\): nothing listens there; check the address, and that it runs$/)
    expect(error).toMatchObject({ method: 'GET', url: `${url}/v2/` })
    expect(error.cause).toBeInstanceOf(TypeError)
    await rejection(
      pushDockerTar(await createTestArchive(), registry, 'a', 'v1'),
      NetworkError,
      /Cannot look for sha256:/,
    )
  })

  it('is one that does not answer in time', async () => {
    const fetch: Fetch = (request) =>
      new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)))
    const registry = openRegistry(URL_TEXT, { fetch, timeout: 50, retry: 0 })
    await rejection(listTags(registry, 'a'), NetworkError, /Cannot list the tags of "a".*within 50 ms.*\{ timeout \}/)
  })

  it('is one that falls silent in the middle of an answer, be it of its token server', async () => {
    const silent = () =>
      new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) }))
    const registry = openRegistry(URL_TEXT, { fetch: async () => silent(), timeout: 50, retry: 0 })
    await rejection(listTags(registry, 'a'), NetworkError, /Cannot list the tags of "a": the answer.*broke off/)
    const headers = { 'www-authenticate': `Bearer realm="${URL_TEXT}/token"` }
    const fetch: Fetch = async ({ url }) =>
      url.includes('/token') ? silent() : new Response(null, { status: 401, headers })
    const other = openRegistry(URL_TEXT, { fetch, timeout: 50, retry: 0 })
    for (let round = 0; round < 2; round++) {
      await rejection(listTags(other, 'a'), NetworkError, /Cannot get a token.*broke off/)
    }
  })

  it('is one whose answer breaks off', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })
    await rejection(listTags(answering(200, {}, body), 'a'), NetworkError, /broke off/)
  })
})

describe('a server that is no registry', () => {
  const page = { 'content-type': 'text/html; charset=utf-8' }

  it('is told by its pages', async () => {
    const site = () => answering(200, page, '<html>Welcome</html>')
    const asks = [
      () => checkRegistryConnectivity(site()),
      () => listRepositories(site()),
      () => listTags(site(), 'a'),
      () => getManifest(site(), 'a', 'v1'),
    ]
    for (const ask of asks)
      await rejection(ask(), ResponseError, /answered 200 with text\/html.*check that its URL is the URL of a registry/)
    const error = await rejection(listTags(answering(502, page, '<html>'), 'a'), ResponseError, /502 with text\/html/)
    expect(error).toMatchObject({ status: 502, errors: [] })
  })

  it('is told when it answers 200 to all that is pushed', async () => {
    const fetch: Fetch = async () => new Response('ok', { headers: { 'content-type': 'text/plain' } })
    const registry = openRegistry(URL_TEXT, { fetch })
    const remedy = /answered 200 with text\/plain, but a registry answers 201.*check that its URL/
    await rejection(pushDockerTar(await createTestArchive(), registry, 'a', 'v1'), ResponseError, remedy)
  })

  it('cannot take an upload', async () => {
    const pushing = (registry: ReturnType<typeof answering>) =>
      createTestArchive().then((archive) => pushDockerTar(archive, registry, 'a', 'v1'))
    const fetch: Fetch = async ({ method }) => new Response(null, { status: method === 'HEAD' ? 404 : 200 })
    await rejection(
      pushing(openRegistry(URL_TEXT, { fetch })),
      ResponseError,
      /without a Location.*Access-Control-Expose/,
    )
  })
})

describe('an answer that is a refusal', () => {
  it('has what the registry says, whatever its content type', async () => {
    for (const type of ['application/json', 'text/plain; charset=utf-8', 'application/octet-stream']) {
      const registry = answering(403, { 'content-type': type }, errorBody('DENIED', 'not yours'))
      const error = await rejection(
        listTags(registry, 'a'),
        ResponseError,
        /403 \(DENIED: not yours\): no credentials were given/,
      )
      expect(error.errors).toEqual([{ code: 'DENIED', message: 'not yours', detail: { a: 1 } }])
      expect(error.url).toBe('https://registry.test/v2/a/tags/list?…')
    }
  })

  it.each(['{', '[]', '{"errors":{}}', '{"errors":[1,null,{"message":1}]}', '{"details":"x"}', ''])(
    'may hold %j',
    async (body) => {
      const error = await rejection(
        listTags(answering(404, { 'content-type': 'application/json' }, body), 'a'),
        ResponseError,
      )
      expect(error.status).toBe(404)
    },
  )

  it('is read up to a limit', async () => {
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 10_000
        controller.enqueue(new Uint8Array(10_000).fill(0x20))
      },
    })
    await rejection(listTags(answering(500, {}, endless), 'a'), ResponseError, /500/)
    expect(pulled).toBeLessThan(200_000)
  })

  it('asks to sign in', async () => {
    const headers = { 'www-authenticate': 'Basic realm="x"' }
    await rejection(
      checkRegistryConnectivity(answering(401, headers)),
      ResponseError,
      /401: no credentials were given; pass \{ credentials \}/,
    )
  })

  it('is not taken for an absent blob', async () => {
    const pushing = pushDockerTar(await createTestArchive(), answering(401), 'a', 'v1')
    await rejection(pushing, ResponseError, /Cannot look for sha256:[0-9a-f]{12} in "a".*401/)
  })
})

describe('getManifest()', () => {
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'a/b', digest: `sha256:${'1'.repeat(64)}`, size: 1 },
    layers: [],
  })

  it('trusts no digest but that of the bytes (CVE-2025-24882, GHSA-qv35-3gw6-8q4j)', async () => {
    const other = `sha256:${'0'.repeat(64)}`
    await rejection(
      getManifest(answering(200, {}, manifest), 'a', other),
      DigestMismatchError,
      /the registry holds as sha256:0/,
    )
    const stating = answering(200, { 'docker-content-digest': other }, manifest)
    await rejection(getManifest(stating, 'a', 'v1'), DigestMismatchError)
    expect((await getManifest(answering(200, { 'content-type': 'a/b; x=y' }, manifest), 'a', 'v1')).mediaType).toBe(
      'a/b',
    )
  })

  it('refuses what is index and manifest at once (CVE-2021-41190, GHSA-77vh-xpmg-72qh, GHSA-mc8v-mgrf-8f4m), or neither', async () => {
    const both = JSON.stringify({ ...JSON.parse(manifest), manifests: [] })
    await rejection(
      getManifest(answering(200, {}, both), 'a', 'v1'),
      ValidationError,
      /not one of image manifest and index/,
    )
    await rejection(getManifest(answering(200, {}, '{}'), 'a', 'v1'), ValidationError)
    const bad = manifest.replace('sha256:1', 'sha256:/')
    await rejection(getManifest(answering(200, {}, bad), 'a', 'v1'), ValidationError, /Cannot read the digest/)
    await rejection(
      getManifest(answering(200, {}, manifest.replace('"size":1', '"size":-1')), 'a', 'v1'),
      ValidationError,
    )
  })

  it('reads up to a limit', async () => {
    const long = answering(200, {}, new Uint8Array(9 * 2 ** 20))
    await rejection(getManifest(long, 'a', 'v1'), ResponseError, /more than 8388608 bytes/)
  })

  it.each(['../x', 'a b', 'A', 'a/', '', 'a?b', 'a#b', 'a%2fb'])(
    'refuses %j as a repository before it asks',
    async (repository) => {
      const { registry, handle } = changedRegistry(() => undefined)
      await rejection(getManifest(handle, repository, 'v1'), ValidationError, /as a repository/)
      await rejection(listTags(handle, repository), ValidationError, /as a repository/)
      await rejection(getManifest(handle, 'a', `v1${repository}/?`), ValidationError, /as a tag/)
      expect(registry.requests).toEqual([])
    },
  )
})
