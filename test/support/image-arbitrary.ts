import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { TestArchiveOptions } from '../../src/testing/index.ts'
import { changedArchive, readJson } from './archive-files.ts'
import { type ByteMutation, byteMutations, mutateBytes } from './byte-mutation.ts'
import { type Json, type JsonMutation, jsonMutation, mutateJson } from './json-mutation.ts'
import { concat, rawEntry, rawTar } from './tar.ts'

/** A change of one of an archive's files, which are counted. */
type FileMutation =
  | { readonly act: 'drop' | 'empty' | 'pad' | 'folder'; readonly file: number }
  | {
      readonly act: 'swap' | 'link' | 'hardlink' | 'again' | 'again-link' | 'last'
      readonly file: number
      readonly other: number
    }
  | { readonly act: 'letter'; readonly file: number; readonly at: number }
  | { readonly act: 'bytes'; readonly file: number; readonly mutations: readonly ByteMutation[] }

interface ImageModel {
  /** The numbers of the layers that it has, which several images may share. */
  readonly layers: readonly number[]
  readonly isPacked: boolean
  readonly subject: 'none' | 'first' | 'text'
}

/** An archive of images as what it is made of. `docker-blobs` has the paths of a layout, which claim digests, and no layout. Changes of a document come before those that name it by its digest are made. */
export interface ArchiveModel {
  readonly layout: 'oci' | 'docker-25' | 'docker-blobs' | 'docker-24' | 'docker-v1'
  readonly images: readonly ImageModel[]
  /** Indexes in indexes: each number says how often one lists what is under it. */
  readonly nesting: readonly number[]
  readonly hasIndexSubject: boolean
  /** By the name of the document, or of what stands for it: `config 0`, `manifest.json`. */
  readonly json: ReadonlyArray<readonly [document: string, mutation: JsonMutation]>
  readonly files: readonly FileMutation[]
  readonly root: string
  readonly bytes: readonly ByteMutation[]
}

type File = { readonly name: string; readonly data: Uint8Array; readonly type?: '1' | '2'; readonly linkName?: string }
type Blob = { readonly digest: string; readonly hex: string; readonly bytes: Uint8Array }

const encode = (text: string) => new TextEncoder().encode(text)
const LAYERS = ['one', 'two', 'three'].map((name) => rawTar([{ name, data: name }]))
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const DOCUMENTS = [
  ...['config 0', 'config 1', 'manifest 0', 'manifest 1', 'index 0', 'index 1', 'index 2', 'index.json'],
  ...['manifest.json', 'oci-layout'],
]

const image: fc.Arbitrary<ImageModel> = fc.record({
  layers: fc.array(fc.nat({ max: LAYERS.length - 1 }), { maxLength: 3 }),
  isPacked: fc.nat({ max: 4 }).map((number) => number === 4),
  subject: fc.constantFrom('none', 'none', 'none', 'first', 'text'),
})

const file = fc.nat({ max: 20 })
const fileMutation: fc.Arbitrary<FileMutation> = fc.oneof(
  fc.record({ act: fc.constantFrom('drop' as const, 'empty' as const, 'pad' as const, 'folder' as const), file }),
  fc.record({
    act: fc.constantFrom('swap', 'link', 'hardlink', 'again', 'again-link', 'last'),
    file,
    other: file,
  }),
  fc.record({ act: fc.constant('letter' as const), file, at: fc.nat({ max: 1000 }) }),
  fc.record({ act: fc.constant('bytes' as const), file, mutations: byteMutations }),
)
const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength: number) =>
  fc.oneof({ withCrossShrink: true }, fc.constant([]), fc.array(arbitrary, { minLength: 1, maxLength }))

/** Archives of images of every layout, whole and damaged. */
export const archiveModel: fc.Arbitrary<ArchiveModel> = fc.record({
  layout: fc.constantFrom('oci', 'docker-25', 'docker-blobs', 'docker-24', 'docker-v1'),
  images: fc.array(image, { minLength: 1, maxLength: 2 }),
  nesting: fc.oneof({ arbitrary: fc.constant([]), weight: 2 }, fc.array(fc.constantFrom(1, 2, 60), { maxLength: 6 })),
  hasIndexSubject: fc.nat({ max: 4 }).map((number) => number === 4),
  json: few(fc.tuple(fc.constantFrom(...DOCUMENTS), jsonMutation), 4),
  files: few(fileMutation, 3),
  root: fc.constantFrom('', '', '', './', 'folder/', 'a/b/'),
  bytes: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, byteMutations),
})

/** A change of an archive that `createTestArchive` made. */
export interface RealModel {
  readonly options: TestArchiveOptions
  /** By the number of the document. */
  readonly json: ReadonlyArray<readonly [document: number, mutation: JsonMutation]>
  readonly bytes: readonly ByteMutation[]
}

export const realModel: fc.Arbitrary<RealModel> = fc.record({
  options: fc.record({
    layout: fc.constantFrom('docker-25', 'docker-24'),
    images: fc.constantFrom([{}], [{ names: [] }, { names: ['a:v1', 'b:v1'], layers: [] }]),
  }),
  json: few(fc.tuple(fc.nat({ max: 20 }), jsonMutation), 3),
  bytes: byteMutations,
})

export async function buildRealArchive({ options, json, bytes }: RealModel): Promise<Uint8Array<ArrayBuffer>> {
  const archive = await changedArchive(options, (files) => {
    const documents = [...files].filter(([, data]) => new TextDecoder().decode(data as Uint8Array).match(/^[[{]/))
    for (const [position, mutation] of json) {
      const [name] = documents[position % documents.length] ?? []
      // One that was changed already may be no JSON that can be changed again.
      if (name && typeof files.get(name) !== 'string') files.set(name, mutateJson(readJson(files, name), [mutation]))
    }
  })
  return mutateBytes(archive, bytes)
}

/** @param isReversed Whether its last file comes first. */
export function buildArchive(model: ArchiveModel, isReversed = false): Uint8Array<ArrayBuffer> {
  const mutated = model.files.reduce(mutateFiles, filesOf(model))
  const entries = mutated.map((file) => rawEntry({ ...file, name: model.root + file.name }))
  return mutateBytes(concat([...(isReversed ? entries.reverse() : entries), rawTar([])]), model.bytes)
}

function filesOf(model: ArchiveModel): readonly File[] {
  const write = (name: string, document: Json) =>
    encode(
      mutateJson(
        document,
        model.json.filter(([mutated]) => mutated === name).map(([, mutation]) => mutation),
      ),
    )
  if (model.layout === 'docker-v1') return v1Files(model, write)
  const images = model.images.map((image, position) => {
    const plain = image.layers.map((layer) => blob(LAYERS[layer] ?? new Uint8Array(0)))
    const layers = image.isPacked ? plain.map(({ bytes }) => blob(gzipSync(bytes))) : plain
    const config = blob(write(`config ${position}`, configOf(plain)))
    return { image, layers, config }
  })
  const isOld = model.layout === 'docker-24'
  const blobPath = ({ hex }: Blob) => `blobs/sha256/${hex}`
  const configPath = (config: Blob) => (isOld ? `${config.hex}.json` : blobPath(config))
  const layerPath = (layer: Blob) => (isOld ? `${layer.hex}/layer.tar` : blobPath(layer))
  const dockerManifest = images.map(({ config, layers }, position) => ({
    Config: configPath(config),
    RepoTags: [`team/app-${position}:v1`],
    Layers: layers.map(layerPath),
    LayerSources: Object.fromEntries(layers.map((layer) => [layer.digest, descriptor(MANIFEST, layer)])),
  }))
  const contents = images.flatMap(({ config, layers }) => [
    { name: configPath(config), data: config.bytes },
    ...layers.map((layer) => ({ name: layerPath(layer), data: layer.bytes })),
  ])
  const docker = { name: 'manifest.json', data: write('manifest.json', dockerManifest) }
  if (isOld || model.layout === 'docker-blobs') return unique([...contents, docker])
  return unique([...contents, ...layoutFiles(model, images, write), ...(model.layout === 'oci' ? [] : [docker])])
}

function layoutFiles(
  { nesting, hasIndexSubject }: ArchiveModel,
  images: ReadonlyArray<{ readonly image: ImageModel; readonly layers: readonly Blob[]; readonly config: Blob }>,
  write: (name: string, document: Json) => Uint8Array,
): readonly File[] {
  const blobs: Blob[] = []
  let entries: Json[] = []
  for (const [position, { image, layers, config }] of images.entries()) {
    const layerType = `application/vnd.oci.image.layer.v1.tar${image.isPacked ? '+gzip' : ''}`
    const manifest = blob(
      write(`manifest ${position}`, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: descriptor('application/vnd.oci.image.config.v1+json', config),
        layers: layers.map((layer) => descriptor(layerType, layer)),
        ...subjectOf(image, entries),
      }),
    )
    blobs.push(manifest)
    entries.push({
      ...descriptor(MANIFEST, manifest),
      platform: { os: 'linux', architecture: 'amd64' },
      annotations: { 'io.containerd.image.name': `team/app-${position}:v1` },
    })
  }
  for (const [level, times] of nesting.entries()) {
    const manifests = Array.from({ length: times }, () => entries).flat()
    const subject: { [key: string]: Json } = hasIndexSubject && entries[0] ? { subject: entries[0] } : {}
    const index = blob(write(`index ${level}`, { schemaVersion: 2, mediaType: INDEX, manifests, ...subject }))
    blobs.push(index)
    entries = [descriptor(INDEX, index)]
  }
  return [
    ...blobs.map(({ hex, bytes }) => ({ name: `blobs/sha256/${hex}`, data: bytes })),
    { name: 'index.json', data: write('index.json', { schemaVersion: 2, mediaType: INDEX, manifests: entries }) },
    { name: 'oci-layout', data: write('oci-layout', { imageLayoutVersion: '1.0.0' }) },
  ]
}

function subjectOf({ subject }: ImageModel, [first]: readonly Json[]): { [key: string]: Json } {
  if (subject === 'first' && first) return { subject: first }
  return subject === 'text' ? { subject: { digest: 'text' } } : {}
}

function v1Files({ images }: ArchiveModel, write: (name: string, document: Json) => Uint8Array): readonly File[] {
  const layers = images.flatMap((image, position) =>
    image.layers.map((layer) => ({ layer, id: `id-${position}-${layer}` })),
  )
  const repositories = Object.fromEntries(
    images.map((image, position) => [`app-${position}`, { latest: `id-${position}-${image.layers[0] ?? 0}` }]),
  )
  return unique([
    ...layers.flatMap(({ layer, id }, position) => [
      {
        name: `${id}/json`,
        data: write(`config ${position}`, {
          id,
          parent: layers[position + 1]?.id ?? '',
          os: 'linux',
          architecture: 'amd64',
        }),
      },
      { name: `${id}/layer.tar`, data: LAYERS[layer] ?? new Uint8Array(0) },
    ]),
    { name: 'repositories', data: write('manifest.json', repositories) },
  ])
}

function configOf(layers: readonly Blob[]): Json {
  return {
    os: 'linux',
    architecture: 'amd64',
    created: '1970-01-01T00:00:00Z',
    config: { Env: ['A=b'], Cmd: ['sh'], Labels: { a: 'b' } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map((_, position) => ({ created_by: `layer ${position}` })),
  }
}

function mutateFiles(files: readonly File[], mutation: FileMutation): readonly File[] {
  const position = mutation.file % Math.max(files.length, 1)
  const file = files[position]
  if (!file) return files
  const put = (...replaced: readonly File[]) => [...files.slice(0, position), ...replaced, ...files.slice(position + 1)]
  const other = ('other' in mutation ? files[mutation.other % files.length] : undefined) ?? file
  switch (mutation.act) {
    case 'drop':
      return put()
    case 'empty':
      return put({ ...file, data: new Uint8Array(0) })
    case 'pad':
      return put({ ...file, data: encode(new TextDecoder().decode(file.data) + ' '.repeat(20_000)) })
    case 'folder':
      return [...files, { ...file, name: `${file.name}/`, data: new Uint8Array(0) }]
    case 'swap':
      return put({ ...other, name: file.name })
    case 'link':
      return put(linkTo(file, other))
    case 'hardlink':
      return put({ name: file.name, type: '1', linkName: other.name, data: new Uint8Array(0) })
    case 'again':
      return [...files, { ...other, name: file.name }]
    case 'again-link':
      return [...files, linkTo(file, other)]
    case 'last':
      return [...put(), file]
    case 'letter':
      return put({ ...file, data: withOtherLetter(file.data, mutation.at) })
    case 'bytes':
      return put({ ...file, data: mutateBytes(file.data, mutation.mutations) })
  }
}

/** As long as before, and as good a JSON, but another file. */
function withOtherLetter(data: Uint8Array, at: number): Uint8Array {
  const letters = [...data.keys()].filter((position) => /[a-z]/.test(String.fromCharCode(data[position] ?? 0)))
  const chosen = letters[at % Math.max(letters.length, 1)]
  return data.map((byte, position) => (position === chosen ? 0x7a - (byte - 0x61) : byte))
}

function linkTo({ name }: File, other: File): File {
  const upwards = '../'.repeat(name.split('/').length - 1)
  return { name, type: '2', linkName: `${upwards}${other.name}`, data: new Uint8Array(0) }
}

function unique(files: readonly File[]): readonly File[] {
  return [...new Map(files.map((file) => [file.name, file])).values()]
}

function descriptor(mediaType: string, { digest, bytes }: Blob): { [key: string]: Json } {
  return { mediaType, digest, size: bytes.length }
}

function blob(bytes: Uint8Array): Blob {
  const hex = createHash('sha256').update(bytes).digest('hex')
  return { digest: `sha256:${hex}`, hex, bytes }
}
