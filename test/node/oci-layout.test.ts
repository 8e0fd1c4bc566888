import { describe, expect, it } from 'vitest'
import { formatPlatform, inspectDockerTar, openArchive, runnableImages, TarReadError } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { changedArchive } from '../support/archive-files.ts'
import { countingSource } from '../support/counting-source.ts'
import { rejection } from '../support/errors.ts'
import { blobPath, createLayout, withName, withPlatform } from '../support/layout.ts'
import { refuses } from '../support/opening.ts'
import { multiPlatform } from '../support/producers.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

describe('openArchive() of an OCI layout', () => {
  it('finds the platforms inside an index when index.json lists that index with a platform of its own', async () => {
    const { layout, index } = await multiPlatform()
    layout.list({ ...(await layout.addIndex([withPlatform(index, 'linux/any')])) })
    const [image] = (await openArchive(layout.tar())).images
    const platforms = image && runnableImages(image).map(({ platform }) => formatPlatform(platform))
    expect(platforms).toEqual(['linux/amd64', 'linux/arm64/v8'])
  })

  it('lists an image once when it has several names', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list(withName(image, 'a:v1'), withName(image, 'b:v1'), withName(image, 'latest'))
    const { images } = await openArchive(layout.tar())
    expect(images.map(({ names, tags }) => [names, tags])).toEqual([[['a:v1', 'b:v1'], ['latest']]])
  })

  it('finds the layout in a folder of the tar, and throws when there are two of them', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    expect((await openArchive(layout.tar('some/folder/'))).images).toHaveLength(1)
    for (const [path, data] of [...layout.files]) {
      layout.files.delete(path)
      layout.files.set(`a/${path}`, data).set(`b/${path}`, data)
    }
    await refuses(layout.tar(), /images are in the folders "a\/", "b\/"; open one of them alone/)
  })

  it('throws when a layer with an uncompressed media type is xz, and warns when the media type says xz', async () => {
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

  it('reads headers and small JSON, and no layer', async () => {
    const source = countingSource(await createTestArchive({ images: [{ layers: [{ big: 'x'.repeat(5_000_000) }] }] }))
    await openArchive(source)
    expect(source.bytesRead).toBeLessThan(10_000)
  })

  it('reads no attachment of an image (CVE-2024-29903)', async () => {
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

  it('falls back to manifest.json when the layout is incomplete', async () => {
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

  it('leaves out entries that are not manifests, and falls back to manifest.json when index.json lists no manifest', async () => {
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

  it('finds no file above the top of the archive', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    await rejection(openArchive(layout.tar('../')), TarReadError, /goes back a folder/)
    await rejection(openArchive(layout.tar('x/../')), TarReadError, /goes back a folder/)
    const above = new Map([...layout.files].map(([path, data]) => [`../${path}`, new Blob([data as BlobPart])]))
    await refuses(above, /Cannot find images/)
  })

  it('throws and names the missing blob when the layout is incomplete', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list({ ...image })
    layout.files.delete(blobPath(image.digest))
    await refuses(layout.tar(), new RegExp(`"index.json" lists ${image.digest}, which is not there`))
  })

  it('throws when the layout has another version, and warns when "oci-layout" is missing', async () => {
    const layout = createLayout()
    layout.list({ ...(await layout.addImage()) })
    layout.files.set('oci-layout', '{"imageLayoutVersion":"2.0.0"}')
    await refuses(layout.tar(), /its version is "2\.0\.0"/)
    layout.files.delete('oci-layout')
    expect((await openArchive(layout.tar())).warnings).toEqual([expect.stringMatching(/no "oci-layout"/)])
  })
})

describe('inspectDockerTar() of an OCI layout', () => {
  it('treats linux/arm64 and linux/arm64/v8 as the same platform', async () => {
    const layout = createLayout()
    const arm64 = await layout.addImage({ architecture: 'arm64' })
    layout.list({ ...(await layout.addIndex([withPlatform(arm64, 'linux/arm64')])) })
    expect((await inspectDockerTar(layout.tar(), { platform: 'linux/arm64/v8' })).architecture).toBe('arm64')
  })
})
