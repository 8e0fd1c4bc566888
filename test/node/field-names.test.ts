import { createTar } from 'nanotar'
import { describe, expect, it } from 'vitest'
import { getImageInfo, getManifest, openArchive, openRegistry, ValidationError } from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'

type Json = Readonly<Record<string, unknown>>

const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar'
const OTHER = `sha256:${'1'.repeat(64)}`
const other = { mediaType: LAYER, digest: OTHER, size: 1 }
const ids = 'CVE-2021-41190'

/** What is added to the documents of an image. */
interface Added {
  readonly config?: Json
  readonly descriptor?: Json
  readonly manifest?: Json
  readonly entry?: Json
  readonly index?: Json
}

/** The documents of a multi-platform image with one platform, in an OCI layout. */
async function createImage({ config = {}, descriptor = {}, manifest = {}, entry = {}, index = {} }: Added) {
  const layout = createLayout()
  const layer = await layout.add(LAYER, 'a layer')
  const rootfs = { type: 'layers', diff_ids: [layer.digest] }
  const configured = await layout.add(CONFIG, { architecture: 'amd64', os: 'linux', rootfs, ...config })
  const layers = [{ ...layer, ...descriptor }]
  const image = await layout.add(MANIFEST, { schemaVersion: 2, config: configured, layers, ...manifest })
  const platform = { os: 'linux', architecture: 'amd64' }
  const root = await layout.addIndex([{ ...image, platform, ...entry }], index)
  layout.list({ ...root })
  return { layout, root, image, layer, configured }
}

type Image = Awaited<ReturnType<typeof createImage>>

/** A registry that has the documents of an image. */
function serve({ layout, root }: Image) {
  const fetch = async (input: RequestInfo | URL) => {
    const name = new URL((input as Request).url).pathname.split('/').at(-1) ?? ''
    const digest = name === 'v1' ? root.digest : name
    const bytes = layout.files.get(`blobs/sha256/${digest.slice('sha256:'.length)}`)
    const type = digest === root.digest ? INDEX : MANIFEST
    return new Response(bytes as BodyInit, { headers: { 'content-type': type } })
  }
  return openRegistry('https://registry.test', { fetch })
}

const MESSAGE = /other readers take its field ".+" for ".+"; write it in the right case/

describe('a field whose name is that of a known one but for the case', () => {
  it.each<[string, Added]>([
    ['a manifest, "Layers"', { manifest: { Layers: [other] } }],
    ['a manifest, "layer\u017f", which Go takes for "layers"', { manifest: { 'layer\u017f': [other] } }],
    ['a manifest, "Config"', { manifest: { Config: other } }],
    ['a manifest, "MediaType"', { manifest: { MediaType: INDEX } }],
    ['a manifest, "Subject"', { manifest: { Subject: other } }],
    ['a layer of a manifest, "Digest"', { descriptor: { Digest: OTHER } }],
    ['a layer of a manifest, "SIZE"', { descriptor: { SIZE: 1 } }],
    ['an index, "Manifests"', { index: { Manifests: [other] } }],
    ['an entry of an index, "digeſt"', { entry: { 'dige\u017ft': OTHER } }],
    ['a platform in an index, "OS"', { entry: { platform: { os: 'linux', architecture: 'amd64', OS: 'windows' } } }],
    ['a config, "RootFS"', { config: { RootFS: { type: 'layers', diff_ids: [OTHER] } } }],
    ['the layers in a config, "Diff_IDs"', { config: { rootfs: { type: 'layers', diff_ids: [], Diff_IDs: [OTHER] } } }],
    ['what a config runs, "cmd"', { config: { config: { Cmd: ['true'], cmd: ['false'] } } }],
    ['what a config runs, "Wor\u212aingDir"', { config: { config: { 'Wor\u212aingDir': '/' } } }],
    ['the check of health in a config, "test"', { config: { config: { Healthcheck: { test: ['CMD', 'false'] } } } }],
    ['the history in a config, "Empty_Layer"', { config: { history: [{ Empty_Layer: true }] } }],
  ])(`is refused in %s (${ids})`, async (_, added) => {
    const image = await createImage(added)
    await rejection(openArchive(image.layout.tar()), ValidationError, MESSAGE)
    const registry = serve(image)
    await rejection(getImageInfo(registry, 'a', 'v1', { platform: 'linux/amd64' }), ValidationError, MESSAGE)
    if (!added.config && !added.index && !added.entry) {
      await rejection(getManifest(registry, 'a', image.image.digest), ValidationError, MESSAGE)
    }
  })

  it(`is refused in "index.json" and "oci-layout" (${ids})`, async () => {
    const { layout, root } = await createImage({})
    layout.list({ ...root, Digest: OTHER })
    await rejection(openArchive(layout.tar()), ValidationError, /"Digest" for "digest"/)
    layout.list({ ...root })
    layout.files.set('oci-layout', '{"imageLayoutVersion":"1.0.0","ImageLayoutVersion":"2.0.0"}')
    await rejection(openArchive(layout.tar()), ValidationError, /"ImageLayoutVersion" for "imageLayoutVersion"/)
  })

  it.each([
    { layers: ['b.tar'] },
    { config: 'b.json' },
    { repotags: [] },
    { LayerSources: { [OTHER]: { Digest: OTHER } } },
  ])(`is refused in "manifest.json": %j (${ids})`, async (added) => {
    await rejection(openArchive(saved({ added })), ValidationError, /Cannot read manifest\.json: other readers/)
  })

  it(`is refused in a config that "manifest.json" names (${ids})`, async () => {
    await rejection(openArchive(saved({ config: { History: [] } })), ValidationError, /"History" for "history"/)
  })

  it('is taken in maps whose keys are free', async () => {
    const annotations = { Layers: 'x', layers: 'x', MEDIATYPE: 'x' }
    const maps = {
      Labels: { Cmd: 'x', cmd: 'x' },
      ExposedPorts: { '80/tcp': {}, '80/TCP': {} },
      Volumes: { '/Data': {}, '/data': {} },
      Env: ['path=1', 'PATH=2'],
    }
    const image = await createImage({
      config: {
        config: maps,
        container_config: maps,
        'moby.buildkit.buildinfo.v1': '',
        'Moby.Buildkit.Buildinfo.v1': '',
      },
      descriptor: { annotations },
      manifest: { annotations },
      entry: { annotations },
      index: { annotations },
    })
    expect((await openArchive(image.layout.tar())).images).toHaveLength(1)
    const info = await getImageInfo(serve(image), 'a', 'v1', { platform: 'linux/amd64' })
    expect(info.configuration?.labels).toEqual({ Cmd: 'x', cmd: 'x' })
    expect((await openArchive(saved({ added: { LayerSources: { Layers: {}, layers: {} } } }))).images).toHaveLength(1)
  })
})

/** An archive as Docker saves it, of an image without layers. */
function saved({ added = {}, config = {} }: { readonly added?: Json; readonly config?: Json }) {
  const entry = { Config: 'a.json', RepoTags: ['a:v1'], Layers: [], ...added }
  const document = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, ...config }
  return createTar([
    { name: 'manifest.json', data: JSON.stringify([entry]) },
    { name: 'a.json', data: JSON.stringify(document) },
  ])
}
