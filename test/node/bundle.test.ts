import { beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, bundleCore, bundleList, bundlePush, loadedByPush } from '../../bench/bundle.js'

// What a page loads before it can do anything. The aim for all of it is 25 kB; until that is reached, it must not grow unnoticed.

/** In bytes: the figure of today, rounded up. */
const LIMIT = 37_000
/** In bytes: the same for a page that only pushes. */
const PUSH_LIMIT = 32_000
/** In bytes: the same for a page that only lists tags. */
const LIST_LIMIT = 20_000
/** In bytes: what loads for the question whether a token server on another host is of the registry's site. */
const SITE_LIMIT = 40_000

let core: Bundle
let push: Bundle
let list: Bundle
beforeAll(async () => {
  core = await bundleCore()
  push = await bundlePush()
  list = await bundleList()
  process.stdout.write(
    `Minified and gzipped, ".": ${kilobytes(core)}, pushDockerTar alone: ${kilobytes(push)}, listTags alone: ${kilobytes(list)}\n`,
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

  it(`has at most ${LIST_LIMIT / 1000} kB for a page that imports listTags alone`, () => {
    expect(list.bytes).toBeLessThanOrEqual(LIST_LIMIT)
  })

  it(`loads at most ${SITE_LIMIT / 1000} kB to tell whether two hosts are of one site`, () => {
    const hasList = ({ code }: Bundle['later'][number]) => code.includes('accident-investigation')
    expect(core.later.filter(hasList).map(({ bytes }) => bytes <= SITE_LIMIT)).toEqual([true])
    expect(core.atOnce.filter(hasList)).toEqual([])
  })

  it('loads the client of HTTP, SHA-256, encoders, what unpacks and databases when they are met', () => {
    // A few bytes of the bundler's own join its files.
    const isPackage = (name: string) => !name.startsWith('src/') && name !== 'the bundler'
    const packages = [
      '@hpcc-js/wasm-zstd',
      '@noble/hashes',
      '@zip.js/zip.js',
      'fflate',
      'hash-wasm',
      'idb-keyval',
      'ky',
    ]
    expect(packagesIn(core.later).filter(isPackage)).toEqual(packages)
    expect(packagesIn(core.atOnce).filter((name) => packages.includes(name))).toEqual([])
  })

  it('loads for a plain push the client of HTTP, what reads its kind of archive, SHA-256 and what explains refusals, and nothing else', async () => {
    expect(packagesIn(await loadedByPush(push))).toEqual([
      'hash-wasm',
      'ky',
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
