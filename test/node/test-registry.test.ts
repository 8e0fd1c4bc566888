import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** Talks to a registry as a client would, without the SDK. */
function client(registry = createTestRegistry()) {
  const ask = (method: string, url: string, body?: BodyInit | null, headers: Record<string, string> = {}) =>
    registry.fetch(new Request(new URL(url, 'http://registry.test'), { method, body, headers }))
  const open = async (name = 'a') => (await ask('POST', `/v2/${name}/blobs/uploads/`)).headers.get('location') ?? ''
  const upload = async (text: string, name = 'a') => ask('PUT', `${await open(name)}&digest=${digestOf(text)}`, text)
  const manifest = async (name = 'a') => {
    await upload('config', name)
    await upload('layer', name)
    const blob = (text: string) => ({ mediaType: 'x/y', digest: digestOf(text), size: text.length })
    return JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: blob('config'),
      layers: [blob('layer')],
    })
  }
  const put = (reference: string, body: string, type = OCI_MANIFEST, name = 'a') =>
    ask('PUT', `/v2/${name}/manifests/${reference}`, body, { 'content-type': type })
  return { registry, ask, open, upload, manifest, put }
}

const code = async (response: Response) => (await response.json()).errors[0].code

describe('createTestRegistry()', () => {
  it('takes a blob in ordered chunks, and tells where it stands', async () => {
    const { ask, open } = client()
    const opened = await ask('POST', '/v2/a/blobs/uploads/')
    expect([opened.status, opened.headers.get('range')]).toEqual([202, '0-0'])
    const first = await ask('PATCH', opened.headers.get('location') ?? '', 'hello ', { 'content-range': '0-5' })
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-5'])
    const location = first.headers.get('location') ?? ''
    const status = await ask('GET', location)
    expect([status.status, status.headers.get('range'), status.headers.get('location')]).toEqual([204, '0-5', location])
    const closed = await ask('PUT', `${location}&digest=${digestOf('hello world')}`, 'world', {
      'content-range': '6-10',
    })
    expect([closed.status, closed.headers.get('docker-content-digest')]).toEqual([201, digestOf('hello world')])
    expect(await (await ask('GET', closed.headers.get('location') ?? '')).text()).toBe('hello world')
    expect((await ask('PATCH', await open(), 'streamed without a range')).status).toBe(202)
  })

  it('refuses chunks out of order with 416 and says where it stands', async () => {
    const { ask, open } = client()
    const location = await open()
    const gap = await ask('PATCH', location, 'late', { 'content-range': '10-13' })
    expect([gap.status, gap.headers.get('range'), await code(gap)]).toEqual([416, '0-0', 'BLOB_UPLOAD_INVALID'])
    const length = await ask('PATCH', location, 'four', { 'content-range': '0-9' })
    expect([length.status, await code(length)]).toEqual([400, 'SIZE_INVALID'])
    await ask('PATCH', location, 'first', { 'content-range': '0-4' })
    const stale = await ask('PATCH', location, 'again', { 'content-range': '5-9' })
    expect([stale.status, stale.headers.get('range')]).toEqual([416, '0-4'])
  })

  it('refuses a digest that is not that of the bytes, and forgets the session', async () => {
    const { registry, ask, open } = client()
    const location = await open()
    const wrong = await ask('PUT', `${location}&digest=${digestOf('other')}`, 'bytes')
    expect([wrong.status, await code(wrong)]).toEqual([400, 'DIGEST_INVALID'])
    const gone = await ask('GET', location)
    expect([gone.status, await code(gone)]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
    expect(registry.openUploads).toBe(0)
  })

  it('takes a whole blob in one POST, an empty blob, and cancels a session', async () => {
    const { registry, ask, open, upload } = client()
    expect((await ask('POST', `/v2/a/blobs/uploads/?digest=${digestOf('one')}`, 'one')).status).toBe(201)
    expect((await upload('')).status).toBe(201)
    const location = await open()
    expect(registry.openUploads).toBe(1)
    expect((await ask('DELETE', location)).status).toBe(204)
    expect(registry.openUploads).toBe(0)
    expect((await ask('DELETE', location)).status).toBe(404)
  })

  it('tells blobs by HEAD, gives ranges of them, and deletes them', async () => {
    const { ask, upload } = client()
    await upload('0123456789')
    const url = `/v2/a/blobs/${digestOf('0123456789')}`
    const head = await ask('HEAD', url)
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
    const range = await ask('GET', url, null, { range: 'bytes=2-4' })
    expect([range.status, range.headers.get('content-range'), await range.text()]).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await (await ask('GET', url, null, { range: 'bytes=7-' })).text()).toBe('789')
    expect(await (await ask('GET', url, null, { range: 'bytes=-3' })).text()).toBe('789')
    expect(await (await ask('GET', url, null, { range: 'bytes=-30' })).text()).toBe('0123456789')
    for (const range of ['10-', '-0', '-', '3-2']) {
      expect((await ask('GET', url, null, { range: `bytes=${range}` })).status, range).toBe(416)
    }
    expect((await ask('HEAD', `/v2/b/blobs/${digestOf('0123456789')}`)).status).toBe(404)
    expect((await ask('DELETE', url)).status).toBe(202)
    expect((await ask('HEAD', url)).status).toBe(404)
  })

  it('mounts a blob of another repository, and opens a session where it has none', async () => {
    const { ask, upload } = client()
    await upload('layer', 'source')
    const mount = (from: string) => ask('POST', `/v2/target/blobs/uploads/?mount=${digestOf('layer')}&from=${from}`)
    expect((await mount('source')).status).toBe(201)
    expect((await ask('HEAD', `/v2/target/blobs/${digestOf('layer')}`)).status).toBe(200)
    expect((await mount('elsewhere')).status).toBe(202)
  })

  it('takes a manifest only when all that it names is there, with its size', async () => {
    const { ask, manifest, put } = client()
    const body = await manifest()
    const refused = async (changed: string, type?: string) => {
      const response = await put('v1', changed, type)
      return [response.status, await code(response)]
    }
    expect(await refused(body.replace(digestOf('layer'), digestOf('other')))).toEqual([400, 'MANIFEST_BLOB_UNKNOWN'])
    expect(await refused(body.replace('"size":5', '"size":999'))).toEqual([400, 'MANIFEST_INVALID'])
    expect(await refused(body, 'application/vnd.docker.distribution.manifest.v2+json')).toEqual([
      400,
      'MANIFEST_INVALID',
    ])
    expect(await refused('{')).toEqual([400, 'MANIFEST_INVALID'])
    expect(await refused('{}')).toEqual([400, 'MANIFEST_INVALID'])
    const byDigest = await put(digestOf('other'), body)
    expect([byDigest.status, await code(byDigest)]).toEqual([400, 'DIGEST_INVALID'])
    expect((await put('v1', ' '.repeat(5 * 2 ** 20))).status).toBe(413)
    expect((await put('v1', body)).status).toBe(201)
    const got = await ask('GET', '/v2/a/manifests/v1')
    expect([got.headers.get('content-type'), await got.text()]).toEqual([OCI_MANIFEST, body])
    expect((await ask('HEAD', `/v2/a/manifests/${digestOf(body)}`)).headers.get('content-length')).toBe(
      String(body.length),
    )
  })

  it('takes an index only when its manifests are there', async () => {
    const { manifest, put } = client()
    const body = await manifest()
    const type = 'application/vnd.oci.image.index.v1+json'
    const entry = { mediaType: OCI_MANIFEST, digest: digestOf(body), size: body.length }
    const index = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [entry] })
    expect(await code(await put('v1', index, type))).toBe('MANIFEST_BLOB_UNKNOWN')
    await put(digestOf(body), body)
    expect((await put('v1', index, type)).status).toBe(201)
  })

  it('lists what refers to a manifest, be that there or not', async () => {
    const { ask, put, manifest } = client()
    const text = await manifest()
    const about = (subject: string, rest: object = {}) => {
      const descriptor = { mediaType: OCI_MANIFEST, digest: digestOf(subject), size: subject.length }
      return JSON.stringify({ ...JSON.parse(text), subject: descriptor, ...rest })
    }
    const list = async (subject: string, query = '') => {
      const answer = await ask('GET', `/v2/a/referrers/${digestOf(subject)}${query}`)
      return [answer.status, answer.headers.get('oci-filters-applied'), (await answer.json()).manifests]
    }
    expect(await list(text)).toEqual([200, null, []])
    const annotations = { by: 'us' }
    const [image, artifact] = [about(text), about(text, { artifactType: 'text/x', annotations })]
    expect((await put('v1', text)).headers.get('oci-subject')).toBeNull()
    expect((await put('image', image)).headers.get('oci-subject')).toBe(digestOf(text))
    await put(digestOf(artifact), artifact)
    await put('other', about('that there is not'))
    const [ofImage, ofArtifact] = [image, artifact].map((it) => ({
      mediaType: OCI_MANIFEST,
      digest: digestOf(it),
      size: it.length,
    }))
    const described = { ...ofArtifact, artifactType: 'text/x', annotations }
    expect(await list(text)).toEqual([200, null, [{ ...ofImage, artifactType: 'x/y' }, described]])
    expect(await list(text, '?artifactType=text/x')).toEqual([200, 'artifactType', [described]])
    expect(await list('that there is not')).toMatchObject([200, null, [{}]])
    expect((await ask('GET', '/v2/a/referrers/v1')).status).toBe(400)
    expect((await ask('PUT', `/v2/a/referrers/${digestOf(text)}`)).status).toBe(405)
  })

  it('deletes a tag alone, and a manifest with its tags', async () => {
    const { ask, manifest, put } = client()
    const body = await manifest()
    for (const tag of ['v1', 'v2', 'v3']) await put(tag, body)
    const tags = async () => (await (await ask('GET', '/v2/a/tags/list')).json()).tags
    expect((await ask('DELETE', '/v2/a/manifests/v1')).status).toBe(202)
    expect(await tags()).toEqual(['v2', 'v3'])
    expect((await ask('DELETE', `/v2/a/manifests/${digestOf(body)}`)).status).toBe(202)
    expect(await tags()).toEqual([])
    expect((await ask('DELETE', `/v2/a/manifests/${digestOf(body)}`)).status).toBe(404)
    const old = client(createTestRegistry({ deletesTags: false }))
    await old.put('v1', await old.manifest())
    expect((await old.ask('DELETE', '/v2/a/manifests/v1')).status).toBe(400)
  })

  it('works with what pages on plain http have of crypto', async () => {
    const getRandomValues = crypto.getRandomValues.bind(crypto)
    vi.stubGlobal('crypto', { getRandomValues })
    try {
      const credentials = { username: 'ci', password: 'hunter2' }
      const guarded = createTestRegistry({ credentials, objectStorage: {} })
      const handle = openRegistry('http://registry.test', { fetch: guarded.fetch, credentials })
      await pushDockerTar(await createTestArchive(), handle, 'team/hello', 'v1')
      const { ask, upload } = client()
      await upload('hello world')
      const url = `/v2/a/blobs/${digestOf('hello world')}`
      expect((await ask('GET', url, null, { range: 'bytes=0-1,3-4' })).status).toBe(206)
      expect(await code(await guarded.fetch(new Request(`http://registry.test${url}`)))).toBe('UNAUTHORIZED')
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('lists in pages, with a Link to the next', async () => {
    const { ask, manifest, put } = client()
    const body = await manifest()
    for (const tag of ['c', 'a', 'b']) await put(tag, body)
    const first = await ask('GET', '/v2/a/tags/list?n=2')
    expect([(await first.json()).tags, first.headers.get('link')]).toEqual([
      ['a', 'b'],
      '</v2/a/tags/list?last=b&n=2>; rel="next"',
    ])
    const second = await ask('GET', '/v2/a/tags/list?last=b&n=2')
    expect([(await second.json()).tags, second.headers.get('link')]).toEqual([['c'], null])
    expect(await code(await ask('GET', '/v2/_catalog?n=1001'))).toBe('PAGINATION_NUMBER_INVALID')
    expect(await code(await ask('GET', '/v2/_catalog?n=x'))).toBe('PAGINATION_NUMBER_INVALID')
    expect(await (await ask('GET', '/v2/_catalog')).json()).toEqual({ repositories: ['a'] })
    expect((await ask('GET', '/v2/unknown/tags/list')).status).toBe(404)
  })

  it('answers pages of other origins', async () => {
    const { ask } = client()
    const preflight = await ask('OPTIONS', '/v2/a/blobs/uploads/')
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toMatch(/PATCH/)
    const ping = await ask('GET', '/v2/')
    expect(ping.headers.get('access-control-allow-origin')).toBe('*')
    expect(ping.headers.get('access-control-expose-headers')).toMatch(/Location/)
  })

  it('refuses names, digests, paths and methods that are none', async () => {
    const { ask, registry } = client()
    expect(await code(await ask('GET', '/v2/UPPER/tags/list'))).toBe('NAME_INVALID')
    expect(await code(await ask('GET', '/v2/a/blobs/sha256:12'))).toBe('DIGEST_INVALID')
    expect((await ask('GET', '/elsewhere')).status).toBe(404)
    expect((await ask('POST', '/v2/a/manifests/v1')).status).toBe(405)
    expect(registry.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'GET 400',
      'GET 400',
      'GET 404',
      'POST 405',
    ])
  })
})
