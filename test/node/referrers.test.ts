import { describe, expect, inject, it } from 'vitest'
import {
  type Descriptor,
  getManifest,
  type Image,
  type Index,
  listTags,
  openImage,
  openRegistry,
  pushDockerTar,
  type Registry,
  RegistryError,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { addArtifact, type SignedLayout, signedLayout } from '../support/signed-layout.ts'
import { openStored } from '../support/stored-layout.ts'

// Debian's distribution 2.8 has no referrers API. The embedded registry has it.
const REGISTRIES: ReadonlyArray<readonly [string, () => Registry]> = [
  ['a real registry without the referrers API', () => openRegistry(inject('registryUrl'))],
  [
    'a registry with the referrers API',
    () => openRegistry('https://registry.test', { fetch: createTestRegistry().fetch }),
  ],
]
let count = 0
const newRepository = () => `referrers/${Date.now().toString(36)}-${count++}`

const fallbackTag = (digest: string) => digest.replace(':', '-')
const digestsOf = (images: readonly Image[]) => images.map(({ manifest }) => manifest.digest)
const push = (registry: Registry, repository: string, { layout }: Pick<SignedLayout, 'layout'>) =>
  pushDockerTar(layout.tar(), registry, repository, 'v1', { image: 'team/app:v1' })

async function listed(registry: Registry, repository: string, subject: string) {
  const { manifest } = await getManifest(registry, repository, fallbackTag(subject))
  return (manifest as Index).manifests
}

describe.each(REGISTRIES)('openImage() with referrers of %s', (_, open) => {
  it('reads what is about the image, about its children, and about that in turn', async () => {
    const registry = open()
    const repository = newRepository()
    const signed = await signedLayout()
    await push(registry, repository, signed)
    const image = await openImage(registry, repository, 'v1', { referrers: true })
    expect(digestsOf(image.referrers)).toEqual([signed.sbom.digest])
    expect(digestsOf(image.referrers[0]?.referrers ?? [])).toEqual([signed.signature.digest])
    const [first, second] = image.children
    expect(digestsOf(second?.referrers ?? [])).toEqual([signed.childSbom.digest])
    const [cosign] = first?.referrers ?? []
    expect(cosign).toMatchObject({
      manifest: { digest: signed.cosign.digest },
      tags: [signed.cosignTag],
      subject: signed.children[0]?.digest,
    })
    expect((await openImage(registry, repository, 'v1')).referrers).toEqual([])
  })

  it('reads with a platform what is about that alone', async () => {
    const registry = open()
    const repository = newRepository()
    const signed = await signedLayout()
    await push(registry, repository, signed)
    const image = await openImage(registry, repository, 'v1', { platform: 'linux/arm64', referrers: true })
    expect(digestsOf(image.referrers)).toEqual([signed.childSbom.digest])
  })
})

describe('openImage() with referrers', () => {
  it('leaves out, with a warning, what is listed but is about something else, or gone', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const stranger = await addArtifact(layout, 'application/x.sbom', {
      subject: await layout.addImage({ text: 'other' }),
    })
    const gone = { ...stranger, digest: `sha256:${'0'.repeat(64)}` }
    const list = await layout.addIndex([{ ...stranger }, { ...gone }])
    const { registry } = openStored(layout, image, (path) => {
      if (!path.endsWith(fallbackTag(image.digest))) return undefined
      return new Response(layout.files.get(`blobs/sha256/${list.digest.slice(7)}`) as BodyInit)
    })
    const warnings: string[] = []
    const onWarning = (warning: string) => warnings.push(warning)
    expect((await openImage(registry, 'a', 'v1', { referrers: true, onWarning })).referrers).toEqual([])
    expect(warnings).toEqual([
      `The registry lists ${stranger.digest} as a referrer of ${image.digest}, which is wrong; it was left out.`,
      `The registry lists ${gone.digest} as a referrer of ${image.digest}, but does not have all of it; it was left out.`,
    ])
  })

  it('ends where tags of cosign lead in a circle', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const signature = await addArtifact(layout, 'application/x.cosign')
    const tagged: Record<string, string> = {
      [`${fallbackTag(image.digest)}.sig`]: signature.digest,
      [`${fallbackTag(image.digest)}.att`]: image.digest,
      [`${fallbackTag(signature.digest)}.sig`]: image.digest,
    }
    const { registry } = openStored(layout, image, (path) => {
      const digest = tagged[path.split('/').at(-1) ?? '']
      return digest ? new Response(layout.files.get(`blobs/sha256/${digest.slice(7)}`) as BodyInit) : undefined
    })
    const opened = await openImage(registry, 'a', 'v1', { referrers: true })
    expect(digestsOf(opened.referrers)).toEqual([signature.digest])
    expect(opened.referrers[0]?.referrers).toEqual([])
  })

  it('reads all pages of the list, and asks for no artifact type', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    const artifacts = [1, 2, 3].map((n) => addArtifact(layout, `application/x.${n}`, { subject: image }))
    const entries = await Promise.all(artifacts)
    const { registry, exchanges } = openStored(layout, image, (path, request) => {
      if (!path.includes(`/referrers/${image.digest}`)) return undefined
      const page = Number(new URL(request.url).searchParams.get('page') ?? 0)
      const headers = new Headers({ 'content-type': 'application/vnd.oci.image.index.v1+json' })
      if (page < 2) headers.set('link', `<${path}?page=${page + 1}>; rel="next"`)
      return new Response(JSON.stringify({ schemaVersion: 2, manifests: [entries[page]] }), { headers })
    })
    const opened = await openImage(registry, 'a', 'v1', { referrers: true })
    expect(digestsOf(opened.referrers)).toEqual(entries.map(({ digest }) => digest))
    expect(exchanges.some(({ url }) => url.searchParams.has('artifactType'))).toBe(false)
  })

  it('counts referrers to the limits', async () => {
    const registry = openRegistry(inject('registryUrl'))
    const repository = newRepository()
    await push(registry, repository, await signedLayout())
    const options = { referrers: true, limits: { totalJsonSize: 3000 } }
    await openImage(registry, repository, 'v1', { limits: options.limits })
    const error = await rejection(openImage(registry, repository, 'v1', options), ValidationError)
    expect(error.code).toBe('LIMIT_EXCEEDED')
  })
})

describe('pushDockerTar() with referrers', () => {
  it('lists them under the tag of their subject where the registry has no referrers API', async () => {
    const registry = openRegistry(inject('registryUrl'))
    const repository = newRepository()
    const signed = await signedLayout()
    await push(registry, repository, signed)
    const { sbom, signature, childSbom, index, children, cosignTag } = signed
    expect(await listed(registry, repository, index.digest)).toEqual([
      { ...sbom, artifactType: 'application/x.sbom', annotations: { 'x.note': 'index' } },
    ])
    expect(await listed(registry, repository, sbom.digest)).toMatchObject([{ digest: signature.digest }])
    expect(await listed(registry, repository, children[1]?.digest ?? '')).toMatchObject([{ digest: childSbom.digest }])
    // What only a tag of cosign's says is in no list.
    expect([...(await listTags(registry, repository))].sort()).toEqual(
      [...[index, sbom, children[1]].map((one) => fallbackTag(one?.digest ?? '')), cosignTag, 'v1'].sort(),
    )
  })

  it.each([
    ['400', { status: 400 }],
    ['403', { status: 403 }],
    ['404 with a web page', { status: 404, headers: { 'content-type': 'text/html' } }],
    ['405', { status: 405 }],
    ['501', { status: 501 }],
    ['200 with a web page', { status: 200, headers: { 'content-type': 'text/html' } }],
  ])('lists them under the tag where the registry answers %s to the API', async (_, init) => {
    const { fetch } = createTestRegistry({ profile: 'distribution-3' })
    const page = () => Promise.resolve(new Response('<html>', init))
    const isApi = ({ url }: Request) => url.includes('/referrers/')
    const registry = openRegistry('https://registry.test', {
      fetch: (request) => (isApi(request) ? page() : fetch(request)),
    })
    const signed = await signedLayout()
    await push(registry, 'a', signed)
    expect(await listed(registry, 'a', signed.index.digest)).toMatchObject([{ digest: signed.sbom.digest }])
    const image = await openImage(registry, 'a', 'v1', { referrers: true })
    expect(digestsOf(image.referrers)).toEqual([signed.sbom.digest])
  })

  it('lists a referrer that is the only manifest of the push and has a tag, also of a subject by SHA-512', async () => {
    const registry = openRegistry(inject('registryUrl'))
    const hash = '5a'.repeat(64)
    const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha512:${hash}`, size: 7 }
    const layout = createLayout()
    const artifact = await addArtifact(layout, 'application/x.sbom', { subject: subject as Descriptor })
    layout.list({ ...artifact })
    const repository = newRepository()
    expect(await pushDockerTar(layout.tar(), registry, repository, 'sbom')).toBe(artifact.digest)
    // At most 64 characters of the hash.
    expect(await listed(registry, repository, `sha512:${hash.slice(0, 64)}`)).toMatchObject([
      { digest: artifact.digest, artifactType: 'application/x.sbom' },
    ])
  })

  it('leaves the lists to a registry that has the API', async () => {
    const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    const signed = await signedLayout()
    await push(registry, 'a', signed)
    expect(await listTags(registry, 'a')).toEqual([signed.cosignTag, 'v1'])
  })

  it('keeps what is listed already, and lists nothing twice', async () => {
    const registry = openRegistry(inject('registryUrl'))
    const repository = newRepository()
    const signed = await signedLayout()
    await push(registry, repository, signed)
    const { layout, index, sbom } = signed
    const second = await addArtifact(layout, 'application/x.other', { subject: index })
    layout.list(
      { ...index, annotations: { 'org.opencontainers.image.ref.name': 'team/app:v1' } },
      { ...sbom },
      { ...second },
    )
    await push(registry, repository, signed)
    const digests = (await listed(registry, repository, index.digest)).map(({ digest }) => digest)
    expect(digests).toEqual([sbom.digest, second.digest])
  })

  it('keeps the entries of pushes at the same time in one process', async () => {
    const registry = openRegistry(inject('registryUrl'))
    const repository = newRepository()
    const layouts = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const layout = createLayout()
        const image = await layout.addImage()
        const artifact = await addArtifact(layout, `application/x.${n}`, { subject: image })
        layout.list({ ...image, annotations: { 'org.opencontainers.image.ref.name': 'team/app:v1' } }, { ...artifact })
        return { layout, image, artifact }
      }),
    )
    await Promise.all(layouts.map((one) => push(registry, repository, one)))
    const digests = (await listed(registry, repository, layouts[0]?.image.digest ?? '')).map(({ digest }) => digest)
    expect(digests.sort()).toEqual(layouts.map(({ artifact }) => artifact.digest).sort())
  })

  it.each([1, Number.POSITIVE_INFINITY])('adds again what another client overwrites %d times', async (times) => {
    const { layout, index } = await signedLayout()
    let overwrites = 0
    const url = inject('registryUrl')
    const { fetch } = recordingFetch(async (request) => {
      const isList = request.method === 'PUT' && request.url.endsWith(fallbackTag(index.digest))
      if (!isList || overwrites >= times) return globalThis.fetch(request)
      overwrites++
      await request.arrayBuffer()
      return new Response(null, { status: 201 })
    })
    const registry = openRegistry(url, { fetch })
    const repository = newRepository()
    const pushed = push(registry, repository, { layout })
    if (times === 1) {
      await pushed
      expect(await listed(registry, repository, index.digest)).toHaveLength(1)
    } else {
      const error = await rejection(pushed, RegistryError, /other clients keep overwriting it; try again/)
      expect(error.code).toBe('CONTENT_LOST')
      await rejection(getManifest(registry, repository, 'v1'), ResponseError, /404/)
    }
  })
})

describe('openImage() with the referrers of a hostile registry', () => {
  it('stops at the limit while it looks for tags of cosign, which may be large for each of many images', async () => {
    const layout = createLayout()
    const entries = []
    for (let index = 0; index < 60; index++) entries.push(await layout.addImage({ architecture: `a${index}` }))
    const root = await layout.addIndex(entries.map((entry) => ({ ...entry })))
    const large = JSON.stringify({
      ...JSON.parse(
        Buffer.from(
          layout.files.get(`blobs/sha256/${entries[0]?.digest.slice('sha256:'.length)}`) as Uint8Array,
        ).toString(),
      ),
      annotations: { text: 'x'.repeat(1_000_000) },
    })
    const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }
    const { registry, exchanges } = openStored(layout, root, (path) =>
      path.endsWith('.sig') ? new Response(large, { headers }) : undefined,
    )
    const opening = openImage(registry, 'a', 'v1', { referrers: true, limits: { totalJsonSize: 4_000_000 } })
    const error = await rejection(opening, ValidationError, /totalJsonSize/)
    expect(error.code).toBe('LIMIT_EXCEEDED')
    expect(exchanges.filter(({ url }) => url.pathname.endsWith('.sig')).length).toBeLessThan(20)
  })
})
