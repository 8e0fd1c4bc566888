import { describe, expect, it } from 'vitest'
import { openArchive, openRegistry, planPush } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { createLayout, withPlatform } from '../support/layout.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const EMPTY = 'application/vnd.oci.empty.v1+json'

describe('the kind of an Image', () => {
  it('is "image" for an image of a docker-save archive and of a layout', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    for (const archive of [await createTestArchive(), layout.tar()]) {
      expect((await openArchive(archive)).images.map(({ kind }) => kind)).toEqual(['image'])
    }
  })

  it('is "index" for an index, whether its images are there, missing or none at all', async () => {
    const layout = createLayout()
    const image = withPlatform(await layout.addImage(), 'linux/amd64')
    const missing = withPlatform({ mediaType: MANIFEST, digest: `sha256:${'0'.repeat(64)}`, size: 9 }, 'linux/arm64')
    layout.list(
      { ...(await layout.addIndex([image])) },
      { ...(await layout.addIndex([image, missing])) },
      { ...(await layout.addIndex([], { annotations: { empty: 'true' } })) },
    )
    const archive = await openArchive(layout.tar())
    expect(archive.images.map(({ kind }) => kind)).toEqual(['index', 'index', 'index'])
    expect(archive.images[0]?.children.map(({ kind }) => kind)).toEqual(['image'])
    expect(archive.index?.kind).toBe('index')
  })

  it('is "artifact" for a manifest whose config is not an image config', async () => {
    const layout = createLayout()
    const config = await layout.add(EMPTY, '{}')
    const chart = { schemaVersion: 2, mediaType: MANIFEST, artifactType: 'a/chart', config, layers: [config] }
    layout.list({ ...(await layout.add(MANIFEST, chart)) })
    const { images } = await openArchive(layout.tar())
    expect(images.map(({ kind, artifactType }) => [kind, artifactType])).toEqual([['artifact', 'a/chart']])
    const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    expect((await planPush(images, registry, { repository: 'a', tags: ['v1'] })).manifests).toHaveLength(1)
  })
})
