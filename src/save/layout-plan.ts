import { ValidationError } from '../errors.ts'
import type { ConfiguredImage, Image, Layer } from '../images/image.ts'
import { toOciType } from '../images/oci-types.ts'
import { runnableImages } from '../images/platforms.ts'
import { type Content, type Descriptor, descriptorOf, formatPlatform, type Platform } from '../oci/descriptor.ts'
import { type Digest, isOtherDigest, parseDigest } from '../oci/digest.ts'
import type { NamedImage, SavedName } from './image-names.ts'

/** A blob of a layout. */
export interface LayoutBlob extends Content {
  readonly kind: 'manifest' | 'config' | 'layer'
}

/** An entry of `index.json`. */
interface ListedManifest extends Descriptor {
  readonly artifactType?: string
  readonly platform?: Platform
  readonly annotations?: Readonly<Record<string, string>>
}

/** An entry of `manifest.json`, by Docker's field names. */
interface LoadableImage {
  readonly Config: string
  readonly RepoTags: readonly string[] | null
  readonly Layers: readonly string[]
}

/** The plan of a layout, made without reading a layer. */
export interface LayoutPlan {
  /** The entries of `index.json`. */
  readonly listed: readonly ListedManifest[]
  /** The entries of `manifest.json`, for `docker load`: one platform of each image. */
  readonly loadable: readonly LoadableImage[]
  /** Each once: manifests, parents before children, then configs, then layers. */
  readonly blobs: readonly LayoutBlob[]
}

const NAME = 'io.containerd.image.name'
const REF_NAME = 'org.opencontainers.image.ref.name'
/** By which containerd 2.2 and Docker 29.1 list a referrer beside its subject. */
const SUBJECT = 'io.containerd.manifest.subject'
/** The platform that Docker gets of a multi-platform image, if it is there. */
const USUAL_PLATFORM = 'linux/amd64'

/**
 * Plans a layout of images (image-spec § Image Layout), and the `manifest.json` of `docker load` beside it.
 *
 * @throws {ValidationError} if two images have one name, or the same digest is listed with two sizes
 */
export function planLayout(images: readonly NamedImage[], onWarning?: (warning: string) => void): LayoutPlan {
  verifyNames(images)
  return {
    listed: images.flatMap(listImage),
    loadable: listLoadable(images, onWarning),
    blobs: listBlobs(images, onWarning),
  }
}

/** Where a blob is in a layout. */
export function blobPath(digest: Digest): string {
  const checked = isOtherDigest(digest) ? digest : parseDigest(digest, 'a blob')
  return `blobs/${checked.replace(':', '/')}`
}

function listImage({ image, names, tags }: NamedImage): readonly ListedManifest[] {
  const { manifest, kind, platform, artifactType, subject } = image
  const entry = {
    ...descriptorOf(manifest),
    ...(kind === 'artifact' && artifactType !== undefined && { artifactType }),
    ...(kind === 'image' && platform && { platform }),
  }
  const about = subject !== undefined && { [SUBJECT]: subject }
  const named = [
    ...names.map(({ full, tag }) => ({ [NAME]: full, [REF_NAME]: tag })),
    ...tags.map((tag) => ({ [REF_NAME]: tag })),
  ]
  if (named.length > 0) return named.map((name) => ({ ...entry, annotations: { ...name, ...about } }))
  return [{ ...entry, ...(about && { annotations: about }) }]
}

/** An image that has several names is listed once, as Docker writes it. */
function listLoadable(
  images: readonly NamedImage[],
  onWarning: ((warning: string) => void) | undefined,
): readonly LoadableImage[] {
  const loadable = new Map<string, LoadableImage & { readonly names: Set<string> }>()
  for (const { image: root, names } of images) {
    const image = root.subject === undefined ? findLoadable(root) : undefined
    if (!image) continue
    if (image.layers.some(isZstd)) onWarning?.(zstdWarning(image, names))
    const [Config, Layers] = [blobPath(image.config.digest), image.layers.map(({ digest }) => blobPath(digest))]
    const key = [Config, ...Layers].join()
    const entry = loadable.get(key) ?? { Config, RepoTags: null, Layers, names: new Set() }
    for (const { familiar } of names) entry.names.add(familiar)
    loadable.set(key, entry)
  }
  return [...loadable.values()].map(({ names, ...entry }) => ({
    ...entry,
    RepoTags: names.size > 0 ? [...names] : null,
  }))
}

/** Finds the one image that `docker load` takes: the image itself, or the usual platform of an index. */
function findLoadable(image: Image): ConfiguredImage | undefined {
  if (image.kind !== 'index') return isLoadable(image) ? image : undefined
  const platforms = runnableImages(image).flatMap((child) => (isLoadable(child) ? [child] : []))
  return (
    platforms.find(({ platform }) => platform && formatPlatform(platform) === USUAL_PLATFORM) ??
    platforms.find(({ platform }) => platform?.os === 'linux') ??
    platforms[0]
  )
}

/** Signatures and attestations may have the config of an image, but their layers are no file systems. */
function isLoadable(image: Image): image is ConfiguredImage {
  const { kind, layers, platform, configuration } = image
  const isFileSystem = ({ mediaType }: Layer) => toOciType(mediaType).startsWith('application/vnd.oci.image.layer.')
  return (
    kind === 'image' &&
    platform?.os !== 'unknown' &&
    configuration.diffIds.length === layers.length &&
    layers.every(isFileSystem)
  )
}

function isZstd({ mediaType }: Layer): boolean {
  return /[+.]zstd$/.test(mediaType)
}

function zstdWarning({ manifest }: Image, [name]: readonly SavedName[]): string {
  return (
    `Layers of the image ${name?.familiar ?? manifest.digest} are compressed with zstd, which Docker before 23 cannot load; ` +
    "{ decompress: 'zstd' } writes them plain."
  )
}

function listBlobs(
  images: readonly NamedImage[],
  onWarning: ((warning: string) => void) | undefined,
): readonly LayoutBlob[] {
  const manifests = new Map<Digest, LayoutBlob>()
  const [configs, layers] = [new Map<Digest, LayoutBlob>(), new Map<Digest, LayoutBlob>()]
  const left = new Set<Digest>()

  function add(blobs: Map<Digest, LayoutBlob>, kind: LayoutBlob['kind'], content: Content): void {
    const { mediaType, digest, size, source } = content
    const known = manifests.get(digest) ?? configs.get(digest) ?? layers.get(digest)
    if (source.size !== size || (known && known.size !== size)) throw sizeClash(content, known ?? source)
    if (!known) blobs.set(digest, { mediaType, digest, size, source, kind })
  }

  function collect(image: Image): void {
    if (manifests.has(image.manifest.digest)) return
    add(manifests, 'manifest', image.manifest)
    if (image.config) add(configs, 'config', image.config)
    for (const layer of image.layers) {
      if (layer.source) add(layers, 'layer', { ...layer, source: layer.source })
      else left.add(layer.digest)
    }
    image.children.forEach(collect)
  }

  for (const { image } of images) collect(image)
  for (const digest of left) onWarning?.(leftOut(digest))
  return [...manifests.values(), ...configs.values(), ...layers.values()]
}

function leftOut(digest: Digest): string {
  return `The bytes of the foreign layer ${digest} are not there and were left out; Docker and podman load the image only where they have that layer.`
}

function sizeClash({ digest, size }: Descriptor, other: { readonly size: number }): ValidationError {
  return new ValidationError(
    'IMAGE_INVALID',
    `Cannot write the archive: ${digest} should have ${size} bytes, but elsewhere it has ${other.size}`,
    { input: digest },
  )
}

function verifyNames(images: readonly NamedImage[]): void {
  const named = new Map<string, Digest>()
  for (const { image, names, tags } of images) {
    for (const name of [...names.map(({ full }) => full), ...tags]) {
      const { digest } = image.manifest
      if ((named.get(name) ?? digest) !== digest) throw nameClash(name)
      named.set(name, digest)
    }
  }
}

function nameClash(name: string): ValidationError {
  return new ValidationError(
    'NAME_CLASH',
    `Cannot write two images as ${JSON.stringify(name)}: the second would replace the first`,
    {
      remedy:
        'give one of them another name with { rename }, choose one with { images }, or write archive.index, which has all as one multi-platform image',
      input: name,
    },
  )
}
