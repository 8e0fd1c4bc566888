import { describe, expect, inject, it } from 'vitest'
import {
  type DeletePlan,
  deleteImage,
  deleteTags,
  executeDelete,
  planDelete,
  undoDelete,
  ValidationError,
} from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { stockRepository } from '../support/stocked-repository.ts'

// Against Debian's distribution 2.8: no delete of a single tag, and no referrers API.

const stock = () => stockRepository(inject('registryUrl'))
const reasons = ({ stays }: DeletePlan) => stays.map(({ tag, reason }) => [tag, reason])

describe('planDelete()', () => {
  it('plans an image with what only its index lists, parents first, and leaves what another index lists', async () => {
    const { handle, repository, ...repo } = stock()
    const [own, shared] = [await repo.image(), await repo.image()]
    const index = await repo.index('v1', [own, shared])
    await repo.index('v2', [shared])
    const plan = await planDelete(handle, repository, 'v1')
    expect(plan.deletes).toMatchObject([
      { digest: index.digest, way: 'digest', tags: ['v1'], why: 'chosen', after: [] },
      { digest: own.digest, way: 'digest', tags: [], why: 'child', after: [index.digest] },
    ])
    expect(plan.stays).toMatchObject([
      { tag: 'v2', reason: 'not-chosen' },
      { digest: shared.digest, reason: 'listed', text: expect.stringContaining('"v2"') },
    ])
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)

    const { deleted, skipped, failed, undo } = await executeDelete(plan)
    expect([deleted.length, skipped, failed]).toEqual([2, [], []])
    expect([await repo.has(own.digest), await repo.has(shared.digest), await repo.tags()]).toEqual([
      false,
      true,
      ['v2'],
    ])

    expect(await undoDelete(JSON.parse(JSON.stringify(undo)), handle)).toMatchObject({
      manifests: [own.digest, index.digest],
      tags: [{ tag: 'v1', digest: index.digest }],
      kept: [],
    })
    expect([await repo.has(own.digest), await repo.tags()]).toEqual([true, ['v1', 'v2']])
  })

  it('names sibling tags, and leaves such a tag where the registry deletes whole manifests only', async () => {
    const { handle, repository, ...repo } = stock()
    await repo.tag('latest', await repo.image('v1'))
    const plan = await planDelete(handle, repository, ['v1'])
    expect(plan.deletes).toMatchObject([{ way: 'tag', tags: ['v1'], siblings: ['latest'] }])
    expect(plan.stays).toMatchObject([{ tag: 'latest', reason: 'not-chosen' }])
    expect(await executeDelete(plan)).toMatchObject({
      deleted: [],
      skipped: [{ tags: ['v1'], reason: 'tag-not-deletable', text: expect.stringContaining('overwriteTags') }],
    })
    expect(await repo.tags()).toEqual(['latest', 'v1'])
  })

  it('deletes such a tag with { overwriteTags: true }, and undoes it', async () => {
    const { handle, repository, ...repo } = stock()
    const image = await repo.image('v1')
    await repo.tag('latest', image)
    const { deleted, undo } = await deleteTags(handle, repository, 'v1', { overwriteTags: true })
    expect(deleted).toMatchObject([{ way: 'overwrite', tags: ['v1'], digest: image.digest }])
    expect([await repo.tags(), await repo.has(image.digest)]).toEqual([['latest'], true])
    expect(await undoDelete(undo)).toMatchObject({ manifests: [], tags: [{ tag: 'v1', digest: image.digest }] })
    expect(await repo.tags()).toEqual(['latest', 'v1'])
  })

  it('takes along what is about an image: the list of referrers, and the tags of cosign', async () => {
    const { handle, repository, ...repo } = stock()
    const image = await repo.image('v1')
    await repo.image('v2')
    const sbom = await repo.image(undefined, { subject: image, artifactType: 'application/spdx+json' })
    const name = image.digest.replace(':', '-')
    const list = await repo.index(name, [sbom])
    const signature = await repo.image(`${name}.sig`)
    const signatureOfSignature = await repo.image(`${signature.digest.replace(':', '-')}.sig`)
    const { deletes } = await planDelete(handle, repository, 'v1')
    expect(deletes.map(({ digest }) => digest).slice(0, 1)).toEqual([image.digest])
    expect(new Set(deletes.map(({ digest }) => digest))).toEqual(
      new Set([image, sbom, list, signature, signatureOfSignature].map(({ digest }) => digest)),
    )
    const { deleted, undo } = await deleteTags(handle, repository, 'v1')
    expect([deleted.length, await repo.tags()]).toEqual([5, ['v2']])
    await undoDelete(undo)
    expect([await repo.tags(), await repo.has(sbom.digest)]).toEqual([
      ['v1', 'v2', name, `${name}.sig`, `${signature.digest.replace(':', '-')}.sig`].sort(),
      true,
    ])
  })

  it('removes a referrer that goes from the list of its subject, which stays', async () => {
    const { handle, repository, ...repo } = stock()
    const image = await repo.image('v1')
    const [one, two] = [
      await repo.image(undefined, { subject: image }),
      await repo.image(undefined, { subject: image }),
    ]
    const name = image.digest.replace(':', '-')
    const list = await repo.index(name, [one, two])
    const { deleted, undo } = await deleteTags(handle, repository, one.digest)
    expect(deleted).toMatchObject([{ digest: one.digest, listed: { subject: image.digest, list: list.digest } }])
    expect((await repo.read(name)).manifests).toEqual([two])
    await undoDelete(undo)
    expect(await repo.read(name)).toEqual(await repo.read(list.digest))
    expect(await repo.has(one.digest)).toBe(true)

    // A list that somebody else has changed meanwhile keeps the change.
    const again = await deleteTags(handle, repository, one.digest)
    const three = await repo.image(undefined, { subject: image })
    await repo.index(name, [two, three])
    await undoDelete(again.undo)
    expect((await repo.read(name)).manifests).toEqual([two, three, one])
  })

  it('puts parents before children that were chosen too, and undoes that', async () => {
    const { handle, repository, ...repo } = stock()
    await repo.image('stays')
    const child = await repo.image()
    const index = await repo.index(undefined, [child])
    const chosen = [child.digest, index.digest]
    const { deleted, undo } = await deleteTags(handle, repository, chosen, { children: false })
    expect(deleted.map(({ digest, after }) => [digest, after])).toEqual([
      [index.digest, []],
      [child.digest, [index.digest]],
    ])
    await undoDelete(undo)
    expect([await repo.has(child.digest), await repo.has(index.digest)]).toEqual([true, true])
  })

  it('mends a list of referrers that stays when its subject goes', async () => {
    const { handle, repository, ...repo } = stock()
    const image = await repo.image('v1')
    await repo.image('v2')
    const [one, two] = [
      await repo.image(undefined, { subject: image }),
      await repo.image(undefined, { subject: image }),
    ]
    const name = image.digest.replace(':', '-')
    await repo.index(name, [one, two])
    await deleteTags(handle, repository, [image.digest, one.digest], { referrers: false })
    expect((await repo.read(name)).manifests).toEqual([two])
  })

  it('leaves a referrer whose list has another tag, too', async () => {
    const { handle, repository, ...repo } = stock()
    const image = await repo.image('v1')
    const one = await repo.image(undefined, { subject: image })
    const list = await repo.index(image.digest.replace(':', '-'), [one])
    await repo.tag('release', list)
    const { deletes, stays } = await planDelete(handle, repository, one.digest)
    expect(deletes).toEqual([])
    expect(stays).toContainEqual(expect.objectContaining({ digest: one.digest, reason: 'listed' }))
  })

  it('refuses to leave no tag, unless all of them may go', async () => {
    const { handle, repository, ...repo } = stock()
    await repo.image('v1')
    const error = await rejection(
      planDelete(handle, repository, '*'),
      ValidationError,
      /no tag would stay.*\{ all: true \}/,
    )
    expect(error.code).toBe('NOTHING_STAYS')
    expect((await deleteTags(handle, repository, '*', { all: true })).deleted).toHaveLength(1)
    expect(await repo.tags()).toEqual([])
  })

  it('skips a tag that was moved since, and a manifest that a new tag needs', async () => {
    const { handle, repository, ...repo } = stock()
    const [one, two] = [await repo.image('one'), await repo.image('two')]
    await repo.image('three')
    const plan = await planDelete(handle, repository, ['one', 'two'])
    const other = await repo.image('one')
    const index = await repo.index('new', [two])
    expect((await executeDelete(plan)).skipped).toMatchObject([
      { tags: ['one'], reason: 'moved', text: expect.stringContaining(other.digest) },
      { tags: ['two'], reason: 'needed' },
    ])
    expect([await repo.has(one.digest), await repo.has(index.digest), await repo.has(two.digest)]).toEqual([
      true,
      true,
      true,
    ])
  })
})

describe('retention rules', () => {
  it('keep the newest by version, counted by digest, and what is no version', async () => {
    const { handle, repository, ...repo } = stock()
    for (const tag of ['v1.9.0', 'v1.10.0-rc.1', 'main', 'abc1234']) await repo.image(tag)
    const newest = await repo.image('v1.10.0')
    for (const tag of ['v1.10', 'latest']) await repo.tag(tag, newest)
    const plan = await planDelete(handle, repository, { keepNewest: 2, by: 'version' })
    expect(plan.deletes.flatMap(({ tags }) => tags)).toEqual(['v1.9.0'])
    expect(reasons(plan)).toEqual([
      ['abc1234', 'no-version'],
      ['latest', 'newest'],
      ['main', 'no-version'],
      ['v1.10', 'newest'],
      ['v1.10.0', 'newest'],
      ['v1.10.0-rc.1', 'newest'],
    ])
  })

  it('never delete by age what has no date, or one that cannot be right', async () => {
    const { handle, repository, ...repo } = stock()
    const dates = {
      missing: null,
      nix: '1970-01-01T00:00:01Z',
      go: '0001-01-01T00:00:00Z',
      future: '2999-01-01T00:00:00Z',
    }
    for (const [tag, created] of Object.entries(dates)) await repo.image(tag, { created })
    await repo.image('old', { created: '2020-02-02T00:00:00.123456789Z' })
    await repo.image('recent', { created: new Date().toISOString() })
    const plan = await planDelete(handle, repository, { olderThan: '30d' })
    expect(plan.deletes.map(({ tags }) => tags)).toEqual([['old']])
    expect(reasons(plan)).toEqual([
      ['future', 'no-date'],
      ['go', 'no-date'],
      ['missing', 'no-date'],
      ['nix', 'no-date'],
      ['recent', 'recent'],
    ])
  })

  it('keep the newest by date and by name', async () => {
    const { handle, repository, ...repo } = stock()
    for (const year of [2019, 2020, 2021, 2022]) await repo.image(`y${year}`, { created: `${year}-01-01T00:00:00Z` })
    const plan = await planDelete(handle, repository, { keepNewest: 1, keep: ['y2019'], tags: 'y*' })
    expect(plan.deletes.flatMap(({ tags }) => tags).sort()).toEqual(['y2020', 'y2021'])
    expect(reasons(plan)).toEqual([
      ['y2019', 'kept'],
      ['y2022', 'newest'],
    ])
  })
})

describe('deleteImage() of a registry that deletes whole manifests only', () => {
  it('does not delete the image of a tag that an index lists', async () => {
    const { handle, repository, ...repo } = stock()
    const image = await repo.image('v1-amd64')
    await repo.index('v1', [image])
    const error = await rejection(deleteImage(handle, repository, 'v1-amd64'), ValidationError, /the index .* lists it/)
    expect(error.code).toBe('TAG_SHARED')
    expect([await repo.tags(), await repo.has(image.digest)]).toEqual([['v1', 'v1-amd64'], true])
  })
})
