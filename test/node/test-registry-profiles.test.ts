import { describe, expect, it } from 'vitest'
import { createTestRegistry, type RegistryProfile } from '../../src/testing/index.ts'
import { digestOfText, MANIFEST, OCI_MANIFEST, plainClient } from '../support/plain-client.ts'
import { bytes, refusal, withProfile } from '../support/registry-profile.ts'

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
  it.each(ALL)('takes a whole blob in one PUT, and an image, when the profile is %s', async (profile) => {
    const { open, close, putImage, ask } = withProfile(profile)
    expect((await close(await open(), bytes(6_000_000), 0)).status).toBe(201)
    expect((await putImage('v1')).status).toBe(201)
    expect((await ask('GET', '/v2/a/manifests/v1', null, { accept: OCI_MANIFEST })).text).toBe(MANIFEST)
  })

  it.each(ALL)('says whether it takes several tags at once when the profile is %s', async (profile) => {
    const { putImage, ask } = withProfile(profile)
    const put = await putImage(`${digestOfText(MANIFEST)}?tag=v1&tag=latest`)
    const listed = JSON.parse((await ask('GET', '/v2/a/tags/list')).text).tags ?? []
    const isTaken = profile === 'zot'
    expect([put.status, put.headers.get('oci-tag')]).toEqual([201, isTaken ? 'v1, latest' : null])
    expect(listed).toEqual(isTaken ? ['latest', 'v1'] : [])
  })

  it('throws when the profile is unknown or the scale is not above 0', () => {
    expect(() => createTestRegistry({ profile: 'pulp' as never })).toThrow(
      /the profile "pulp" is unknown; the profiles are distribution-2,/,
    )
    expect(() => createTestRegistry({ scale: 0 })).toThrow(RangeError)
  })

  it('prefers an option to the profile', async () => {
    const { putImage, ask, open } = withProfile('distribution-2', { deletesTags: true, minChunkLength: 7 })
    await putImage('v1')
    expect((await ask('DELETE', '/v2/a/manifests/v1')).status).toBe(202)
    expect((await ask('POST', '/v2/a/blobs/uploads/')).headers.get('oci-chunk-min-length')).toBe('7')
    expect(await open()).toContain('_state=0')
  })

  const mount = (query: string) => `/v2/b/blobs/uploads/?mount=${digestOfText('layer')}${query}`

  it.each<[RegistryProfile, string, string, number, string]>([
    ['quay', 'GoogleContainerTools/jib#703', '', 400, 'INVALID_REQUEST'],
    ['hub', 'google/go-containerregistry#1741', '&from=a&origin=gcr.io', 401, 'UNAUTHORIZED'],
    ['harbor', 'goharbor/harbor#17097', '&from=nowhere', 401, 'UNAUTHORIZED'],
  ])('refuses a mount and opens no upload when the profile is %s (%s)', async (profile, _, query, status, code) => {
    const { ask, putImage, registry } = withProfile(profile)
    await putImage('v1')
    expect(refusal(await ask('POST', mount(query)))).toEqual([status, code])
    expect(registry.openUploads).toBe(0)
    expect((await ask('POST', mount('&from=a'))).status).toBe(201)
  })

  it.each<[RegistryProfile, string, string, string | null]>([
    ['nexus', 'sonatype/nexus-public#117', '/v2/team/app/tags/list', null],
    ['nexus', 'sonatype/nexus-public#1011', '/v2/_catalog', '<http://registry:5000/repository/docker/v2/_catalog?'],
    ['artifactory', 'RTFACT-18971', '/v2/team/app/tags/list', '</v2/app/tags/list?'],
    ['artifactory', 'a name of one part', '/v2/app/tags/list', '</v2/app/tags/list?'],
    ['quay', 'as the specification says', '/v2/team/app/tags/list', '</v2/team/app/tags/list?'],
  ])('links pages in its own way when the profile is %s (%s)', async (profile, _, path, link) => {
    const { ask, putImage } = withProfile(profile)
    for (const repository of ['team/app', 'app']) for (const tag of ['a', 'b']) await putImage(tag, repository)
    const listed = await ask('GET', `${path}?n=1`)
    const last = path.endsWith('_catalog') ? 'app' : 'a'
    expect(listed.headers.get('link')).toBe(link && `${link}last=${last}&n=1>; rel="next"`)
    const next = JSON.parse((await ask('GET', `${path}?n=1&last=${last}`)).text)
    expect(next.tags ?? next.repositories).toEqual([path.endsWith('_catalog') ? 'team/app' : 'b'])
  })
})

describe('createTestRegistry() without a profile', () => {
  it('sets the tags of a PUT by digest and confirms them (opencontainers/distribution-spec#600)', async () => {
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
