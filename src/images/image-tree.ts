import { ValidationError } from '../errors.ts'
import { type Content, type Descriptor, descriptorOf, type Platform } from '../oci/descriptor.ts'
import { isOtherDigest } from '../oci/digest.ts'
import { type JsonObject, objectField, textField } from '../oci/json.ts'
import { type Index, type IndexEntry, isIndex, type Manifest } from '../oci/manifest.ts'
import { isForeignLayerType, isImageConfigType, isIndexType, isManifestType } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { readAll, type Source } from '../source/source.ts'
import { type ContentStore, findContent, readContent, unlessUnverifiable } from './content-store.ts'
import { describeLayers, type Image, type ImageIndex, type ImageParts, type Layer, platformOf } from './image.ts'
import { parseImageConfig } from './image-config.ts'

/**
 * Reads a manifest or an index, and all that is under it. Resolves to `undefined` if it, its config or a layer is
 * absent.
 */
export type ReadImageTree = (entry: IndexEntry, listedBy: string) => Promise<Image | undefined>

/** Tells whether an entry is wanted of an index that lists these. */
type IsWanted = (entry: IndexEntry, entries: readonly IndexEntry[]) => boolean

/**
 * Makes a reader of image trees from a content store. It reads each manifest once, however often it is listed.
 *
 * @param isWanted Tells whether an entry of an index is read. Others count as missing. @default all are
 * @throws {ValidationError} if indexes list indexes too deep, or more manifests than the limit. Each counts as often as
 *   it is listed, so that a walk through the tree ends
 */
export function createImageTreeReader(store: ContentStore, isWanted: IsWanted = () => true): ReadImageTree {
  const { indexDepth, manifests } = store.limits
  const read = new Map<string, Promise<Image | undefined>>()
  const counts = new Map<string, number>()
  let total = 0
  const countUnder = (image: Image | undefined) =>
    (image?.children ?? []).reduce((sum, { manifest }) => sum + (counts.get(manifest.digest) ?? 0), 1)

  async function readOnce(entry: IndexEntry, listedBy: string, depth: number): Promise<Image | undefined> {
    const { digest, mediaType, size } = entry
    const known = await read.get(digest)
    if (known && (known.manifest.size !== size || known.manifest.mediaType !== mediaType)) {
      throw contradiction(store, entry, listedBy)
    }
    if (read.has(digest)) return known
    if (depth > indexDepth || read.size >= manifests) throw tooMany(store, digest)
    const readChild = (child: IndexEntry) => readOnce(child, digest, depth + 1)
    const reader = readTree(store, entry, listedBy, { readChild, isWanted })
    read.set(digest, reader)
    counts.set(digest, countUnder(await reader))
    return reader
  }

  return async (entry, listedBy) => {
    const image = await readOnce(entry, listedBy, 0)
    total += counts.get(entry.digest) ?? 0
    if (total > manifests) throw tooMany(store, entry.digest)
    return image
  }
}

function tooMany({ name, limits: { manifests, indexDepth } }: ContentStore, digest: string): ValidationError {
  return new ValidationError(
    'LIMIT_EXCEEDED',
    `Cannot read ${name}: it lists more than ${manifests} manifests, or indexes in indexes deeper than ${indexDepth}`,
    { remedy: 'if you trust where it comes from, raise { limits: { manifests, indexDepth } }', input: digest },
  )
}

/** How the entries of an index are read. */
interface IndexReading {
  readonly readChild: (entry: IndexEntry) => Promise<Image | undefined>
  readonly isWanted: IsWanted
}

async function readTree(
  store: ContentStore,
  entry: IndexEntry,
  listedBy: string,
  reading: IndexReading,
): Promise<Image | undefined> {
  const content = await readContent(store, entry)
  if (!content) return undefined
  const document = parseManifest(await readAll(content.source), entry.digest)
  if (
    isIndex(document) !== isIndexType(entry.mediaType) ||
    (document.mediaType ?? entry.mediaType) !== entry.mediaType
  ) {
    throw contradiction(store, entry, listedBy)
  }
  return isIndex(document)
    ? readIndex(store, content, document, entry, reading)
    : readSingle(store, content, document, entry)
}

async function readIndex(
  store: ContentStore,
  manifest: Content,
  document: Index,
  entry: IndexEntry,
  { readChild, isWanted }: IndexReading,
): Promise<Image> {
  const children: Image[] = []
  const layers: Layer[] = []
  const missing: IndexEntry[] = []
  const wanted = new Set(document.manifests.filter((listed) => isWanted(listed, document.manifests)))
  store.expect?.([...wanted].flatMap((listed) => (isManifestEntry(listed) ? listed.digest : [])))
  for (const listed of document.manifests) {
    if (!wanted.has(listed)) {
      missing.push({ ...listed, platform: platformIn(listed) })
      continue
    }
    const isManifest = isManifestEntry(listed)
    const child = isManifest ? await unlessUnverifiable(store, readChild(listed)) : undefined
    // BuildKit's caches list blobs in indexes.
    const blob = isManifest ? undefined : await unlessUnverifiable(store, findContent(store, listed))
    if (child) children.push({ ...child, platform: platformIn(listed) ?? child.platform })
    else if (blob) layers.push({ ...blob, ...UNTOLD })
    else missing.push({ ...listed, platform: platformIn(listed) })
  }
  return { ...indexOf(manifest, document, entry), layers, children, missing }
}

function isManifestEntry({ mediaType }: IndexEntry): boolean {
  return isIndexType(mediaType) || isManifestType(mediaType)
}

async function readSingle(
  store: ContentStore,
  manifest: Content,
  document: Manifest,
  entry: IndexEntry,
): Promise<Image | undefined> {
  const isImage = isImageConfigType(document.config.mediaType)
  const config = isImage ? await readContent(store, document.config) : await findContent(store, document.config)
  const layers: (Descriptor & { readonly source: Source | undefined })[] = []
  for (const layer of document.layers) {
    const isForeign = isForeignLayerType(layer.mediaType)
    const found = isForeign && isOtherDigest(layer.digest) ? undefined : await findContent(store, layer)
    if (found) layers.push(found)
    else if (isForeign) layers.push({ ...descriptorOf(layer), source: undefined })
  }
  if (!config || layers.length < document.layers.length) return undefined
  const described = partsOf(manifest, document, entry)
  if (!isImage) {
    // An artifact without a type of its own has that of its config (image-spec § Guidelines for Artifact Usage).
    const artifactType = described.artifactType ?? config.mediaType
    const untold = layers.map((layer) => ({ ...layer, ...UNTOLD }))
    return { ...described, kind: 'artifact', artifactType, config, configuration: undefined, layers: untold }
  }
  const configuration = parseImageConfig(await readAll(config.source), `the config ${config.digest}`)
  const platform = described.platform ?? platformOf(configuration)
  const image: Image = {
    ...described,
    kind: 'image',
    platform,
    config,
    configuration,
    layers: describeLayers(layers, configuration),
  }
  await store.verifyLayers(image)
  return image
}

function contradiction({ name }: ContentStore, { digest, mediaType }: IndexEntry, listedBy: string): ValidationError {
  return new ValidationError(
    'IMAGE_INVALID',
    `Cannot read ${name}: ${listedBy} lists ${digest} as ${JSON.stringify(mediaType)}, but elsewhere it is something else`,
    { input: digest },
  )
}

const UNTOLD = { diffId: undefined, created: undefined, createdBy: undefined }

/** Returns an index without its entries. */
export function indexOf(manifest: Content, document: Manifest | Index, entry: IndexEntry): ImageIndex {
  return { ...partsOf(manifest, document, entry), kind: 'index', config: undefined, configuration: undefined }
}

/** Returns the parts that images, indexes and artifacts have in common. */
function partsOf(manifest: Content, document: Manifest | Index, entry: IndexEntry): ImageParts {
  const { artifactType, subject } = document as Pick<Manifest, 'artifactType' | 'subject'>
  return {
    names: [],
    tags: [],
    manifest,
    artifactType: typeof artifactType === 'string' ? artifactType : undefined,
    subject: subject?.digest,
    platform: platformIn(entry),
    layers: [],
    children: [],
    missing: [],
    referrers: [],
  }
}

function platformIn(entry: IndexEntry): Platform | undefined {
  const platform: JsonObject = objectField({ ...entry }, 'platform')
  const [os, architecture, variant] = ['os', 'architecture', 'variant'].map((key) => textField(platform, key))
  return os && architecture ? { os, architecture, ...(variant && { variant }) } : undefined
}
