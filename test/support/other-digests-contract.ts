import { describe, expect, it } from 'vitest'
import {
  getImageInfo,
  getManifest,
  openArchive,
  openRegistry,
  pushDockerTar,
  ValidationError,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from './errors.ts'
import { createLayout, type LayoutBuilder, withName, withPlatform } from './layout.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const SHA512 = `sha512:${'0a'.repeat(64)}`
const BY_SHA512 = { digest: SHA512, size: 3 }
const SAID = /^Cannot read sha512:(0a)+: only SHA-256 can be verified here/

const embedded = () => openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })

/** An image one of whose parts is listed by SHA-512. */
async function imageWith(layout: LayoutBuilder, part: 'config' | 'layer') {
  const config = await layout.add(CONFIG, { os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [SHA512] } })
  return layout.add(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: part === 'config' ? { mediaType: CONFIG, ...BY_SHA512 } : config,
    layers: part === 'layer' ? [{ mediaType: LAYER, ...BY_SHA512 }] : [],
  })
}

/** Content by SHA-512 makes nothing else unreadable. */
export function describeOtherDigests(): void {
  describe('openArchive() of a layout with digests by SHA-512', () => {
    it('leaves out what needs them, with a warning, and reads the rest', async () => {
      const layout = createLayout()
      const good = await layout.addImage()
      const listed = { mediaType: MANIFEST, ...BY_SHA512 }
      layout.list(
        withName(good, 'a:v1'),
        listed,
        { ...(await imageWith(layout, 'layer')) },
        { ...(await imageWith(layout, 'config')) },
      )
      const { images, warnings } = await openArchive(layout.tar())
      expect(images.map(({ manifest }) => manifest.digest)).toEqual([good.digest])
      expect(warnings).toHaveLength(3)
      for (const warning of warnings) expect(warning).toMatch(SAID)
      expect(await pushDockerTar(layout.tar(), embedded(), 'a', 'v1')).toBe(good.digest)
    })

    it('says so where nothing else is there', async () => {
      for (const part of ['layer', 'config'] as const) {
        const layout = createLayout()
        layout.list({ ...(await imageWith(layout, part)) })
        await rejection(openArchive(layout.tar()), ValidationError, SAID)
      }
    })

    it('counts them as missing in an index, which is pushed as one of which some is missing', async () => {
      const layout = createLayout()
      const good = await layout.addImage()
      const bad = await imageWith(layout, 'layer')
      const other = { mediaType: MANIFEST, ...BY_SHA512, platform: { os: 'linux', architecture: 's390x' } }
      layout.list({ ...(await layout.addIndex([withPlatform(good, 'linux/amd64'), { ...bad }, other])) })
      const [image] = (await openArchive(layout.tar())).images
      expect(image?.missing.map(({ digest }) => digest)).toEqual([bad.digest, SHA512])
      expect(await pushDockerTar(layout.tar(), embedded(), 'a', 'v1', { platform: 'linux/amd64' })).toBe(good.digest)
      await rejection(pushDockerTar(layout.tar(), embedded(), 'a', 'v1', { platforms: 'all' }), ValidationError)
    })

    it('pushes an image that has them where nobody needs the bytes: foreign layers, and a subject', async () => {
      const layout = createLayout()
      const config = await layout.add(CONFIG, { os: 'windows', architecture: 'amd64', rootfs: { diff_ids: [SHA512] } })
      const mediaType = 'application/vnd.oci.image.layer.nondistributable.v1.tar'
      const manifest = await layout.add(MANIFEST, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config,
        layers: [{ mediaType, ...BY_SHA512, urls: ['https://mcr.example/layer'] }],
        subject: { mediaType: MANIFEST, ...BY_SHA512 },
      })
      layout.list({ ...manifest })
      const registry = embedded()
      expect(await pushDockerTar(layout.tar(), registry, 'a', 'v1', { foreignLayers: 'upload' })).toBe(manifest.digest)
      expect((await getManifest(registry, 'a', 'v1')).manifest).toMatchObject({ layers: [BY_SHA512] })
    })
  })

  describe('getManifest() and getImageInfo() of an image with digests by SHA-512', () => {
    const serving = (document: object) =>
      openRegistry('https://registry.test', {
        fetch: async () => new Response(JSON.stringify(document), { headers: { 'content-type': MANIFEST } }),
      })
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: { mediaType: CONFIG, ...BY_SHA512 }, layers: [] }

    it('give the manifest, and say that its config cannot be verified', async () => {
      const { manifest: given } = await getManifest(serving(manifest), 'a', 'v1')
      expect(given).toMatchObject({ config: BY_SHA512 })
      const message = /Cannot read the digest of the blob: "sha512:(0a)+" is not "sha256:"/
      await rejection(getImageInfo(serving(manifest), 'a', 'v1'), ValidationError, message)
      const byDigest = /Cannot read the digest of the manifest: "sha512:(0a)+"/
      await rejection(getManifest(serving(manifest), 'a', SHA512), ValidationError, byDigest)
    })
  })
}
