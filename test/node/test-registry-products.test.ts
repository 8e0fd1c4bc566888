import { describe, expect, it } from 'vitest'
import { digestOfText, MANIFEST, OCI_MANIFEST } from '../support/plain-client.ts'
import { refusal, standing, withProfile } from '../support/registry-profile.ts'

describe('createTestRegistry() with the profile zot', () => {
  it('has locations without a query, and answers with the Range 0--1 for no byte (opencontainers/distribution-spec#578)', async () => {
    const { open, patch, ask, close } = withProfile('zot')
    const location = await open()
    expect(location).not.toContain('?')
    expect(standing(await ask('GET', location))).toEqual([204, '0--1'])
    await patch(location, 0, 'hello')
    const gap = await patch(location, 9, '!')
    expect([...refusal(gap), gap.range]).toEqual([416, 'BLOB_UPLOAD_INVALID', null])
    expect((await close(location, 'hello!', 5)).status).toBe(201)
  })

  it('links pages of tags without < and >, and lists all tags again when `n` is at least their number', async () => {
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

  it('answers a chunk with the Range of that chunk alone (regclient/regclient#961), and a GET with all bytes', async () => {
    const { open, patch, ask } = withProfile('zot')
    const location = await open()
    await patch(location, 0, 'hello')
    expect(standing(await patch(location, 5, ', all'))).toEqual([202, '0-4'])
    expect(standing(await ask('GET', location))).toEqual([204, '0-9'])
  })

  it('takes no manifest with a media type of Docker (project-zot/zot#724)', async () => {
    const { ask } = withProfile('zot')
    const type = { 'content-type': 'application/vnd.docker.distribution.manifest.v2+json' }
    expect(refusal(await ask('PUT', '/v2/a/manifests/v1', MANIFEST, type))).toEqual([415, 'MANIFEST_INVALID'])
  })

  it('takes several tags at once (project-zot/zot#3885)', async () => {
    const { ask, putImage } = withProfile('zot')
    await putImage('first')
    const url = `/v2/a/manifests/${digestOfText(MANIFEST)}?tag=v1&tag=v2`
    const put = await ask('PUT', url, MANIFEST, { 'content-type': OCI_MANIFEST })
    expect(put.headers.get('oci-tag')).toBe('v1, v2')
  })
})

describe('createTestRegistry() with the profile nexus', () => {
  it('answers HEAD of a manifest with 404 (andrey-pohilko/registry-cli#14), and GET with the manifest', async () => {
    const { ask, putImage } = withProfile('nexus')
    await putImage('v1')
    for (const reference of ['v1', digestOfText(MANIFEST)]) {
      expect((await ask('HEAD', `/v2/a/manifests/${reference}`)).status).toBe(404)
      expect((await ask('GET', `/v2/a/manifests/${reference}`)).text).toBe(MANIFEST)
    }
  })

  it('deletes no tag (regclient/regclient#258), and deletes a manifest with its tags', async () => {
    const { ask, putImage } = withProfile('nexus')
    await putImage('v1')
    expect(refusal(await ask('DELETE', '/v2/a/manifests/v1'))).toEqual([404, 'MANIFEST_UNKNOWN'])
    expect((await ask('DELETE', `/v2/a/manifests/${digestOfText(MANIFEST)}`)).status).toBe(202)
    expect((await ask('GET', '/v2/a/manifests/v1')).status).toBe(404)
  })
})

describe('createTestRegistry() with the profile quay', () => {
  const html = 'text/html; charset=utf-8'

  it('answers with the Content-Type text/html when there is no other (GoogleContainerTools/jib#1986)', async () => {
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

  it('reports one byte too many when a client looks for an upload, or when it refuses a chunk', async () => {
    const { ask, open, patch } = withProfile('quay')
    expect((await ask('POST', '/v2/a/blobs/uploads/')).range).toBe('bytes=0--1')
    const location = await open()
    expect(standing(await patch(location, 0, 'hello'))).toEqual([202, '0-4'])
    const asked = await ask('GET', location)
    expect([...standing(asked), asked.location]).toEqual([204, 'bytes=0-5', null])
    expect(standing(await patch(location, 6, '!'))).toEqual([416, '0-5'])
  })

  it('takes no Docker manifest with an uncompressed layer (containers/image#1270)', async () => {
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
