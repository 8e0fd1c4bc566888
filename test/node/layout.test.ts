import { describe, expect, it } from 'vitest'
import { openArchive, ValidationError } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { listNeeds } from '../../src/transfer/plan/needs.ts'

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

describe('listNeeds(, {})', () => {
  it('has each blob once, layers first, one manifest and its tag', () => {
    const { blobs, manifests, tags } = listNeeds([{ image: one, repository: 'team/a', tags: ['v1'] }], {})
    expect(blobs.map(({ kind, repository }) => [kind, repository])).toEqual([
      ['layer', 'team/a'],
      ['layer', 'team/a'],
      ['config', 'team/a'],
    ])
    expect(manifests).toEqual([{ repository: 'team/a', content: one.manifest }])
    expect(tags).toEqual([{ repository: 'team/a', tag: 'v1', digest: one.manifest.digest }])
  })

  it('has a manifest before what comes after it and may list it', () => {
    const { manifests } = listNeeds(
      [
        { image: one, repository: 'a', tags: ['v1'] },
        { image: { ...two, children: [one] }, repository: 'a', tags: [] },
      ],
      {},
    )
    expect(manifests.map(({ content }) => content.digest)).toEqual([one, two].map(({ manifest }) => manifest.digest))
  })

  it('refuses two files of other sizes that claim one digest', () => {
    const [layer] = one.layers
    if (!layer) return expect.fail('the image has layers')
    const image = { ...one, layers: [layer, { ...layer, size: layer.size + 1 }] }
    expect(() => listNeeds([{ image, repository: 'a', tags: ['v1'] }], {})).toThrow(/has sha256:.* with another size/)
  })

  it('refuses them also where they go to two repositories', () => {
    const [layer] = one.layers
    if (!layer) return expect.fail('the image has layers')
    const other = { ...one, layers: [{ ...layer, size: layer.size + 1 }] }
    const pushes = [
      { image: one, repository: 'a', tags: ['v1'] },
      { image: other, repository: 'b', tags: ['v1'] },
    ]
    expect(() => listNeeds(pushes, {})).toThrow(/has sha256:.* with another size/)
  })

  it('refuses to give one tag to two images', () => {
    const pushes = [one, two].map((image) => ({ image, repository: 'a', tags: ['v1'] }))
    expect(() => listNeeds(pushes, {})).toThrow(ValidationError)
    expect(() => listNeeds(pushes, {})).toThrow(/two images as "a:v1"/)
  })
})
