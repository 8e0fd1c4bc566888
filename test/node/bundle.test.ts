import { beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, bundleCore } from '../../bench/bundle.js'

// What a page loads before it can push anything. The aim is 25 kB; until that is reached, it must not grow unnoticed.

/** In bytes: the figure of today, rounded up. */
const LIMIT = 50_000

let bundle: Bundle
beforeAll(async () => {
  bundle = await bundleCore()
  process.stdout.write(`The bundle of ".": ${(bundle.bytes / 1000).toFixed(1)} kB, minified and gzipped\n`)
})

describe('the bundle of the portable entry', () => {
  it('has at most 50 kB, minified and gzipped', () => {
    expect(bundle.bytes).toBeLessThanOrEqual(LIMIT)
  })

  it('loads SHA-256, encoders, what reads zip, zstd and the oldest archives, and the list of public suffixes when they are met', () => {
    const packages = bundle.later.flatMap(({ parts }) => Object.keys(parts))
    expect(packages.sort()).toEqual([
      '@bokuweb/zstd-wasm',
      '@zip.js/zip.js',
      'fflate',
      'hash-wasm',
      'src/archive',
      'tldts',
      'tldts-core',
      'zstddec',
    ])
    const isPackage = (name: string) => !name.startsWith('src/')
    for (const name of packages.filter(isPackage)) expect(bundle.entry.parts).not.toHaveProperty([name])
  })
})
