import { ValidationError } from '../errors.ts'
import { describeLayers, type Image, type Layer, platformOf } from '../images/image.ts'
import { parseImageConfig } from '../images/image-config.ts'
import { type Content, descriptorOf, type Platform } from '../oci/descriptor.ts'
import { isOtherDigest } from '../oci/digest.ts'
import { type JsonObject, objectField, textField } from '../oci/json.ts'
import { type Index, type IndexEntry, isIndex, type Manifest } from '../oci/manifest.ts'
import { isForeignLayerType, isImageConfigType, isIndexType, isManifestType } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { readAll } from '../source/source.ts'
import type { FoundLayer } from './docker-layer.ts'
import { verifyLayers } from './layer-order.ts'
import { findContent, readContent, unlessUnverifiable } from './oci-content.ts'
import type { Reading } from './reading.ts'

/** Reads a manifest or an index, and all that is under it. Gives nothing where it, its config or a layer is not there. */
type ReadManifest = (entry: IndexEntry, listedBy: string) => Promise<Image | undefined>

/**
 * Makes a reader of manifests that reads each of them once, however often it is listed.
 *
 * @throws {ValidationError} if indexes list indexes too deep, or more manifests than the limit, each as often as it is listed: who
 *   walks through all of them shall come to an end
 */
export function createManifestReader(reading: Reading): ReadManifest {
  const { indexDepth, manifests } = reading.limits
  const read = new Map<string, Promise<Image | undefined>>()
  const counts = new Map<string, number>()
  let total = 0
  const countUnder = (image: Image | undefined) =>
    (image?.children ?? []).reduce((sum, { manifest }) => sum + (counts.get(manifest.digest) ?? 0), 1)

  async function readOnce(entry: IndexEntry, listedBy: string, depth: number): Promise<Image | undefined> {
    const { digest, mediaType, size } = entry
    const known = await read.get(digest)
    if (known && (known.manifest.size !== size || known.manifest.mediaType !== mediaType)) {
      throw contradiction(entry, listedBy)
    }
    if (read.has(digest)) return known
    if (depth > indexDepth || read.size >= manifests) throw tooMany(reading, digest)
    const reader = readTree(reading, entry, listedBy, (child) => readOnce(child, digest, depth + 1))
    read.set(digest, reader)
    counts.set(digest, countUnder(await reader))
    return reader
  }

  return async (entry, listedBy) => {
    const image = await readOnce(entry, listedBy, 0)
    total += counts.get(entry.digest) ?? 0
    if (total > manifests) throw tooMany(reading, entry.digest)
    return image
  }
}

function tooMany({ limits: { manifests, indexDepth } }: Reading, digest: string): ValidationError {
  return new ValidationError(
    `Cannot read the layout: it lists more than ${manifests} manifests, or indexes in indexes deeper than ${indexDepth} ({ limits: { manifests, indexDepth } })`,
    { input: digest },
  )
}

async function readTree(
  reading: Reading,
  entry: IndexEntry,
  listedBy: string,
  readChild: (entry: IndexEntry) => Promise<Image | undefined>,
): Promise<Image | undefined> {
  const content = await readContent(reading, entry)
  if (!content) return undefined
  const document = parseManifest(await readAll(content.source), entry.digest)
  if (
    isIndex(document) !== isIndexType(entry.mediaType) ||
    (document.mediaType ?? entry.mediaType) !== entry.mediaType
  ) {
    throw contradiction(entry, listedBy)
  }
  return isIndex(document)
    ? readIndex(reading, content, document, entry, readChild)
    : readSingle(reading, content, document, entry)
}

async function readIndex(
  reading: Reading,
  manifest: Content,
  document: Index,
  entry: IndexEntry,
  readChild: (entry: IndexEntry) => Promise<Image | undefined>,
): Promise<Image> {
  const children: Image[] = []
  const layers: Layer[] = []
  const missing: IndexEntry[] = []
  for (const listed of document.manifests) {
    const isManifest = isIndexType(listed.mediaType) || isManifestType(listed.mediaType)
    const child = isManifest ? await unlessUnverifiable(reading, readChild(listed)) : undefined
    // BuildKit's caches list blobs in indexes.
    const blob = isManifest ? undefined : await unlessUnverifiable(reading, findContent(reading, listed))
    if (child) children.push({ ...child, platform: platformIn(listed) ?? child.platform })
    else if (blob) layers.push({ ...blob, ...UNTOLD })
    else missing.push({ ...listed, platform: platformIn(listed) })
  }
  return { ...describe(manifest, document, entry), layers, children, missing }
}

async function readSingle(
  reading: Reading,
  manifest: Content,
  document: Manifest,
  entry: IndexEntry,
): Promise<Image | undefined> {
  const isImage = isImageConfigType(document.config.mediaType)
  const config = isImage ? await readContent(reading, document.config) : await findContent(reading, document.config)
  const layers: FoundLayer[] = []
  for (const layer of document.layers) {
    const isForeign = isForeignLayerType(layer.mediaType)
    const found = isForeign && isOtherDigest(layer.digest) ? undefined : await findContent(reading, layer)
    if (found) layers.push(found)
    else if (isForeign) layers.push({ ...descriptorOf(layer), source: undefined })
  }
  if (!config || layers.length < document.layers.length) return undefined
  const described = describe(manifest, document, entry)
  if (!isImage) {
    // What says nothing else is of the kind of its config (image-spec § Guidelines for Artifact Usage).
    const artifactType = described.artifactType ?? config.mediaType
    return { ...described, artifactType, config, layers: layers.map((layer) => ({ ...layer, ...UNTOLD })) }
  }
  const configuration = parseImageConfig(await readAll(config.source), `the config ${config.digest}`)
  const platform = described.platform ?? platformOf(configuration)
  const image = { ...described, platform, config, configuration, layers: describeLayers(layers, configuration) }
  await verifyLayers(reading, image)
  return image
}

function contradiction({ digest, mediaType }: IndexEntry, listedBy: string): ValidationError {
  return new ValidationError(
    `Cannot read the layout: ${listedBy} lists ${digest} as ${JSON.stringify(mediaType)}, but elsewhere it is something else`,
    { input: digest },
  )
}

const UNTOLD = { diffId: undefined, created: undefined, createdBy: undefined }

/** What manifests and indexes have in common. */
export function describe(manifest: Content, document: Manifest | Index, entry: IndexEntry): Image {
  const { artifactType, subject } = document as Pick<Manifest, 'artifactType' | 'subject'>
  return {
    names: [],
    tags: [],
    manifest,
    artifactType: typeof artifactType === 'string' ? artifactType : undefined,
    subject: subject?.digest,
    platform: platformIn(entry),
    config: undefined,
    configuration: undefined,
    layers: [],
    children: [],
    missing: [],
  }
}

function platformIn(entry: IndexEntry): Platform | undefined {
  const platform: JsonObject = objectField({ ...entry }, 'platform')
  const [os, architecture, variant] = ['os', 'architecture', 'variant'].map((key) => textField(platform, key))
  return os && architecture ? { os, architecture, ...(variant && { variant }) } : undefined
}
