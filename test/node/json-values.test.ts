import { createTar } from 'nanotar'
import { describe, expect, it } from 'vitest'
import {
  type Descriptor,
  getImageInfo,
  getManifest,
  listTags,
  openArchive,
  openRegistry,
  ResponseError,
  ValidationError,
} from '../../src/index.ts'
import { measureJson } from '../../src/oci/json.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, type LayoutBuilder } from '../support/layout.ts'

const CONFIG = 'application/vnd.oci.image.config.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** So many empty objects, which take twenty times their bytes when they are parsed. */
const empty = (count: number) => `[${Array(count).fill('{}').join(',')}]`
const config = (history: string, number = 0) =>
  `{"architecture":"amd64","os":"linux","number":${number},"rootfs":{"diff_ids":[]},"history":${history}}`

/** An archive as Docker saves it, of images without layers. */
const saved = (...configs: readonly string[]) =>
  createTar([
    { name: 'manifest.json', data: JSON.stringify(configs.map((_, i) => ({ Config: `${i}`, RepoTags: [`a:${i}`] }))) },
    ...configs.map((data, i) => ({ name: `${i}`, data })),
  ])

/** A layout of images without layers. */
async function layoutOf(...configs: readonly string[]) {
  const layout = createLayout()
  const images = []
  for (const text of configs) {
    const config = await layout.add(CONFIG, text)
    images.push({ ...(await layout.add(MANIFEST, { schemaVersion: 2, config, layers: [] })) })
  }
  layout.list(...images)
  return layout
}

/** What the `index.json` of a layout lists. */
const listedIn = ({ files }: LayoutBuilder): [Descriptor] => JSON.parse(String(files.get('index.json'))).manifests

/** A registry that has the blobs of a layout as blobs and as manifests. */
function serve({ files }: LayoutBuilder) {
  const fetch = async (input: RequestInfo | URL) => {
    const digest = new URL((input as Request).url).pathname.split('/').at(-1) ?? ''
    const bytes = files.get(`blobs/sha256/${digest.slice('sha256:'.length)}`)
    return new Response(bytes as BodyInit, { headers: { 'content-type': 'application/json' } })
  }
  return openRegistry('https://registry.test', { fetch })
}

describe('openArchive() of JSON whose values take far more memory than its bytes', () => {
  it('refuses a document with too many of them', async () => {
    const hostile = config(empty(260_000))
    for (const tar of [saved(hostile), (await layoutOf(hostile)).tar()]) {
      await rejection(openArchive(tar), ValidationError, /has more than 500000 values/)
    }
  })

  it('refuses a document with too many keys', async () => {
    const keys = (count: number) => `[{${Array.from({ length: count }, (_, key) => `"${key}":1`)}}]`
    expect((await openArchive(saved(config(keys(160_000))))).images).toHaveLength(1)
    for (const tar of [saved(config(keys(170_000))), (await layoutOf(config(keys(170_000)))).tar()]) {
      await rejection(openArchive(tar), ValidationError, /has more than 500000 values/)
    }
  })

  it('refuses documents with too many of them together, as { limits: { totalJsonValues } } says', async () => {
    const configs = [1, 2, 3].map((number) => config(empty(1000), number))
    for (const tar of [saved(...configs), (await layoutOf(...configs)).tar()]) {
      const limits = { totalJsonValues: 5000 }
      await rejection(
        openArchive(tar, { limits }),
        ValidationError,
        /more than 5000 values together; .*raise \{ limits: \{ totalJsonValues/,
      )
      expect((await openArchive(tar, { limits: { totalJsonValues: 8000 } })).images).toHaveLength(3)
    }
  })

  it('has a limit that three documents below theirs go over', async () => {
    const configs = [1, 2, 3].map((number) => config(empty(240_000), number))
    await rejection(openArchive(saved(...configs)), ValidationError, /more than 1000000 values together/)
  })

  it('refuses documents with too many bytes together, which texts take twice', async () => {
    const long = config('[]') + ' '.repeat(7 * 1024 ** 2)
    await rejection(openArchive(saved(...Array(5).fill(long))), ValidationError, /more than 33554432 bytes together/)
  })

  it('counts the manifests that it makes, too', async () => {
    const digest = `sha256:${'1'.repeat(64)}`
    const image = `{"rootfs":{"diff_ids":[${Array(500).fill(`"${digest}"`).join(',')}]}}`
    const Layers = Array(500).fill('layer')
    const tar = createTar([
      { name: 'manifest.json', data: JSON.stringify([{ Config: 'c', Layers }]) },
      { name: 'c', data: image },
      { name: 'layer', data: '' },
    ])
    await rejection(openArchive(tar, { limits: { totalJsonValues: 2000 } }), ValidationError, /"the manifest of sha256/)
  })
})

describe('an answer of JSON whose values take far more memory than its bytes', () => {
  it('is refused, be it a config', async () => {
    const layout = await layoutOf(config(empty(260_000)))
    const [{ digest }] = listedIn(layout)
    const asking = getImageInfo(serve(layout), 'a', digest)
    await rejection(asking, ValidationError, /the config sha256.*has more than 500000 values/)
  })

  it('is refused, be it those of an index together', async () => {
    const layout = await layoutOf(...[1, 2, 3].map((number) => config(empty(100_000), number)))
    const { digest } = await layout.addIndex(listedIn(layout).map((entry) => ({ ...entry })))
    const asking = getImageInfo(serve(layout), 'a', digest)
    await rejection(asking, ValidationError, /their manifests and configs have more than .* 250000 values/)
  })

  it('is refused, be it texts of an index together', async () => {
    const infoOf = async (images: number) => {
      const configs = Array.from({ length: images }, (_, number) => config('[]', number) + ' '.repeat(5 * 1024 ** 2))
      const layout = await layoutOf(...configs)
      const { digest } = await layout.addIndex(listedIn(layout).map((entry) => ({ ...entry })))
      return getImageInfo(serve(layout), 'a', digest)
    }
    expect((await infoOf(3)).images).toHaveLength(3)
    await rejection(infoOf(4), ValidationError, /their manifests and configs have more than 16777216 bytes/)
  })

  it('is refused, be it a manifest or a list', async () => {
    const body = `{"schemaVersion":2,"config":{},"layers":${empty(260_000)},"tags":${empty(260_000)}}`
    const fetch = async () => new Response(body, { headers: { 'content-type': MANIFEST } })
    const registry = openRegistry('https://registry.test', { fetch })
    await rejection(getManifest(registry, 'a', 'v1'), ValidationError, /has more than 500000 values/)
    await rejection(listTags(registry, 'a'), ResponseError, /more than 500000 values/)
  })
})

describe('measureJson()', () => {
  it.each<[string, number, number]>([
    ['a manifest of 127 layers', 127, 2000],
    ['an index of 10,000 images', 10_000, 150_000],
  ])('finds few values in %s', (_, count, most) => {
    const entry = { mediaType: MANIFEST, digest: `sha256:${'1'.repeat(64)}`, size: 1 }
    const text = JSON.stringify({ schemaVersion: 2, entries: Array(count).fill(entry) })
    expect(measureJson(new TextEncoder().encode(text)).values).toBeLessThan(most)
  })

  it.each<[string, number, number]>([
    ['1', 1, 0],
    ['[1,2,3]', 4, 1],
    ['{"a":{"b":[1]}}', 8, 3],
    ['{"a:":":"}', 4, 1],
    [String.raw`["[[[,,,", "\",[{", "\\"]`, 4, 1],
    ['["never closed,,,', 2, 1],
  ])('finds in %s the values %i and the depth %i', (text, values, depth) => {
    expect(measureJson(new TextEncoder().encode(text))).toEqual({ values, depth })
  })
})
