import { describe, expect, it } from 'vitest'
import {
  getManifest,
  listTags,
  openRegistry,
  pushDockerTar,
  RegistryError,
  ResponseError,
  retagImage,
  setTags,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type Fault, type RegistryProfile } from '../../src/testing/index.ts'
import { PROFILES } from '../../src/testing/profiles.ts'
import { rejection } from '../support/errors.ts'
import { target } from '../support/planning.ts'

const archiveOf = (content: string) => createTestArchive({ images: [{ layers: [{ content }] }] })

/** A repository with two images: `v1`, and `v2` that is also `latest`. */
async function repository(options: Parameters<typeof target>[0] = {}) {
  const { registry, handle } = target(options)
  const one = await pushDockerTar(await archiveOf('1'), handle, 'a', 'v1')
  const two = await pushDockerTar(await archiveOf('2'), handle, 'a', 'v2', { tags: ['latest'] })
  registry.requests.length = 0
  const digestOf = async (tag: string) => (await getManifest(handle, 'a', tag)).digest
  const sent = (method: string) => registry.requests.filter((request) => request.method === method)
  return { registry, handle, one, two, digestOf, sent }
}

/** A refusal of the tag `refused`. */
const refusal = (status: number, code?: string, message?: string): Fault => ({
  ...{ kind: 'status', method: 'PUT', path: '/manifests/refused', times: 99, status },
  ...(code && { code }),
  ...(message && { message }),
})

describe('setTags()', () => {
  it('sends several tags in one request, ten at most, and no PUT for those that point at the manifest', async () => {
    const { handle, one, digestOf, sent } = await repository()
    const tags = Array.from({ length: 12 }, (_, index) => `t${index}`)
    const set = await setTags(handle, 'a', one, ['v1', ...tags, 't0'])
    expect(set).toEqual([
      { tag: 'v1', previous: one, outcome: 'present' },
      ...tags.map((tag) => ({ tag, outcome: 'set' })),
    ])
    expect(sent('PUT').map(({ url }) => new URL(url, handle.url).searchParams.getAll('tag').length)).toEqual([10, 2])
    for (const tag of tags) expect(await digestOf(tag)).toBe(one)
  })

  it('takes a HEAD for each tag, and nothing more, when all point at the manifest', async () => {
    const { registry, handle, two } = await repository()
    await setTags(handle, 'a', two, ['v2', 'latest'])
    expect(registry.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD'])
  })

  it('sends nothing for an empty list', async () => {
    const { registry, handle, one } = await repository()
    expect(await setTags(handle, 'a', one, [])).toEqual([])
    expect(registry.requests).toEqual([])
  })

  it.each(Object.keys(PROFILES) as RegistryProfile[])(
    'moves a tag and adds others in %s, and keeps the rest',
    async (profile) => {
      const { registry, handle } = target({ profile })
      const push = async (content: string, tag: string, tags: readonly string[] = []) =>
        pushDockerTar(await archiveOf(content), handle, 'team/app', tag, { tags })
      const [one, two] = [await push('1', 'v1'), await push('2', 'v2', ['latest'])]
      registry.requests.length = 0
      const set = await setTags(handle, 'team/app', one, ['latest', 'x', 'y'])
      expect(set).toEqual([
        { tag: 'latest', previous: two, outcome: 'set' },
        { tag: 'x', outcome: 'set' },
        { tag: 'y', outcome: 'set' },
      ])
      const found = await Promise.all(
        ['v1', 'v2', 'latest', 'x', 'y'].map(async (tag) => (await getManifest(handle, 'team/app', tag)).digest),
      )
      expect(found).toEqual([one, two, one, one, one])
      expect(registry.requests.filter(({ method }) => !['GET', 'HEAD', 'PUT'].includes(method))).toEqual([])
    },
  )

  it('leaves tags that point elsewhere alone with noClobber, and names them', async () => {
    const { handle, one, two, digestOf } = await repository()
    const warnings: string[] = []
    const onWarning = (warning: string) => warnings.push(warning)
    const set = await setTags(handle, 'a', one, ['latest', 'v1', 'new'], { noClobber: true, onWarning })
    expect(set).toEqual([
      { tag: 'latest', previous: two, outcome: 'kept' },
      { tag: 'v1', previous: one, outcome: 'present' },
      { tag: 'new', outcome: 'set' },
    ])
    expect(warnings).toEqual(['Tags of "a" that point to other images were not changed: latest.'])
    expect([await digestOf('latest'), await digestOf('new')]).toEqual([two, one])
  })

  it.each([
    ['points elsewhere', 'v1', /"v1" points at sha256:\w+, and sha256:\w+ was expected; look at/],
    ['does not exist', 'new', /"new" does not exist, and sha256:\w+ was expected; look at/],
  ])('changes nothing when a tag %s than expected', async (_, tag, message) => {
    const { handle, one, two, digestOf, sent } = await repository()
    const third = await pushDockerTar(await archiveOf('3'), handle, 'a', 'v3')
    const putsBefore = sent('PUT').length
    const setting = setTags(handle, 'a', third, ['latest', tag], { expected: two })
    expect((await rejection(setting, RegistryError, message)).code).toBe('TAG_MOVED')
    expect(sent('PUT')).toHaveLength(putsBefore)
    expect([await digestOf('latest'), await digestOf('v1')]).toEqual([two, one])
  })

  it('takes a tag that is at the wanted manifest for done, whatever was expected', async () => {
    const { handle, one, two, sent } = await repository()
    const set = await setTags(handle, 'a', one, ['v1'], { expected: two })
    expect(set).toEqual([{ tag: 'v1', previous: one, outcome: 'present' }])
    expect(sent('PUT')).toEqual([])
  })

  it.each([
    ['an invalid tag', ['new', '-x'], ValidationError, /Cannot use "-x" as a tag/],
    ['a lone text', 'new', TypeError, /Cannot use tags: it has to be an array such as/],
    ['a number', ['new', 7], ValidationError, /Cannot use 7 as a tag/],
  ])('refuses %s before the first request', async (_, tags, type, message) => {
    const { registry, handle, one } = await repository()
    await rejection(setTags(handle, 'a', one, tags as never), type, message)
    await rejection(retagImage(handle, 'a', 'v1', tags as never), type, message)
    expect(registry.requests).toEqual([])
  })

  it.each([
    ['a tag as digest', 'v1', {}, ValidationError, /"v1"/],
    ['a number as digest', 7, {}, TypeError, /Cannot use digest/],
    ['a tag as expected', undefined, { expected: 'v1' }, ValidationError, /"v1"/],
    ['noClobber with expected', undefined, { noClobber: true, expected: 'x' }, TypeError, /noClobber with expected/],
  ])('refuses %s before the first request', async (_, digest, options, type, message) => {
    const { registry, handle, one } = await repository()
    await rejection(setTags(handle, 'a', (digest ?? one) as never, ['v9'], options), type, message)
    expect(registry.requests).toEqual([])
  })

  it.each([
    ['Harbor', 412, 'PRECONDITION', 'configured as immutable'],
    ['Amazon ECR', 400, 'TAG_INVALID', "The image tag 'x' cannot be overwritten because the repository is immutable."],
    ['a registry with 403', 403, 'DENIED', 'tag is immutable'],
  ])('says that a tag is immutable, and which tags moved before: %s', async (_, status, code, message) => {
    const faults = [refusal(status, code, message)]
    const { handle, one, digestOf } = await repository({ profile: 'distribution-2', faults })
    const error = await rejection(setTags(handle, 'a', one, ['latest', 'refused', 'v2']), ResponseError)
    expect(error).toMatchObject({ code: 'TAG_IMMUTABLE', status })
    expect(error.message).toMatch(/the tag is immutable: tags that were set before: latest; choose another tag/)
    expect(await digestOf('latest')).toBe(one)
  })

  it('does not take another refusal for an immutable tag', async () => {
    const { handle, one } = await repository({ faults: [refusal(403)] })
    const error = await rejection(setTags(handle, 'a', one, ['refused']), ResponseError)
    expect(error.code).toBe('ACCESS_DENIED')
  })

  it('says when the registry has lost what the manifest lists', async () => {
    const { handle, one } = await repository({ faults: [refusal(400, 'MANIFEST_BLOB_UNKNOWN')] })
    const error = await rejection(setTags(handle, 'a', one, ['refused']), ResponseError, /push or copy it again$/)
    expect(error.code).toBe('CONTENT_LOST')
  })

  it('rejects with the reason of its signal', async () => {
    const { handle, one, two, digestOf } = await repository()
    const reason = new Error('enough')
    const setting = setTags(handle, 'a', one, ['latest'], { signal: AbortSignal.abort(reason) })
    await expect(setting).rejects.toBe(reason)
    expect(await digestOf('latest')).toBe(two)
  })
})

describe('retagImage()', () => {
  it('takes a tag or a digest, and follows no move of the tag meanwhile', async () => {
    const { registry, handle, one, two } = await repository()
    const fetch = async (request: Request) => {
      const response = await registry.fetch(request)
      // Somebody moves "v1" as soon as it is looked up.
      if (request.method === 'HEAD' && request.url.endsWith('/v1')) await setTags(handle, 'a', two, ['v1'])
      return response
    }
    const watched = openRegistry('https://registry.test', { fetch })
    expect(await retagImage(watched, 'a', 'v1', ['stable'])).toEqual({
      digest: one,
      tags: [{ tag: 'stable', outcome: 'set' }],
    })
    expect((await retagImage(handle, 'a', two, ['stable'])).tags).toEqual([
      { tag: 'stable', previous: one, outcome: 'set' },
    ])
  })

  it('says that an image is not there', async () => {
    const { handle } = await repository()
    const error = await rejection(retagImage(handle, 'a', 'nothing', ['v3']), ResponseError, /nothing of "a"/)
    expect(error.code).toBe('NOT_FOUND')
    await rejection(retagImage(handle, 'nowhere', 'v1', ['v3']), ResponseError, /404/)
    expect([...(await listTags(handle, 'a'))].sort()).toEqual(['latest', 'v1', 'v2'])
  })

  it('tags an index with the bytes that it has', async () => {
    const registry = createTestRegistry()
    const handle = openRegistry('https://registry.test', { fetch: registry.fetch })
    const child = await pushDockerTar(await archiveOf('1'), handle, 'a', 'v1')
    const { size, mediaType } = await getManifest(handle, 'a', child)
    const type = 'application/vnd.oci.image.index.v1+json'
    // Spaces and order are those of another tool.
    const body = `{ "manifests": [ ${JSON.stringify({ size, digest: child, mediaType })} ],\n "mediaType": "${type}", "schemaVersion": 2 }\n`
    const url = 'https://registry.test/v2/a/manifests/index'
    await registry.fetch(new Request(url, { method: 'PUT', body, headers: { 'content-type': type } }))
    await retagImage(handle, 'a', 'index', ['one', 'two'])
    for (const tag of ['one', 'two']) {
      const { bytes, mediaType } = await getManifest(handle, 'a', tag)
      expect([new TextDecoder().decode(bytes), mediaType]).toEqual([body, type])
    }
  })
})
