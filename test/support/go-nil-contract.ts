import { describe, expect, it } from 'vitest'
import {
  getImageInfo,
  getManifest,
  isIndex,
  listRepositories,
  listTags,
  openArchive,
  openRegistry,
  pushDockerTar,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from './errors.ts'
import { createLayout } from './layout.ts'
import { rawTar } from './tar.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'

const NO_LAYERS = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: null }, history: null }

/** A registry that answers each request with this JSON. */
const answering = (document: unknown, status = 200, type = 'application/json') =>
  openRegistry('https://registry.test', {
    retry: 0,
    fetch: async () => new Response(JSON.stringify(document), { status, headers: { 'content-type': type } }),
  })

/** A layout with one image whose manifest has these fields. */
export async function layoutOf(fields: object, configuration: object = NO_LAYERS) {
  const layout = createLayout()
  const config = await layout.add(CONFIG, JSON.stringify(configuration))
  const manifest = await layout.add(
    MANIFEST,
    JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, ...fields }),
  )
  layout.list({ ...manifest })
  return { layout, config, manifest }
}

/** Lists and maps that Go writes as `null` or leaves out: they are empty, in archives and in answers. */
export function describeGoNil(): void {
  describe('what Go writes as null', () => {
    for (const [what, fields] of [
      ['null', { layers: null }],
      ['absent', {}],
    ] as const) {
      it(`openArchive() and pushDockerTar() take a manifest whose layers are ${what}, to the byte`, async () => {
        const { layout, manifest } = await layoutOf(fields)
        const [image] = (await openArchive(layout.tar())).images
        expect(image).toMatchObject({ layers: [], platform: { os: 'linux', architecture: 'amd64' } })
        const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
        expect(await pushDockerTar(layout.tar(), registry, 'team/app', 'v1')).toBe(manifest.digest)
        expect((await getManifest(registry, 'team/app', 'v1')).manifest).toMatchObject({ layers: [] })
        expect(await getImageInfo(registry, 'team/app', 'v1')).toMatchObject({ layerCount: 0, os: 'linux' })
      })
    }

    it('openArchive() takes null for annotations, subject, platform, urls and data', async () => {
      const { layout, manifest } = await layoutOf({ layers: [], annotations: null, subject: null, artifactType: null })
      layout.list({ ...manifest, annotations: null, platform: null, urls: null, data: null })
      const { images, warnings } = await openArchive(layout.tar())
      expect(images).toMatchObject([{ names: [], subject: undefined, artifactType: undefined, layers: [] }])
      expect(warnings).toEqual([])
    })

    it('openArchive() takes null for every list and map of a config', async () => {
      const config = { Env: null, Cmd: null, Entrypoint: null, Labels: null, ExposedPorts: null, Volumes: null }
      for (const configuration of [
        { ...NO_LAYERS, config },
        { ...NO_LAYERS, config: null, rootfs: null, created: null },
      ]) {
        const { layout } = await layoutOf({}, configuration)
        const [image] = (await openArchive(layout.tar())).images
        const none = { env: [], cmd: [], entrypoint: [], labels: {}, exposedPorts: {}, diffIds: [], history: [] }
        expect(image?.configuration).toMatchObject(none)
      }
    })

    it('openArchive() takes an index whose manifests are null, and one that has none and says what it is', async () => {
      for (const fields of [{ manifests: null }, {}]) {
        const { layout, manifest } = await layoutOf({})
        const index = await layout.add(INDEX, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, ...fields }))
        layout.list({ ...manifest }, { ...index })
        expect((await openArchive(layout.tar())).images).toMatchObject([{}, { children: [], missing: [], layers: [] }])
      }
    })

    it('openArchive() says that a layout or a "manifest.json" of null lists no images', async () => {
      const { layout } = await layoutOf({})
      layout.files.set('index.json', '{"schemaVersion":2,"manifests":null}')
      await rejection(openArchive(layout.tar()), ValidationError, /"index\.json" of the layout lists none/)
      for (const [name, data] of [
        ['manifest.json', 'null'],
        ['repositories', 'null'],
        ['repositories', '{"team/app":null}'],
      ] as const) {
        await rejection(openArchive(rawTar([{ name, data }])), ValidationError, /^Cannot find images: /)
      }
    })

    it('openArchive() takes null for RepoTags, Layers and LayerSources of "manifest.json"', async () => {
      for (const fields of [{ RepoTags: null, Layers: null, LayerSources: null }, {}]) {
        const archive = await openArchive(
          rawTar([
            { name: 'c.json', data: JSON.stringify(NO_LAYERS) },
            { name: 'manifest.json', data: JSON.stringify([{ Config: 'c.json', ...fields }]) },
          ]),
        )
        expect(archive.images).toMatchObject([{ names: [], layers: [] }])
        expect(archive.tarManifest).toMatchObject([{ RepoTags: null, Layers: [] }])
      }
    })

    it('getManifest() gives empty lists for null, and leaves out other fields that are null', async () => {
      const index = await getManifest(
        answering({ schemaVersion: 2, manifests: null, annotations: null }, 200, INDEX),
        'a',
        'v1',
      )
      expect(isIndex(index.manifest) && index.manifest.manifests).toEqual([])
      expect(index.manifest).not.toHaveProperty('annotations')
      const bare = await getManifest(answering({ schemaVersion: 2 }, 200, INDEX), 'a', 'v1')
      expect(isIndex(bare.manifest) && bare.manifest.manifests).toEqual([])
      // Without a type that says so, nobody can tell what it is.
      await rejection(getManifest(answering({ schemaVersion: 2 }), 'a', 'v1'), ValidationError, /not one of/)
    })

    it('getManifest() takes no "Layers" for absent layers: readers in Go take them for what they are', async () => {
      const { config } = await layoutOf({})
      for (const fields of [{ Layers: [config] }, { layers: null, Layers: [config] }]) {
        const asking = getManifest(answering({ schemaVersion: 2, config, ...fields }, 200, MANIFEST), 'a', 'v1')
        await rejection(asking, ValidationError, /"Layers"/)
      }
    })

    it('listTags() and listRepositories() give an empty list for null and for none', async () => {
      for (const document of [{ name: 'a', tags: null, repositories: null }, { name: 'a' }]) {
        expect(await listTags(answering(document), 'a')).toEqual([])
        expect(await listRepositories(answering(document))).toEqual([])
      }
    })

    it('a refusal is told by its status where its errors, or their fields, are null', async () => {
      const refusal = (errors: unknown) => rejection(listTags(answering({ errors }, 404), 'a'), ResponseError, /404/)
      expect((await refusal(null)).errors).toEqual([])
      const nameless = [{ code: 'UNKNOWN', message: undefined, detail: null }]
      expect((await refusal([{ code: null, message: null, detail: null }])).errors).toEqual(nameless)
    })

    it.each([
      [{ token: null, access_token: 'secret' }],
      [{ token: 'secret', access_token: null, expires_in: null, refresh_token: null }],
    ])('a token server may answer %j', async (answer) => {
      const registry = createTestRegistry()
      const fetch = async (request: Request) => {
        if (new URL(request.url).pathname === '/token') return Response.json(answer)
        if (request.headers.get('authorization') === 'Bearer secret') return registry.fetch(request)
        const challenge = 'Bearer realm="https://registry.test/token",service="registry.test"'
        return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } })
      }
      expect(await listRepositories(openRegistry('https://registry.test', { fetch }))).toEqual([])
    })
  })
}
