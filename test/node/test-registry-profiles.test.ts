import { describe, expect, it } from 'vitest'
import { createTestRegistry, type RegistryProfile, type TestRegistryOptions } from '../../src/testing/index.ts'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { digestOfText, MANIFEST, OCI_MANIFEST, OCTETS, plainClient, type Seen } from '../support/plain-client.ts'
import { putImage, putIndex } from '../support/put-image.ts'

const withProfile = (profile: RegistryProfile, options: TestRegistryOptions = {}) => {
  const registry = createTestRegistry({ profile, ...options })
  return { registry, ...plainClient(registry.fetch) }
}
const refusal = ({ status, code }: Seen) => [status, code]
const standing = ({ status, range }: Seen) => [status, range]
/** What 5 MiB and 4 MiB are with this scale: 5,120 and 4,096 bytes. */
const scale = 1024
const bytes = (length: number, letter = 'x') => letter.repeat(length)

const ALL: readonly RegistryProfile[] = [
  'distribution-2',
  'distribution-3',
  'ecr',
  'ghcr',
  'gar',
  'acr',
  'harbor',
  'quay',
  'nexus',
  'artifactory',
  'hub',
  'cloudflare',
  'zot',
]

describe('createTestRegistry() with any profile', () => {
  it.each(ALL)('%s takes a whole blob in one PUT, and an image', async (profile) => {
    const { open, close, putImage, ask } = withProfile(profile)
    expect((await close(await open(), bytes(6_000_000), 0)).status).toBe(201)
    expect((await putImage('v1')).status).toBe(201)
    expect((await ask('GET', '/v2/a/manifests/v1', null, { accept: OCI_MANIFEST })).text).toBe(MANIFEST)
  })

  it.each(ALL)('%s says whether it takes many tags at once', async (profile) => {
    const { putImage, ask } = withProfile(profile)
    const put = await putImage(`${digestOfText(MANIFEST)}?tag=v1&tag=latest`)
    const listed = JSON.parse((await ask('GET', '/v2/a/tags/list')).text).tags ?? []
    const isTaken = profile === 'zot'
    expect([put.status, put.headers.get('oci-tag')]).toEqual([201, isTaken ? 'v1, latest' : null])
    expect(listed).toEqual(isTaken ? ['latest', 'v1'] : [])
  })

  it('refuses a profile that there is not, and a scale that is none', () => {
    expect(() => createTestRegistry({ profile: 'pulp' as never })).toThrow(
      /the profile "pulp" is unknown; the profiles are distribution-2,/,
    )
    expect(() => createTestRegistry({ scale: 0 })).toThrow(RangeError)
  })

  it('goes by an option rather than by the profile', async () => {
    const { putImage, ask, open } = withProfile('distribution-2', { deletesTags: true, minChunkLength: 7 })
    await putImage('v1')
    expect((await ask('DELETE', '/v2/a/manifests/v1')).status).toBe(202)
    expect((await ask('POST', '/v2/a/blobs/uploads/')).headers.get('oci-chunk-min-length')).toBe('7')
    expect(await open()).toContain('_state=0')
  })
})

describe('createTestRegistry() without a profile', () => {
  it('sets the tags of a PUT by digest and tells them, opencontainers/distribution-spec#600', async () => {
    const { putImage, ask } = plainClient(createTestRegistry().fetch)
    const digest = digestOfText(MANIFEST)
    const put = await putImage(`${digest}?tag=v1&tag=latest`)
    expect([put.status, put.headers.get('oci-tag')]).toEqual([201, 'v1, latest'])
    expect(JSON.parse((await ask('GET', '/v2/a/tags/list')).text).tags).toEqual(['latest', 'v1'])
    expect((await putImage(digest)).headers.get('oci-tag')).toBeNull()
    expect((await putImage(`${digest}?tag=v2&tag=-`)).status).toBe(400)
    expect((await ask('HEAD', '/v2/a/manifests/v2')).status).toBe(404)
    // Only by digest.
    expect((await putImage('v3?tag=v4')).headers.get('oci-tag')).toBeNull()
    expect((await ask('HEAD', '/v2/a/manifests/v4')).status).toBe(404)
  })

  it('takes a small chunk only as the last one', async () => {
    const registry = createTestRegistry({ minChunkLength: 5 })
    const { open, patch, close } = plainClient(registry.fetch)
    const small = await patch((await patch(await open(), 0, 'hello')).location, 5, '!')
    expect(small.status).toBe(202)
    expect((await close(small.location, 'hello!')).status).toBe(201)
    const first = await patch(await open(), 0, 'tiny')
    expect(refusal(await patch(first.location, 4, ' is no'))).toEqual([400, 'SIZE_INVALID'])
    expect(registry.openUploads).toBe(0)
  })

  it('counts the bytes of uploads, also of those that it refuses', async () => {
    const registry = createTestRegistry()
    const { open, patch, putImage } = plainClient(registry.fetch)
    await patch(await open(), 9, 'late')
    expect(registry.bodyBytes).toBe(4)
    await putImage('v1')
    expect(registry.bodyBytes).toBe(4 + 'configlayer'.length)
  })
})

describe('distribution 2', () => {
  it('compares the state even with GET: whoever lost an answer is lost, distribution/distribution#3755', async () => {
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

  it('ignores Content-Range, so that a misplaced chunk is a wrong digest, distribution/distribution#3141', async () => {
    const { open, patch, close, ask } = withProfile('distribution-2')
    const answer = await patch(await open(), 500, 'hello')
    expect(standing(answer)).toEqual([202, '0-4'])
    expect(refusal(await close(answer.location, 'other'))).toEqual([400, 'DIGEST_INVALID'])
    // Nothing was added, so the state holds.
    expect((await ask('GET', answer.location ?? '')).status).toBe(204)
    expect(refusal(await close(answer.location, 'otherwise', 5))).toEqual([400, 'DIGEST_INVALID'])
    expect(refusal(await ask('GET', answer.location ?? ''))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
  })

  it('tells 0-0 of nothing and of one byte alike', async () => {
    const { open, patch, ask } = withProfile('distribution-2')
    const location = await open()
    expect(standing(await ask('GET', location))).toEqual([204, '0-0'])
    expect(standing(await patch(location, 0, 'x'))).toEqual([202, '0-0'])
  })

  it('fails at a chunk of another Content-Type, and at no other body', async () => {
    const { open, ask } = withProfile('distribution-2')
    const location = await open()
    const tar = { 'content-type': 'application/x-tar' }
    expect(refusal(await ask('PATCH', location, 'hello', tar))).toEqual([500, 'UNKNOWN'])
    const url = `${location}&digest=${digestOfText('hello')}`
    expect((await ask('PUT', url, 'hello', tar)).status).toBe(201)
  })

  it('drops the blob of a single POST, distribution/distribution#3230', async () => {
    const { ask, close, registry } = withProfile('distribution-2')
    const posted = await ask('POST', `/v2/a/blobs/uploads/?digest=${digestOfText('one')}`, 'one', OCTETS)
    expect(standing(posted)).toEqual([202, '0-0'])
    expect((await close(posted.location, 'one', 0)).status).toBe(201)
    expect(registry.bodyBytes).toBe(6)
  })

  it('answers a manifest only if its type is accepted, or as another one', async () => {
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

  it('deletes no tag, distribution/distribution#3174, and lists all at once, null for none, #1936', async () => {
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

describe('distribution 3', () => {
  it('tells by GET where it stands, from any location, distribution/distribution#3755', async () => {
    const { open, patch, ask, close } = withProfile('distribution-3')
    const location = await open()
    await patch(location, 0, 'hello')
    const stale = await patch(location, 5, '!')
    expect([...refusal(stale), stale.range, stale.location]).toEqual([416, 'RANGE_INVALID', null, null])
    const status = await ask('GET', location.replace(/\?.*/, ''))
    expect(standing(status)).toEqual([204, '0-4'])
    expect((await close(status.location, 'hello!', 5)).status).toBe(201)
  })

  it('compares Content-Range with a chunk, and with the closing PUT', async () => {
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

  it('keeps an upload whose digest was wrong', async () => {
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

  it('links a page of tags to a next one also where that is empty', async () => {
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

describe('ecr', () => {
  it('answers chunks with 201, openai/tart#273, and a Range that stands still, aws/containers-roadmap#2831', async () => {
    const { open, patch, close } = withProfile('ecr', { scale })
    const blob = [bytes(5120, 'a'), bytes(5120, 'b'), 'c'].join('')
    const location = await open()
    expect(location).not.toContain('?')
    expect(standing(await patch(location, 0, bytes(5120, 'a')))).toEqual([201, '0-5119'])
    expect(standing(await patch(location, 5120, bytes(5120, 'b')))).toEqual([201, '0-5119'])
    expect((await close(location, blob, 10_240)).status).toBe(201)
  })

  it('refuses a chunk that begins where Range said, apple/containerization#790', async () => {
    const { open, patch } = withProfile('ecr', { scale })
    const location = await open()
    await patch(location, 0, bytes(5120))
    const again = await patch(location, 0, bytes(5120))
    expect([...refusal(again), again.range, again.location]).toEqual([416, 'BLOB_UPLOAD_INVALID', null, null])
    expect(again.text).toContain('First byte of the layer part is 0 instead of 5120')
  })

  it('finds out at the end that a chunk was too small, dotnet/sdk-container-builds#424', async () => {
    const { open, patch, close, ask, registry } = withProfile('ecr', { scale })
    expect((await ask('POST', '/v2/a/blobs/uploads/')).headers.get('oci-chunk-min-length')).toBeNull()
    const location = await open()
    expect((await patch(location, 0, bytes(5119))).status).toBe(201)
    const closed = await close(location, bytes(5200), 5119)
    expect(refusal(closed)).toEqual([400, 'BLOB_UPLOAD_INVALID'])
    expect(closed.text).toContain('at least 5MB')
    expect(registry.openUploads).toBe(1)
  })

  it('fails at an empty closing PUT after chunks, openai/tart#159, and not at an empty blob', async () => {
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

  it('tells no status, dotnet/sdk#33019, and refuses more than 1000 of a list, google/go-containerregistry#681', async () => {
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

describe('ghcr', () => {
  it('takes no more than 4 MiB with a Content-Range, oras-project/rust-oci-client#35, openai/tart#179', async () => {
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

  it('says 4.00MiB in its own size', async () => {
    const { open, patch } = withProfile('ghcr')
    expect((await patch(await open(), 0, bytes(4 * 2 ** 20 + 1))).text).toContain('4.00MiB')
  })
})

describe('gar', () => {
  it('takes no chunks at all, dotnet/sdk-container-builds#287, kitops-ml/kitops#777', async () => {
    const { open, patch, close } = withProfile('gar')
    const location = await open()
    expect(refusal(await patch(location, 0, 'hello'))).toEqual([405, 'UNSUPPORTED'])
    expect((await close(location, 'hello', 0)).status).toBe(201)
  })
})

describe('acr', () => {
  it('refuses a Content-Range in the form of RFC 9110, dotnet/sdk-container-builds#258', async () => {
    const { open, ask } = withProfile('acr')
    const refused = await ask('PATCH', await open(), 'hello', { 'content-range': 'bytes 0-4/*' })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('the Content-Range header format is invalid')
  })

  it('resumes no upload, Azure/azure-sdk-for-js#25448', async () => {
    const { open, patch, ask } = withProfile('acr')
    const location = await open()
    await patch(location, 0, 'hello')
    expect(refusal(await patch(location, 0, 'hello'))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
    expect(refusal(await ask('GET', location))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
  })
})

describe('mounts', () => {
  const mount = (query: string) => `/v2/b/blobs/uploads/?mount=${digestOfText('layer')}${query}`

  it.each<[RegistryProfile, string, string, number, string]>([
    ['quay', 'GoogleContainerTools/jib#703', '', 400, 'INVALID_REQUEST'],
    ['hub', 'google/go-containerregistry#1741', '&from=a&origin=gcr.io', 401, 'UNAUTHORIZED'],
    ['harbor', 'goharbor/harbor#17097', '&from=nowhere', 401, 'UNAUTHORIZED'],
  ])('%s refuses some, and opens no upload, %s', async (profile, _, query, status, code) => {
    const { ask, putImage, registry } = withProfile(profile)
    await putImage('v1')
    expect(refusal(await ask('POST', mount(query)))).toEqual([status, code])
    expect(registry.openUploads).toBe(0)
    expect((await ask('POST', mount('&from=a'))).status).toBe(201)
  })

  it('harbor is distribution 2 otherwise, goharbor/harbor#23001', async () => {
    const { open, patch, ask } = withProfile('harbor')
    const location = await open()
    await patch(location, 0, 'hello')
    expect(refusal(await ask('GET', location))).toEqual([404, 'BLOB_UPLOAD_INVALID'])
  })
})

describe('cloudflare', () => {
  it('tells how large a chunk may be, opencontainers/distribution-spec#485', async () => {
    const opened = await withProfile('cloudflare').ask('POST', '/v2/a/blobs/uploads/')
    const told = (name: string) => opened.headers.get(`oci-chunk-${name}-length`)
    expect([opened.range, told('min'), told('max')]).toEqual(['0-0', '5242880', '100000000'])
  })

  it('refuses a chunk after a small one, and one unlike the first', async () => {
    const { open, patch } = withProfile('cloudflare', { scale })
    const small = await patch(await open(), 0, bytes(5119))
    const after = await patch(small.location, 5119, bytes(5119))
    expect([...refusal(after), after.range]).toEqual([416, 'RANGE_ERROR', '0-5118'])
    const first = await patch(await open(), 0, bytes(5120))
    expect(refusal(await patch(first.location, 5120, bytes(5121)))).toEqual([416, 'RANGE_ERROR'])
    const last = await patch(first.location, 5120, bytes(100))
    expect(standing(last)).toEqual([202, '0-5219'])
  })

  it('lets nothing larger than its maximum through, cloudflare/serverless-registry#67', async () => {
    const { open, close } = withProfile('cloudflare', { scale })
    const refused = await close(await open(), bytes(97_657), 0)
    expect([refused.status, refused.headers.get('content-type')]).toEqual([413, 'text/html'])
  })

  it('drops what a closing PUT brings after chunks, cloudflare/serverless-registry#138', async () => {
    const { open, patch, close } = withProfile('cloudflare', { scale })
    const blob = `${bytes(5120)}the end`
    const first = await patch(await open(), 0, bytes(5120))
    expect(refusal(await close(first.location, blob, 5120))).toEqual([500, 'INTERNAL_ERROR'])
    const again = await patch(await open(), 0, bytes(5120))
    const last = await patch(again.location, 5120, 'the end')
    expect((await close(last.location, blob)).status).toBe(201)
    expect(refusal(await close(await open(), ''))).toEqual([500, 'INTERNAL_ERROR'])
  })

  it('tells 0--1 of nothing, opencontainers/distribution-spec#577, and takes no range of one byte', async () => {
    const { open, patch, ask } = withProfile('cloudflare')
    const location = await open()
    expect(standing(await ask('GET', location))).toEqual([204, '0--1'])
    expect(refusal(await patch(location, 0, 'x'))).toEqual([416, 'RANGE_ERROR'])
    expect((await ask('PATCH', location, 'x')).status).toBe(202)
  })

  it('tells a lost client where it stands', async () => {
    const { open, patch } = withProfile('cloudflare')
    const location = await open()
    const answer = await patch(location, 0, 'hello')
    const stale = await patch(location, 0, 'hello')
    expect([...refusal(stale), stale.range, stale.location]).toEqual([416, 'RANGE_ERROR', '0-4', answer.location])
  })

  it('links every page of its catalog to a next one, without < and > and port', async () => {
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

describe('zot', () => {
  it('has locations without a query, and tells 0--1 of nothing, opencontainers/distribution-spec#578', async () => {
    const { open, patch, ask, close } = withProfile('zot')
    const location = await open()
    expect(location).not.toContain('?')
    expect(standing(await ask('GET', location))).toEqual([204, '0--1'])
    await patch(location, 0, 'hello')
    const gap = await patch(location, 9, '!')
    expect([...refusal(gap), gap.range]).toEqual([416, 'BLOB_UPLOAD_INVALID', null])
    expect((await close(location, 'hello!', 5)).status).toBe(201)
  })

  it('links pages of tags without < and >, and gives all again if `n` is no smaller than their number', async () => {
    const { ask, putImage } = withProfile('zot')
    for (const tag of ['a', 'b', 'c']) await putImage(tag)
    const page = async (query: string) => {
      const answer = await ask('GET', `/v2/a/tags/list${query}`)
      return [JSON.parse(answer.text).tags, answer.headers.get('link')]
    }
    expect(await page('?n=2')).toEqual([['a', 'b'], '/v2/a/tags/list?last=b&n=2; rel="next"'])
    expect(await page('?n=2&last=b')).toEqual([['c'], null])
    expect(await page('?n=3&last=c')).toEqual([['a', 'b', 'c'], null])
  })

  it('answers a chunk with that chunk alone, regclient/regclient#961, and tells all by GET', async () => {
    const { open, patch, ask } = withProfile('zot')
    const location = await open()
    await patch(location, 0, 'hello')
    expect(standing(await patch(location, 5, ', all'))).toEqual([202, '0-4'])
    expect(standing(await ask('GET', location))).toEqual([204, '0-9'])
  })

  it('takes no manifest of Docker media types, project-zot/zot#724', async () => {
    const { ask } = withProfile('zot')
    const type = { 'content-type': 'application/vnd.docker.distribution.manifest.v2+json' }
    expect(refusal(await ask('PUT', '/v2/a/manifests/v1', MANIFEST, type))).toEqual([415, 'MANIFEST_INVALID'])
  })

  it('takes many tags at once, project-zot/zot#3885', async () => {
    const { ask, putImage } = withProfile('zot')
    await putImage('first')
    const url = `/v2/a/manifests/${digestOfText(MANIFEST)}?tag=v1&tag=v2`
    const put = await ask('PUT', url, MANIFEST, { 'content-type': OCI_MANIFEST })
    expect(put.headers.get('oci-tag')).toBe('v1, v2')
  })
})

describe('lists', () => {
  it.each<[RegistryProfile, string, string, string | null]>([
    ['nexus', 'sonatype/nexus-public#117', '/v2/team/app/tags/list', null],
    ['nexus', 'sonatype/nexus-public#1011', '/v2/_catalog', '<http://registry:5000/repository/docker/v2/_catalog?'],
    ['artifactory', 'RTFACT-18971', '/v2/team/app/tags/list', '</v2/app/tags/list?'],
    ['artifactory', 'a name of one part', '/v2/app/tags/list', '</v2/app/tags/list?'],
    ['quay', 'as the spec has it', '/v2/team/app/tags/list', '</v2/team/app/tags/list?'],
  ])('of %s have their own Link, %s', async (profile, _, path, link) => {
    const { ask, putImage } = withProfile(profile)
    for (const repository of ['team/app', 'app']) for (const tag of ['a', 'b']) await putImage(tag, repository)
    const listed = await ask('GET', `${path}?n=1`)
    const last = path.endsWith('_catalog') ? 'app' : 'a'
    expect(listed.headers.get('link')).toBe(link && `${link}last=${last}&n=1>; rel="next"`)
    const next = JSON.parse((await ask('GET', `${path}?n=1&last=${last}`)).text)
    expect(next.tags ?? next.repositories).toEqual([path.endsWith('_catalog') ? 'team/app' : 'b'])
  })
})

describe('nexus', () => {
  it('answers HEAD of a manifest with 404, andrey-pohilko/registry-cli#14, and GET with the manifest', async () => {
    const { ask, putImage } = withProfile('nexus')
    await putImage('v1')
    for (const reference of ['v1', digestOfText(MANIFEST)]) {
      expect((await ask('HEAD', `/v2/a/manifests/${reference}`)).status).toBe(404)
      expect((await ask('GET', `/v2/a/manifests/${reference}`)).text).toBe(MANIFEST)
    }
  })

  it('deletes no tag, regclient/regclient#258, and a manifest with its tags', async () => {
    const { ask, putImage } = withProfile('nexus')
    await putImage('v1')
    expect(refusal(await ask('DELETE', '/v2/a/manifests/v1'))).toEqual([404, 'MANIFEST_UNKNOWN'])
    expect((await ask('DELETE', `/v2/a/manifests/${digestOfText(MANIFEST)}`)).status).toBe(202)
    expect((await ask('GET', '/v2/a/manifests/v1')).status).toBe(404)
  })
})

describe('quay', () => {
  const html = 'text/html; charset=utf-8'

  it('gives html as the type of what has none, GoogleContainerTools/jib#1986', async () => {
    const { ask, open, patch, close, putImage } = withProfile('quay')
    const root = await ask('GET', '/v2/')
    expect([root.text, root.headers.get('content-type')]).toEqual(['true', html])
    const location = await open()
    const answers = [await patch(location, 0, 'hello'), await close(location, 'hello'), await putImage('v1')]
    expect(answers.map(({ status, headers }) => [status, headers.get('content-type')])).toEqual([
      [202, html],
      [201, html],
      [201, html],
    ])
    expect((await ask('GET', '/v2/a/tags/list')).headers.get('content-type')).toBe('application/json')
  })

  it('tells one byte too many where an upload is asked for, or a chunk is refused', async () => {
    const { ask, open, patch } = withProfile('quay')
    expect((await ask('POST', '/v2/a/blobs/uploads/')).range).toBe('bytes=0--1')
    const location = await open()
    expect(standing(await patch(location, 0, 'hello'))).toEqual([202, '0-4'])
    const asked = await ask('GET', location)
    expect([...standing(asked), asked.location]).toEqual([204, 'bytes=0-5', null])
    expect(standing(await patch(location, 6, '!'))).toEqual([416, '0-5'])
  })

  it('takes no Docker manifest with a plain layer, containers/image#1270', async () => {
    const { ask, putImage } = withProfile('quay')
    await putImage('v1')
    const put = (layer: string) => {
      const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
      const { config, layers } = JSON.parse(MANIFEST)
      const named = layers.map((entry: object) => ({ ...entry, mediaType: layer }))
      const body = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: named })
      return ask('PUT', '/v2/a/manifests/docker', body, { 'content-type': mediaType })
    }
    expect(refusal(await put('application/vnd.docker.image.rootfs.diff.tar'))).toEqual([400, 'MANIFEST_INVALID'])
    expect((await put('application/vnd.docker.image.rootfs.diff.tar.gzip')).status).toBe(201)
  })
})
