import { describe, expect, inject, it } from 'vitest'
import {
  type CopyOptions,
  copyImage,
  createPushController,
  executePush,
  getManifest,
  type Index,
  listTags,
  memorySessions,
  openImage,
  openRegistry,
  planCopy,
  pushDockerTar,
  type Registry,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { type RecordingFetch, recordingFetch } from '../support/recording-fetch.ts'
import { secondRegistry } from '../support/second-registry.ts'
import { signedLayout } from '../support/signed-layout.ts'

// From one real registry to another: Debian's distribution 2.8, twice.

const other = secondRegistry()

let count = 0
const newRepository = () => `copies/${Date.now().toString(36)}-${count++}`

/** A registry whose requests are seen: its handle, and what they were. */
function watched(url: string) {
  const recorder = recordingFetch()
  return { registry: openRegistry(url, { fetch: recorder.fetch }), recorder }
}

/** `HEAD blobs 404`, in the order of the requests. */
const seen = ({ exchanges }: RecordingFetch) =>
  exchanges.map(
    ({ method, url, status }) =>
      `${method} ${/manifests|uploads|blobs(?!.uploads)|referrers/.exec(url.pathname)} ${status}`,
  )
/** How often each was. */
const counted = (recorder: RecordingFetch) => {
  const counts: Record<string, number> = {}
  for (const one of seen(recorder)) counts[one] = (counts[one] ?? 0) + 1
  return counts
}

/** Pushes an image of three layers to the source. */
async function stored(repository = newRepository(), tag = 'v1') {
  const files = [1, 2, 3].map((n) => ({ file: `${repository} ${n}`.repeat(20_000 * n) }))
  const archive = await createTestArchive({ images: [{ layers: files }] })
  const digest = await pushDockerTar(archive, inject('registryUrl'), repository, tag)
  return { repository, digest }
}

/** Pushes a multi-platform image with referrers to the source. */
async function storedIndex() {
  const repository = newRepository()
  const signed = await signedLayout()
  await pushDockerTar(signed.layout.tar(), inject('registryUrl'), repository, 'v1', { image: 'team/app:v1' })
  return { repository, ...signed }
}

const source = () => inject('registryUrl')
const imageIn = (registry: string | Registry, repository: string, reference = 'v1') => ({
  registry,
  repository,
  reference,
})
const digestAt = async (repository: string, reference: string) =>
  (await getManifest(other.url, repository, reference)).digest

describe.each([
  ['.', copyImage],
  ['./node', node.copyImage],
])('copyImage() of %s', (_, copy) => {
  it('copies an image byte for byte, and a present image with two requests', async () => {
    const { repository, digest } = await stored()
    const [from, to] = [watched(source()), watched(other.url)]
    const target = { registry: to.registry }
    expect(await copy(imageIn(from.registry, repository), target)).toEqual({ digest, outcome: 'copied', tags: ['v1'] })
    expect(await digestAt(repository, 'v1')).toBe(digest)
    expect(counted(from.recorder)).toEqual({
      ...{ 'HEAD manifests 200': 1, 'GET manifests 200': 1 },
      // A config and three layers.
      'GET blobs 200': 4,
    })
    expect(counted(to.recorder)).toEqual({
      ...{ 'HEAD manifests 404': 1, 'GET manifests 404': 1, 'HEAD blobs 404': 4 },
      ...{ 'POST uploads 202': 4, 'PUT uploads 201': 4, 'PUT manifests 201': 1 },
    })
    const [again, againTo] = [watched(source()), watched(other.url)]
    const present = await copy(imageIn(again.registry, repository), { registry: againTo.registry })
    expect(present).toEqual({ digest, outcome: 'present', tags: ['v1'] })
    expect([...seen(again.recorder), ...seen(againTo.recorder)]).toEqual(['HEAD manifests 200', 'HEAD manifests 200'])
  })
})

describe('copyImage()', () => {
  it('mounts the blobs within one registry', async () => {
    const { repository, digest } = await stored()
    const { registry, recorder } = watched(source())
    const to = newRepository()
    await copyImage(imageIn(registry, repository), { registry, repository: to, tags: ['v2', 'latest'] })
    expect(await listTags(registry, to)).toEqual(['latest', 'v2'])
    expect((await getManifest(registry, to, 'v2')).digest).toBe(digest)
    const counts = counted(recorder)
    expect(counts).toMatchObject({ 'POST uploads 201': 4, 'GET blobs 200': 1 })
    expect(counts).not.toHaveProperty('HEAD blobs 404')
    expect(counts).not.toHaveProperty('PUT uploads 201')
  })

  it('mounts between two URLs of one registry, but not between two handles of it', async () => {
    const { repository } = await stored()
    const [from, to] = [watched(source()), watched(source())]
    await copyImage(imageIn(from.registry, repository), { registry: to.registry, repository: newRepository() })
    expect(counted(to.recorder)).toMatchObject({ 'POST uploads 202': 4, 'PUT uploads 201': 4 })
    const plan = await planCopy(imageIn(source(), repository), {
      registry: new URL(source()),
      repository: 'copies/plan',
    })
    expect(new Set(plan.blobs.map(({ action, mountFrom }) => `${action} ${mountFrom}`))).toEqual(
      new Set([`mount ${repository}`]),
    )
  })

  it('sets another tag in the same repository with one PUT', async () => {
    const { repository, digest } = await stored()
    const { registry, recorder } = watched(source())
    await copyImage(imageIn(registry, repository), { registry, tags: ['v2'] })
    expect((await getManifest(source(), repository, 'v2')).digest).toBe(digest)
    expect(counted(recorder)).toMatchObject({ 'PUT manifests 201': 1 })
    expect(recorder.count('POST')).toBe(0)
  })

  it('copies by a digest without a tag', async () => {
    const { repository, digest } = await stored()
    const to = newRepository()
    const target = { registry: other.url, repository: to }
    expect(await copyImage(imageIn(source(), repository, digest), target)).toEqual({
      digest,
      outcome: 'copied',
      tags: [],
    })
    expect(await digestAt(to, digest)).toBe(digest)
    expect((await copyImage(imageIn(source(), repository, digest), target)).outcome).toBe('present')
  })

  it('copies an index whole, one platform, or a list of platforms as a new index, and tells it', async () => {
    const { repository, index, children } = await storedIndex()
    const [amd64, arm64] = children
    const from = imageIn(source(), repository)
    const copyTo = async (options: CopyOptions) => {
      const to = newRepository()
      const { digest } = await copyImage(from, { registry: other.url, repository: to }, options)
      expect(await digestAt(to, 'v1')).toBe(digest)
      return { digest, to }
    }
    expect((await copyTo({})).digest).toBe(index.digest)
    const one = await copyTo({ platform: 'linux/arm64' })
    expect(one.digest).toBe(arm64?.digest)
    await rejection(getManifest(other.url, one.to, amd64?.digest ?? ''), ResponseError, /404/)
    const warnings: string[] = []
    const list = await copyTo({ platforms: ['linux/amd64'], onWarning: (warning) => warnings.push(warning) })
    expect(warnings).toEqual([`A new index of linux/amd64 was made of ${index.digest}: ${list.digest}.`])
    const { manifest } = await getManifest(other.url, list.to, 'v1')
    expect((manifest as Index).manifests.map(({ digest }) => digest)).toEqual([amd64?.digest])
    // It is the same each time.
    const target = { registry: other.url, repository: list.to }
    expect((await copyImage(from, target, { platforms: ['linux/amd64'] })).outcome).toBe('present')
  })

  it('copies referrers of the image and its children, and merges their lists at the destination', async () => {
    const { repository, index, children, sbom, signature, childSbom, cosign, cosignTag } = await storedIndex()
    const to = newRepository()
    const target = { registry: other.url, repository: to }
    await copyImage(imageIn(source(), repository), target, { referrers: true })
    const copied = await openImage(other.url, to, 'v1', { referrers: true })
    expect(copied.manifest.digest).toBe(index.digest)
    expect(copied.referrers.map(({ manifest }) => manifest.digest)).toEqual([sbom.digest])
    expect(copied.referrers[0]?.referrers.map(({ manifest }) => manifest.digest)).toEqual([signature.digest])
    const of = (position: number) => copied.children[position]?.referrers.map(({ manifest }) => manifest.digest)
    expect([of(0), of(1)]).toEqual([[cosign.digest], [childSbom.digest]])
    const tags = [index, sbom, children[1]].map((one) => one?.digest.replace(':', '-'))
    expect([...(await listTags(other.url, to))].sort()).toEqual([...tags, cosignTag, 'v1'].sort())
    const plain = newRepository()
    await copyImage(imageIn(source(), repository), { registry: other.url, repository: plain })
    expect(await listTags(other.url, plain)).toEqual(['v1'])
  })

  it('leaves tags alone with noClobber, and tells it', async () => {
    const [one, two] = [await stored(), await stored()]
    const to = newRepository()
    await copyImage(imageIn(source(), one.repository), { registry: other.url, repository: to })
    const warnings: string[] = []
    const options = { noClobber: true, onWarning: (warning: string) => warnings.push(warning) }
    const from = imageIn(source(), two.repository)
    const kept = await copyImage(from, { registry: other.url, repository: to }, options)
    expect(kept).toEqual({ digest: one.digest, outcome: 'kept', tags: ['v1'] })
    const some = await copyImage(from, { registry: other.url, repository: to, tags: ['v1', 'v2'] }, options)
    expect(some).toEqual({ digest: two.digest, outcome: 'copied', tags: ['v2'] })
    expect([await digestAt(to, 'v1'), await digestAt(to, 'v2')]).toEqual([one.digest, two.digest])
    expect(warnings).toEqual([
      `Nothing was copied to "${to}": its tags exist (v1).`,
      `Tags of "${to}" that point to other images were not changed: v1.`,
    ])
  })

  it('restores with verify what the destination has lost, though its tag is there', async () => {
    const { repository, index, children } = await storedIndex()
    await copyImage(imageIn(source(), repository), { registry: other.url })
    await openRegistry(other.url).send({
      ...{ act: 'delete a child', method: 'DELETE', url: `v2/${repository}/manifests/${children[0]?.digest}` },
    })
    expect((await copyImage(imageIn(source(), repository), { registry: other.url })).outcome).toBe('present')
    await copyImage(imageIn(source(), repository), { registry: other.url }, { verify: true })
    expect((await openImage(other.url, repository, 'v1')).children).toHaveLength(2)
    expect(await digestAt(repository, 'v1')).toBe(index.digest)
  })

  it('has the progress and the control of a push', async () => {
    const { repository } = await stored()
    const controller = createPushController()
    controller.pause()
    const { registry, recorder } = watched(source())
    const states: string[] = []
    const copying = copyImage(
      imageIn(registry, repository),
      { registry: other.url },
      {
        controller,
        onProgress: ({ phase, sentBytes, totalBytes }) => states.push(`${phase} ${sentBytes === totalBytes}`),
      },
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(recorder.exchanges).toEqual([])
    controller.resume()
    await copying
    expect(states.at(-1)).toBe('done true')
    expect(states).toContain('blobs false')
  })

  it('goes on with sessions after an abort', async () => {
    const { repository, digest } = await stored()
    const sessions = memorySessions()
    const aborting = new AbortController()
    const options = { sessions, chunkSize: 100_000, concurrency: 1 }
    const aborted = copyImage(
      imageIn(source(), repository),
      { registry: other.url },
      {
        ...options,
        signal: aborting.signal,
        onProgress: ({ sentBytes }) => sentBytes > 300_000 && aborting.abort(new Error('enough')),
      },
    )
    await expect(aborted).rejects.toThrow('enough')
    await rejection(getManifest(other.url, repository, 'v1'), ResponseError, /404/)
    const events: string[] = []
    await copyImage(
      imageIn(source(), repository),
      { registry: other.url },
      {
        ...options,
        onEvent: ({ kind }) => events.push(kind),
      },
    )
    expect(events).toContain('resume')
    expect(await digestAt(repository, 'v1')).toBe(digest)
  })

  it('reads the digest of the tag, whatever the tag names after that', async () => {
    const { repository, digest } = await stored()
    const next = await stored()
    const { fetch } = recordingFetch(async (request) => {
      const response = await globalThis.fetch(request)
      const isTag = request.method === 'HEAD' && request.url.includes(`/v2/${repository}/manifests/v1`)
      if (isTag) await copyImage(imageIn(source(), next.repository), { registry: source(), repository })
      return response
    })
    const from = imageIn(openRegistry(source(), { fetch }), repository)
    expect((await copyImage(from, { registry: other.url })).digest).toBe(digest)
    expect(await digestAt(repository, 'v1')).toBe(digest)
  })

  it('says so if the manifest is deleted after it was looked for', async () => {
    const { repository, digest } = await stored()
    const { fetch } = recordingFetch(async (request) => {
      const response = await globalThis.fetch(request)
      if (request.method === 'HEAD')
        await globalThis.fetch(new URL(`/v2/${repository}/manifests/${digest}`, source()), { method: 'DELETE' })
      return response
    })
    const from = imageIn(openRegistry(source(), { fetch }), repository)
    const error = await rejection(copyImage(from, { registry: other.url }), ResponseError, /; copy again$/)
    expect(error.code).toBe('CONTENT_LOST')
  })

  it('checks names before it sends a request', async () => {
    const { registry, recorder } = watched(source())
    const to = { registry }
    await rejection(copyImage({ registry, repository: 'A', reference: 'v1' }, to), ValidationError)
    await rejection(copyImage({ registry, repository: 'a', reference: 'v 1' }, to), ValidationError)
    await rejection(copyImage(imageIn(registry, 'a'), { registry, tags: ['v 1'] }), ValidationError)
    await rejection(copyImage(imageIn(registry, 'a'), { registry, repository: 'A' }), ValidationError)
    await rejection(copyImage(imageIn(registry, 'a'), { registry, tags: 'v1' as never }), TypeError)
    expect(recorder.exchanges).toEqual([])
    const error = await rejection(copyImage(imageIn(registry, newRepository()), { registry: other.url }), ResponseError)
    expect(error).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })
})

describe('planCopy()', () => {
  it('compares the source with the destination, and changes nothing', async () => {
    const { repository, digest } = await stored()
    const { registry, recorder } = watched(other.url)
    const plan = await planCopy(imageIn(source(), repository), { registry })
    expect(plan.blobs.map(({ action }) => action)).toEqual(['upload', 'upload', 'upload', 'upload'])
    expect(plan.tags).toEqual([{ repository, tag: 'v1', digest }])
    expect(new Set(recorder.exchanges.map(({ method }) => method))).toEqual(new Set(['HEAD', 'GET']))
    await executePush(JSON.parse(JSON.stringify(plan)), [await openImage(source(), repository, 'v1')], registry)
    const after = await planCopy(imageIn(source(), repository), { registry })
    expect(after.uploadBytes).toBe(0)
    expect(after.tags).toEqual([{ repository, tag: 'v1', digest, previous: digest }])
  })

  it('has the referrers, and the digest that a list of platforms changes', async () => {
    const { repository, index, sbom } = await storedIndex()
    const plan = await planCopy(imageIn(source(), repository), { registry: other.url }, { referrers: true })
    expect(plan.manifests).toContainEqual(expect.objectContaining({ digest: sbom.digest, subject: index.digest }))
    expect(plan.manifests.every(({ text }) => text === undefined)).toBe(true)
    const pruned = await planCopy(
      imageIn(source(), repository),
      { registry: other.url },
      { platforms: ['linux/amd64'] },
    )
    expect(pruned.digestChanges).toEqual([{ repository, from: index.digest, to: pruned.tags[0]?.digest }])
  })
})
