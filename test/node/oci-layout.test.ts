import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type ArchiveInput,
  type Digest,
  DigestMismatchError,
  formatPlatform,
  getManifest,
  inspectDockerTar,
  listTags,
  openArchive,
  openRegistry,
  type PlatformChoice,
  type PushArchiveOptions,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ResponseError,
  runnableImages,
  TarReadError,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { listNeeds } from '../../src/transfer/plan/needs.ts'
import { changedArchive } from '../support/archive-files.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { expectPushed } from '../support/formats-contract.ts'
import { blobPath, createLayout, withName, withPlatform } from '../support/layout.ts'
import { multiPlatform } from '../support/producers.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { rawEntry } from '../support/tar.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const FOREIGN = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'

function embedded() {
  const registry = createTestRegistry()
  return openRegistry('https://registry.test', { fetch: registry.fetch })
}

async function push(archive: ArchiveInput, options: PushArchiveOptions & PlatformChoice = {}) {
  const registry = embedded()
  const digest = await pushDockerTar(archive, registry, 'team/app', 'v1', options)
  const stored = await getManifest(registry, 'team/app', 'v1')
  expect(stored.digest).toBe(digest)
  return { registry, ...stored }
}

const refuses = (archive: ArchiveInput, message: RegExp) => rejection(openArchive(archive), ValidationError, message)

describe('openArchive() of an OCI layout', () => {
  it('keeps a whole index to the byte, with its attestation and indexes in it', async () => {
    const { layout, index } = await multiPlatform()
    const outer = await layout.addIndex([{ ...index }])
    layout.list(withName(outer, 'localhost:5000/team/app:v1'))
    const { digest, registry } = await push(layout.tar(), { platforms: 'available' })
    expect(digest).toBe(outer.digest)
    const [image] = (await openArchive(layout.tar())).images
    if (!image) return expect.fail('expected an image')
    await expectPushed(registry, 'team/app', image)
    expect(runnableImages(image).map(({ platform }) => formatPlatform(platform))).toEqual([
      'linux/amd64',
      'linux/arm64/v8',
    ])
    const error = await rejection(inspectDockerTar(layout.tar()), ValidationError)
    expect(error.message).toMatch(/several platforms \(linux\/amd64, linux\/arm64\/v8\); choose one with \{ platform/)
    expect((await inspectDockerTar(layout.tar(), { platform: 'linux/arm64' })).architecture).toBe('arm64')
  })

  it('looks for platforms inside an index that is listed with a platform of its own', async () => {
    const { layout, index } = await multiPlatform()
    layout.list({ ...(await layout.addIndex([withPlatform(index, 'linux/any')])) })
    const [image] = (await openArchive(layout.tar())).images
    const platforms = image && runnableImages(image).map(({ platform }) => formatPlatform(platform))
    expect(platforms).toEqual(['linux/amd64', 'linux/arm64/v8'])
  })

  it('lists an image once that has several names', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list(withName(image, 'a:v1'), withName(image, 'b:v1'), withName(image, 'latest'))
    const { images } = await openArchive(layout.tar())
    expect(images.map(({ names, tags }) => [names, tags])).toEqual([[['a:v1', 'b:v1'], ['latest']]])
  })

  it('chooses linux/arm64 and linux/arm64/v8 as one', async () => {
    const layout = createLayout()
    const arm64 = await layout.addImage({ architecture: 'arm64' })
    layout.list({ ...(await layout.addIndex([withPlatform(arm64, 'linux/arm64')])) })
    expect((await inspectDockerTar(layout.tar(), { platform: 'linux/arm64/v8' })).architecture).toBe('arm64')
  })

  it('takes the tag of a layout where only a repository is given', async () => {
    const layout = createLayout()
    layout.list(withName(await layout.addImage(), 'v7'))
    const registry = embedded()
    await pushDockerTar(layout.tar(), registry, 'team/app')
    expect(await listTags(registry, 'team/app')).toEqual(['v7'])
    expect((await openArchive(layout.tar())).images).toHaveLength(1)
    expect((await inspectDockerTar(layout.tar(), { image: 'v7' })).repoTags).toEqual([])
  })

  it('finds it in a folder of the tar, and refuses two of them', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    expect((await openArchive(layout.tar('some/folder/'))).images).toHaveLength(1)
    for (const [path, data] of [...layout.files]) {
      layout.files.delete(path)
      layout.files.set(`a/${path}`, data).set(`b/${path}`, data)
    }
    await refuses(layout.tar(), /images are in the folders "a\/", "b\/"; open one of them alone/)
  })

  it('refuses a layer that is said not to be compressed, but is xz, and warns of one that is said to be', async () => {
    const xz = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2, 3)
    const withLayer = async (mediaType: string) => {
      const layout = createLayout()
      const layer = await layout.add(mediaType, xz)
      const { digest } = await createLayout().add('', 'unpacked')
      const rootfs = { diff_ids: [digest] }
      const config = await layout.add('application/vnd.oci.image.config.v1+json', {
        os: 'linux',
        architecture: 'a',
        rootfs,
      })
      layout.list({ ...(await layout.add(MANIFEST, { schemaVersion: 2, config, layers: [layer] })) })
      return layout.tar()
    }
    const LAYER = 'application/vnd.oci.image.layer.v1.tar'
    await refuses(await withLayer(LAYER), /it is packed with xz, which has no media type in images/)
    const { images, warnings } = await openArchive(await withLayer(`${LAYER}+xz`))
    expect(images).toHaveLength(1)
    expect(warnings).toEqual([
      expect.stringMatching(/^Layer 0 of sha256:\w+ is ".*tar\+xz", which engines cannot unpack\.$/),
    ])
    expect((await openArchive(await withLayer(`${LAYER}+gzip+encrypted`))).warnings).toEqual([])
  })

  it('keeps foreign layers in the manifest, and asks nobody for them (CVE-2020-15157, GHSA-qvqc-4c52-x6qp)', async () => {
    const layout = createLayout()
    const base = { mediaType: FOREIGN, digest: `sha256:${'ab'.repeat(32)}`, size: 123, urls: ['https://mcr.example/l'] }
    const config = await layout.add('application/vnd.docker.container.image.v1+json', {
      os: 'windows',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [base.digest] },
    })
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
    layout.list({ ...(await layout.add(mediaType, { schemaVersion: 2, mediaType, config, layers: [base] })) })
    // Neither by the registry's fetch nor by any other.
    const unasked = vi.spyOn(globalThis, 'fetch')
    onTestFinished(() => unasked.mockRestore())
    const recorder = recordingFetch(createTestRegistry().fetch)
    const credentials = { username: 'bob', password: 'hunter2' }
    const registry = openRegistry('https://registry.test', { fetch: recorder.fetch, credentials })
    const { images } = await openArchive(layout.tar())
    expect(images[0]?.layers).toMatchObject([{ mediaType: FOREIGN, source: undefined, size: 123 }])
    // The registry in memory takes no manifest whose layers it lacks, foreign ones aside.
    await pushDockerTar(layout.tar(), registry, 'team/app', 'v1')
    expect((await getManifest(registry, 'team/app', 'v1')).manifest).toMatchObject({ layers: [base] })
    expect(new Set(recorder.exchanges.map(({ url }) => url.host))).toEqual(new Set(['registry.test']))
    expect(unasked).not.toHaveBeenCalled()
    if (images[0]) await expectPushed(registry, 'team/app', images[0])
  })

  it('pushes referrers with what they are about, into each of its repositories', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const empty = await layout.add('application/vnd.oci.empty.v1+json', '{}')
    const referrer = (subject: object, text: string) =>
      layout.add(MANIFEST, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        artifactType: text,
        config: empty,
        layers: [empty],
        subject,
      })
    const sbom = await referrer(image, 'text/sbom')
    const signature = await referrer(sbom, 'text/signature')
    layout.list(withName(image, 'a:v1'), withName(image, 'b:v1'), { ...signature }, { ...sbom })
    const registry = embedded()
    expect(await pushDockerTarWithAllOriginalTags(layout.tar(), registry)).toEqual([image.digest, image.digest])
    for (const repository of ['a', 'b']) {
      for (const { digest } of [sbom, signature]) {
        expect((await getManifest(registry, repository, digest)).digest).toBe(digest)
      }
      expect(await listTags(registry, repository)).toEqual(['v1'])
    }
    // Not among what has to be chosen from, but there for who asks for it.
    expect((await push(layout.tar())).digest).toBe(image.digest)
    expect((await push(layout.tar(), { image: 2 })).digest).toBe(sbom.digest)
    await rejection(inspectDockerTar(layout.tar(), { image: 2 }), ValidationError, /not an image but an artifact/)
  })

  it('takes a config from its descriptor where the layout lacks it', async () => {
    const layout = createLayout()
    const empty = await layout.add('application/vnd.oci.empty.v1+json', '{}')
    layout.files.delete(blobPath(empty.digest))
    const layer = await layout.add('text/plain', 'x')
    const list = async (data: unknown) => {
      const config = { ...empty, data }
      layout.list({
        ...(await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] })),
      })
      return layout.tar()
    }
    expect((await openArchive(await list('e30='))).images[0]?.artifactType).toBe('application/vnd.oci.empty.v1+json')
    await rejection(push(await list('fX0=')), DigestMismatchError)
    await refuses(await list('e3'), /incomplete/)
    await refuses(await list(7), /incomplete/)
  })

  it('reads headers and small JSON, and of layers nothing', async () => {
    const source = countingSource(await createTestArchive({ images: [{ layers: [{ big: 'x'.repeat(5_000_000) }] }] }))
    await openArchive(source)
    expect(source.bytesRead).toBeLessThan(10_000)
  })

  it('reads nothing of what is attached to an image (CVE-2024-29903)', async () => {
    const layout = createLayout()
    const subject = await layout.addImage()
    const [config, layer] = await Promise.all(
      ['x', 'y'].map((text) => layout.add('text/plain', text.repeat(5_000_000))),
    )
    const signature = await layout.add(MANIFEST, { schemaVersion: 2, config, layers: [layer], subject })
    layout.list({ ...subject }, { ...signature })
    const source = countingSource(layout.tar())
    expect((await openArchive(source)).images.map(({ subject }) => subject)).toEqual([undefined, subject.digest])
    expect(source.bytesRead).toBeLessThan(10_000)
  })

  it('prefers the layout to manifest.json only where it is whole', async () => {
    const whole = await createTestArchive()
    expect(await openArchive(whole)).toMatchObject({ format: 'oci', warnings: [] })
    const changed = (change: (files: Map<string, Uint8Array | string>) => void) => changedArchive({}, change)
    const lacking = await openArchive(
      await changed((files) => {
        const index = JSON.parse(new TextDecoder().decode(files.get('index.json') as Uint8Array))
        files.delete(blobPath(index.manifests[0].digest))
      }),
    )
    expect(lacking).toMatchObject({
      format: 'docker',
      warnings: [expect.stringMatching(/lacks sha256:.*"manifest.json"/)],
    })
    // Another image in manifest.json than in the layout: the one that Docker would load counts.
    const layout = createLayout()
    layout.list({ ...(await layout.addImage({ text: 'other' })) })
    const differing = await openArchive(
      await changed((files) => {
        for (const [path, data] of layout.files) files.set(path, data)
      }),
    )
    expect(differing).toMatchObject({ format: 'docker', images: [{ names: ['team/hello:v1'] }] })
    expect(differing.warnings).toEqual([expect.stringMatching(/layout in the archive lacks blobs\/sha256/)])
  })

  it('leaves out what is no manifest, and falls back to manifest.json where nothing is listed', async () => {
    const layout = createLayout()
    const other = await layout.add('application/xml', '<xml/>')
    layout.list({ ...other }, { ...(await layout.addImage()) })
    const archive = await openArchive(layout.tar())
    expect([archive.images.length, archive.warnings]).toEqual([1, [expect.stringMatching(/as "application\/xml"/)]])
    layout.list({ ...other })
    await refuses(layout.tar(), /the "index\.json" of the layout lists none/)
    const empty = await changedArchive(
      {},
      (files) => files.set('index.json', '{"schemaVersion":2,"manifests":[]}') && undefined,
    )
    expect((await openArchive(empty)).format).toBe('docker')
  })

  it('pushes blobs that an index lists, as caches do', async () => {
    const layout = createLayout()
    const blob = await layout.add('application/vnd.oci.image.layer.v1.tar+gzip', 'a layer')
    layout.list({ ...(await layout.addIndex([{ ...blob }])) })
    const [image] = (await openArchive(layout.tar())).images
    expect(image?.layers).toMatchObject([blob])
    expect(image && listNeeds([{ image, repository: 'a', tags: ['v1'] }], {}).blobs).toMatchObject([{ content: blob }])
  })

  it('finds nothing above the top of the archive', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    await rejection(openArchive(layout.tar('../')), TarReadError, /goes back a folder/)
    await rejection(openArchive(layout.tar('x/../')), TarReadError, /goes back a folder/)
    const above = new Map([...layout.files].map(([path, data]) => [`../${path}`, new Blob([data as BlobPart])]))
    await refuses(above, /Cannot find images/)
  })

  it('refuses a tag that is none, and a choice that is none', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list(withName(image, 'no tag'))
    await rejection(pushDockerTar(layout.tar(), embedded(), 'a'), ValidationError, /"no tag" as a tag/)
    await expect(push(layout.tar(), { platforms: 'alle' as 'all' })).rejects.toThrow(TypeError)
  })

  it.each([{}, { platforms: 'all' }, { platforms: 'available' }] as const)(
    'leaves out a referrer that is an incomplete index, with a warning, by %j',
    async (options) => {
      const layout = createLayout()
      const image = await layout.addImage()
      const referrer = await layout.addIndex([{ ...image, digest: `sha256:${'00'.repeat(32)}` }], { subject: image })
      layout.list(withName(image, 'a:v1'), withName(image, 'b:v1'), { ...referrer })
      const warnings: string[] = []
      const registry = embedded()
      const onWarning = (warning: string) => warnings.push(warning)
      const digests = await pushDockerTarWithAllOriginalTags(layout.tar(), registry, { ...options, onWarning })
      expect(digests).toEqual([image.digest, image.digest])
      expect(warnings).toEqual([
        expect.stringContaining(`${referrer.digest} is about ${image.digest}, but the archive`),
      ])
      await rejection(getManifest(registry, 'a', referrer.digest), ResponseError, /404/)
    },
  )

  it('refuses a layout that is incomplete, and says what it lacks', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list({ ...image })
    layout.files.delete(blobPath(image.digest))
    await refuses(layout.tar(), new RegExp(`"index.json" lists ${image.digest}, which is not there`))
  })

  it('refuses other versions of the layout, and lets its mark be missing', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    layout.files.set('oci-layout', '{"imageLayoutVersion":"2.0.0"}')
    await refuses(layout.tar(), /its version is "2\.0\.0"/)
    layout.files.delete('oci-layout')
    expect((await openArchive(layout.tar())).warnings).toEqual([expect.stringMatching(/no "oci-layout"/)])
  })
})

describe('openArchive() of a hostile layout', () => {
  const listing = async (make: (layout: ReturnType<typeof createLayout>) => Promise<object[]>) => {
    const layout = createLayout()
    layout.list(...((await make(layout)) as Record<string, unknown>[]))
    return layout.tar()
  }

  it('refuses a document that is both index and manifest, or another one than is said (CVE-2021-41190, GHSA-77vh-xpmg-72qh, GHSA-mc8v-mgrf-8f4m)', async () => {
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

  it('refuses manifests that are not what their digest says, or not as long', async () => {
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
  ])('refuses %j as a digest, wherever it stands (CVE-2024-3727)', async (digest) => {
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
    'refuses %s as a size (GHSA-f36w-mj3v-6jqv)',
    async (size) => {
      const layout = createLayout()
      layout.list({ ...(await layout.addImage()) })
      const text = layout.files.get('index.json') as string
      layout.files.set('index.json', text.replace(/"size":\d+/, `"size":${size}`))
      await refuses(layout.tar(), /a descriptor in it lacks its media type or its size/)
    },
  )

  it('takes no memory by the size that a descriptor states (GHSA-f36w-mj3v-6jqv)', async () => {
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

  it('follows nothing in a circle (GHSA-298f-872v-2rcx)', { timeout: 5000 }, async () => {
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

  it('bounds how deep indexes go, and how many manifests there are (GHSA-298f-872v-2rcx)', async () => {
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

  it('reads a manifest once that is listed a thousand times', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const index = await layout.addIndex(Array.from({ length: 1000 }, () => ({ ...image })))
    layout.list({ ...index })
    const source = countingSource(layout.tar())
    await openArchive(source)
    expect(source.bytesRead).toBeLessThan(2 * index.size + 10_000)
  })

  it('refuses few indexes that list one another so often that a walk through all would not end (GHSA-298f-872v-2rcx)', async () => {
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

  it.each(['text', { digest: 'text' }])('refuses %j as a subject', async (subject) => {
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

  it('refuses files that are there twice and differ, and takes those that are the same', async () => {
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
