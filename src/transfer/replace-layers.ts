import type { ConfiguredImage, Image, Layer } from '../images/image.ts'
import { toOciType } from '../images/oci-types.ts'
import { ATTESTED_DIGEST } from '../oci/attestation.ts'
import { type Content, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import { type CreateHasher, type Digest, digestOf } from '../oci/digest.ts'
import { type JsonObject, objectField, parseJson, textField } from '../oci/json.ts'
import { isPlainLayerType, MEDIA_TYPES } from '../oci/media-type.ts'
import type { CompressionFormat } from '../runtime.ts'
import { toSource } from '../source/from.ts'
import { readAll } from '../source/source.ts'

/** The replacements of layers and manifests. */
export interface Replacing {
  readonly format: CompressionFormat
  /** The compressed layers, by the digests of those that they are made of. */
  readonly layers: ReadonlyMap<Digest, Omit<Content, 'mediaType'>>
  readonly createHasher: CreateHasher
  /** The rewritten images, by their digests before. It is filled on the way. */
  readonly changed: Map<Digest, Image>
  /** Called for what an index lists about an image that is another one now: it is left out. */
  onLeftOut(digest: Digest, about: Digest): void
}

/**
 * The layers below an image that are plain tars. Leaves out compressed layers, foreign layers, and those of artifacts.
 */
export function* plainLayersUnder(image: Image): Generator<Content> {
  for (const layer of image.layers) if (isPlain(layer, image)) yield layer
  for (const child of image.children) yield* plainLayersUnder(child)
}

/** Collects the digests of the manifests that change when the plain layers below an image are compressed. */
export function collectChanging(image: Image, changing: Set<Digest>): boolean {
  const isChanging = image.children.map((child) => collectChanging(child, changing))
  const changes = isChanging.includes(true) || image.layers.some((layer) => isPlain(layer, image))
  if (changes) changing.add(image.manifest.digest)
  return changes
}

/** One that says that it is plain, but is not what its config says, may be packed all the same. */
function isPlain(layer: Layer, { configuration }: Image): layer is Layer & Content {
  return (
    configuration !== undefined &&
    layer.source !== undefined &&
    isPlainLayerType(layer.mediaType) &&
    layer.diffId === layer.digest
  )
}

/**
 * Puts compressed layers into the places of plain ones, in all manifests and indexes up to the root. All else in them
 * stays as it is, but their bytes are new ones. What has no such layer below it stays the same. Manifests of Docker's
 * kind have no word for zstd, so they become OCI's.
 */
export async function replaceLayers(image: Image, replacing: Replacing): Promise<Image> {
  const { digest } = image.manifest
  const known = replacing.changed.get(digest)
  // An index may name it otherwise than another one does.
  if (known) return { ...known, names: image.names, tags: image.tags, platform: image.platform }
  const made =
    image.kind === 'image' ? await replaceOwnLayers(image, replacing) : await replaceChildren(image, replacing)
  if (made !== image) replacing.changed.set(digest, made)
  return made
}

async function replaceOwnLayers(image: ConfiguredImage, replacing: Replacing): Promise<Image> {
  if (!image.layers.some((layer) => isPlain(layer, image) && replacing.layers.has(layer.digest))) return image
  const { typeOf, compressedType } = namesIn(image, replacing.format)
  const layers = image.layers.map((layer) => {
    const compressed = isPlain(layer, image) ? replacing.layers.get(layer.digest) : undefined
    if (!compressed) return { ...layer, mediaType: typeOf(layer.mediaType) }
    const { digest, size, source } = compressed
    return { ...layer, mediaType: compressedType(layer.mediaType), digest, size, source }
  })
  const config = { ...image.config, mediaType: typeOf(image.config.mediaType) }
  const document = await documentOf(image)
  const listed = document.layers as readonly JsonObject[]
  const manifest = await manifestOf(image, replacing, {
    ...document,
    config: { ...objectField(document, 'config'), mediaType: config.mediaType },
    layers: listed.map((entry, position) => renamed(entry, layers[position] as Layer)),
  })
  return { ...image, manifest, config, layers }
}

async function replaceChildren(image: Image, replacing: Replacing): Promise<Image> {
  const children = new Map<unknown, Image>()
  for (const child of image.children) children.set(child.manifest.digest, await replaceLayers(child, replacing))
  if (![...children].some(([digest, child]) => child.manifest.digest !== digest)) return image
  const document = await documentOf(image)
  const entries: JsonObject[] = []
  for (const entry of document.manifests as readonly JsonObject[]) {
    const child = children.get(entry.digest)
    const about = outdatedSubject(entry, replacing)
    if (about && child) replacing.onLeftOut(entry.digest as Digest, about)
    if (about) children.delete(entry.digest)
    else entries.push(child ? renamed(entry, child.manifest) : entry)
  }
  const kept = image.children.flatMap((before) => {
    const child = children.get(before.manifest.digest)
    return child ? [{ ...child, platform: before.platform }] : []
  })
  const manifest = await manifestOf(image, replacing, { ...document, manifests: entries })
  return { ...image, manifest, children: kept }
}

/** Returns the subject of an attestation by BuildKit's annotation, if its digest has changed. */
function outdatedSubject(entry: JsonObject, { changed }: Replacing): Digest | undefined {
  const about = textField(objectField(entry, 'annotations'), ATTESTED_DIGEST)
  return about !== undefined && changed.has(about as Digest) ? (about as Digest) : undefined
}

function namesIn({ manifest }: Image, format: CompressionFormat) {
  const typeOf = format === 'zstd' && isDockers(manifest) ? toOciType : (mediaType: string) => mediaType
  const compressedType = (mediaType: string) => {
    const plain = typeOf(mediaType)
    return plain === MEDIA_TYPES.dockerLayer ? MEDIA_TYPES.dockerLayerGzip : `${plain}+${format}`
  }
  return { typeOf, compressedType }
}

function isDockers({ mediaType }: Descriptor): boolean {
  return mediaType === MEDIA_TYPES.dockerManifest || mediaType === MEDIA_TYPES.dockerManifestList
}

/** An entry of a list, with another descriptor. Bytes that it carries itself are those of the one before. */
function renamed({ data, ...entry }: JsonObject, descriptor: Descriptor): JsonObject {
  const { mediaType, digest, size } = descriptorOf(descriptor)
  const isSame = entry.digest === digest && data !== undefined
  return { ...entry, mediaType, digest, size, ...(isSame && { data }) }
}

async function documentOf({ manifest }: Image): Promise<JsonObject> {
  return parseJson(await readAll(manifest.source), `the manifest ${manifest.digest}`) as JsonObject
}

async function manifestOf(
  { manifest }: Image,
  { format, createHasher }: Replacing,
  document: JsonObject,
): Promise<Content> {
  const mediaType = format === 'zstd' ? toOciType(manifest.mediaType) : manifest.mediaType
  const named = document.mediaType === undefined ? document : { ...document, mediaType }
  const bytes = new TextEncoder().encode(JSON.stringify(named))
  return { mediaType, digest: await digestOf(bytes, createHasher), size: bytes.length, source: toSource(bytes) }
}
