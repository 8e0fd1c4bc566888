import { describe, expect, it } from 'vitest'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import {
  type Descriptor,
  type Digest,
  executePush,
  formatPlatform,
  getManifest,
  inspectDockerTar,
  listTags,
  openArchive,
  openRegistry,
  type PushArchiveOptions,
  planPush,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ResponseError,
  runnableImages,
  ValidationError,
} from '../../src/index.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { expectPushed } from '../support/formats-contract.ts'
import { blobPath, createLayout, type LayoutBuilder, withName, withPlatform } from '../support/layout.ts'
import { multiPlatform } from '../support/producers.ts'

// What index.json lists, and what of it is an image of its own.

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const EMPTY = 'application/vnd.oci.empty.v1+json'
const NOWHERE = `sha256:${'0'.repeat(64)}` as const

function embedded() {
  const registry = createTestRegistry()
  return openRegistry('https://registry.test', { fetch: registry.fetch })
}

/** An artifact that says what it is about. */
async function referrer(layout: LayoutBuilder, subject: Descriptor, artifactType = 'text/signature') {
  const config = await layout.add(EMPTY, '{}')
  const { mediaType, digest, size } = subject
  const about = { mediaType, digest, size }
  return layout.add(MANIFEST, { schemaVersion: 2, artifactType, config, layers: [config], subject: about })
}

/** A signature as cosign made them before version 3: it does not say what it is about. */
async function signature(layout: LayoutBuilder, text = 'signed') {
  const layer = await layout.add('application/vnd.dev.cosign.simplesigning.v1+json', text)
  const config = await layout.add('application/vnd.oci.image.config.v1+json', {
    architecture: '',
    os: '',
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  })
  return layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] })
}

async function push(layout: LayoutBuilder, options: PushArchiveOptions = {}) {
  const registry = embedded()
  const warnings: string[] = []
  const onWarning = (warning: string) => warnings.push(warning)
  const digest = await pushDockerTar(layout.tar(), registry, 'team/app', 'v1', { onWarning, ...options })
  const has = async (reference: string) => {
    const found = await getManifest(registry, 'team/app', reference).catch((error: unknown) => {
      expect(error).toBeInstanceOf(ResponseError)
      return undefined
    })
    return found?.digest
  }
  return { registry, digest, warnings, has, tags: await listTags(registry, 'team/app') }
}

const digestsIn = async (layout: LayoutBuilder) =>
  (await openArchive(layout.tar())).images.map(({ manifest }) => manifest.digest)

const tagOf = ({ digest }: Descriptor, ending: string) => `${digest.replace(':', '-')}${ending}`

describe('a layout of "oras cp --to-oci-layout"', () => {
  it('holds what is not under another entry', async () => {
    const { layout, index, amd64, arm64, attestation } = await multiPlatform()
    layout.list(withName(index, 'v1'), withPlatform(arm64, 'linux/arm64/v8'), { ...attestation }, { ...amd64 })
    expect(await digestsIn(layout)).toEqual([index.digest])
    const pushed = await push(layout)
    expect([pushed.digest, pushed.warnings]).toEqual([index.digest, []])
    // An image with a name of its own is one, though.
    layout.list(withName(index, 'v1'), withName(amd64, 'v1-amd64'), { ...arm64 })
    expect(await digestsIn(layout)).toEqual([index.digest, amd64.digest])
  })

  it('may lack what an index lists', async () => {
    const { layout, index, amd64, arm64, attestation } = await multiPlatform()
    layout.list(withName(index, 'v1'), { ...arm64 }, { ...attestation }, { ...amd64 })
    layout.files.delete(blobPath(arm64.digest))
    expect((await push(layout)).digest).toBe(amd64.digest)
    layout.list(withName(index, 'v1'), withName(arm64, 'v1-arm64'))
    await rejection(openArchive(layout.tar()), ValidationError, new RegExp(`lists ${arm64.digest}, which is not there`))
  })

  it('brings along what is about the image', async () => {
    const { layout, index, amd64, arm64, attestation } = await multiPlatform()
    const sbom = await referrer(layout, index, 'text/sbom')
    const signed = await referrer(layout, sbom)
    layout.list(withName(index, 'v1'), { ...signed }, { ...sbom }, { ...amd64 }, { ...arm64 }, { ...attestation })
    const { has, digest } = await push(layout)
    expect([digest, await has(sbom.digest), await has(signed.digest)]).toEqual([
      index.digest,
      sbom.digest,
      signed.digest,
    ])
  })
})

describe("{ image: 'index' }", () => {
  const platforms = async () => {
    const layout = createLayout()
    const amd64 = await layout.addImage()
    const arm64 = await layout.addImage({ architecture: 'arm64' })
    layout.list(withPlatform(amd64, 'linux/amd64'), withPlatform(arm64, 'linux/arm64'))
    const text = new TextEncoder().encode(layout.files.get('index.json') as string)
    return { layout, amd64, arm64, digest: await digestOf(text, createPortableHasher) }
  }

  it('pushes the index.json of a layout as one index, to the byte', async () => {
    const { layout, digest } = await platforms()
    const error = await rejection(push(layout), ValidationError)
    expect(error.message).toMatch(/or all of them as one multi-platform image with \{ image: "index" \}$/)
    const pushed = await push(layout, { image: 'index' } as PushArchiveOptions)
    expect(pushed.digest).toBe(digest)
    const { index } = await openArchive(layout.tar())
    if (!index) return expect.fail('expected an index')
    await expectPushed(pushed.registry, 'team/app', index)
    expect((await getManifest(pushed.registry, 'team/app', 'v1')).mediaType).toBe(INDEX)
    expect(runnableImages(index).map(({ platform }) => formatPlatform(platform))).toEqual([
      'linux/amd64',
      'linux/arm64',
    ])
  })

  it('shows no line break or escape sequence of a platform in messages', async () => {
    const { layout, amd64, arm64 } = await platforms()
    layout.list(withPlatform(amd64, 'li\nnux/amd64'), withPlatform(arm64, 'linux/\u001b[31marm64'))
    const error = await rejection(push(layout), ValidationError)
    expect(error.message).toMatch(/li\?nux\/amd64; .* linux\/\?\[31marm64/)
  })

  it('is a remedy where platforms have one name', async () => {
    const { layout, amd64, arm64, digest } = await platforms()
    layout.list(withName(amd64, 'team/app:v1'), withName(arm64, 'team/app:v1'))
    const named = pushDockerTarWithAllOriginalTags(layout.tar(), embedded())
    await rejection(
      named,
      ValidationError,
      /or as one multi-platform image with pushDockerTar and \{ image: 'index' \}$/,
    )
    const error = await rejection(push(layout, { image: 'team/app:v1' } as PushArchiveOptions), ValidationError)
    expect(error.message).toMatch(/names 2 of them; .*with \{ image: "index" \}$/)
    expect((await push(layout, { image: 'index' } as PushArchiveOptions)).digest).not.toBe(digest)
  })

  it('gives one of its platforms, is planned, and names none by itself', async () => {
    const { layout, arm64, digest } = await platforms()
    const options = { image: 'index', platform: 'linux/arm64' }
    expect((await push(layout, options)).digest).toBe(arm64.digest)
    expect((await inspectDockerTar(layout.tar(), options)).architecture).toBe('arm64')
    const { index } = await openArchive(layout.tar())
    if (!index) return expect.fail('expected an index')
    const registry = embedded()
    const plan = await planPush([index], registry, { repository: 'a', tags: ['v1'] })
    await executePush(plan, [index], registry)
    expect((await getManifest(registry, 'a', 'v1')).digest).toBe(digest)
    const nameless = pushDockerTar(layout.tar(), registry, undefined, undefined, { image: 'index' })
    await rejection(nameless, ValidationError, /it has no name/)
  })

  it('is an image of this name, where there is one', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list(withName(image, 'index'), { ...(await layout.addImage({ text: 'other' })) })
    expect((await push(layout, { image: 'index' } as PushArchiveOptions)).digest).toBe(image.digest)
  })

  it('is no remedy for images that are not platforms of one, nor for archives without index.json', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) }, { ...(await layout.addImage({ text: 'other' })) })
    const error = await rejection(push(layout), ValidationError)
    expect(error.message).not.toMatch(/"index"/)
    const docker = await createTestArchive({ layout: 'docker-24' })
    expect((await openArchive(docker)).index).toBeUndefined()
    await rejection(inspectDockerTar(docker, { image: 'index' }), ValidationError, /none of them is "index"/)
  })
})

describe('what containerd lists beside an image, by io.containerd.manifest.subject', () => {
  const beside = (descriptor: Descriptor, subject: Descriptor) => ({
    ...descriptor,
    annotations: { 'io.containerd.manifest.subject': subject.digest },
  })

  it('is no image of its own, and goes along if it says itself what it is about', async () => {
    const { layout, index, amd64, attestation } = await multiPlatform()
    const signed = await referrer(layout, amd64)
    const silent = await layout.addImage({ text: 'in-toto', os: 'unknown', architecture: 'none' })
    layout.list(
      withName(index, 'team/app:v1'),
      beside(signed, amd64),
      beside(silent, index),
      beside(attestation, amd64),
    )
    const { has, digest, tags, warnings } = await push(layout)
    expect([digest, await has(signed.digest), await has(silent.digest)]).toEqual([
      index.digest,
      signed.digest,
      undefined,
    ])
    expect([tags, warnings]).toEqual([['v1'], []])
    expect(await pushDockerTarWithAllOriginalTags(layout.tar(), embedded())).toEqual([index.digest])
  })

  it('may be about what was not pulled, or not be there', async () => {
    const { layout, index, amd64, arm64 } = await multiPlatform()
    const other = await referrer(layout, arm64)
    const stranger = await referrer(layout, { ...arm64, digest: NOWHERE })
    layout.files.delete(blobPath(arm64.digest))
    layout.list(
      withName(index, 'team/app:v1'),
      beside(other, arm64),
      beside(stranger, { ...arm64, digest: NOWHERE }),
      beside({ ...amd64, digest: `sha256:${'1'.repeat(64)}` }, amd64),
    )
    expect(await digestsIn(layout)).toEqual([index.digest, other.digest])
    const { digest, has } = await push(layout)
    expect([digest, await has(other.digest)]).toEqual([amd64.digest, undefined])
  })
})

describe('a layout of "cosign save"', () => {
  const kind = (descriptor: Descriptor, name: string) => ({
    ...descriptor,
    annotations: { kind: `dev.cosignproject.cosign/${name}` },
  })

  it('has signatures that nothing lists, and brings them along', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const signed = await referrer(layout, image)
    const timestamp = await referrer(layout, signed, 'text/timestamp')
    layout.list(kind(image, 'image'))
    // Nothing of this is about the image.
    const stranger = await referrer(layout, { ...image, digest: NOWHERE })
    await layout.add(MANIFEST, '{"schemaVersion":2')
    await layout.add(MANIFEST, { subject: image })
    layout.files.set(blobPath(NOWHERE), JSON.stringify({ schemaVersion: 2, subject: image, manifests: [] }))
    const [big] = await Promise.all(['{', 'x'].map((start) => layout.add('text/plain', start.padEnd(5_000_000))))
    const source = countingSource(layout.tar())
    const { images } = await openArchive(source)
    expect(images.map(({ manifest }) => manifest.digest)).toEqual([image.digest, signed.digest, timestamp.digest])
    expect(source.bytesRead).toBeLessThan(20_000)
    const { digest, has, tags } = await push(layout)
    expect([digest, tags]).toEqual([image.digest, ['v1']])
    expect([await has(signed.digest), await has(timestamp.digest)]).toEqual([signed.digest, timestamp.digest])
    expect([await has(stranger.digest), await has(NOWHERE), big?.size]).toEqual([undefined, undefined, 5_000_000])
  })

  it('warns if it has more unlisted files than are searched for signatures', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    for (let count = 0; count < 1000; count++) await layout.add('text/plain', `file ${count}`)
    expect((await openArchive(layout.tar())).warnings).toEqual([])
    await layout.add('text/plain', 'one more')
    const { warnings } = await openArchive(layout.tar())
    expect(warnings).toEqual([
      expect.stringMatching(/has 1001 small files that nothing lists; .* the first 1000 alone/),
    ])
  })

  it('has signatures and attestations beside the image, and sets the tags by which cosign finds them', async () => {
    for (const name of ['image', 'imageIndex']) {
      const { layout, index, amd64 } = await multiPlatform()
      const image = name === 'image' ? amd64 : index
      const signed = await signature(layout)
      const attested = await signature(layout, 'attested')
      layout.list(kind(image, name), kind(signed, 'sigs'), kind(attested, 'atts'))
      const { digest, has, tags } = await push(layout)
      expect(digest).toBe(image.digest)
      expect(await has(tagOf(image, '.sig'))).toBe(signed.digest)
      expect(await has(tagOf(image, '.att'))).toBe(attested.digest)
      expect(tags).toHaveLength(3)
    }
  })

  it('leaves a signature out where the image becomes another one', async () => {
    const layout = createLayout()
    const image = await layout.addImage({ text: 'x'.repeat(5000) })
    layout.list(kind(image, 'image'), kind(await signature(layout), 'sigs'))
    const { digest, tags, warnings } = await push(layout, { compress: 'gzip' })
    expect(digest).not.toBe(image.digest)
    expect([tags, warnings]).toEqual([['v1'], [expect.stringMatching(/has another digest now/)]])
  })
})

describe('a layout with tags of signatures', () => {
  it('brings them along with the image that they are about', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const signed = await signature(layout)
    const elsewhere = await signature(layout, 'of another image')
    layout.list(withName(image, 'v1'), withName(signed, tagOf(image, '.sig')))
    const { has, tags } = await push(layout)
    expect([tags.length, await has(tagOf(image, '.sig'))]).toEqual([2, signed.digest])
    // The image that it is about is not here: it is all that there is.
    layout.list(withName(elsewhere, `sha256-${'0'.repeat(64)}.sig`))
    expect((await push(layout)).digest).toBe(elsewhere.digest)
  })

  it('brings along what a list of referrers lists, and leaves the list to the registry', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const signed = await referrer(layout, image)
    const list = await layout.addIndex([{ ...signed }])
    layout.list(withName(image, 'v1'), withName(list, tagOf(image, '')))
    expect(await digestsIn(layout)).toEqual([image.digest, signed.digest])
    const { has, tags } = await push(layout)
    expect([tags, await has(signed.digest), await has(list.digest)]).toEqual([['v1'], signed.digest, undefined])
  })
})

describe('planPush() of images with referrers', () => {
  it('gives tags to the images alone', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const signed = await referrer(layout, image)
    layout.list({ ...image }, { ...signed })
    const { images } = await openArchive(layout.tar())
    const plan = await planPush(images, embedded(), { repository: 'a', tags: ['v1'] })
    expect(plan.tags).toEqual([{ repository: 'a', tag: 'v1', digest: image.digest }])
    expect(plan.manifests.map(({ digest }) => digest as Digest)).toEqual([image.digest, signed.digest])
    const asked = await planPush(images, embedded(), { repository: 'a', tags: ['v2'], images: [1] })
    expect(asked.tags).toEqual([{ repository: 'a', tag: 'v2', digest: signed.digest }])
  })
})
