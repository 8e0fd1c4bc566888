import { describe, expect, it } from 'vitest'
import {
  type Digest,
  DigestMismatchError,
  executePush,
  getManifest,
  listTags,
  openArchive,
  openRegistry,
  type PlannedTag,
  planPush,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'
import { kept, opened, target } from '../support/planning.ts'

describe('executePush()', () => {
  it('executes a stored plan when the archive is opened again', async () => {
    const { handle, registry } = target()
    const plan = kept(await planPush((await opened()).images, handle))
    await executePush(plan, (await opened()).images, handle, { verify: true })
    expect(await listTags(handle, 'a')).toEqual(['latest', 'v1'])
    expect(registry.openUploads).toBe(0)
  })

  it('executes a plan with a new index when the archive lacks a platform', async () => {
    const layout = createLayout()
    const here = await layout.addImage()
    const missing = {
      ...here,
      digest: `sha256:${'0'.repeat(64)}` as const,
      platform: { os: 'linux', architecture: 'arm64' },
    }
    const index = await layout.addIndex([{ ...here, platform: { os: 'linux', architecture: 'amd64' } }, missing])
    layout.list({ ...index })
    const tar = layout.tar()
    const { handle } = target()
    const options = { repository: 'a', tags: ['v1'], platforms: 'available' } as const
    const plan = kept(await planPush((await openArchive(tar)).images, handle, options))
    const [tag] = plan.tags
    expect(plan.digestChanges).toEqual([{ repository: 'a', from: index.digest, to: tag?.digest }])
    await executePush(plan, (await openArchive(tar)).images, handle)
    expect((await getManifest(handle, 'a', 'v1')).digest).toBe(tag?.digest)

    const changed = plan.manifests.map((manifest) => ({
      ...manifest,
      ...(manifest.text && { text: `${manifest.text} ` }),
    }))
    const images = (await openArchive(tar)).images
    await rejection(executePush({ ...plan, manifests: changed }, images, handle), DigestMismatchError)
  })

  it('looks for no blob a second time', async () => {
    const { images } = await opened()
    const { handle, recorder } = target()
    const plan = await planPush(images, handle)
    const before = recorder.count('HEAD')
    await executePush(plan, images, handle)
    expect(recorder.count('HEAD')).toBe(before)
  })

  it('throws before it sends a request when the plan is for another registry or other images', async () => {
    const { images } = await opened()
    const { handle } = target()
    const plan = await planPush(images, handle)
    const other = target()
    const elsewhere = openRegistry('https://other.test', { fetch: other.registry.fetch })
    await expect(executePush(plan, images, elsewhere)).rejects.toThrow(
      /the plan was made for https:\/\/registry\.test\//,
    )
    await rejection(executePush(plan, images.slice(1), handle), ValidationError, /which the plan sends/)
    expect(other.registry.requests).toEqual([])
  })

  it('throws before it sends a request when a tag of the plan is not valid or points at another digest or repository', async () => {
    const { images } = await opened()
    const { handle, registry } = target()
    const plan = await planPush(images, handle, { images: [0], repository: 'a', tags: ['v1'] })
    registry.requests.length = 0
    const tagging = (tag: object) => ({ ...plan, tags: [{ ...plan.tags[0], ...tag } as PlannedTag] })
    const digest = plan.manifests[0]?.digest as Digest
    const elsewhere = [{ digest: `sha256:${'0'.repeat(64)}` }, { repository: 'b' }]
    for (const tag of elsewhere)
      await rejection(executePush(tagging(tag), images, handle), ValidationError, /does not put there/)
    await rejection(executePush(tagging({ tag: digest }), images, handle), ValidationError)
    expect(registry.requests).toEqual([])
  })

  it('tells the user to plan again when a blob is gone', async () => {
    const { images } = await opened()
    const { handle } = target()
    const plan = await planPush(images, handle)
    const present = { ...plan, blobs: plan.blobs.map((blob) => ({ ...blob, action: 'present' as const })) }
    await rejection(
      executePush(present, images, handle),
      ResponseError,
      /no longer there; plan and push again, with \{ existing: 'upload' \}/,
    )
  })

  it.each([2, 0, '1', null, undefined])(
    'throws and tells the user to plan again when the plan has version %j',
    async (version) => {
      const archive = await opened()
      const { handle, recorder } = target()
      const plan = await planPush(archive.images, handle)
      expect(JSON.parse(JSON.stringify(plan)).version).toBe(1)
      const executing = executePush({ ...plan, version } as never, archive.images, handle)
      await rejection(executing, TypeError, /the plan has version .+, and only version 1 can be executed; plan again/)
      expect(recorder.count('POST')).toBe(0)
    },
  )
})

describe('planPush() and executePush()', () => {
  it('throw a TypeError when images is the opened archive, or when the plan is not a plan', async () => {
    const archive = await opened()
    const { handle } = target()
    const message = /images: it has to be the "images" that openArchive gives, not an object/
    await rejection(planPush(archive as never, handle), TypeError, message)
    const plan = await planPush(archive.images, handle)
    await rejection(executePush(plan, archive as never, handle), TypeError, message)
    for (const none of [undefined, JSON.stringify(plan), Promise.resolve(plan), {}, archive.images]) {
      const executing = executePush(none as never, archive.images, handle)
      const error = await rejection(
        executing,
        TypeError,
        /the plan has to be what planPush resolves to \(await it\), or/,
      )
      expect(error.message.length).toBeLessThan(150)
    }
  })
})
