import { describe, expect, it } from 'vitest'
import * as portable from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from './errors.ts'
import type { FormatsApi } from './formats-contract.ts'
import { blobPath, createLayout, type LayoutBuilder, withPlatform } from './layout.ts'
import { gzip } from './packing.ts'
import { rawTar } from './tar.ts'

type Json = Readonly<Record<string, unknown>>
type Fields = Readonly<Record<string, Json>> & { readonly layers: readonly Json[] }

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar'
const NAME = 'team/app:v1'

/** What one archive says twice, to be changed in either half. */
interface Halves {
  readonly layout: LayoutBuilder
  readonly layers: readonly portable.Descriptor[]
  readonly config: portable.Descriptor
  readonly manifest: portable.Descriptor
  /** Changes the image's manifest, and what lists it. */
  remake(change: (fields: Fields) => object): Promise<portable.Descriptor>
  /** Changes what `manifest.json` says of the image. */
  list(fields: object): void
}

/** An archive as Docker saves it since version 25, with two layers. */
async function saved({ packed = false } = {}): Promise<Halves> {
  const layout = createLayout()
  const plain = ['base', 'top'].map((name) => rawTar([{ name, data: name }]))
  const diffIds: string[] = []
  const layers: portable.Descriptor[] = []
  for (const layer of plain) {
    diffIds.push((await createLayout().add(LAYER, layer)).digest)
    layers.push(await layout.add(packed ? `${LAYER}+gzip` : LAYER, packed ? await gzip(layer) : layer))
  }
  const rootfs = { type: 'layers', diff_ids: diffIds }
  const config = await layout.add(CONFIG, { architecture: 'amd64', os: 'linux', config: {}, rootfs })
  const fields = { schemaVersion: 2, mediaType: MANIFEST, config, layers }
  const name = (entry: portable.Descriptor) =>
    layout.list({ ...entry, annotations: { 'io.containerd.image.name': `docker.io/${NAME}` } })
  const manifest = await layout.add(MANIFEST, fields)
  const entry = {
    Config: blobPath(config.digest),
    RepoTags: [NAME],
    Layers: layers.map(({ digest }) => blobPath(digest)),
  }
  const list = (fields: object) => layout.files.set('manifest.json', JSON.stringify([{ ...entry, ...fields }]))
  name(manifest)
  list({})
  return {
    layout,
    layers,
    config,
    manifest,
    list,
    async remake(change) {
      layout.files.delete(blobPath(manifest.digest))
      const remade = await layout.add(MANIFEST, change(fields as unknown as Fields) as Json)
      name(remade)
      return remade
    },
  }
}

/** What goes up of an archive whose halves disagree, from every entry and on every runtime. */
export function describeTwoHalves<Input>(
  title: string,
  sdk: FormatsApi<Input>,
  toInput: (bytes: Uint8Array<ArrayBuffer>) => Input | Promise<Input>,
): void {
  /** Pushes with the default options, and reads back what the registry has. */
  async function push({ layout }: Pick<Halves, 'layout'>) {
    const registry = portable.openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    const archive = await sdk.openArchive(await toInput(layout.tar()))
    const digest = await sdk.pushDockerTar(archive, registry)
    const { manifest } = await portable.getManifest(registry, 'team/app', 'v1')
    await archive.close()
    if (portable.isIndex(manifest)) return expect.fail('expected a manifest')
    return {
      digest,
      layers: manifest.layers,
      config: manifest.config,
      format: archive.format,
      warnings: archive.warnings,
    }
  }
  const refuses = async ({ layout }: Pick<Halves, 'layout'>, message: RegExp) => {
    await rejection(sdk.openArchive(await toInput(layout.tar())), sdk.ValidationError, message)
    expect(await sdk.validateDockerTar(await toInput(layout.tar()))).toBe(false)
  }

  describe(title, () => {
    it('pushDockerTar() takes the layout where the halves agree', async () => {
      for (const packed of [false, true]) {
        const made = await saved({ packed })
        expect(await push(made)).toMatchObject({ digest: made.manifest.digest, format: 'oci', warnings: [] })
      }
    })

    it.each<[string, (made: Halves) => unknown, RegExp]>([
      [
        'lists its layers in another order (moby#47150)',
        ({ remake }) => remake((fields) => ({ ...fields, layers: [...fields.layers].reverse() })),
        /layer 0 is at another position in the config/,
      ],
      [
        'lists no layers (moby#47065)',
        ({ remake }) => remake((fields) => ({ ...fields, layers: [] })),
        /it lists 0 layers, but the config has 2 diff IDs/,
      ],
      [
        'lists a layer twice',
        ({ remake, layers }) => remake((fields) => ({ ...fields, layers: [...layers, ...layers] })),
        /it lists 4 layers, but the config has 2 diff IDs/,
      ],
      [
        'states wrong sizes of layers (moby#47072)',
        ({ remake }) =>
          remake((fields) => ({ ...fields, layers: fields.layers.map((layer) => ({ ...layer, size: 5 })) })),
        /should have 5 bytes, but has/,
      ],
      [
        'states a wrong size of the config',
        ({ remake }) => remake((fields) => ({ ...fields, config: { ...fields.config, size: 5 } })),
        /should have 5 bytes, but has/,
      ],
      [
        'states a wrong size of the manifest',
        ({ layout, manifest }) => layout.list({ ...manifest, size: 5 }),
        /should have 5 bytes, but has/,
      ],
      [
        'has a damaged manifest',
        ({ layout, manifest }) => layout.files.set(blobPath(manifest.digest), ' '.repeat(manifest.size)),
        /Cannot trust/,
      ],
      ['lacks the manifest', ({ layout, manifest }) => layout.files.delete(blobPath(manifest.digest)), /lacks sha256:/],
      ['lists nothing', ({ layout }) => layout.list(), /lacks blobs\/sha256/],
      ['has an "index.json" that is cut short', ({ layout }) => layout.files.set('index.json', '{"schema'), /not JSON/],
      ['is of another version', ({ layout }) => layout.files.set('oci-layout', '{}'), /its version is undefined/],
    ])('pushDockerTar() takes manifest.json where the layout %s', async (_, change, warning) => {
      const made = await saved()
      await change(made)
      const pushed = await push(made)
      expect(pushed.layers.map(({ digest }) => digest)).toEqual(made.layers.map(({ digest }) => digest))
      expect(pushed.layers.map(({ size }) => size)).toEqual(made.layers.map(({ size }) => size))
      expect(pushed.config).toEqual(made.config)
      expect([pushed.format, pushed.warnings]).toEqual(['docker', [expect.stringMatching(warning)]])
      expect(pushed.warnings[0]).toMatch(/; its "manifest\.json" was read instead\.$/)
      // Without manifest.json there is nothing to go by.
      made.layout.files.delete('manifest.json')
      await expect(sdk.openArchive(await toInput(made.layout.tar()))).rejects.toThrow(portable.RegistryError)
      expect(await sdk.validateDockerTar(await toInput(made.layout.tar()))).toBe(false)
    })

    it.each<[string, (made: Halves) => unknown, RegExp]>([
      ['is not JSON', ({ layout }) => layout.files.set('manifest.json', '[{'), /cannot be used \(.*not JSON\)/],
      [
        'lists nothing',
        ({ layout }) => layout.files.set('manifest.json', '[]'),
        /cannot be used \(.*not a list of images/,
      ],
      [
        'names what is not there (go-containerregistry#2224)',
        ({ list }) => list({ Config: `blobs/sha256/${'d'.repeat(64)}`, Layers: [`blobs/sha256/${'e'.repeat(64)}`] }),
        /cannot be used \(.*names "blobs\/sha256\/d+", which the archive does not hold/,
      ],
      [
        'lists a layer less',
        ({ list, layers }) => list({ Layers: [blobPath((layers[0] as portable.Descriptor).digest)] }),
        /lists other layers/,
      ],
      [
        'lists its layers in another order',
        ({ list, layers }) => list({ Layers: layers.map(({ digest }) => blobPath(digest)).reverse() }),
        /lists other layers than the manifest sha256:/,
      ],
    ])('pushDockerTar() takes the layout where manifest.json %s', async (_, change, warning) => {
      for (const packed of [false, true]) {
        const made = await saved({ packed })
        await change(made)
        expect(await push(made)).toMatchObject({
          digest: made.manifest.digest,
          format: 'oci',
          warnings: [expect.stringMatching(warning)],
        })
      }
    })

    it('pushDockerTar() unpacks compressed layers to learn which half has them in the right order', async () => {
      const made = await saved({ packed: true })
      await made.remake((fields) => ({ ...fields, layers: [...fields.layers].reverse() }))
      const pushed = await push(made)
      expect(pushed.layers.map(({ digest }) => digest)).toEqual(made.layers.map(({ digest }) => digest))
      expect(pushed.warnings).toEqual([expect.stringMatching(/cannot be used \(.*their order is another one/)])
      const [base] = made.layers
      if (!base) return expect.fail('expected a layer')
      made.list({ Layers: [blobPath(base.digest), blobPath(base.digest)] })
      await refuses(made, /do not fit its config: their order is another one/)
    })

    it('openArchive() refuses an image whose layers fit its config in neither half', async () => {
      const made = await saved()
      await made.remake((fields) => ({ ...fields, layers: [] }))
      made.list({ Layers: [] })
      await refuses(made, /it lists 0 layers, but the config has 2 diff IDs/)
    })

    it('openArchive() takes the names of manifest.json where the layout has none', async () => {
      const { layout, manifest } = await saved()
      layout.list({ ...manifest })
      const archive = await sdk.openArchive(await toInput(layout.tar()))
      expect([archive.format, archive.images.map(({ names }) => names)]).toEqual(['oci', [[NAME]]])
      await archive.close()
    })

    it('openArchive() takes manifest.json where a platform of an index has other layers than its config', async () => {
      const made = await saved()
      const remade = await made.remake((fields) => ({ ...fields, layers: [...fields.layers].reverse() }))
      const other = await made.layout.addImage({ architecture: 'arm64' })
      const platforms = [withPlatform(remade, 'linux/amd64'), withPlatform(other, 'linux/arm64')]
      made.layout.list({ ...(await made.layout.addIndex(platforms)) })
      const pushed = await push(made)
      expect(pushed.layers.map(({ digest }) => digest)).toEqual(made.layers.map(({ digest }) => digest))
      expect(pushed.warnings).toHaveLength(1)
    })
  })
}
