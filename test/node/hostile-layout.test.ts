import { describe, expect, it } from 'vitest'
import { type Digest, DigestMismatchError, openArchive, ValidationError } from '../../src/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { blobPath, createLayout } from '../support/layout.ts'
import { refuses } from '../support/opening.ts'
import { rawEntry } from '../support/tar.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'

describe('openArchive() of a hostile OCI layout', () => {
  const listing = async (make: (layout: ReturnType<typeof createLayout>) => Promise<object[]>) => {
    const layout = createLayout()
    layout.list(...((await make(layout)) as Record<string, unknown>[]))
    return layout.tar()
  }

  it('throws when a document is both index and manifest, or not what its media type says (CVE-2021-41190, GHSA-77vh-xpmg-72qh, GHSA-mc8v-mgrf-8f4m)', async () => {
    const both = listing(async (layout) => {
      const config = await layout.add('application/vnd.oci.image.config.v1+json', '{}')
      return [await layout.add(MANIFEST, { schemaVersion: 2, config, layers: [], manifests: [] })]
    })
    await refuses(await both, /not one of image manifest and index/)
    const index = 'application/vnd.oci.image.index.v1+json'
    const asIndex = listing(async (layout) => [{ ...(await layout.addImage()), mediaType: index }])
    await refuses(
      await asIndex,
      /as "application\/vnd\.oci\.image\.index\.v1\+json", but elsewhere it is something else/,
    )
    const twice = listing(async (layout) => {
      const image = await layout.addImage()
      return [image, await layout.addIndex([{ ...image, size: image.size + 1 }])]
    })
    await refuses(await twice, /but elsewhere it is something else/)
    const unsaid = listing(async (layout) => [
      { ...(await layout.add('x', '{"schemaVersion":2,"manifests":[]}')), mediaType: MANIFEST },
    ])
    await refuses(await unsaid, /but elsewhere it is something else/)
  })

  it('throws when a manifest does not have the digest or the size in its descriptor', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list({ ...image })
    const bytes = layout.files.get(blobPath(image.digest)) as Uint8Array
    layout.files.set(
      blobPath(image.digest),
      bytes.map((byte) => (byte === 0x22 ? 0x20 : byte)),
    )
    await rejection(openArchive(layout.tar()), DigestMismatchError, /Cannot trust what the layout holds/)
    layout.files.set(blobPath(image.digest), bytes.subarray(1))
    await refuses(layout.tar(), /should have \d+ bytes, but has/)
  })

  it.each([
    'sha256:../../etc/passwd',
    `sha256:${'00'.repeat(32)}/../..`,
    `sha256:${'00'.repeat(32)}\n`,
    `sha256:${'AB'.repeat(32)}`,
    'sha512:00',
    7,
    null,
    { toString: 1, valueOf: 1 },
  ])('throws when %j is a digest anywhere in the layout (CVE-2024-3727)', async (digest) => {
    const bad = { mediaType: MANIFEST, size: 1, digest }
    await refuses(await listing(async () => [bad]), /Cannot read the digest/)
    const withBad = async (type: string, fields: (config: object) => object) =>
      listing(async (layout) => {
        const config = await layout.add('application/vnd.oci.image.config.v1+json', '{}')
        return [await layout.add(type, { schemaVersion: 2, ...fields(config) })]
      })
    await refuses(await withBad(INDEX, () => ({ manifests: [bad] })), /Cannot read the digest/)
    await refuses(await withBad(MANIFEST, () => ({ config: bad, layers: [] })), /Cannot read the digest/)
    await refuses(await withBad(MANIFEST, (config) => ({ config, layers: [bad] })), /Cannot read the digest/)
    await refuses(await withBad(MANIFEST, (config) => ({ config, layers: [], subject: bad })), /Cannot read the digest/)
  })

  it.each(['-1', '1.5', '9007199254740992', '1e400', '"1"', 'null'])(
    'throws when %s is a size (GHSA-f36w-mj3v-6jqv)',
    async (size) => {
      const layout = createLayout()
      layout.list({ ...(await layout.addImage()) })
      const text = layout.files.get('index.json') as string
      layout.files.set('index.json', text.replace(/"size":\d+/, `"size":${size}`))
      await refuses(layout.tar(), /a descriptor in it lacks its media type or its size/)
    },
  )

  it('allocates no memory by the size in a descriptor (GHSA-f36w-mj3v-6jqv)', async () => {
    const size = Number.MAX_SAFE_INTEGER
    const layout = createLayout()
    const config = await layout.add('application/vnd.oci.image.config.v1+json', '{}')
    const layer = await layout.add('application/vnd.oci.image.layer.v1.tar', 'a layer')
    const document = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] }
    const huge = [
      { ...(await layout.add(MANIFEST, document)), size },
      { ...(await layout.add(MANIFEST, { ...document, config: { ...config, size } })) },
      { ...(await layout.add(MANIFEST, { ...document, layers: [{ ...layer, size }] })) },
    ]
    for (const entry of huge) {
      layout.list(entry)
      const source = countingSource(layout.tar())
      await rejection(openArchive(source), ValidationError, /should have 9007199254740991 bytes, but has \d+$/)
      expect(source.bytesRead).toBeLessThan(10_000)
    }
  })

  it('throws when manifests form a circle (GHSA-298f-872v-2rcx)', { timeout: 5000 }, async () => {
    const [one, other] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`)
    const config = { mediaType: 'text/plain', digest: `sha256:${'0'.repeat(64)}`, size: 0 }
    const circles: Record<string, (to: object) => object> = {
      [INDEX]: (to) => ({ manifests: [to] }),
      [MANIFEST]: (subject) => ({ config, layers: [], subject }),
    }
    for (const [mediaType, fields] of Object.entries(circles)) {
      for (const [from, to] of [
        [one, one],
        [one, other],
      ]) {
        const size = JSON.stringify({ schemaVersion: 2, ...fields({ mediaType, digest: to, size: 100 }) }).length
        const layout = createLayout()
        for (const [digest, next] of [
          [from, to],
          [to, from],
        ]) {
          const document = { schemaVersion: 2, ...fields({ mediaType, digest: next, size }) }
          layout.files.set(blobPath(digest as Digest), JSON.stringify(document))
        }
        layout.list({ mediaType, digest: from, size }, { mediaType, digest: to, size })
        // No circle can be made of digests that are right, so it ends at the first.
        await rejection(
          openArchive(layout.tar()),
          DigestMismatchError,
          /Cannot trust what the layout holds as sha256:1/,
        )
      }
    }
  })

  it('limits the depth of indexes and the number of manifests (GHSA-298f-872v-2rcx)', async () => {
    const layout = createLayout()
    let entry: object = await layout.addImage()
    for (let depth = 0; depth < 5; depth++) entry = await layout.addIndex([entry as Record<string, unknown>])
    layout.list(entry as Record<string, unknown>)
    await refuses(layout.tar(), /deeper than 4/)
    expect((await openArchive(layout.tar(), { limits: { indexDepth: 5 } })).images).toHaveLength(1)
    await rejection(
      openArchive(layout.tar(), { limits: { indexDepth: 9, manifests: 5 } }),
      ValidationError,
      /more than 5/,
    )
    await expect(openArchive(layout.tar(), { limits: { manifests: -1 } })).rejects.toThrow(RangeError)
    await expect(openArchive(layout.tar(), { limits: { jsonsize: 1 } as object })).rejects.toThrow(
      /no limit "jsonsize"/,
    )
    await rejection(openArchive(layout.tar(), { limits: { totalJsonSize: 800 } }), ValidationError, /totalJsonSize/)
  })

  it('reads a manifest once when an index lists it a thousand times', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const index = await layout.addIndex(Array.from({ length: 1000 }, () => ({ ...image })))
    layout.list({ ...index })
    const source = countingSource(layout.tar())
    await openArchive(source)
    expect(source.bytesRead).toBeLessThan(2 * index.size + 10_000)
  })

  it('throws when a few indexes list one another so often that a walk through all would not end (GHSA-298f-872v-2rcx)', async () => {
    const layout = createLayout()
    let entry = await layout.addImage()
    for (let depth = 0; depth < 4; depth++) entry = await layout.addIndex(Array(500).fill({ ...entry }))
    layout.list({ ...entry })
    await refuses(layout.tar(), /lists more than 10000 manifests/)
    const many = createLayout()
    const children = Array(200).fill({ ...(await many.addImage()) })
    const indexes = await Promise.all(
      Array.from({ length: 60 }, (_, n) => many.addIndex(children, { annotations: { n: `${n}` } })),
    )
    many.list(...indexes.map((index) => ({ ...index })))
    await refuses(many.tar(), /lists more than 10000 manifests/)
  })

  it.each(['text', { digest: 'text' }])('throws when %j is a subject', async (subject) => {
    const layout = createLayout()
    layout.list({ ...(await layout.addIndex([{ ...(await layout.addImage()) }], { subject })) })
    await refuses(layout.tar(), /Cannot read/)
  })

  it.each(['index.json', 'oci-layout', 'a manifest', 'a config'])(
    'refuses %s that is too long before it reads it (CVE-2020-1702, CVE-2023-25153, GHSA-259w-8hf6-59c2)',
    async (what) => {
      const layout = createLayout()
      const pad = (document: object | string) =>
        `${typeof document === 'string' ? document : JSON.stringify(document)}${' '.repeat(9 * 2 ** 20)}`
      const type = 'application/vnd.oci.image.config.v1+json'
      const config = await layout.add(type, what === 'a config' ? pad('{}') : '{}')
      const document = { schemaVersion: 2, config, layers: [] }
      layout.list({ ...(await layout.add(MANIFEST, what === 'a manifest' ? pad(document) : document)) })
      const text = layout.files.get(what)
      if (typeof text === 'string') layout.files.set(what, pad(text))
      const source = countingSource(layout.tar())
      await rejection(openArchive(source), ValidationError, /more than the 8388608/)
      expect(source.bytesRead).toBeLessThan(20_000)
      // Nothing else is wrong with it.
      expect((await openArchive(layout.tar(), { limits: { jsonSize: 10 ** 7 } })).images).toHaveLength(1)
    },
  )

  it('throws when two files of one path differ, and accepts them when they are the same', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list({ ...image })
    const tar = layout.tar()
    const preceded = (name: string, data: string | Uint8Array) => new Uint8Array([...rawEntry({ name, data }), ...tar])
    const again = layout.files.get('index.json') as string
    expect((await openArchive(preceded('index.json', again))).images).toHaveLength(1)
    expect((await openArchive(preceded('README', 'one'))).images).toHaveLength(1)
    await refuses(preceded('index.json', again.replace('2', '3')), /holds "index\.json" more than once/)
    await refuses(preceded('./index.json', `${again} `), /more than once/)
    await refuses(preceded(blobPath(image.digest), 'x'), /more than once/)
    const link = rawEntry({ name: 'index.json', type: '2', linkName: 'other.json' })
    await refuses(new Uint8Array([...link, ...tar]), /more than once/)
    const other = rawEntry({ name: 'other.json', data: again })
    await refuses(
      new Uint8Array([...other, ...rawEntry({ name: 'index.json', data: again }), ...link]),
      /more than once/,
    )
    const layer = (await openArchive(tar)).images[0]?.layers[0]
    if (!layer) return expect.fail('expected a layer')
    await refuses(preceded(blobPath(layer.digest), new Uint8Array(layer.size)), /more than once/)
  })
})
