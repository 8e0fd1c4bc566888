import { describe, expect, it } from 'vitest'
import { matchesPattern, sortTags } from '../../src/index.ts'

describe('sortTags()', () => {
  it('puts newer versions first, pre-releases after their release, and tags without a version last', () => {
    const sorted = ['v10', '1.10.0', '1.10.0-rc.2', '1.10.0-rc.1', '1.9', 'debian-12', 'debian-11', 'latest', 'main']
    expect(sortTags([...sorted].reverse())).toEqual(sorted)
    expect(sortTags([...sorted].sort())).toEqual(sorted)
  })

  it('keeps the given array, and sorts 100,000 tags in less than two seconds', () => {
    const tags = Object.freeze(Array.from({ length: 100_000 }, (_, index) => `v1.${index}.${index % 7}`))
    const begin = performance.now()
    expect(sortTags(tags)[0]).toBe('v1.99999.4')
    expect(performance.now() - begin).toBeLessThan(2000)
  })

  it('throws a TypeError for a lone tag', () => {
    expect(() => sortTags('v1' as never)).toThrow(/^Cannot use tags: it has to be an array of tags, not "v1"$/)
  })
})

describe('matchesPattern()', () => {
  it.each([
    ['team/app', 'team/*', true],
    ['team/app', '*app', true],
    ['team/app', 'team', false],
    ['v1.2', 'v?.2', true],
    ['v10.2', 'v?.2', false],
  ])('tells whether %s matches %s', (text, pattern, expected) => {
    expect(matchesPattern(text, pattern)).toBe(expected)
  })

  it('throws a TypeError if an argument is not a string', () => {
    expect(() => matchesPattern('v1', /v/ as never)).toThrow(TypeError)
    expect(() => matchesPattern(1 as never, '*')).toThrow(TypeError)
  })
})
