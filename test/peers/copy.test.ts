import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import {
  copyImage,
  copyRepository,
  getManifest,
  listTags,
  openImage,
  openRegistry,
  pushDockerTar,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import type { Distribution } from '../support/distribution.ts'
import { ALL, describeReal } from '../support/real-registries.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { signedLayout } from '../support/signed-layout.ts'

// To and from distribution 2.8 of the run. zot has the referrers API, without `OCI-Subject`; distribution has none.

describeReal('copies of {}', ALL, ({ profile, start }) => {
  let registry: Distribution
  beforeAll(async () => {
    registry = await start()
  })
  afterAll(() => registry?.stop())

  it('go there and back byte for byte, and take two requests when they are present', async () => {
    const repository = `copies/${Date.now().toString(36)}`
    const layers = [1, 2, 3].map((n) => ({ file: `${repository} ${n}`.repeat(50_000) }))
    const digest = await pushDockerTar(
      await createTestArchive({ images: [{ layers }] }),
      inject('registryUrl'),
      repository,
      'v1',
    )
    const back = { registry: inject('registryUrl'), repository: `${repository}-back` }
    const there = { registry: registry.url, repository, reference: 'v1' }
    await copyImage({ ...there, registry: inject('registryUrl') }, { registry: registry.url }, { chunkSize: 300_000 })
    await copyImage(there, back, { verify: true })
    expect((await getManifest(back.registry, back.repository, 'v1')).digest).toBe(digest)
    const recorder = recordingFetch()
    const [from, to] = [there, back].map(({ registry, ...rest }) => ({
      ...rest,
      registry: openRegistry(registry, { fetch: recorder.fetch }),
    }))
    expect((await copyImage({ ...there, ...from }, { ...back, ...to })).outcome).toBe('present')
    expect(recorder.exchanges.map(({ method }) => method)).toEqual(['HEAD', 'HEAD'])
  })

  it('take the referrers along, and mount within the registry', async () => {
    const repository = `signed/${Date.now().toString(36)}`
    const { layout, index, sbom, signature, childSbom, cosign } = await signedLayout()
    await pushDockerTar(layout.tar(), inject('registryUrl'), repository, 'v1', { image: 'team/app:v1' })
    const source = { registry: inject('registryUrl'), repository, reference: 'v1' }
    await copyImage(source, { registry: registry.url }, { referrers: true })
    const recorder = recordingFetch()
    const handle = openRegistry(registry.url, { fetch: recorder.fetch })
    await copyImage(
      { ...source, registry: handle },
      { registry: handle, repository: `${repository}-twin` },
      { referrers: true },
    )
    const uploads = recorder.exchanges.filter(({ method, url }) => method === 'PUT' && url.pathname.includes('/blobs/'))
    // zot mounts only if it shares the blobs of its repositories. Otherwise they are read and uploaded.
    expect(uploads.length > 0).toBe(profile === 'zot')
    for (const name of [repository, `${repository}-twin`]) {
      const image = await openImage(registry.url, name, 'v1', { referrers: true })
      expect(image.manifest.digest).toBe(index.digest)
      const digests = (referrers: typeof image.referrers | undefined) =>
        referrers?.map(({ manifest }) => manifest.digest)
      expect(digests(image.referrers)).toEqual([sbom.digest])
      expect(digests(image.referrers[0]?.referrers)).toEqual([signature.digest])
      expect(digests(image.children[0]?.referrers)).toEqual([cosign.digest])
      expect(digests(image.children[1]?.referrers)).toEqual([childSbom.digest])
    }
  })

  it('of a whole repository have its tags', async () => {
    const repository = `many/${Date.now().toString(36)}`
    for (const tag of ['v1', 'v2', 'w1']) {
      const layers: Record<string, string>[] = [{ base: repository }, { own: tag }]
      await pushDockerTar(await createTestArchive({ images: [{ layers }] }), registry.url, repository, tag)
    }
    const copied = await copyRepository(
      { registry: registry.url, repository },
      { registry: inject('registryUrl') },
      { tags: 'v*' },
    )
    expect(copied.map(({ tag, outcome }) => `${tag} ${outcome}`)).toEqual(['v1 copied', 'v2 copied'])
    expect([...(await listTags(inject('registryUrl'), repository))].sort()).toEqual(['v1', 'v2'])
  })
})
