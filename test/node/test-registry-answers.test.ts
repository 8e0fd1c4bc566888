import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestRegistry, type Fault, type TestRegistryOptions } from '../../src/testing/index.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { digestOfText, MANIFEST, plainClient } from '../support/plain-client.ts'

// Faults of answers with a body: in memory, behind HTTP, and with its content in a folder.

const LAYER = digestOfText('layer')
const BLOB = `/v2/a/blobs/${LAYER}`
const ranged = (range: string, signal?: AbortSignal) => ({
  headers: { range: `bytes=${range}` },
  signal: signal ?? null,
})

const closers: Array<() => Promise<void>> = []
afterEach(() => Promise.all(closers.splice(0).map((close) => close())))

/** A registry with one image, reached without a network. */
async function inMemory(faults: readonly Fault[], options: TestRegistryOptions = {}) {
  const registry = createTestRegistry({ faults, ...options })
  return withImage(registry.fetch, 'https://registry.test', registry)
}

/** The same registry behind HTTP, with its content in a folder. */
async function fromFolder(faults: readonly Fault[], options: TestRegistryOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'))
  const opened = await overHttp(faults, { ...options, folder })
  closers.push(async () => rmSync(folder, { recursive: true, force: true }))
  return opened
}

/** The same registry behind HTTP. */
async function overHttp(faults: readonly Fault[], options: TestRegistryOptions & { folder?: string } = {}) {
  const served: ServedTestRegistry = await serveTestRegistry({ faults, ...options })
  closers.push(() => served.close())
  return withImage((request) => fetch(request), served.url, served)
}

async function withImage(
  fetch: (request: Request) => Promise<Response>,
  base: string,
  registry: ReturnType<typeof createTestRegistry>,
) {
  await plainClient(fetch, base).putImage('v1')
  registry.requests.length = 0
  const get = (path: string, init: RequestInit = {}) => fetch(new Request(new URL(path, base), init))
  return { registry, get, base }
}

describe.each([
  ['in memory', inMemory],
  ['over HTTP', overHttp],
  ['from a folder', fromFolder],
])('a fault of an answer, %s,', (_, open) => {
  it('cut-answer breaks the connection after so many bytes, and the next request is whole', async () => {
    const { get, registry } = await open([{ kind: 'cut-answer', afterBytes: 2, path: '/blobs/' }])
    const answer = await get(BLOB)
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '5'])
    expect(await arrived(answer)).toEqual(['la', 'TypeError'])
    expect([registry.downloadedBytes, registry.faultsLeft, registry.openBodies]).toEqual([2, 0, 0])
    expect(await arrived(await get(BLOB, ranged('2-')))).toEqual(['yer', 'end'])
    expect(registry.downloadedBytes).toBe(5)
  })

  it('cut-answer breaks an answer at its first byte, and one that is shorter at its end', async () => {
    const { get } = await open([
      { kind: 'cut-answer', afterBytes: 0, path: BLOB },
      { kind: 'cut-answer', afterBytes: 5, path: BLOB, nth: 2 },
      { kind: 'cut-answer', afterBytes: 99, path: '/manifests/' },
    ])
    expect(await arrivedOf(get(BLOB))).toEqual(['', 'TypeError'])
    expect((await arrivedOf(get(BLOB)))[0]).toMatch(/^(layer)?$/)
    expect((await arrivedOf(get('/v2/a/manifests/v1')))[0]).toMatch(/^(\{.*)?$/)
  })

  it('whole ignores Range, and affects only requests that have one', async () => {
    const { get, registry } = await open([{ kind: 'whole' }])
    expect(await arrived(await get(BLOB))).toEqual(['layer', 'end'])
    expect(registry.faultsLeft).toBe(1)
    const answer = await get(BLOB, ranged('2-3'))
    expect([answer.status, answer.headers.get('content-range'), ...(await arrived(answer))]).toEqual([
      ...[200, null, 'layer', 'end'],
    ])
  })

  it.each([
    [{ byBytes: -1 }, 'bytes 1-2/5', 'ay'],
    [{ byBytes: 1 }, 'bytes 3-4/5', 'er'],
    [{ byBytes: 3 }, 'bytes 0-0/5', 'l'],
    [{ byBytes: 1, stated: 'requested' } as const, 'bytes 2-3/5', 'er'],
    [{ byBytes: 0, stated: 'none' } as const, null, 'ye'],
  ])('other-range %o answers with another range, or states another one', async (fault, stated, text) => {
    const { get } = await open([{ kind: 'other-range', ...fault }])
    const answer = await get(BLOB, ranged('2-3'))
    const contentRange = answer.headers.get('content-range')
    expect([answer.status, contentRange, ...(await arrived(answer))]).toEqual([206, stated, text, 'end'])
  })

  it('flipped changes one byte, the last one of a shorter body', async () => {
    const { get } = await open([
      { kind: 'flipped', at: 1, path: BLOB },
      { kind: 'flipped', at: 7, path: BLOB },
    ])
    const bytes = async () => [...new Uint8Array(await (await get(BLOB)).arrayBuffer())]
    const right = [...new TextEncoder().encode('layer')]
    expect(await bytes()).toEqual(right.with(1, 255 - (right[1] ?? 0)))
    expect(await bytes()).toEqual(right.with(4, 255 - (right[4] ?? 0)))
    expect(await bytes()).toEqual(right)
  })

  it('resized ends a body early or late, without its length or with its own', async () => {
    const { get } = await open([
      { kind: 'resized', byBytes: -2, path: BLOB },
      { kind: 'resized', byBytes: 3, path: BLOB },
      { kind: 'resized', byBytes: -9, path: BLOB },
      { kind: 'resized', byBytes: -2, hasLength: true, path: BLOB },
    ])
    const seen = async () => {
      const answer = await get(BLOB)
      return [answer.headers.get('content-length'), ...(await arrived(answer))]
    }
    expect(await seen()).toEqual([null, 'lay', 'end'])
    expect(await seen()).toEqual([null, 'layer\0\0\0', 'end'])
    expect(await seen()).toEqual([null, '', 'end'])
    expect(await seen()).toEqual(['3', 'lay', 'end'])
  })

  it('throttled sends so many bytes in a second', async () => {
    const { get } = await open([{ kind: 'throttled', bytesPerSecond: 50, path: BLOB }])
    const start = performance.now()
    expect(await arrived(await get(BLOB))).toEqual(['layer', 'end'])
    expect(performance.now() - start).toBeGreaterThan(95)
  })

  it('stalled sends a part, and then nothing until the client gives up', async () => {
    const { get, registry } = await open([{ kind: 'stalled', afterBytes: 3, path: BLOB }])
    const aborter = new AbortController()
    const answer = await get(BLOB, { signal: aborter.signal })
    setTimeout(() => aborter.abort(), 30)
    expect(await arrived(answer)).toEqual(['lay', 'AbortError'])
    await expect.poll(() => registry.openBodies).toBe(0)
    expect(registry.downloadedBytes).toBe(3)
  })

  it('stalled ends when the client cancels the body', async () => {
    const { get, registry } = await open([{ kind: 'stalled', afterBytes: 3, path: BLOB }])
    const reader = (await get(BLOB)).body?.getReader()
    expect((await reader?.read())?.value).toHaveLength(3)
    await reader?.cancel()
    await expect.poll(() => registry.openBodies).toBe(0)
  })

  it('changed answers with another manifest than HEAD told of', async () => {
    const { get } = await open([{ kind: 'changed' }])
    const digest = async (method: string) => {
      const answer = await get('/v2/a/manifests/v1', { method })
      return [answer.headers.get('docker-content-digest'), digestOfText(await answer.text())]
    }
    expect((await digest('HEAD'))[0]).toBe(digestOfText(MANIFEST))
    expect(await digest('GET')).toEqual([digestOfText(`${MANIFEST} `), digestOfText(`${MANIFEST} `)])
    expect(await digest('GET')).toEqual([digestOfText(MANIFEST), digestOfText(MANIFEST)])
  })

  it('status 404 is a blob or a manifest that is gone, with the code of its kind', async () => {
    const { get } = await open([
      { kind: 'status', status: 404, path: LAYER },
      { kind: 'status', status: 404, path: '/manifests/' },
    ])
    const code = async (path: string) => (await (await get(path)).json()).errors[0].code
    expect([await code(BLOB), await code('/v2/a/manifests/v1')]).toEqual(['BLOB_UNKNOWN', 'MANIFEST_UNKNOWN'])
  })

  it('objectStorage redirects to signed URLs, which end and refuse Authorization', async () => {
    const { get, registry, base } = await open([], { objectStorage: { uses: 2 } })
    const redirect = await get(BLOB, { redirect: 'manual' })
    const location = redirect.headers.get('location') ?? ''
    expect(redirect.status).toBe(307)
    expect(new URL(location).origin).not.toBe(new URL(base).origin)
    const refused = async (url: string, init: RequestInit = {}) => {
      const answer = await get(url, init)
      return [answer.status, /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1]]
    }
    expect(await refused(location, { headers: { authorization: 'Basic x' } })).toEqual([400, 'InvalidArgument'])
    const part = await get(location, ranged('1-2'))
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 1-2/5', 'ay'])
    expect(await refused(location, ranged('5-'))).toEqual([416, 'InvalidRange'])
    expect(await refused(location)).toEqual([403, 'AccessDenied'])
    expect(await refused(location.replace(LAYER, digestOfText('config')))).toEqual([403, 'SignatureDoesNotMatch'])
    expect(await refused(location, { method: 'PUT' })).toEqual([403, 'SignatureDoesNotMatch'])
    const again = await get(BLOB, { redirect: 'manual' })
    expect(await (await get(again.headers.get('location') ?? '')).text()).toBe('layer')
    expect(registry.downloadedBytes).toBe(7)
  })

  it('objectStorage has URLs that end by the clock', async () => {
    const { get } = await open([], { objectStorage: { milliseconds: 40 } })
    const location = (await get(BLOB, { redirect: 'manual' })).headers.get('location') ?? ''
    await expect.poll(async () => (await get(location)).status, { interval: 20 }).toBe(403)
  })
})

describe('an answer', () => {
  it('is sent as fast as the client reads it, and counts only what it reads', async () => {
    const { registry, get } = await inMemory([])
    const large = 'x'.repeat(300_000)
    const { close, open } = plainClient(registry.fetch, 'https://registry.test')
    await close(await open(), large, 0)
    const reader = (await get(`/v2/a/blobs/${digestOfText(large)}`)).body?.getReader()
    await reader?.read()
    expect(registry.downloadedBytes).toBeLessThan(100_000)
    expect(registry.openBodies).toBe(1)
    await reader?.cancel()
    expect(registry.openBodies).toBe(0)
  })

  it('ends with its last byte, and breaks with the signal of its request', async () => {
    const { registry, get } = await inMemory([])
    const reader = (await get(BLOB)).body?.getReader()
    await reader?.read()
    await expect.poll(() => registry.openBodies).toBe(0)
    const aborter = new AbortController()
    const answer = await get(BLOB, { signal: aborter.signal })
    aborter.abort('enough')
    await expect(answer.text()).rejects.toBe('enough')
    expect(registry.openBodies).toBe(0)
  })

  it('of HEAD has no body, and of distribution 2 to a range past the end has a broken one', async () => {
    const { get, registry } = await inMemory([], { profile: 'distribution-2' })
    expect(await (await get(`/v2/a/blobs/${digestOfText('gone')}`, { method: 'HEAD' })).text()).toBe('')
    const answer = await get(BLOB, ranged('5-'))
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */5'])
    await expect(answer.text()).rejects.toThrow(TypeError)
    expect(registry.openBodies).toBe(0)
  })

  it('of zot to a range past the end is 500, and it knows neither ETag nor If-Range', async () => {
    const { get } = await inMemory([], { profile: 'zot' })
    expect((await get(BLOB, ranged('5-'))).status).toBe(500)
    expect((await get(BLOB, ranged('-2'))).status).toBe(416)
    const answer = await get(BLOB, { headers: { range: 'bytes=1-', 'if-range': '"other"' } })
    expect([answer.status, answer.headers.get('etag')]).toEqual([206, null])
  })

  it('to If-Range with another ETag is whole', async () => {
    const { get } = await inMemory([])
    const answer = (etag: string) => get(BLOB, { headers: { range: 'bytes=1-', 'if-range': etag } })
    const statuses = [(await answer(`"${LAYER}"`)).status, (await answer('"other"')).status]
    expect(statuses).toEqual([206, 200])
  })
})

describe('a fault of an answer that is none', () => {
  const withFault = (fault: object) => () => createTestRegistry({ faults: [fault as Fault] })

  it.each([
    [{ kind: 'cut-answer' }, 'a number from 0 to Infinity as afterBytes'],
    [{ kind: 'flipped', at: -1 }, 'a number from 0 to 9007199254740991 as at'],
    [{ kind: 'resized', byBytes: 0 }, 'another number than 0 as byBytes'],
    [{ kind: 'other-range', byBytes: 0 }, 'another number than 0 as byBytes, or "none" as stated'],
    [{ kind: 'throttled', bytesPerSecond: 0 }, 'as bytesPerSecond'],
    [{ kind: 'stalled', afterBytes: Number.POSITIVE_INFINITY }, 'a number from 0 to 9007199254740991 as afterBytes'],
    [{ kind: 'whole', method: 'PUT' }, 'fault 0 (whole) must have GET as method'],
    [{ kind: 'changed', method: 'HEAD' }, 'fault 0 (changed) must have GET as method'],
  ])('is refused at once: %o', (fault, message) => {
    expect(withFault(fault)).toThrow(RangeError)
    expect(withFault(fault)).toThrow(message)
  })

  it.each([
    [{ origin: 'storage' }, 'an origin such as https://s3.test'],
    [{ origin: 'https://s3.test/bucket' }, 'an origin such as https://s3.test'],
    [{ uses: 0 }, 'a number above 0 as uses'],
    [{ milliseconds: Number.NaN }, 'a number above 0 as milliseconds'],
  ])('is object storage with %o', (objectStorage, message) => {
    expect(() => createTestRegistry({ objectStorage })).toThrow(RangeError)
    expect(() => createTestRegistry({ objectStorage })).toThrow(message)
  })
})

/** Reads a body to its end, and gives what arrived and how it ended: with `end`, or the name of an error. */
async function arrived(response: Response): Promise<[text: string, end: string]> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) return [text, 'end']
      text += decoder.decode(value, { stream: true })
    }
  } catch (error) {
    return [text, (error as Error).name]
  }
}

/** The same for an answer that may not even begin. */
async function arrivedOf(answer: Promise<Response>): Promise<[text: string, end: string]> {
  return answer.then(arrived, (error: Error) => ['', error.name])
}
