import { describe, expect, it } from 'vitest'
import { createTestRegistry } from '../../src/testing/index.ts'
import { digestOfText, plainClient } from '../support/plain-client.ts'
import { bytes, refusal, scale, standing, withProfile } from '../support/registry-profile.ts'

describe('createTestRegistry() with the profile ecr', () => {
  it('answers chunks with 201 (openai/tart#273) and with a Range that does not grow (aws/containers-roadmap#2831)', async () => {
    const { open, patch, close } = withProfile('ecr', { scale })
    const blob = [bytes(5120, 'a'), bytes(5120, 'b'), 'c'].join('')
    const location = await open()
    expect(location).not.toContain('?')
    expect(standing(await patch(location, 0, bytes(5120, 'a')))).toEqual([201, '0-5119'])
    expect(standing(await patch(location, 5120, bytes(5120, 'b')))).toEqual([201, '0-5119'])
    expect((await close(location, blob, 10_240)).status).toBe(201)
  })

  it('refuses a chunk that begins at the end of its Range (apple/containerization#790)', async () => {
    const { open, patch } = withProfile('ecr', { scale })
    const location = await open()
    await patch(location, 0, bytes(5120))
    const again = await patch(location, 0, bytes(5120))
    expect([...refusal(again), again.range, again.location]).toEqual([416, 'BLOB_UPLOAD_INVALID', null, null])
    expect(again.text).toContain('First byte of the layer part is 0 instead of 5120')
  })

  it('refuses a chunk that is too small only at the end of the upload (dotnet/sdk-container-builds#424)', async () => {
    const { open, patch, close, ask, registry } = withProfile('ecr', { scale })
    expect((await ask('POST', '/v2/a/blobs/uploads/')).headers.get('oci-chunk-min-length')).toBeNull()
    const location = await open()
    expect((await patch(location, 0, bytes(5119))).status).toBe(201)
    const closed = await close(location, bytes(5200), 5119)
    expect(refusal(closed)).toEqual([400, 'BLOB_UPLOAD_INVALID'])
    expect(closed.text).toContain('at least 5MB')
    expect(registry.openUploads).toBe(1)
  })

  it('fails when the closing PUT after chunks is empty (openai/tart#159), and not when the blob is empty', async () => {
    const { open, patch, close, ask } = withProfile('ecr', { scale })
    const location = await open()
    await patch(location, 0, bytes(5120))
    const closed = await close(location, bytes(5120))
    expect([closed.status, closed.text]).toEqual([500, ''])
    expect((await close(await open(), '')).status).toBe(201)
    // As docker pushes: one chunk without a range.
    const streamed = await open()
    expect((await ask('PATCH', streamed, 'streamed')).status).toBe(201)
    expect((await close(streamed, 'streamed')).status).toBe(201)
  })

  it('answers no GET of an upload (dotnet/sdk#33019), and refuses a page of more than 1000 entries (google/go-containerregistry#681)', async () => {
    const { open, ask, putImage } = withProfile('ecr')
    expect(refusal(await ask('GET', await open()))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
    await putImage('v1')
    for (const list of ['/v2/a/tags/list', '/v2/_catalog']) {
      const refused = await ask('GET', `${list}?n=1001`)
      expect(refusal(refused)).toEqual([405, 'UNSUPPORTED'])
      expect(refused.text).toContain('less than or equal to 1000')
      expect((await ask('GET', `${list}?n=1000`)).status).toBe(200)
    }
  })
})

describe('createTestRegistry() with the profile ghcr', () => {
  it('takes at most 4 MiB in a request with a Content-Range (oras-project/rust-oci-client#35, openai/tart#179)', async () => {
    const { open, patch, close, ask } = withProfile('ghcr', { scale })
    const location = await open()
    const large = await patch(location, 0, bytes(4097))
    expect([...refusal(large), large.range]).toEqual([416, 'REQUESTED_RANGE_NOT_SATISFIABLE', null])
    expect(large.text).toContain('request body is too large and exceeds the maximum permissible limit of 4.00KiB')
    const put = `${location}&digest=${digestOfText(bytes(5000))}`
    expect((await ask('PUT', put, bytes(5000), { 'content-range': '0-4999' })).status).toBe(416)
    const chunk = await patch(location, 0, bytes(4096))
    expect((await close(chunk.location, bytes(4097), 4096)).status).toBe(201)
    expect((await close(await open(), bytes(50_000), 0)).status).toBe(201)
  })

  it('names a limit of 4.00MiB when there is no scale', async () => {
    const { open, patch } = withProfile('ghcr')
    expect((await patch(await open(), 0, bytes(4 * 2 ** 20 + 1))).text).toContain('4.00MiB')
  })
})

describe('createTestRegistry() with the profile gar', () => {
  it('takes no chunks (dotnet/sdk-container-builds#287, kitops-ml/kitops#777)', async () => {
    const { open, patch, close } = withProfile('gar')
    const location = await open()
    expect(refusal(await patch(location, 0, 'hello'))).toEqual([405, 'UNSUPPORTED'])
    expect((await close(location, 'hello', 0)).status).toBe(201)
  })

  it('takes a whole blob by PATCH, as docker and crane send it', async () => {
    const { open, ask } = withProfile('gar')
    expect((await ask('PATCH', await open(), 'hello')).status).toBe(202)
  })
})

describe('createTestRegistry() with the profile acr', () => {
  it('refuses a Content-Range in the form of RFC 9110 (dotnet/sdk-container-builds#258)', async () => {
    const { open, ask } = withProfile('acr')
    const refused = await ask('PATCH', await open(), 'hello', { 'content-range': 'bytes 0-4/*' })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('the Content-Range header format is invalid')
  })

  it('resumes no upload (Azure/azure-sdk-for-js#25448)', async () => {
    const { open, patch, ask } = withProfile('acr')
    const location = await open()
    await patch(location, 0, 'hello')
    expect(refusal(await patch(location, 0, 'hello'))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
    expect(refusal(await ask('GET', location))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
  })
})

describe('createTestRegistry() with the profile cloudflare', () => {
  it('states how large a chunk may be (opencontainers/distribution-spec#485)', async () => {
    const opened = await withProfile('cloudflare').ask('POST', '/v2/a/blobs/uploads/')
    const told = (name: string) => opened.headers.get(`oci-chunk-${name}-length`)
    expect([opened.range, told('min'), told('max')]).toEqual(['0-0', '5242880', '100000000'])
  })

  it('refuses a chunk after a small one, and a chunk that is larger than the first', async () => {
    const { open, patch } = withProfile('cloudflare', { scale })
    const small = await patch(await open(), 0, bytes(5119))
    const after = await patch(small.location, 5119, bytes(5119))
    expect([...refusal(after), after.range]).toEqual([416, 'RANGE_ERROR', '0-5118'])
    const first = await patch(await open(), 0, bytes(5120))
    expect(refusal(await patch(first.location, 5120, bytes(5121)))).toEqual([416, 'RANGE_ERROR'])
    const last = await patch(first.location, 5120, bytes(100))
    expect(standing(last)).toEqual([202, '0-5219'])
  })

  it('refuses a body above its maximum with a web page (cloudflare/serverless-registry#67)', async () => {
    const { open, close } = withProfile('cloudflare', { scale })
    const refused = await close(await open(), bytes(97_657), 0)
    expect([refused.status, refused.headers.get('content-type')]).toEqual([413, 'text/html'])
  })

  it('drops the bytes of a closing PUT after chunks (cloudflare/serverless-registry#138)', async () => {
    const { open, patch, close } = withProfile('cloudflare', { scale })
    const blob = `${bytes(5120)}the end`
    const first = await patch(await open(), 0, bytes(5120))
    expect(refusal(await close(first.location, blob, 5120))).toEqual([500, 'INTERNAL_ERROR'])
    const again = await patch(await open(), 0, bytes(5120))
    const last = await patch(again.location, 5120, 'the end')
    expect((await close(last.location, blob)).status).toBe(201)
    expect(refusal(await close(await open(), ''))).toEqual([500, 'INTERNAL_ERROR'])
  })

  it('answers with the Range 0--1 for no byte (opencontainers/distribution-spec#577), and refuses the Range of one byte', async () => {
    const { open, patch, ask } = withProfile('cloudflare')
    const location = await open()
    expect(standing(await ask('GET', location))).toEqual([204, '0--1'])
    expect(refusal(await patch(location, 0, 'x'))).toEqual([416, 'RANGE_ERROR'])
    expect((await ask('PATCH', location, 'x')).status).toBe(202)
  })

  it('reports the bytes and the location of an upload when a chunk is sent again', async () => {
    const { open, patch } = withProfile('cloudflare')
    const location = await open()
    const answer = await patch(location, 0, 'hello')
    const stale = await patch(location, 0, 'hello')
    expect([...refusal(stale), stale.range, stale.location]).toEqual([416, 'RANGE_ERROR', '0-4', answer.location])
  })

  it('links every page of its catalog to a next page, without < and > and without the port', async () => {
    const registry = createTestRegistry({ profile: 'cloudflare' })
    const { ask, putImage } = plainClient(registry.fetch, 'http://registry.test:5000')
    for (const name of ['a', 'b', 'c']) await putImage('v1', name)
    const page = async (query: string) => {
      const answer = await ask('GET', `/v2/_catalog${query}`)
      return [JSON.parse(answer.text).repositories, answer.headers.get('link')]
    }
    const next = (query: string) => `http://registry.test/v2/_catalog?${query}; rel=next`
    expect(await page('?n=2')).toEqual([['a', 'b'], next('n=2&last=b')])
    expect(await page('?n=2&last=b')).toEqual([['c'], next('n=2&last=c')])
    expect(await page('?n=2&last=c')).toEqual([[], next('n=2&last=')])
  })
})
