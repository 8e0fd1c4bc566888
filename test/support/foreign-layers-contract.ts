import { describe, expect, it } from 'vitest'
import {
  executePush,
  getManifest,
  openArchive,
  openRegistry,
  planPush,
  pushDockerTar,
  ResponseError,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from './errors.ts'
import { createLayout, type LayoutBuilder } from './layout.ts'
import { rawTar } from './tar.ts'

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const FOREIGN = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'
const LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip'

/** A layout of an image with a base layer of Windows, whose bytes are in it, and a layer of its own. */
export async function windowsImage({ url = 'https://mcr.example/base' } = {}) {
  const layout: LayoutBuilder = createLayout()
  const base = { ...(await layout.add(FOREIGN, 'the base of Windows')), urls: [url] }
  const own = await layout.add(LAYER, 'a layer of its own')
  const diffIds = [base, own].map(({ digest }) => digest)
  const config = await layout.add('application/vnd.docker.container.image.v1+json', {
    os: 'windows',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: diffIds },
  })
  const manifest = await layout.add(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config,
    layers: [base, own],
  })
  layout.list({ ...manifest })
  return { layout, base, own, config, manifest }
}

/** A registry in memory that refuses manifests with these errors. */
function refusing(errors: (image: { base: string; own: string }) => unknown, image: { base: string; own: string }) {
  const { fetch } = createTestRegistry()
  return openRegistry('https://registry.test', {
    retry: 0,
    fetch: async (request) =>
      request.method === 'PUT' && request.url.includes('/manifests/')
        ? Response.json({ errors: errors(image) }, { status: 400 })
        : fetch(request),
  })
}

/** Layers that stay at the addresses in their `urls`, unless they are asked for. */
export function describeForeignLayers(): void {
  describe('foreign layers', () => {
    it('are left where they are by default, though the archive has them', async () => {
      const { layout, base, own, manifest } = await windowsImage()
      const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
      expect(await pushDockerTar(layout.tar(), registry, 'a', 'v1')).toBe(manifest.digest)
      const { images } = await openArchive(layout.tar())
      const { blobs } = await planPush(images, registry, { repository: 'b', tags: ['v1'] })
      expect(blobs.map(({ digest }) => digest)).toContain(own.digest)
      expect(blobs.map(({ digest }) => digest)).not.toContain(base.digest)
    })

    it('are pushed by { foreignLayers: "upload" }, and the manifest stays the same', async () => {
      const { layout, base, manifest } = await windowsImage()
      const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
      const hasBase = async (repository: string) => {
        const url = `v2/${repository}/blobs/${base.digest}`
        return (await registry.send({ act: 'look', method: 'HEAD', url, allow: [404] })).status === 200
      }
      expect(await pushDockerTar(layout.tar(), registry, 'a', 'v1', { foreignLayers: 'upload' })).toBe(manifest.digest)
      expect((await getManifest(registry, 'a', 'v1')).digest).toBe(manifest.digest)
      expect(await hasBase('a')).toBe(true)
      const { images } = await openArchive(layout.tar())
      const plan = await planPush(images, registry, { repository: 'b', tags: ['v1'], foreignLayers: 'upload' })
      expect(plan.blobs).toContainEqual(expect.objectContaining({ digest: base.digest, repository: 'b' }))
      await executePush(JSON.parse(JSON.stringify(plan)), images, registry)
      expect(await hasBase('b')).toBe(true)
    })

    it('of which the archive has no bytes stay where they are', async () => {
      const { layout, base, manifest } = await windowsImage()
      layout.files.delete(`blobs/sha256/${base.digest.slice(7)}`)
      const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
      expect(await pushDockerTar(layout.tar(), registry, 'a', 'v1', { foreignLayers: 'upload' })).toBe(manifest.digest)
    })

    it.each([
      [
        'distribution',
        ({ base }: { base: string }) => [{ code: 'UNKNOWN' }, { code: 'MANIFEST_BLOB_UNKNOWN', detail: base }],
      ],
      ['one that names it in words', ({ base }: { base: string }) => [{ code: 'BLOB_UNKNOWN', message: `no ${base}` }]],
      ['one that says nothing', () => [{ code: 'MANIFEST_INVALID', message: 'urls are not allowed' }]],
    ])('are named with the remedy where a registry refuses them: %s', async (_, errors) => {
      const { layout, base, own } = await windowsImage()
      const registry = refusing(errors, { base: base.digest, own: own.digest })
      const error = await rejection(pushDockerTar(layout.tar(), registry, 'a', 'v1'), ResponseError)
      expect(error.message).toMatch(
        /does not accept the foreign layers of the image \(sha256:\w+\); allow their addresses/,
      )
      expect(error.message).toMatch(/\{ foreignLayers: 'upload' \}$/)
      expect(error.message).toContain(base.digest)
      expect(error.message).not.toMatch(/plan and push again/)
      expect(error.errors).toHaveLength(errors({ base: base.digest }).length)
    })

    it('are not blamed for another blob that is gone', async () => {
      const { layout, base, own } = await windowsImage()
      const errors = ({ own }: { own: string }) => [{ code: 'MANIFEST_BLOB_UNKNOWN', detail: { digest: own } }]
      const registry = refusing(errors, { base: base.digest, own: own.digest })
      const error = await rejection(pushDockerTar(layout.tar(), registry, 'a', 'v1'), ResponseError)
      expect(error.message).toMatch(/does not find a blob that this push has sent; push again$/)
      const again = pushDockerTar(layout.tar(), registry, 'a', 'v1')
      await rejection(
        again,
        ResponseError,
        /planned is no longer there; plan and push again, with \{ existing: 'upload' \}/,
      )
      const anyway = pushDockerTar(layout.tar(), registry, 'a', 'v1', { existing: 'upload' })
      await rejection(anyway, ResponseError, /does not find a blob that this push has sent; push again$/)
    })

    it.each([
      ['TAG_INVALID', "The image tag 'v1' cannot be overwritten because the repository is immutable."],
      ['NAME_UNKNOWN', 'repository name not known to registry'],
      ['TOOMANYREQUESTS', 'quota exceeded'],
    ])('are not blamed where a registry refuses for another reason: %s', async (code, message) => {
      const { layout, base, own } = await windowsImage()
      const registry = refusing(() => [{ code, message }], { base: base.digest, own: own.digest })
      const error = await rejection(pushDockerTar(layout.tar(), registry, 'a', 'v1'), ResponseError)
      expect(error.message).toContain(message)
      expect(error.message).not.toMatch(/foreign|compress/)
    })

    it('whose bytes were sent are blamed without the advice to send them', async () => {
      const { layout, base, own } = await windowsImage()
      const registry = refusing(() => [{ code: 'MANIFEST_INVALID' }], { base: base.digest, own: own.digest })
      const pushing = pushDockerTar(layout.tar(), registry, 'a', 'v1', { foreignLayers: 'upload' })
      await rejection(pushing, ResponseError, /does not accept the foreign layers .* \(distribution: [\w.]+\)$/)
    })

    it('take no other word for what to do', async () => {
      const { layout } = await windowsImage()
      const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
      const pushing = pushDockerTar(layout.tar(), registry, 'a', 'v1', { foreignLayers: 'all' as never })
      await rejection(pushing, TypeError, /foreignLayers: it has to be "skip" or "upload", not "all"/)
    })
  })

  describe('openArchive() of what Docker on Windows saves', () => {
    it('takes backslashes in "manifest.json" for slashes', async () => {
      const layer = rawTar([{ name: 'a', data: 'a' }])
      const made = createLayout()
      const { digest } = await made.add('', layer)
      const config = JSON.stringify({ os: 'windows', architecture: 'amd64', rootfs: { diff_ids: [digest] } })
      const manifest = [{ Config: 'configs\\c.json', RepoTags: ['a:v1'], Layers: ['abc\\layer.tar'] }]
      const archive = await openArchive(
        rawTar([
          { name: 'configs/c.json', data: config },
          { name: 'abc/layer.tar', data: layer },
          { name: 'manifest.json', data: JSON.stringify(manifest) },
        ]),
      )
      expect(archive.images).toMatchObject([{ names: ['a:v1'], layers: [{ digest, size: layer.length }] }])
      expect(archive.tarManifest?.[0]).toMatchObject({ Config: 'configs/c.json', Layers: ['abc/layer.tar'] })
    })

    it('leaves a file alone whose name has a backslash', async () => {
      const archive = rawTar([
        { name: 'c\\d.json', data: '{"os":"linux"}' },
        { name: 'manifest.json', data: JSON.stringify([{ Config: 'c\\d.json', Layers: [] }]) },
      ])
      expect((await openArchive(archive)).images).toMatchObject([{ layers: [] }])
    })
  })
}
