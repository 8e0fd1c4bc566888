import { describe, expect, inject, it } from 'vitest'
import {
  type CopiedTag,
  type CopyRepositoryOptions,
  copyRepository,
  getManifest,
  listTags,
  openImage,
  openRegistry,
  pushDockerTar,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { secondRegistry } from '../support/second-registry.ts'
import { signedLayout } from '../support/signed-layout.ts'

// From one real registry to another: Debian's distribution 2.8, twice.

const other = secondRegistry()

const TAGS = ['latest', 'v1.0', 'v1.1', 'v2.0']
let count = 0

/** A repository with images that share a layer, and the digests of its tags. */
async function stored(tags: readonly string[] = TAGS) {
  const repository = `repositories/${Date.now().toString(36)}-${count++}`
  const digests: Record<string, string> = {}
  for (const tag of tags) {
    const layers: Record<string, string>[] = [{ base: repository.repeat(5000) }, { own: tag }]
    digests[tag] = await pushDockerTar(
      await createTestArchive({ images: [{ layers }] }),
      inject('registryUrl'),
      repository,
      tag,
    )
  }
  return { repository, digests }
}

async function copy(repository: string, options: CopyRepositoryOptions = {}, run = copyRepository) {
  const recorder = recordingFetch()
  const to = { registry: openRegistry(other.url, { fetch: recorder.fetch }) }
  const copied = await run({ registry: inject('registryUrl'), repository }, to, options)
  return { copied, recorder }
}

const tagsOf = (copied: readonly CopiedTag[]) => copied.map(({ tag }) => tag)

describe.each([
  ['.', copyRepository],
  ['./node', node.copyRepository],
])('copyRepository() of %s', (_, run) => {
  it('copies all tags, and sends a layer once that several images have', async () => {
    const { repository, digests } = await stored()
    const seen: string[] = []
    const { copied, recorder } = await copy(repository, { onTag: ({ tag }) => seen.push(tag) }, run)
    expect(copied).toEqual(TAGS.map((tag) => ({ tag, digest: digests[tag], outcome: 'copied' })))
    expect(seen).toEqual(TAGS)
    for (const tag of TAGS) expect((await getManifest(other.url, repository, tag)).digest).toBe(digests[tag])
    // A layer of all, and a layer and a config of each.
    expect(
      recorder.exchanges.filter(({ url, method }) => method === 'PUT' && url.pathname.includes('/blobs/')),
    ).toHaveLength(9)
  })
})

describe('copyRepository()', () => {
  it.each<[string, CopyRepositoryOptions['tags'], readonly string[]]>([
    ['a pattern', 'v1.*', ['v1.0', 'v1.1']],
    ['a pattern with one character', 'v?.0', ['v1.0', 'v2.0']],
    ['a pattern in the middle', '*t*t', ['latest']],
    ['a whole name', 'latest', ['latest']],
    ['a pattern of nothing', 'x*', []],
    ['a regular expression', /^v\d\.0$/g, ['v1.0', 'v2.0']],
    ['a list', ['v2.0', 'v1.0', 'v2.0'], ['v2.0', 'v1.0']],
    ['a function', (tag) => tag > 'v1.0', ['v1.1', 'v2.0']],
  ])('copies the tags of %s', async (_, tags, expected) => {
    const { repository } = await stored()
    const { copied } = await copy(repository, { tags })
    expect(tagsOf(copied)).toEqual(expected)
    if (expected.length > 0) expect([...(await listTags(other.url, repository))].sort()).toEqual([...expected].sort())
  })

  it('copies in batches, takes two requests for each present image, and goes on after a failure', async () => {
    const { repository } = await stored()
    let requests = 0
    const failing = openRegistry(other.url, {
      retry: 0,
      fetch: (request) => {
        if (request.method === 'PUT' && request.url.includes('/manifests/') && ++requests > 4)
          return Promise.resolve(new Response(null, { status: 403 }))
        return globalThis.fetch(request)
      },
    })
    const from = { registry: inject('registryUrl'), repository }
    await rejection(copyRepository(from, { registry: failing }, { imagesAtOnce: 2 }), ResponseError, /403/)
    expect(await listTags(other.url, repository)).toEqual(['latest', 'v1.0'])
    const { copied, recorder } = await copy(repository, { imagesAtOnce: 2 })
    expect(copied.map(({ outcome }) => outcome)).toEqual(['present', 'present', 'copied', 'copied'])
    const again = await copy(repository)
    expect(again.copied.every(({ outcome }) => outcome === 'present')).toBe(true)
    expect(again.recorder.exchanges.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD', 'HEAD'])
    expect(recorder.count('HEAD')).toBeGreaterThan(4)
  })

  it('leaves tags alone with noClobber', async () => {
    const [one, two] = [await stored(['v1', 'v2']), await stored(['v1', 'v2', 'v3'])]
    await copy(one.repository)
    const to = { registry: other.url, repository: one.repository }
    const from = { registry: inject('registryUrl'), repository: two.repository }
    const copied = await copyRepository(from, to, { noClobber: true })
    expect(copied).toEqual([
      { tag: 'v1', digest: one.digests.v1, outcome: 'kept' },
      { tag: 'v2', digest: one.digests.v2, outcome: 'kept' },
      { tag: 'v3', digest: two.digests.v3, outcome: 'copied' },
    ])
  })

  it('leaves out tags by digest unless asked, and never copies a list of referrers as a tag', async () => {
    const { layout, index, cosignTag } = await signedLayout()
    const repository = `repositories/signed-${count++}`
    await pushDockerTar(layout.tar(), inject('registryUrl'), repository, 'v1', { image: 'team/app:v1' })
    expect(tagsOf((await copy(repository)).copied)).toEqual(['v1'])
    expect(tagsOf((await copy(repository, { digestTags: true })).copied)).toEqual([cosignTag, 'v1'])
    await copy(repository, { referrers: true })
    const copied = await openImage(other.url, repository, 'v1', { referrers: true })
    expect(copied.manifest.digest).toBe(index.digest)
    expect(copied.referrers).toHaveLength(1)
  })

  it('mounts within one registry', async () => {
    const { repository, digests } = await stored()
    const recorder = recordingFetch()
    const registry = openRegistry(inject('registryUrl'), { fetch: recorder.fetch })
    const to = `${repository}-copy`
    await copyRepository({ registry, repository }, { registry, repository: to })
    expect((await getManifest(registry, to, 'v2.0')).digest).toBe(digests['v2.0'])
    expect(
      recorder.exchanges.every(({ method, url }) => method !== 'PUT' || url.pathname.includes('/manifests/')),
    ).toBe(true)
  })

  it.each<[string, CopyRepositoryOptions['tags']]>([
    ['a pattern', 'w*'],
    ['a regular expression', /^w/],
    ['a function', () => false],
    ['an empty list', []],
  ])('warns if nothing is chosen by %s', async (_, tags) => {
    const { repository } = await stored(['v1'])
    const warnings: string[] = []
    const { copied } = await copy(repository, { tags, onWarning: (warning) => warnings.push(warning) })
    expect(copied).toEqual([])
    expect(warnings).toEqual([`Nothing was copied from "${repository}": no tag was chosen by tags.`])
  })

  it('checks its options, and tells a repository and a tag that do not exist', async () => {
    const { repository } = await stored(['v1'])
    await rejection(copy(repository, { imagesAtOnce: 0 }), RangeError)
    await rejection(copy(repository, { tags: 7 as never }), TypeError)
    await rejection(copy(repository, { tags: ['a b'] }), ValidationError)
    await rejection(copy('A'), ValidationError)
    expect(await rejection(copy(repository, { tags: ['v9'] }), ResponseError)).toMatchObject({ status: 404 })
    expect(await rejection(copy('repositories/none'), ResponseError)).toMatchObject({ status: 404 })
  })
})
