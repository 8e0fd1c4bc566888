import { describe, expect, it } from 'vitest'
import { openArchive, ValidationError } from '../../src/index.ts'
import { planPush } from '../../src/push/plan.ts'
import { createTestArchive } from '../../src/testing/index.ts'

const base = { 'etc/base': 'shared' }
const {
  images: [one, two],
} = await openArchive(
  await createTestArchive({
    images: [
      { names: ['a:v1'], layers: [base, { a: 'a' }, base] },
      { names: ['b:v1'], layers: [base] },
    ],
  }),
)
if (!one || !two) throw new Error('the archive has two images')

describe('planPush()', () => {
  it('plans each blob once, layers first, and one manifest under its tag', () => {
    const plan = planPush([{ image: one, repository: 'team/a', tags: ['v1'] }])
    expect(plan.blobs.map(({ kind, repository, mountFrom }) => [kind, repository, mountFrom])).toEqual([
      ['layer', 'team/a', undefined],
      ['layer', 'team/a', undefined],
      ['config', 'team/a', undefined],
    ])
    expect(plan.manifests.map(({ repository, reference }) => [repository, reference])).toEqual([['team/a', 'v1']])
    expect(plan.totalBytes).toBe(2 * 10_240 + (one.config?.size ?? 0))
  })

  it('puts a manifest before what comes after it and may list it', () => {
    const plan = planPush([
      { image: one, repository: 'a', tags: ['v1'] },
      { image: { ...two, children: [one] }, repository: 'a', tags: [] },
    ])
    const digests = [one, two].map(({ manifest }) => manifest.digest)
    expect(plan.manifests.map(({ reference }) => reference)).toEqual([...digests, 'v1'])
  })

  it('mounts a blob that an earlier repository of the push has', () => {
    const plan = planPush([
      { image: one, repository: 'a', tags: ['v1'] },
      { image: two, repository: 'b', tags: ['v1'] },
    ])
    expect(plan.blobs.slice(3).map(({ kind, repository, mountFrom }) => [kind, repository, mountFrom])).toEqual([
      ['layer', 'b', 'a'],
      ['config', 'b', undefined],
    ])
  })

  it('puts all manifests by digest before the first of several tags moves', () => {
    const plan = planPush([
      { image: one, repository: 'a', tags: ['v1', 'latest'] },
      { image: two, repository: 'b', tags: ['v1'] },
      { image: two, repository: 'b', tags: ['v1'] },
    ])
    expect(plan.manifests.map(({ repository, reference }) => `${repository} ${reference}`)).toEqual([
      `a ${one.manifest.digest}`,
      `b ${two.manifest.digest}`,
      'a v1',
      'a latest',
      'b v1',
    ])
  })

  it('refuses two files of other sizes that claim one digest', () => {
    const [layer] = one.layers
    if (!layer) return expect.fail('the image has layers')
    const image = { ...one, layers: [layer, { ...layer, size: layer.size + 1 }] }
    expect(() => planPush([{ image, repository: 'a', tags: ['v1'] }])).toThrow(/should both be sha256:/)
  })

  it('refuses to give one tag to two images', () => {
    const pushes = [one, two].map((image) => ({ image, repository: 'a', tags: ['v1'] }))
    expect(() => planPush(pushes)).toThrow(ValidationError)
    expect(() => planPush(pushes)).toThrow(/two images as "a:v1"/)
  })
})
