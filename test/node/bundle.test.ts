import { beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, bundleCore } from '../../bench/bundle.js'

// What a page loads before it can push anything. The aim is 25 kB; until that is reached, it must not grow unnoticed.

/** In bytes: the figure of today, rounded up. */
const LIMIT = 52_000

let bundle: Bundle
beforeAll(async () => {
  bundle = await bundleCore()
  process.stdout.write(`The bundle of ".": ${(bundle.bytes / 1000).toFixed(1)} kB, minified and gzipped\n`)
})

describe('the bundle of the portable entry', () => {
  it('has at most 52 kB, minified and gzipped', () => {
    expect(bundle.bytes).toBeLessThanOrEqual(LIMIT)
  })

  it('loads what reads zip and zstd, and the list of public suffixes, when they are met', () => {
    const packages = bundle.later.flatMap(({ parts }) => Object.keys(parts))
    expect(packages.sort()).toEqual(['@zip.js/zip.js', 'tldts', 'tldts-core', 'zstddec'])
    for (const name of packages) expect(bundle.entry.parts).not.toHaveProperty([name])
  })
})
