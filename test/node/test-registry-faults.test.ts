import { http } from 'msw'
import { setupServer } from 'msw/node'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestRegistry, type Fault, type TestRegistryOptions } from '../../src/testing/index.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { digestOfText, MANIFEST, OCI_MANIFEST, plainClient, type Seen } from '../support/plain-client.ts'

const withFaults = (faults: readonly Fault[], options: TestRegistryOptions = {}) => {
  const registry = createTestRegistry({ faults, ...options })
  return { registry, ...plainClient(registry.fetch) }
}
const standing = ({ status, range }: Seen) => [status, range]
const refusal = ({ status, code }: Seen) => [status, code]
const BROKEN = { name: 'TypeError', message: 'fetch failed' }

describe('a fault', () => {
  it('hits the nth request that it fits, as often as it should', async () => {
    const { ask, registry } = withFaults([{ kind: 'status', status: 503, path: '/v2/a/', nth: 2, times: 2 }])
    const statuses: number[] = []
    for (const name of ['a', 'b', 'a', 'a', 'b', 'a']) {
      statuses.push((await ask('GET', `/v2/${name}/tags/list`)).status)
      if (statuses.length === 3) expect(registry.faultsLeft).toBe(1)
    }
    expect(statuses).toEqual([404, 404, 503, 503, 404, 404])
    expect(registry.faultsLeft).toBe(0)
  })

  it('is told by method and by path, as text or as a pattern', async () => {
    const fault = { kind: 'status', status: 503, times: Number.POSITIVE_INFINITY } as const
    const { ask, registry } = withFaults([
      { ...fault, method: 'patch' },
      { ...fault, method: 'GET', path: '/tags/list?n=1' },
      { ...fault, path: /^\/v2\/a+\/manifests\//g },
    ])
    const status = async (method: string, url: string) => (await ask(method, url)).status
    expect(await status('PATCH', '/v2/a/blobs/uploads/1')).toBe(503)
    expect(await status('PUT', '/v2/a/blobs/uploads/1')).toBe(404)
    expect(await status('GET', '/v2/a/tags/list')).toBe(404)
    expect(await status('GET', '/v2/a/tags/list?n=1')).toBe(503)
    for (let count = 0; count < 3; count++) expect(await status('HEAD', '/v2/aaa/manifests/v1')).toBe(503)
    expect(await status('HEAD', '/v2/b/manifests/v1')).toBe(404)
    expect(registry.faultsLeft).toBe(3)
  })

  it('waits for the next request while another has this one, and hits no preflight', async () => {
    const { ask, registry } = withFaults([
      { kind: 'status', status: 500 },
      { kind: 'status', status: 429 },
    ])
    expect((await ask('OPTIONS', '/v2/')).status).toBe(204)
    const statuses = [await ask('GET', '/v2/'), await ask('GET', '/v2/'), await ask('GET', '/v2/')]
    expect(statuses.map(({ status }) => status)).toEqual([500, 429, 200])
    expect(registry.faultsLeft).toBe(0)
  })
})

describe('a fault that is none', () => {
  it.each([
    [{ kind: 'explode' }, TypeError, 'fault 0 has the unknown kind "explode"; the kinds are cut, lost, status'],
    [{}, TypeError, 'fault 0 has the unknown kind "undefined"'],
    [{ kind: 'status' }, RangeError, 'fault 0 (status) must have a number from 200 to 599 as status'],
    [{ kind: 'status', status: 99 }, RangeError, 'fault 0 (status) must have a number from 200 to 599 as status'],
    [{ kind: 'cut' }, RangeError, 'fault 0 (cut) must have a number from 0 to Infinity as afterBytes'],
    [{ kind: 'slow' }, RangeError, 'fault 0 (slow) must have a number from 0 to Infinity as milliseconds'],
    [{ kind: 'lost', nth: 0 }, RangeError, 'fault 0 (lost) must have a whole number of at least 1 as nth'],
    [{ kind: 'lost', times: -1 }, RangeError, 'fault 0 (lost) must have a number of at least 0 as times'],
  ])('is refused at once: %o', (fault, error, message) => {
    const make = () => createTestRegistry({ faults: [fault as Fault] })
    expect(make).toThrow(error)
    expect(make).toThrow(message)
  })

  it('is one that is no list of them', () => {
    const faults = { kind: 'lost' } as never
    expect(() => createTestRegistry({ faults })).toThrow(/faults must be an array/)
    expect(() => createTestRegistry({ pageSize: 0 })).toThrow(/the page size 0 is not above 0/)
  })
})

describe('cut', () => {
  const cut = { kind: 'cut', afterBytes: 3, method: 'PATCH' } as const

  it('keeps what came, as distribution 3 does', async () => {
    const { open, patch, ask, close, registry } = withFaults([cut], { profile: 'distribution-3' })
    const location = await open()
    await expect(patch(location, 0, 'hello')).rejects.toMatchObject(BROKEN)
    expect([registry.bodyBytes, registry.faultsLeft]).toEqual([3, 0])
    expect(registry.requests.map(({ method, status }) => [method, status])).toEqual([
      ['POST', 202],
      ['PATCH', 0],
    ])
    const status = await ask('GET', location)
    expect(standing(status)).toEqual([204, '0-2'])
    const rest = await patch(status.location, 3, 'lo ')
    expect((await close(rest.location, 'hello world', 6)).status).toBe(201)
  })

  it('loses the upload for good at distribution 2', async () => {
    const { open, patch, ask } = withFaults([cut], { profile: 'distribution-2' })
    const location = await open()
    await expect(patch(location, 0, 'hello')).rejects.toThrow(TypeError)
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expect(refusal(await ask(method, location))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
    }
  })

  it('drops what came at cloudflare, and ends the upload at zot', async () => {
    const cloudflare = withFaults([cut], { profile: 'cloudflare' })
    const location = await cloudflare.open()
    await expect(cloudflare.patch(location, 0, 'hello')).rejects.toThrow(TypeError)
    expect((await cloudflare.patch(location, 0, 'hello')).status).toBe(202)
    const zot = withFaults([cut], { profile: 'zot' })
    const ended = await zot.open()
    await expect(zot.patch(ended, 0, 'hello')).rejects.toThrow(TypeError)
    expect(refusal(await zot.patch(ended, 0, 'hello'))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
    expect(zot.registry.openUploads).toBe(0)
  })

  it('adds nothing to an upload that the chunk does not fit', async () => {
    const { open, patch, ask } = withFaults([cut])
    const location = await open()
    await expect(patch(location, 7, 'hello')).rejects.toThrow(TypeError)
    expect(standing(await ask('GET', location))).toEqual([204, '0-0'])
  })

  it('closes no upload, makes no blob and puts no manifest', async () => {
    const { open, close, ask, putImage } = withFaults([
      { kind: 'cut', afterBytes: 3, method: 'PUT', path: 'blobs/uploads' },
      { kind: 'cut', afterBytes: 3, method: 'PUT', path: 'manifests' },
      { kind: 'cut', afterBytes: 2, method: 'POST', path: 'digest=' },
    ])
    const location = await open()
    await expect(close(location, 'hello', 0)).rejects.toThrow(TypeError)
    expect(standing(await ask('GET', location))).toEqual([204, '0-2'])
    await expect(putImage('v1')).rejects.toThrow(TypeError)
    expect((await ask('HEAD', '/v2/a/manifests/v1')).status).toBe(404)
    const digest = digestOfText('whole')
    await expect(ask('POST', `/v2/a/blobs/uploads/?digest=${digest}`, 'whole')).rejects.toThrow(TypeError)
    expect((await ask('HEAD', `/v2/a/blobs/${digest}`)).status).toBe(404)
  })

  it('loses the answer where the whole body came', async () => {
    const { open, patch, ask } = withFaults([{ ...cut, afterBytes: 5 }])
    const location = await open()
    await expect(patch(location, 0, 'hello')).rejects.toThrow(TypeError)
    expect(standing(await ask('GET', location))).toEqual([204, '0-4'])
  })

  it('reads no more of a stream than it has to', async () => {
    const { open, registry } = withFaults([{ ...cut, afterBytes: 10 }])
    let pulls = 0
    const body = new ReadableStream({
      pull(controller) {
        pulls++
        controller.enqueue(new Uint8Array(8))
      },
    })
    const url = new URL(await open(), 'http://registry.test')
    const request = new Request(url, { method: 'PATCH', body, duplex: 'half' } as RequestInit)
    await expect(registry.fetch(request)).rejects.toThrow(TypeError)
    expect(registry.bodyBytes).toBe(10)
    expect(pulls).toBeLessThan(5)
  })
})

describe('a body that breaks off by itself', () => {
  it('is kept as far as it came', async () => {
    const { open, ask, registry } = withFaults([])
    const location = await open()
    let pulls = 0
    const body = new ReadableStream({
      pull(controller) {
        if (pulls++ === 2) controller.error(new Error('unplugged'))
        else controller.enqueue(new Uint8Array(8))
      },
    })
    const url = new URL(location, 'http://registry.test')
    const request = new Request(url, { method: 'PATCH', body, duplex: 'half' } as RequestInit)
    await expect(registry.fetch(request)).rejects.toMatchObject(BROKEN)
    expect(standing(await ask('GET', location))).toEqual([204, '0-15'])
  })
})

describe('lost', () => {
  it('carries the request out, and breaks the connection', async () => {
    const { open, close, ask, registry } = withFaults([{ kind: 'lost', method: 'PUT' }])
    await expect(close(await open(), 'hello', 0)).rejects.toMatchObject(BROKEN)
    expect((await ask('HEAD', `/v2/a/blobs/${digestOfText('hello')}`)).status).toBe(200)
    expect(registry.openUploads).toBe(0)
  })

  it('loses the upload for good at distribution 2, moby/moby#42615', async () => {
    const { open, patch, ask } = withFaults([{ kind: 'lost', method: 'PATCH' }], { profile: 'distribution-2' })
    const location = await open()
    await expect(patch(location, 0, 'hello')).rejects.toThrow(TypeError)
    expect(refusal(await patch(location, 0, 'hello'))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
    expect(refusal(await ask('GET', location))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
  })
})

describe('status', () => {
  it.each([
    [401, 'UNAUTHORIZED'],
    [413, 'SIZE_INVALID'],
    [416, 'BLOB_UPLOAD_INVALID'],
    [429, 'TOOMANYREQUESTS'],
    [500, 'UNKNOWN'],
    [502, 'UNKNOWN'],
    [503, 'UNAVAILABLE'],
    [507, 'UNKNOWN'],
  ])('%i has a body as registries have it', async (status, code) => {
    const { open, patch, ask, registry } = withFaults([{ kind: 'status', status, method: 'PATCH' }])
    const location = await open()
    expect(refusal(await patch(location, 0, 'hello'))).toEqual([status, code])
    // The bytes came, and nothing was done with them.
    expect(registry.bodyBytes).toBe(5)
    expect(standing(await ask('GET', location))).toEqual([204, '0-0'])
  })

  it('says when to come again, in seconds or by the clock', async () => {
    const { ask } = withFaults([
      { kind: 'status', status: 429, retryAfter: 7 },
      { kind: 'status', status: 503, retryAfter: new Date('2030-01-02T03:04:05Z') },
      { kind: 'status', status: 503 },
    ])
    const told = async () => (await ask('GET', '/v2/')).headers.get('retry-after')
    expect([await told(), await told(), await told()]).toEqual(['7', 'Wed, 02 Jan 2030 03:04:05 GMT', null])
  })

  it('is a page, as a proxy answers, goharbor/harbor#3270', async () => {
    const { ask } = withFaults([{ kind: 'status', status: 413, html: true }])
    const answer = await ask('GET', '/v2/')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([413, 'text/html'])
    expect(answer.text).toContain('<h1>413 Request Entity Too Large</h1>')
  })

  it('has the headers, the code and the message that it is given', async () => {
    const challenge = 'Bearer realm="https://auth.test/token"'
    const { ask } = withFaults([
      { kind: 'status', status: 401, code: 'DENIED', message: 'expired', headers: { 'www-authenticate': challenge } },
    ])
    const answer = await ask('GET', '/v2/')
    expect([answer.code, answer.headers.get('www-authenticate')]).toEqual(['DENIED', challenge])
    expect(answer.text).toContain('expired')
  })

  it('comes after the request was carried out, if it shall', async () => {
    const { putImage, ask } = withFaults([{ kind: 'status', status: 502, path: 'manifests', isCarriedOut: true }])
    expect((await putImage('v1')).status).toBe(502)
    expect((await ask('GET', '/v2/a/manifests/v1')).text).toBe(MANIFEST)
  })
})

describe('stale', () => {
  it('tells the Range of the answer before', async () => {
    const { open, patch, ask } = withFaults([{ kind: 'stale', method: 'PATCH', nth: 2, times: 2 }])
    const first = await patch(await open(), 0, 'hello')
    const second = await patch(first.location, 5, ' wor')
    expect([first.range, second.range]).toEqual(['0-4', '0-4'])
    const third = await patch(second.location, 9, 'ld')
    expect(third.range).toBe('0-4')
    expect((await ask('GET', third.location ?? '')).range).toBe('0-10')
  })
})

describe('slow', () => {
  it('answers late, and not to whom has given up', async () => {
    const { ask, registry } = withFaults([{ kind: 'slow', milliseconds: 60, times: 2 }])
    const start = performance.now()
    expect((await ask('GET', '/v2/')).status).toBe(200)
    expect(performance.now() - start).toBeGreaterThan(50)
    const request = new Request('http://registry.test/v2/', { signal: AbortSignal.timeout(10) })
    await expect(registry.fetch(request)).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

describe('silent', () => {
  it('answers nobody, and ends when the client gives up', async () => {
    const { open, registry, ask } = withFaults([
      { kind: 'silent', method: 'PATCH' },
      { kind: 'silent', method: 'PATCH', isCarriedOut: true },
    ])
    const location = await open()
    const send = () => {
      const url = new URL(location, 'http://registry.test')
      return registry.fetch(new Request(url, { method: 'PATCH', body: 'hello', signal: AbortSignal.timeout(20) }))
    }
    await expect(send()).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(standing(await ask('GET', location))).toEqual([204, '0-0'])
    await expect(send()).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(standing(await ask('GET', location))).toEqual([204, '0-4'])
    const aborted = new Request(new URL('/v2/', 'http://registry.test'), { signal: AbortSignal.abort('at once') })
    const silent = createTestRegistry({ faults: [{ kind: 'silent' }] })
    await expect(silent.fetch(aborted)).rejects.toBe('at once')
  })
})

describe('location', () => {
  it('is http on the same host behind a proxy with TLS, distribution/distribution#2862', async () => {
    const registry = createTestRegistry({ faults: [{ kind: 'location', method: 'POST' }] })
    const { open } = plainClient(registry.fetch, 'https://registry.test:8443')
    expect(await open()).toMatch(/^http:\/\/registry\.test:8443\/v2\/a\/blobs\/uploads\/[^?]+\?_state=0$/)
  })

  it('is at another origin, and works there', async () => {
    const { open, close, ask } = withFaults([{ kind: 'location', origin: 'https://uploads.test', times: 2 }])
    const location = await open()
    expect(location).toMatch(/^https:\/\/uploads\.test\/v2\/a\/blobs\/uploads\//)
    expect((await close(location, 'hello', 0)).location).toMatch(/^https:\/\/uploads\.test\/v2\/a\/blobs\/sha256:/)
    expect((await ask('GET', '/v2/')).location).toBeNull()
  })
})

describe('behind HTTP', () => {
  let served: ServedTestRegistry
  const serve = async (faults: readonly Fault[], options: TestRegistryOptions = {}) => {
    served = await serveTestRegistry({ faults, ...options })
    return plainClient((request) => fetch(request), served.url)
  }
  afterEach(() => served.close())

  it('cut resets the connection while a large body is on its way', async () => {
    const { open, ask, putImage } = await serve([{ kind: 'cut', afterBytes: 100_000, method: 'PATCH' }])
    const location = await open()
    const body = 'x'.repeat(30_000_000)
    await expect(ask('PATCH', location, body)).rejects.toMatchObject(BROKEN)
    expect(standing(await ask('GET', location))).toEqual([204, '0-99999'])
    expect([served.bodyBytes, served.faultsLeft]).toEqual([100_000, 0])
    expect((await putImage('v1')).status).toBe(201)
  })

  it('lost resets the connection after the request, which is not sent a second time', async () => {
    const { open, patch, ask } = await serve([{ kind: 'lost', method: 'PATCH' }])
    const location = await open()
    await expect(patch(location, 0, 'hello')).rejects.toMatchObject({ ...BROKEN, cause: { code: 'ECONNRESET' } })
    expect(standing(await ask('GET', location))).toEqual([204, '0-4'])
    expect(served.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'POST 202',
      'PATCH 0',
      'GET 204',
    ])
  })

  it('silent hangs until the client goes away, and close() waits for nobody', async () => {
    const { ask } = await serve([{ kind: 'silent', times: 2 }])
    const impatient = new Request(served.url, { signal: AbortSignal.timeout(50) })
    await expect(fetch(impatient)).rejects.toMatchObject({ name: 'TimeoutError' })
    const patient = ask('GET', '/v2/')
    const outcome = expect(patient).rejects.toThrow(TypeError)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await served.close()
    await outcome
  })

  it('status, slow and location come through', async () => {
    const { ask, open } = await serve([
      { kind: 'status', status: 429, retryAfter: 3 },
      { kind: 'slow', milliseconds: 30 },
      { kind: 'location', origin: 'https://uploads.test', method: 'POST' },
    ])
    const refused = await ask('PUT', '/v2/a/manifests/v1', MANIFEST, { 'content-type': OCI_MANIFEST })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3'])
    expect((await ask('GET', '/v2/')).status).toBe(200)
    expect(await open()).toMatch(/^https:\/\/uploads\.test\//)
  })

  it('a client that goes away leaves what it sent, as with distribution', async () => {
    const { open, ask } = await serve([])
    const location = await open()
    const aborter = new AbortController()
    const body = new ReadableStream({
      async pull(controller) {
        controller.enqueue(new Uint8Array(50_000))
        await new Promise((resolve) => setTimeout(resolve, 20))
      },
    })
    const url = new URL(location, served.url)
    const sent = fetch(url, { method: 'PATCH', body, duplex: 'half', signal: aborter.signal } as RequestInit)
    setTimeout(() => aborter.abort(), 200)
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(() => served.requests.at(-1)).toMatchObject({ method: 'PATCH', status: 0 })
    const { range } = await ask('GET', location)
    expect(Number(range?.split('-')[1])).toBeGreaterThan(49_998)
  })
})

describe('as an msw handler', () => {
  it('a broken connection is what the handler says it is', async () => {
    const registry = createTestRegistry({ faults: [{ kind: 'lost' }] })
    const handler = http.all('http://registry.test/*', ({ request }) =>
      registry.fetch(request).catch(() => Response.error()),
    )
    const server = setupServer(handler)
    server.listen()
    await expect(fetch('http://registry.test/v2/')).rejects.toThrow(TypeError)
    expect((await fetch('http://registry.test/v2/')).status).toBe(200)
    server.close()
  })
})
