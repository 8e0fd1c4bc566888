import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FileEntry, type FileIndex, normalizePath } from '../../src/archive/file-index.ts'
import { withDefaultLimits } from '../../src/archive/limits.ts'
import { indexTar } from '../../src/archive/tar-index.ts'
import {
  type Archive,
  type Descriptor,
  DigestMismatchError,
  getPrimaryTag,
  type Image,
  inspectDockerTar,
  openArchive,
  openRegistry,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ResponseError,
  TarReadError,
  ValidationError,
  validateDockerTar,
} from '../../src/index.ts'
import { toSource } from '../../src/source/from.ts'
import { readAll } from '../../src/source/source.ts'
import { createTestRegistry, type TestRegistry } from '../../src/testing/index.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { hasGnuTar, listByGnuTar, type TarListing } from '../support/gnu-tar.ts'
import { guardedSource } from '../support/guarded-source.ts'
import { archiveModel, buildArchive, buildRealArchive, realModel } from '../support/image-arbitrary.ts'
import { packedNoise, wrap, wrappings } from '../support/packing-arbitrary.ts'
import { buildTar, tarModel } from '../support/tar-arbitrary.ts'

/** In bytes. Images may share JSON, so that more is read than there is. */
const JSON_TOTAL = 2 ** 18
const MANIFESTS = withDefaultLimits().manifests

/** What a file may be refused with. Each says what to do about it. */
const REFUSALS = [TarReadError, ValidationError, DigestMismatchError]

/** Runs a property with its share of the cases. The failure that it ends with tells the seed and the smallest case. */
async function check<T>(share: number, cases: fc.Arbitrary<T>, holds: (value: T) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(cases, async (value) => {
    const start = performance.now()
    await holds(value)
    // What never gives way cannot be timed out: that it took too long shows afterwards.
    expect(performance.now() - start, 'milliseconds').toBeLessThan(CASE_TIMEOUT)
  })
  await fc.assert(property, { ...shareOfRuns(share), timeout: CASE_TIMEOUT, endOnFailure: false })
}

/** Gives what comes of a promise, and nothing where it is refused in one of the ways that are allowed. */
async function unlessRefused<T>(promise: Promise<T>, refusals: readonly unknown[] = REFUSALS): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (refusals.some((refusal) => error instanceof (refusal as typeof Error))) return undefined
    throw new Error('An error that is none of the promised ones', { cause: error })
  }
}

/** Opens bytes, sees that they are read with measure, and that what they hold is what it says. */
async function openChecked(bytes: Uint8Array): Promise<void> {
  const source = guardedSource(bytes)
  const archive = await unlessRefused(openArchive(source, { limits: { totalJsonSize: JSON_TOTAL } }))
  expect(source.faults).toEqual([])
  expect(source.bytesRead, `bytes read of ${bytes.length}`).toBeLessThanOrEqual(4 * bytes.length + 2 ** 16 + JSON_TOTAL)
  if (!archive) return
  await verifyDigests(archive)
  await askEverything(archive)
  await archive.close()
}

async function verifyDigests({ images, format, tarManifest }: Archive): Promise<void> {
  expect(countImages(images), 'images in images').toBeLessThanOrEqual(MANIFESTS)
  for (const [position, { Config }] of (format === 'docker' ? (tarManifest ?? []) : []).entries()) {
    const claimed = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(Config)?.[1]
    if (claimed) expect(images[position]?.config?.digest).toBe(`sha256:${claimed}`)
  }
  const seen = new Set<string>()
  const visit = async (image: Image): Promise<void> => {
    const { manifest, config, layers, children, subject } = image
    if (seen.has(manifest.digest)) return
    seen.add(manifest.digest)
    for (const { digest, size, source } of config ? [manifest, config] : [manifest]) {
      const bytes = await readAll(source)
      expect({ digest, size }).toEqual({ digest: digestOf(bytes), size: bytes.length })
    }
    for (const { digest, size } of [...layers, ...(subject ? [{ digest: subject, size: 0 }] : [])]) {
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(size).toBeGreaterThanOrEqual(0)
    }
    expectFit(image)
    for (const child of children) await visit(child)
  }
  for (const image of images) await visit(image)
}

/** An image that runs has as many layers as its config has diff IDs, and no plain one at the position of another. */
function expectFit({ platform, artifactType, subject, configuration, layers }: Image): void {
  const isImage = layers.every(({ mediaType }) => /\.(?:image\.layer|image\.rootfs)\./.test(mediaType))
  if (!configuration || !platform || platform.os === 'unknown' || artifactType || subject || !isImage) return
  const { diffIds } = configuration
  expect(layers).toHaveLength(diffIds.length)
  for (const [position, { digest, source }] of layers.entries()) {
    if (source && diffIds.includes(digest)) expect(diffIds[position]).toBe(digest)
  }
}

/** How many there are at all depths. Counts no further than it has to: indexes that list one another make them many. */
function countImages(images: readonly Image[], before = 0): number {
  let count = before
  for (const { children } of images) {
    if (count > MANIFESTS) break
    count = countImages(children, count + 1)
  }
  return count
}

/** Everything else that can be asked of an archive without a registry: each is an answer, or a refusal. */
async function askEverything(archive: Archive): Promise<void> {
  expect(typeof (await validateDockerTar(archive))).toBe('boolean')
  for (const image of archive.images.keys()) {
    await unlessRefused(inspectDockerTar(archive, { image }))
    await unlessRefused(getPrimaryTag(archive, { image }))
  }
}

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

describe('openArchive()', () => {
  it('opens or refuses any tar', { timeout: PROPERTY_TIMEOUT }, async () => {
    await check(0.26, tarModel, async (model) => openChecked(buildTar(model)))
  })

  it('opens or refuses any archive of images, and takes nothing for what it is not', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    await check(0.24, archiveModel, async (model) => openChecked(buildArchive(model)))
  })

  it('opens or refuses any archive of Docker that was changed', { timeout: PROPERTY_TIMEOUT }, async () => {
    await check(0.05, realModel, async (model) => openChecked(await buildRealArchive(model)))
  })

  it('opens or refuses any archive that is packed', { timeout: PROPERTY_TIMEOUT }, async () => {
    await check(0.1, fc.record({ archive: archiveModel, wrappings }), async ({ archive, wrappings }) =>
      openChecked(await wrap(buildArchive(archive), wrappings)),
    )
  })

  it('refuses what only looks as if it was packed', { timeout: PROPERTY_TIMEOUT }, async () => {
    await check(0.07, packedNoise, openChecked)
  })

  it('opens an archive to the same, whichever of its files come first', { timeout: PROPERTY_TIMEOUT }, async () => {
    await check(0.06, archiveModel, async (model) => {
      const orders = [false, true].map((isReversed) => buildArchive({ ...model, bytes: [] }, isReversed))
      const [forwards, backwards] = await Promise.all(orders.map((bytes) => unlessRefused(openArchive(bytes))))
      expect(digestsOf(backwards)).toEqual(digestsOf(forwards))
    })
  })

  it('opens a stream, and a source of views, as it opens bytes', { timeout: PROPERTY_TIMEOUT }, async () => {
    const cases = fc.record({ archive: archiveModel, wrappings, lengths: pieceLengths })
    await check(0.03, cases, async ({ archive, wrappings, lengths }) => {
      const bytes = await wrap(buildArchive(archive), wrappings)
      const inputs = [bytes, guardedSource(bytes), inPieces(bytes, lengths)]
      const [inPlace, inViews, streamed] = await Promise.all(inputs.map((input) => unlessRefused(openArchive(input))))
      expect(digestsOf(inViews)).toEqual(digestsOf(inPlace))
      expect(digestsOf(streamed)).toEqual(digestsOf(inPlace))
    })
  })
})

const digestsOf = (archive: Archive | undefined) => archive?.images.map(({ manifest }) => manifest.digest)

/** In bytes. Short pieces come first, where the kind of a file is told; a whole archive in such pieces would take seconds. */
const pieceLengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5000 })), {
  minLength: 1,
  maxLength: 100,
})

/** Gives pieces of these lengths, and the rest in pieces of 4,099 bytes. */
async function* inPieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let start = 0, piece = 0; start < bytes.length; piece++) {
    const end = start + (lengths[piece] ?? 4099)
    yield bytes.subarray(start, end)
    start = end
  }
}

describe('pushDockerTar()', () => {
  it('brings each content under its own digest, or fails', { timeout: PROPERTY_TIMEOUT }, async () => {
    await check(0.06, archiveModel, async (model) => {
      const archive = await unlessRefused(openArchive(buildArchive(model)))
      if (!archive) return
      const pushed = archive.images.keys()
      for (const image of pushed) {
        await pushChecked(archive.images.slice(image, image + 1), (handle) =>
          pushDockerTar(archive, handle, 'a', 'v1', { image, platforms: 'available' }),
        )
      }
      await pushChecked([], (handle) => pushDockerTarWithAllOriginalTags(archive, handle))
    })
  })
})

/** Pushes into an empty registry. One that refuses is fine only where the archive misnames what is in it. */
async function pushChecked(
  images: readonly Image[],
  push: (handle: ReturnType<typeof openRegistry>) => Promise<unknown>,
): Promise<void> {
  const registry = createTestRegistry()
  const handle = openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0 })
  const done = await unlessRefused(push(handle), [...REFUSALS, ResponseError])
  expect(registry.openUploads).toBe(0)
  // A wrong digest is found here, before the registry would find it.
  expect(registry.requests.filter(({ url, status }) => url.includes('/blobs/uploads/') && status >= 400)).toEqual([])
  if (done === undefined) return
  for (const { config, layers } of images) {
    const blobs: readonly Descriptor[] = [...(config ? [config] : []), ...layers.filter(({ source }) => source)]
    for (const { digest } of blobs) expect(await digestIn(registry, `blobs/${digest}`)).toBe(digest)
    expect(await digestIn(registry, 'manifests/v1')).toBe(done)
  }
}

async function digestIn(registry: TestRegistry, path: string): Promise<string> {
  const answer = await registry.fetch(new Request(`https://registry.test/v2/a/${path}`))
  return digestOf(new Uint8Array(await answer.arrayBuffer()))
}

describe('indexTar()', () => {
  it.skipIf(!hasGnuTar())(
    'finds what GNU tar finds, where both take the archive',
    { timeout: PROPERTY_TIMEOUT },
    async () => {
      await check(0.1, tarModel, async (model) => {
        const tar = buildTar(model)
        const index = await unlessRefused(indexTar(toSource(tar), withDefaultLimits()))
        if (!index) return
        const { listed, isLost } = listByGnuTar(tar)
        // It refuses more: times and owners, which are not read here. But what it loses its way in is refused here too.
        expect(isLost).toBe(false)
        if (listed) expect(byIndex(index)).toEqual(byGnuTar(listed))
      })
    },
  )
})

/** What an entry is, as far as two readers have to agree: folders and what else is neither file nor link are all alike. */
type Comparable = readonly [path: string, kind: string, detail: string | number]

const GNU_KINDS: Readonly<Record<string, FileEntry['kind']>> = {
  '-': 'file',
  C: 'file',
  l: 'symlink',
  h: 'hardlink',
}
/** What GNU tar writes behind a name, by its kind. */
const SUFFIX: Readonly<Record<string, RegExp>> = {
  l: / -> (.*)$/s,
  h: / link to (.*)$/s,
  V: /--Volume Header--$/,
  '?': / unknown file type '.*'$/s,
}

function byIndex({ entries }: FileIndex): readonly Comparable[] {
  const named = [...entries.values()].filter(({ path }) => path !== '')
  return named.map(({ path, kind, target, source }) => {
    if (kind === 'symlink') return [path, kind, target]
    if (kind === 'hardlink') return [path, kind, normalizePath(target)]
    return kind === 'file' ? [path, kind, source.size] : [path, 'other', '']
  })
}

/** Of several entries with one path the last, where the first stood: as in a `Map`. */
function byGnuTar(listed: readonly TarListing[]): readonly Comparable[] {
  const entries = new Map<string, Comparable>()
  for (const { kind: letter, size = 0, text } of listed) {
    const kind = GNU_KINDS[letter] ?? 'other'
    const [suffix = '', target = ''] = SUFFIX[letter]?.exec(text) ?? []
    const path = normalizePath(text.slice(0, text.length - suffix.length))
    const detail = { file: size, hardlink: normalizePath(target) }[kind as string] ?? target
    if (path !== '') entries.set(path, [path, kind, detail])
  }
  return [...entries.values()]
}
