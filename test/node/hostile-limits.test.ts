import { describe, expect, it } from 'vitest'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import { openRegistry, RegistryError, type UploadEvent } from '../../src/index.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { uploadBlob } from '../../src/registry/upload/upload.ts'
import { toReadable } from '../../src/source/stream.ts'
import { createTestRegistry } from '../../src/testing/index.ts'

/** Answers a request of an upload, or leaves that to the registry in memory. */
type Attack = (
  request: Request,
  ask: (request: Request) => Promise<Response>,
) => Promise<Response | undefined> | Response | undefined

/** More requests than that are taken for no end. */
const MANY = 10_000
const UPLOAD = 'https://registry.test/v2/a/blobs/uploads/1'

/** Uploads one blob of zeros to a registry that attacks. */
async function upload(size: number, attack: Attack, options: { chunkSize?: number; uploadRetry?: number } = {}) {
  const registry = createTestRegistry()
  const sent: { method: string; bytes: number }[] = []
  const events: UploadEvent[] = []
  const fetch = async (request: Request) => {
    const bytes = Number(request.headers.get('content-length') ?? (await request.clone().arrayBuffer()).byteLength)
    sent.push({ method: request.method, bytes })
    if (sent.length > MANY) throw new DOMException('The attack goes on without end', 'AbortError')
    return (await attack(request, registry.fetch)) ?? registry.fetch(request)
  }
  const read = async (start: number, end: number) => new Uint8Array(end - start)
  const digest = await digestOf(new Uint8Array(size), createPortableHasher)
  const outcome = await uploadBlob(
    openRegistry('https://registry.test', { fetch, retry: 0 }),
    'a',
    { mediaType: 'a/b', digest, size, source: { size, read } },
    {
      createHasher: createPortableHasher,
      createBody: (bytes) => bytes,
      createStreamBody: toReadable,
      chunkSize: 65_536,
      uploadRetry: 3,
      uploadRetryDelay: 1,
      onEvent: (event) => events.push(event),
      ...options,
    },
  ).catch((error: Error) => error)
  return { outcome, requests: sent.length, sent, events, registry }
}

const opened = (headers: Record<string, string> = {}) =>
  new Response(null, { status: 202, headers: { location: UPLOAD, ...headers } })
const missing = () => new Response(null, { status: 404 })

/** Opens an upload, and takes as many bytes as the function says of each chunk. */
function takes(taken: (chunk: number) => number, limits: Record<string, string> = {}): Attack {
  let chunks = 0
  return ({ method }) => {
    if (method === 'HEAD') return missing()
    if (method === 'POST') return opened(limits)
    if (method === 'PATCH') return opened({ range: `0-${taken(++chunks) - 1}` })
    return undefined
  }
}

describe('limits that a registry states', () => {
  const states =
    (limits: Record<string, string>): Attack =>
    async (request, ask) => {
      const response = await ask(request)
      if (request.method === 'DELETE') return response
      for (const [name, value] of Object.entries(limits)) response.headers.set(name, value)
      return response
    }

  it.each(['1', '2', '100', '1000'])('of at most %s bytes take a bounded number of requests', async (maximum) => {
    for (const size of [1, 1000, 100_000, 5_000_000]) {
      const { outcome, requests } = await upload(size, states({ 'oci-chunk-max-length': maximum }))
      expect(outcome).toBe('uploaded')
      expect(requests).toBeLessThan(60 + size / 4096)
    }
  })

  it.each(['0', '-1', 'NaN', '1e30', '', '9'.repeat(200_000)])('of %s are none', async (limit) => {
    const stated = { 'oci-chunk-max-length': limit, 'oci-chunk-min-length': limit }
    const { outcome, requests } = await upload(200_000, states(stated))
    expect([outcome, requests]).toEqual(['uploaded', 5])
  })

  it('are kept if they are small and the blob is, too', async () => {
    const { outcome, sent } = await upload(1000, states({ 'oci-chunk-max-length': '100' }))
    expect(outcome).toBe('uploaded')
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBe(100)
  })

  it.each([
    ['a minimum that is more than the maximum', { 'oci-chunk-min-length': '50000', 'oci-chunk-max-length': '20000' }],
    ['a minimum that is more than the blob', { 'oci-chunk-min-length': '999999999999999' }],
    ['a minimum of 2^60', { 'oci-chunk-min-length': String(2n ** 60n) }],
  ])('do no harm with %s', async (_, limits) => {
    const { outcome, requests, sent } = await upload(200_000, states(limits))
    expect(outcome).toBe('uploaded')
    expect(requests).toBeLessThan(20)
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeLessThanOrEqual(200_000)
  })

  it('end a blob by an error if it is refused whole, too', async () => {
    const attack: Attack = async (request, ask) => {
      const { byteLength } = await request.clone().arrayBuffer()
      if (byteLength > 1) return new Response(null, { status: 413 })
      return states({ 'oci-chunk-max-length': '1' })(request, ask)
    }
    const { outcome, requests } = await upload(1_000_000, attack)
    expect(outcome).toBeInstanceOf(RegistryError)
    expect(requests).toBeLessThan(10)
  })

  it('that only its refusals tell, smaller and smaller, end in the refusal', async () => {
    let limit = 0
    const attack: Attack = ({ method }) => {
      if (method === 'HEAD' || method === 'GET') return missing()
      if (method === 'POST') return opened()
      return new Response(null, { status: limit++ < MANY ? 413 : 202 })
    }
    const { outcome, requests } = await upload(5_000_000, attack)
    expect(outcome).toBeInstanceOf(RegistryError)
    expect(requests).toBeLessThan(60)
  })
})

describe('a registry that takes few bytes at a time', () => {
  it.each([
    ['one byte of each chunk', 1],
    ['ten bytes of each chunk', 10],
    ['1000 bytes of each chunk', 1000],
  ])('ends an upload by an error if it takes %s', async (_, step) => {
    const { outcome, requests } = await upload(
      5_000_000,
      takes((chunk) => chunk * step + 1),
    )
    expect(outcome).toBeInstanceOf(RegistryError)
    expect(requests).toBeLessThan(200)
  })

  it('ends it also after it has taken most of the blob', async () => {
    const { outcome, requests } = await upload(
      5_000_000,
      takes((chunk) => Math.min(chunk, 60) * 65_536 + chunk),
    )
    expect(outcome).toBeInstanceOf(RegistryError)
    expect(requests).toBeLessThan(300)
  })

  it.each([
    ['creeps', (asked: number) => asked],
    ['creeps and goes back in between', (asked: number) => (asked % 3 === 0 ? 5 : asked)],
    ['goes back', (asked: number) => 60_000 - asked],
    ['oscillates', (asked: number) => (asked % 2) * 100 + 5],
    ['claims more than was sent', () => 4_000_000],
    ['claims more than the blob has', () => 9_000_000_000],
    ['is negative', () => -5],
  ])('ends it if the status of the upload %s', async (_, taken) => {
    for (const status of [416, 500]) {
      let asked = 1
      const { outcome, requests } = await upload(5_000_000, ({ method }) => {
        if (method === 'HEAD') return missing()
        if (method === 'POST') return opened()
        if (method === 'GET') {
          return new Response(null, { status: 204, headers: { location: UPLOAD, range: `0-${taken(++asked)}` } })
        }
        return new Response(null, { status })
      })
      expect(outcome).toBeInstanceOf(RegistryError)
      expect(requests).toBeLessThan(500)
    }
  })

  it('ends it if each new session comes one chunk further', async () => {
    let [session, chunks] = [0, 0]
    const { outcome, requests } = await upload(50_000_000, ({ method }) => {
      if (method === 'POST') {
        session++
        chunks = 0
        return opened()
      }
      if (method !== 'PATCH') return missing()
      return chunks++ < session ? opened() : missing()
    })
    expect(outcome).toBeInstanceOf(RegistryError)
    expect(requests).toBeLessThan(6000)
  })
})
