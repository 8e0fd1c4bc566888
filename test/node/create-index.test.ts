import { describe, expect, inject, it } from 'vitest'
import {
  createIndex,
  editImage,
  getManifest,
  type Image,
  type Index,
  openArchive,
  openImage,
  pushImage,
  runnableImages,
  selectPlatforms,
  ValidationError,
  writeArchive,
} from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, withName, withPlatform } from '../support/layout.ts'
import { imageOfKind, openOne } from '../support/opened-image.ts'
import { signedLayout } from '../support/signed-layout.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'
const LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'

const documentOf = async ({ manifest: { source } }: Image) =>
  JSON.parse(new TextDecoder().decode(await source.read(0, source.size))) as Index & { readonly mediaType: string }
const digests = (images: readonly Image[]) => images.map(({ manifest }) => manifest.digest)
const imageFor = (architecture: string, fields: object = {}) => imageOfKind('oci', { architecture, ...fields })

let count = 0
const newRepository = () => `indexes/${Date.now().toString(36)}-${count++}`

/** An index of two platforms; the first has an attestation, which has a signature. */
async function attested() {
  const layout = createLayout()
  const [amd64, arm64] = [await layout.addImage(), await layout.addImage({ architecture: 'arm64' })]
  const about = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': amd64.digest }
  const attestation = await layout.addImage({ text: 'attestation', os: 'unknown', architecture: 'unknown' })
  const index = await layout.addIndex([
    withPlatform(attestation, 'unknown/unknown', about),
    withPlatform(amd64, 'linux/amd64', { note: 'first' }),
    withPlatform(arm64, 'linux/arm64/v8'),
  ])
  layout.list(withName(index, 'team/app:v1'))
  return { image: await openOne(layout.tar()), attestation: attestation.digest, amd64, arm64 }
}

describe('createIndex()', () => {
  it('lists images with the platforms of their configs', async () => {
    const images = [
      await imageFor('amd64'),
      await imageFor('arm', { variant: 'v6' }),
      await imageFor('amd64', { os: 'windows', 'os.version': '10.0.20348.1', 'os.features': ['win32k'] }),
    ]
    const index = await createIndex(images, { annotations: { b: '2', a: '1' } })
    expect(index).toMatchObject({ kind: 'index', names: [], tags: [], missing: [], manifest: { mediaType: INDEX } })
    const platforms = [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm', variant: 'v6' },
      { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1', 'os.features': ['win32k'] },
    ]
    expect(await documentOf(index)).toEqual({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: images.map(({ manifest: { mediaType, digest, size } }, position) => {
        return { mediaType, digest, size, platform: platforms[position] }
      }),
      annotations: { a: '1', b: '2' },
    })
    expect(digests(index.children)).toEqual(digests(images))
    expect((await createIndex(images, { annotations: { a: '1', b: '2' } })).manifest.digest).toBe(index.manifest.digest)
  })

  it('makes a list of Docker of its images alone, and an index of OCI of others', async () => {
    const docker = await imageOfKind('docker')
    const oci = await imageFor('arm64')
    expect((await createIndex([docker])).manifest.mediaType).toBe(LIST)
    expect((await createIndex([docker, oci])).manifest.mediaType).toBe(INDEX)
    expect((await createIndex([docker], { annotations: { a: '1' } })).manifest.mediaType).toBe(INDEX)
  })

  it('takes the entries of indexes as they are, and attestations after the images', async () => {
    const { image, attestation, amd64, arm64 } = await attested()
    const s390x = await imageFor('s390x')
    const index = await createIndex([image, s390x])
    const { manifests } = await documentOf(index)
    expect(manifests.map(({ digest }) => digest)).toEqual([
      amd64.digest,
      arm64.digest,
      ...digests([s390x]),
      attestation,
    ])
    expect(manifests[0]).toMatchObject({ annotations: { note: 'first' } })
    expect(manifests[3]).toEqual((await documentOf(image)).manifests[0])
    const nested = await createIndex([{ ...index, children: [...index.children] }])
    expect(nested.manifest.digest).toBe(index.manifest.digest)
  })

  it('takes some platforms, with the attestations of these', async () => {
    const { image, attestation, amd64, arm64 } = await attested()
    const one = await createIndex([image, await imageFor('s390x')], { platforms: ['linux/arm64'] })
    expect(digests(one.children)).toEqual([arm64.digest])
    const two = await createIndex([image], { platforms: ['linux/amd64'] })
    expect(digests(two.children)).toEqual([amd64.digest, attestation])
    const error = await rejection(createIndex([image], { platforms: ['linux/s390x'] }), ValidationError)
    expect(error.code).toBe('PLATFORM_MISSING')
    expect(error.message).toContain('the images have linux/amd64, linux/arm64/v8')
  })

  it('drops the attestation of an image that was edited', async () => {
    const { image, attestation } = await attested()
    const edited = await editImage(image, { user: 'node' }, { onWarning: () => {} })
    expect(digests((await createIndex([edited])).children)).not.toContain(attestation)
  })

  it('takes an image that is given twice once', async () => {
    const { image } = await attested()
    const [first] = runnableImages(image)
    expect(digests((await createIndex([first as Image, image, first as Image])).children)).toHaveLength(3)
  })

  it.each<[string, object, object]>([
    ['the same', {}, {}],
    ['the usual variant', { architecture: 'arm64' }, { architecture: 'arm64', variant: 'v8' }],
  ])('rejects two images of one platform: %s', async (_, one, other) => {
    const images = [await imageOfKind('oci', one), await imageOfKind('oci', { ...other, author: 'another' })]
    const error = await rejection(createIndex(images), ValidationError, /image 0 and image 1 both have the platform/)
    expect(error.code).toBe('NAME_CLASH')
    expect(error.remedy).toContain('selectPlatforms()')
  })

  it('rejects an image without a platform, unless it is given one', async () => {
    const image = await imageOfKind('oci', { architecture: '', os: '' })
    const error = await rejection(createIndex([image]), ValidationError, /the config of image 0 has no platform; pass/)
    expect(error.code).toBe('PLATFORM_MISSING')
    const platform = { os: 'linux', architecture: 'riscv64' }
    const index = await createIndex([{ ...image, platform }])
    expect((await documentOf(index)).manifests[0]?.platform).toEqual(platform)
  })

  it('rejects artifacts and attestations', async () => {
    const { layout } = await signedLayout()
    const artifact = (await openArchive(layout.tar())).images[1] as Image
    const { code } = await rejection(
      createIndex([artifact]),
      ValidationError,
      /image 0 is an artifact \(application\/x/,
    )
    expect(code).toBe('NOT_SUPPORTED')
    const attestation = (await attested()).image.children[0] as Image
    await rejection(createIndex([attestation]), ValidationError, /image 0 is an attestation/)
  })

  it('rejects a list without images', async () => {
    const { code } = await rejection(createIndex([]), ValidationError, /^Cannot create an index: there is no image/)
    expect(code).toBe('NO_IMAGE')
    for (const images of [undefined, 'app', {}]) await rejection(createIndex(images as never), TypeError)
    for (const image of [undefined, 'app', Promise.resolve()])
      await rejection(createIndex([image as never]), TypeError, /as an image/)
    await rejection(createIndex([await imageFor('amd64')], { annotations: { a: 1 as never } }), TypeError)
  })

  it('leaves out annotations without a value', async () => {
    const annotations = { a: '1', b: null as never, c: undefined as never }
    const index = await createIndex([await imageFor('amd64')], { annotations })
    expect(await documentOf(index)).toMatchObject({ annotations: { a: '1' } })
  })

  it('is pushed to a registry, with images of other repositories', async () => {
    const registry = inject('registryUrl')
    const [amd64, arm64] = [newRepository(), newRepository()]
    await pushImage(await imageFor('amd64'), registry, amd64, 'v1')
    await pushImage(await imageFor('arm64'), registry, arm64, 'v1')
    const index = await createIndex([await openImage(registry, amd64, 'v1'), await openImage(registry, arm64, 'v1')])
    const repository = newRepository()
    const digest = await pushImage(index, registry, repository, 'v1', { verify: true })
    expect((await getManifest(registry, repository, 'v1')).digest).toBe(digest)
    const opened = await openImage(registry, repository, 'v1')
    expect(runnableImages(opened).map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64'])
  })

  it('is written as a tar', async () => {
    const index = await createIndex([await imageFor('amd64'), await imageFor('arm64')])
    const written = await writeArchive([{ ...index, names: ['team/app:v1'] }])
    const read = await openOne(new Response(await written.stream()))
    expect(read).toMatchObject({ names: ['docker.io/team/app:v1'], manifest: { digest: index.manifest.digest } })
  })
})

describe('selectPlatforms()', () => {
  it('makes an index of some platforms, with their attestations, and tells its digest', async () => {
    const { image, attestation, amd64 } = await attested()
    const warned: string[] = []
    const selected = await selectPlatforms(image, ['linux/amd64'], { onWarning: (one) => warned.push(one) })
    expect(selected.kind).toBe('index')
    expect(digests(selected.children)).toEqual([attestation, amd64.digest])
    expect(selected.names).toEqual(image.names)
    expect(warned).toEqual([expect.stringContaining(selected.manifest.digest)])
  })

  it('gives the image of one platform', async () => {
    const { image, arm64 } = await attested()
    const selected = await selectPlatforms(image, 'linux/arm64')
    expect(selected).toMatchObject({ kind: 'image', names: image.names, manifest: { digest: arm64.digest } })
  })

  it('gives the image itself if it is all of it', async () => {
    const { image } = await attested()
    expect(await selectPlatforms(image, ['linux/arm64', 'linux/amd64'])).toBe(image)
  })

  it('tells the referrers of the index that are left out', async () => {
    const { image } = await attested()
    const signature = await imageFor('amd64', { author: 'a signature' })
    const warned: string[] = []
    const signed = { ...image, referrers: [signature] } as Image
    await selectPlatforms(signed, 'linux/amd64', { onWarning: (one) => warned.push(one) })
    expect(warned).toEqual([expect.stringContaining(`${signature.manifest.digest} is about ${image.manifest.digest}`)])
  })

  it('rejects a platform that is not there, and a list that is empty', async () => {
    const { image } = await attested()
    const error = await rejection(selectPlatforms(image, ['linux/amd64', 'linux/s390x']), ValidationError)
    expect(error.code).toBe('PLATFORM_MISSING')
    await rejection(selectPlatforms(image, []), TypeError)
    await rejection(selectPlatforms(image, undefined as never), TypeError)
  })
})
