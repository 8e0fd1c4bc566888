import { describe, expect, it } from 'vitest'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { digestOfText, MANIFEST, OCI_MANIFEST, OCTETS, plainClient } from '../support/plain-client.ts'
import { putImage, putIndex } from '../support/put-image.ts'
import { refusal, standing, withProfile } from '../support/registry-profile.ts'

describe('createTestRegistry() with the profile distribution-2', () => {
  it('refuses a GET of an upload with an old state, so that a client that lost an answer cannot go on (distribution/distribution#3755)', async () => {
    const { open, patch, ask, registry } = withProfile('distribution-2')
    const location = await open()
    const answer = await patch(location, 0, 'hello')
    for (const method of ['GET', 'DELETE']) {
      const stale = await ask(method, location)
      expect([...refusal(stale), stale.range, stale.location]).toEqual([404, 'BLOB_UPLOAD_INVALID', null, null])
    }
    expect(refusal(await patch(location, 0, 'hello'))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
    // Only the answer's location will do.
    expect(standing(await ask('GET', answer.location ?? ''))).toEqual([204, '0-4'])
    expect(registry.openUploads).toBe(1)
  })

  it('ignores Content-Range, and finds a misplaced chunk only by the digest (distribution/distribution#3141)', async () => {
    const { open, patch, close, ask } = withProfile('distribution-2')
    const answer = await patch(await open(), 500, 'hello')
    expect(standing(answer)).toEqual([202, '0-4'])
    expect(refusal(await close(answer.location, 'other'))).toEqual([400, 'DIGEST_INVALID'])
    // Nothing was added, so the state holds.
    expect((await ask('GET', answer.location ?? '')).status).toBe(204)
    expect(refusal(await close(answer.location, 'otherwise', 5))).toEqual([400, 'DIGEST_INVALID'])
    expect(refusal(await ask('GET', answer.location ?? ''))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
  })

  it('answers with the Range 0-0 for no byte and for one byte', async () => {
    const { open, patch, ask } = withProfile('distribution-2')
    const location = await open()
    expect(standing(await ask('GET', location))).toEqual([204, '0-0'])
    expect(standing(await patch(location, 0, 'x'))).toEqual([202, '0-0'])
  })

  it('fails when a chunk has another Content-Type, and not when the closing PUT has', async () => {
    const { open, ask } = withProfile('distribution-2')
    const location = await open()
    const tar = { 'content-type': 'application/x-tar' }
    expect(refusal(await ask('PATCH', location, 'hello', tar))).toEqual([500, 'UNKNOWN'])
    const url = `${location}&digest=${digestOfText('hello')}`
    expect((await ask('PUT', url, 'hello', tar)).status).toBe(201)
  })

  it('drops the blob of a single POST (distribution/distribution#3230)', async () => {
    const { ask, close, registry } = withProfile('distribution-2')
    const posted = await ask('POST', `/v2/a/blobs/uploads/?digest=${digestOfText('one')}`, 'one', OCTETS)
    expect(standing(posted)).toEqual([202, '0-0'])
    expect((await close(posted.location, 'one', 0)).status).toBe(201)
    expect(registry.bodyBytes).toBe(6)
  })

  it('answers with a manifest only when the client accepts its type, or with another manifest', async () => {
    const served = await serveTestRegistry({ profile: 'distribution-2' })
    const { ask } = plainClient(fetch, served.url)
    const repository = new URL('/v2/a', served.url).href
    const oci = await putImage(repository, 'oci', 'oci')
    await putImage(repository, 'docker', 'docker')
    await putIndex(repository, 'mixed', 'docker', oci)
    const get = (tag: string, accept: string) => ask('GET', `/v2/a/manifests/${tag}`, null, { accept })
    expect(refusal(await get('oci', '*/*'))).toEqual([404, 'MANIFEST_UNKNOWN'])
    expect((await get('docker', '*/*')).headers.get('content-type')).toMatch(/manifest\.v1\+prettyjws$/)
    expect((await get('mixed', OCI_MANIFEST)).headers.get('docker-content-digest')).toBe(oci.digest)
    await served.close()
  })

  it('deletes no tag (distribution/distribution#3174), and lists all tags at once, with null when there are none (#1936)', async () => {
    const { ask, putImage } = withProfile('distribution-2', { pageSize: 1 })
    for (const tag of ['v1', 'v2', 'v3']) await putImage(tag)
    expect(refusal(await ask('DELETE', '/v2/a/manifests/v1'))).toEqual([400, 'DIGEST_INVALID'])
    const listed = await ask('GET', '/v2/a/tags/list?n=2')
    expect([JSON.parse(listed.text).tags, listed.headers.get('link')]).toEqual([['v1', 'v2', 'v3'], null])
    await ask('DELETE', `/v2/a/manifests/${digestOfText(MANIFEST)}`)
    expect(JSON.parse((await ask('GET', '/v2/a/tags/list')).text)).toEqual({ name: 'a', tags: null })
    expect(refusal(await ask('GET', '/v2/_catalog?n=1001'))).toEqual([400, 'PAGINATION_NUMBER_INVALID'])
  })
})

describe('createTestRegistry() with the profile harbor', () => {
  it('refuses a GET of an upload with an old state, as distribution 2 does (goharbor/harbor#23001)', async () => {
    const { open, patch, ask } = withProfile('harbor')
    const location = await open()
    await patch(location, 0, 'hello')
    expect(refusal(await ask('GET', location))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
  })
})

describe('createTestRegistry() with the profile distribution-3', () => {
  it('reports the bytes of an upload at any of its locations (distribution/distribution#3755)', async () => {
    const { open, patch, ask, close } = withProfile('distribution-3')
    const location = await open()
    await patch(location, 0, 'hello')
    const stale = await patch(location, 5, '!')
    expect([...refusal(stale), stale.range, stale.location]).toEqual([416, 'RANGE_INVALID', null, null])
    const status = await ask('GET', location.replace(/\?.*/, ''))
    expect(standing(status)).toEqual([204, '0-4'])
    expect((await close(status.location, 'hello!', 5)).status).toBe(201)
  })

  it('compares the Content-Range of a chunk and of the closing PUT', async () => {
    const { open, patch, ask, close } = withProfile('distribution-3')
    const { location } = await patch(await open(), 0, 'hello')
    expect(refusal(await patch(location, 6, '!'))).toEqual([416, 'RANGE_INVALID'])
    const wrongLength = await ask('PATCH', location ?? '', '!', { ...OCTETS, 'content-range': '5-9' })
    expect(refusal(wrongLength)).toEqual([400, 'SIZE_INVALID'])
    const noRange = await ask('PATCH', location ?? '', '!', { ...OCTETS, 'content-range': 'bytes 5-5/6' })
    expect(refusal(noRange)).toEqual([500, 'UNKNOWN'])
    const put = (range: string) =>
      ask('PUT', `${location}&digest=${digestOfText('hello!')}`, '!', { 'content-range': range })
    expect(refusal(await put('900-900'))).toEqual([416, 'RANGE_INVALID'])
    expect((await put('5-5')).status).toBe(201)
    expect((await close(await open(), '')).status).toBe(201)
  })

  it('keeps an upload when its digest is wrong', async () => {
    const { open, patch, ask, close } = withProfile('distribution-3')
    const { location } = await patch(await open(), 0, 'hello')
    expect(refusal(await close(location, 'other'))).toEqual([400, 'DIGEST_INVALID'])
    expect(standing(await ask('GET', location ?? ''))).toEqual([204, '0-4'])
  })

  it('deletes a tag', async () => {
    const { ask, putImage } = withProfile('distribution-3')
    await putImage('v1')
    expect((await ask('DELETE', '/v2/a/manifests/v1')).status).toBe(202)
  })

  it('links a page of tags to a next page, also when that page is empty', async () => {
    const { ask, putImage } = withProfile('distribution-3')
    for (const tag of ['v1', 'v2']) await putImage(tag)
    const page = async (query: string) => {
      const answer = await ask('GET', `/v2/a/tags/list?${query}`)
      return [JSON.parse(answer.text).tags, answer.headers.has('link')]
    }
    expect(await page('n=2')).toEqual([['v1', 'v2'], true])
    expect(await page('n=2&last=v2')).toEqual([[], false])
    expect(await page('n=3')).toEqual([['v1', 'v2'], false])
  })
})
