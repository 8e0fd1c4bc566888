import type { ChosenImage } from '../images/add-referrers.ts'
import type { ConfiguredImage, Image, Layer } from '../images/image.ts'
import { toOciType } from '../images/oci-types.ts'
import { ATTESTED_DIGEST } from '../oci/attestation.ts'
import { type Content, type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import { type CreateHasher, type Digest, digestOf } from '../oci/digest.ts'
import { type JsonObject, objectField, parseJson, textField } from '../oci/json.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { toSource } from '../source/from.ts'
import { readAll } from '../source/source.ts'
import type { LayerChange } from './layer-change.ts'

/** The replacements of layers and manifests. */
export interface Replacing {
  readonly change: LayerChange
  /** The replacements, by the digests of the layers that they are made of. */
  readonly layers: ReadonlyMap<Digest, Omit<Content, 'mediaType'>>
  readonly createHasher: CreateHasher
  /** The rewritten images, by their digests before. It is filled on the way. */
  readonly changed: Map<Digest, Image>
  /** Called for what an index lists about an image that is another one now: it is left out. */
  onLeftOut(digest: Digest, about: Digest): void
}

/**
 * Replaces layers in all manifests and indexes up to the root. All else in them stays as it is, but their bytes are new
 * ones. An image without such a layer stays the same. Manifests of Docker's kind become OCI's if Docker has no media
 * type for the new layers.
 */
async function replaceLayers(image: Image, replacing: Replacing): Promise<Image> {
  const { digest } = image.manifest
  const known = replacing.changed.get(digest)
  // An index may name it otherwise than another one does.
  if (known) return { ...known, names: image.names, tags: image.tags, platform: image.platform }
  const made =
    image.kind === 'image' ? await replaceOwnLayers(image, replacing) : await replaceChildren(image, replacing)
  if (made !== image) replacing.changed.set(digest, made)
  return made
}

/** Replaces layers of chosen images, and keeps the digests that these images had before. */
export async function replaceLayersOf<C extends ChosenImage>(
  chosen: readonly C[],
  replacing: Replacing,
): Promise<readonly C[]> {
  const replaced: C[] = []
  for (const one of chosen) {
    const image = await replaceLayers(one.image, replacing)
    const before = one.image.manifest.digest
    replaced.push(
      image.manifest.digest === before ? one : { ...one, image, originalDigest: one.originalDigest ?? before },
    )
  }
  return replaced
}

async function replaceOwnLayers(image: ConfiguredImage, replacing: Replacing): Promise<Image> {
  const { change } = replacing
  const replacementOf = (layer: Layer) =>
    change.affects(layer, image) ? replacing.layers.get(layer.digest) : undefined
  if (!image.layers.some(replacementOf)) return image
  const isRenamed = change.isOciOnly && isDockers(image.manifest)
  const typeOf = (mediaType: string) => (isRenamed ? toOciType(mediaType) : mediaType)
  const layers = image.layers.map((layer) => {
    const mediaType = typeOf(layer.mediaType)
    const replacement = replacementOf(layer)
    if (!replacement) return { ...layer, mediaType }
    const { digest, size, source } = replacement
    return { ...layer, mediaType: change.typeOf(mediaType), digest, size, source }
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
  { change, createHasher }: Replacing,
  document: JsonObject,
): Promise<Content> {
  const mediaType = change.isOciOnly ? toOciType(manifest.mediaType) : manifest.mediaType
  const named = document.mediaType === undefined ? document : { ...document, mediaType }
  const bytes = new TextEncoder().encode(JSON.stringify(named))
  return { mediaType, digest: await digestOf(bytes, createHasher), size: bytes.length, source: toSource(bytes) }
}
