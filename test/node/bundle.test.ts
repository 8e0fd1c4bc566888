import { beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, bundleCore, bundlePush, loadedByPush } from '../../bench/bundle.js'

// What a page loads before it can push anything. The aim is 25 kB; until that is reached, it must not grow unnoticed.

/** In bytes: the figure of today, rounded up. */
const LIMIT = 44_700
/** In bytes: the same for a page that only pushes. */
const PUSH_LIMIT = 36_400

let core: Bundle
let push: Bundle
beforeAll(async () => {
  core = await bundleCore()
  push = await bundlePush()
  process.stdout.write(
    `The bundle of ".": ${kilobytes(core)}, and of pushDockerTar alone: ${kilobytes(push)}, minified and gzipped\n`,
  )
})

const kilobytes = ({ bytes }: Bundle) => `${(bytes / 1000).toFixed(1)} kB`
const packagesIn = (chunks: Bundle['later']) => [...new Set(chunks.flatMap(({ packages }) => packages))].sort()

describe('the bundle of the portable entry', () => {
  it(`has at most ${LIMIT / 1000} kB, minified and gzipped`, () => {
    expect(core.bytes).toBeLessThanOrEqual(LIMIT)
  })

  it(`has at most ${PUSH_LIMIT / 1000} kB for a page that imports pushDockerTar alone`, () => {
    expect(push.bytes).toBeLessThanOrEqual(PUSH_LIMIT)
  })

  it('loads SHA-256, encoders, what unpacks, databases, and the list of public suffixes when they are met', () => {
    // A few bytes of the bundler's own join its files.
    const isPackage = (name: string) => !name.startsWith('src/') && name !== 'the bundler'
    const packages = [
      '@hpcc-js/wasm-zstd',
      '@noble/hashes',
      '@zip.js/zip.js',
      'fflate',
      'hash-wasm',
      'idb-keyval',
      'tldts',
      'tldts-core',
      'zstddec',
    ]
    expect(packagesIn(core.later).filter(isPackage)).toEqual(packages)
    expect(packagesIn(core.atOnce).filter((name) => packages.includes(name))).toEqual([])
  })

  it('loads for a plain push what reads its kind of archive, SHA-256 and what explains refusals, and nothing else', async () => {
    expect(packagesIn(await loadedByPush(push))).toEqual([
      'hash-wasm',
      'src/archive',
      'src/hash',
      'src/http',
      'src/images',
      'src/oci',
    ])
  })

  it('says so where a part of it does not come', async () => {
    const isReader = ({ name }: Bundle['later'][number]) => name.includes('oci-layout')
    const later = push.later.filter((chunk) => !isReader(chunk))
    expect(later).toHaveLength(push.later.length - 1)
    await expect(loadedByPush({ ...push, later })).rejects.toThrow(/RegistryError: Cannot load a part of registry-api/)
  })
})
