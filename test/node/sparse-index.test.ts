import { describe, expect, it } from 'vitest'
import {
  type ArchiveInput,
  formatPlatform,
  getManifest,
  inspectDockerTar,
  isIndex,
  listTags,
  openArchive,
  openRegistry,
  type PlatformChoice,
  type PushArchiveOptions,
  planPush,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ResponseError,
  runnableImages,
  ValidationError,
  validateDockerTar,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { blobPath, createLayout, withName, withPlatform } from '../support/layout.ts'
import { multiPlatform, pulledPlatforms } from '../support/producers.ts'

// `docker save` of an image that was pulled: its index lists platforms and attestations that nobody pulled.

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

function embedded() {
  const registry = createTestRegistry()
  return openRegistry('https://registry.test', { fetch: registry.fetch })
}

async function push(archive: ArchiveInput, options: PushArchiveOptions & PlatformChoice = {}) {
  const registry = embedded()
  const warnings: string[] = []
  const onWarning = (warning: string) => warnings.push(warning)
  const digest = await pushDockerTar(archive, registry, 'team/app', 'v1', { onWarning, ...options })
  const stored = await getManifest(registry, 'team/app', 'v1')
  expect(stored.digest).toBe(digest)
  return { registry, warnings, ...stored }
}

const listed = ({ manifest }: Awaited<ReturnType<typeof push>>) =>
  isIndex(manifest) ? manifest.manifests.map(({ digest }) => digest) : expect.fail('expected an index')

/** amd64 with its attestation is there, arm64 is not. */
const sparse = async () => {
  const made = await multiPlatform()
  made.layout.files.delete(blobPath(made.arm64.digest))
  made.layout.list(withName(made.index, 'team/app:v1'))
  return made
}

describe('openArchive() of a sparse index', () => {
  it('tells what it lacks', async () => {
    const { layout, arm64 } = await sparse()
    const archive = await openArchive(layout.tar())
    expect(archive.images[0]?.missing).toMatchObject([
      { digest: arm64.digest, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    ])
    expect(archive.images[0]?.children).toHaveLength(2)
    expect((await inspectDockerTar(layout.tar())).architecture).toBe('amd64')
  })

  it('counts a child as missing when a layer or its config is', async () => {
    const { layout, arm64, index } = await multiPlatform()
    const manifest = JSON.parse(new TextDecoder().decode(layout.files.get(blobPath(arm64.digest)) as Uint8Array))
    layout.files.delete(blobPath(manifest.layers[0].digest))
    layout.list({ ...index })
    const archive = await openArchive(layout.tar())
    expect(archive.images[0]?.missing.map(({ digest }) => digest)).toEqual([arm64.digest])
  })
})

describe('validateDockerTar() of a sparse index', () => {
  it('says yes where a platform is there, and no where none is', async () => {
    const one = await pulledPlatforms(['amd64'], ['arm64'])
    expect(await validateDockerTar(one.layout.tar())).toBe(true)
    const two = await pulledPlatforms(['amd64', 'arm64'], ['s390x'])
    expect(await validateDockerTar(two.layout.tar())).toBe(true)
    const none = await pulledPlatforms([], ['amd64'])
    expect(await validateDockerTar(none.layout.tar())).toBe(false)
    const { layout, amd64 } = await sparse()
    layout.files.delete(blobPath(amd64.digest))
    // Its attestation is still there.
    expect(await validateDockerTar(layout.tar())).toBe(false)
  })
})

describe('pushDockerTar() of a sparse index', () => {
  it('pushes the only platform that is there, and tells what is not', async () => {
    const { layout, index, images } = await pulledPlatforms(['amd64'], ['arm64', 's390x'])
    const pushed = await push(layout.tar())
    expect(pushed.digest).toBe(images.amd64)
    expect(pushed.warnings).toEqual([
      `The archive holds one platform (linux/amd64) of the index ${index.digest}, and lacks linux/arm64, linux/s390x, 3 attestations; only the manifest of this platform is used, ${images.amd64}, without the index, as "docker push" does.`,
    ])
    await rejection(getManifest(pushed.registry, 'team/app', index.digest), ResponseError, /404/)
  })

  it('pushes the only platform where nothing but its attestation is missing', async () => {
    const { layout, images } = await pulledPlatforms(['amd64'], [])
    const pushed = await push(layout.tar())
    expect([pushed.digest, pushed.warnings]).toEqual([images.amd64, [expect.stringMatching(/lacks an attestation;/)]])
  })

  it('pushes an index without attestations where all platforms are there, and tells its digest', async () => {
    const { layout, index, images } = await pulledPlatforms(['amd64', 'arm64'], [])
    const pushed = await push(layout.tar())
    expect(listed(pushed)).toEqual([images.amd64, images.arm64])
    expect(pushed.warnings).toEqual([
      `The archive lacks 2 attestations of the index ${index.digest}; a new index was made of the rest: ${pushed.digest}.`,
    ])
  })

  it('asks for a choice where several platforms are there, but not all', async () => {
    const { layout, images } = await pulledPlatforms(['amd64', 'arm64'], ['s390x'])
    const error = await rejection(push(layout.tar()), ValidationError)
    expect(error.message).toMatch(
      /several platforms \(linux\/amd64, linux\/arm64\) of the index .* lacks linux\/s390x;/,
    )
    expect(error.message).toMatch(/\{ platform: "linux\/amd64" \}, or .* \{ platforms: 'available' \}/)
    expect((await push(layout.tar(), { platform: 'linux/arm64' })).digest).toBe(images.arm64)
    expect(listed(await push(layout.tar(), { platforms: 'available' }))).toEqual([images.amd64, images.arm64])
  })

  it('takes a missing platform for an attestation only if it has the annotation of one', async () => {
    const pushed = async (type: string) => {
      const { layout, amd64, arm64 } = await multiPlatform()
      const absent = { mediaType: MANIFEST, digest: `sha256:${'5'.repeat(64)}` as const, size: 500 }
      const index = await layout.addIndex([
        withPlatform(amd64, 'linux/amd64'),
        withPlatform(arm64, 'linux/arm64'),
        withPlatform(absent, 'linux/s390x', { 'vnd.docker.reference.type': type }),
      ])
      layout.list(withName(index, 'team/app:v1'))
      return push(layout.tar())
    }
    expect(listed(await pushed('attestation-manifest'))).toHaveLength(2)
    await rejection(pushed('other'), ValidationError, /but lacks linux\/s390x; /)
  })

  it('takes a manifest that is listed for two platforms as one', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const missing = { ...image, digest: `sha256:${'0'.repeat(64)}` as const }
    const index = await layout.addIndex([
      withPlatform(image, 'linux/arm/v6'),
      withPlatform(image, 'linux/arm/v7'),
      withPlatform(missing, 'linux/amd64'),
    ])
    layout.list({ ...index })
    expect((await push(layout.tar())).digest).toBe(image.digest)
  })

  it('finds the only platform in an index in an index', async () => {
    const { layout, index, images } = await pulledPlatforms(['amd64'], ['arm64'])
    layout.list({ ...(await layout.addIndex([{ ...index }])) })
    expect((await push(layout.tar())).digest).toBe(images.amd64)
  })

  it('brings along what is about the platform, also out of the index, and says what stays out', async () => {
    const layout = createLayout()
    const amd64 = await layout.addImage()
    const arm64 = await layout.addImage({ architecture: 'arm64' })
    const empty = await layout.add('application/vnd.oci.empty.v1+json', '{}')
    const about = (subject: object, artifactType: string) =>
      layout.add(MANIFEST, { schemaVersion: 2, artifactType, config: empty, layers: [empty], subject })
    const provenance = await about(amd64, 'text/provenance')
    const other = await about(arm64, 'text/provenance')
    const index = await layout.addIndex([
      withPlatform(amd64, 'linux/amd64'),
      withPlatform(arm64, 'linux/arm64'),
      withPlatform(provenance, 'unknown/unknown'),
      withPlatform(other, 'unknown/unknown'),
    ])
    const signature = await about(index, 'text/signature')
    layout.files.delete(blobPath(arm64.digest))
    layout.list(withName(index, 'team/app:v1'), { ...signature })
    for (const options of [{}, { platform: 'linux/amd64' }]) {
      const { registry, digest, warnings } = await push(layout.tar(), options)
      expect(digest).toBe(amd64.digest)
      expect((await getManifest(registry, 'team/app', provenance.digest)).digest).toBe(provenance.digest)
      for (const { digest } of [other, signature, index]) {
        await rejection(getManifest(registry, 'team/app', digest), ResponseError, /404/)
      }
      expect(warnings.at(-1)).toBe(
        `${signature.digest} is about the index ${index.digest}, which is left out, so it is left out too.`,
      )
      expect(await listTags(registry, 'team/app')).toEqual(['v1'])
    }
  })

  it('is an error by { platforms: "all" }, with what is missing and what to do', async () => {
    const { layout } = await sparse()
    const error = await rejection(push(layout.tar(), { platforms: 'all' }), ValidationError)
    expect(error.message).toMatch(/also lists linux\/arm64\/v8, which the archive does not hold/)
    expect(error.message).toMatch(/\{ platforms: 'available' \}.*\{ platform: "linux\/amd64" \}/)
    const named = pushDockerTarWithAllOriginalTags(layout.tar(), embedded(), { platforms: 'all' })
    await rejection(named, ValidationError, /linux\/arm64\/v8/)
  })

  it('names a platform that is there', async () => {
    const { layout } = await pulledPlatforms(['s390x'], ['amd64'])
    const pushing = push(layout.tar(), { platforms: 'all' })
    await rejection(pushing, ValidationError, /also lists linux\/amd64, .*\{ platform: "linux\/s390x" \}$/)
  })

  it('makes an index of what there is by { platforms: "available" }, and tells its digest', async () => {
    const { layout, index, amd64, attestation } = await sparse()
    const pushed = await push(layout.tar(), { platforms: 'available' })
    expect(listed(pushed)).toEqual([amd64.digest, attestation.digest])
    expect(pushed.manifest).toMatchObject({ manifests: [{ platform: { os: 'linux', architecture: 'amd64' } }, {}] })
    expect(pushed.digest).not.toBe(index.digest)
    expect(pushed.warnings).toEqual([expect.stringContaining(`lacks linux/arm64/v8 of the index ${index.digest}`)])
    expect(pushed.warnings).toEqual([expect.stringContaining(`${pushed.digest}.`)])
    // The same archive gives the same index.
    expect((await push(layout.tar(), { platforms: 'available' })).digest).toBe(pushed.digest)
  })

  it('leaves out attestations of what is missing, and indexes of which nothing is left', async () => {
    const { layout, index, amd64, arm64, attestation } = await multiPlatform()
    for (const { digest } of [amd64, arm64]) layout.files.delete(blobPath(digest))
    const other = await layout.addImage({ text: 'other' })
    const outer = await layout.addIndex([{ ...index }, withPlatform(other, 'linux/riscv64')])
    layout.list({ ...outer })
    const pushed = await push(layout.tar(), { platforms: 'available' })
    // The inner index had an attestation left, about an image that is gone.
    expect(listed(pushed)).toEqual([other.digest])
    await rejection(getManifest(pushed.registry, 'team/app', attestation.digest), ResponseError, /404/)
  })

  it('is an error where nothing of it is there', async () => {
    const { layout, amd64, arm64, attestation } = await sparse()
    for (const { digest } of [amd64, arm64, attestation]) layout.files.delete(blobPath(digest))
    await rejection(
      push(layout.tar()),
      ValidationError,
      /also lists linux\/amd64, linux\/arm64\/v8, an attestation, which .*; the archive holds no platform of it: save it again$/,
    )
    await rejection(
      push(layout.tar(), { platforms: 'available' }),
      ValidationError,
      /nothing of what its index .* lists is there/,
    )
  })

  it('gives one platform by { platform }', async () => {
    const { layout, amd64 } = await sparse()
    expect((await push(layout.tar(), { platform: 'linux/amd64' })).digest).toBe(amd64.digest)
    const message = /Cannot find the platform "linux\/arm64": the image has linux\/amd64, and lacks linux\/arm64\/v8/
    await rejection(push(layout.tar(), { platform: 'linux/arm64' }), ValidationError, message)
  })
})

describe('pushDockerTar() with a list of platforms', () => {
  it('pushes a new index of these, with their attestations, and tells its digest', async () => {
    const { layout, images } = await pulledPlatforms(['amd64', 'arm64', 's390x'], [])
    const pushed = await push(layout.tar(), { platforms: ['linux/amd64', 'linux/s390x'] })
    expect(listed(pushed)).toEqual([images.amd64, images.s390x])
    expect(pushed.warnings).toEqual([expect.stringContaining(`: ${pushed.digest}.`)])
  })

  it('refuses a platform that is not there, and an empty list', async () => {
    const { layout } = await pulledPlatforms(['amd64'], ['arm64'])
    await rejection(push(layout.tar(), { platforms: ['linux/arm64'] }), ValidationError, /Cannot find the platform/)
    await rejection(push(layout.tar(), { platforms: [] }), TypeError, /platforms is empty/)
  })
})

describe('pushDockerTarWithAllOriginalTags() of sparse indexes', () => {
  it('pushes the only platform of each under its names', async () => {
    const first = await pulledPlatforms(['amd64'], ['s390x'])
    const second = await pulledPlatforms(['arm64'], ['s390x'], first.layout)
    first.layout.list(withName(first.index, 'a:v1'), withName(first.index, 'b:v1'), withName(second.index, 'c:v1'))
    const registry = embedded()
    const digests = await pushDockerTarWithAllOriginalTags(first.layout.tar(), registry)
    expect(digests).toEqual([first.images.amd64, first.images.amd64, second.images.arm64])
    for (const [position, repository] of ['a', 'b', 'c'].entries()) {
      expect((await getManifest(registry, repository, 'v1')).digest).toBe(digests[position])
    }
  })
})

describe('planPush() of a sparse index', () => {
  it('tells what is pushed instead of the index', async () => {
    const { layout, index, images } = await pulledPlatforms(['amd64'], ['arm64'])
    const archive = await openArchive(layout.tar())
    const [platform] = archive.images.flatMap(runnableImages)
    expect(platform && formatPlatform(platform.platform)).toBe('linux/amd64')
    const warnings: string[] = []
    const plan = await planPush(archive.images, embedded(), { onWarning: (warning) => warnings.push(warning) })
    expect(plan.digestChanges).toEqual([{ repository: 'alpine', from: index.digest, to: images.amd64 }])
    expect(plan.tags).toMatchObject([{ repository: 'alpine', tag: '3.22', digest: images.amd64 }])
    expect(warnings).toEqual([expect.stringMatching(/linux\/arm64/)])
    const planned = planPush(archive.images, embedded(), { platforms: 'all' })
    await rejection(planned, ValidationError, /also lists linux\/arm64/)
  })
})
