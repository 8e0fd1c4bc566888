import { isZstdLayerType } from '../compress/layer-change.ts'
import type { ConfiguredImage, Image, Layer } from '../images/image.ts'
import { toOciType } from '../images/oci-types.ts'
import { runnableImages } from '../images/platforms.ts'
import { formatPlatform } from '../oci/descriptor.ts'
import type { JsonObject } from '../oci/json.ts'
import type { Manifest } from '../oci/manifest.ts'
import { isForeignLayerType } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { readAll } from '../source/source.ts'
import { blobPath } from './blob-path.ts'
import type { NamedImage, SavedName } from './image-names.ts'

/** An entry of `manifest.json`, by Docker's field names. */
export interface LoadableImage {
  readonly Config: string
  readonly RepoTags: readonly string[] | null
  readonly Layers: readonly string[]
  /** Descriptors of foreign layers, by their diff IDs: Docker keeps where they come from. */
  readonly LayerSources?: Readonly<Record<string, JsonObject>>
}

/** The platform that Docker gets of a multi-platform image, if it is there. */
const USUAL_PLATFORM = 'linux/amd64'

/**
 * Lists what `docker load` takes. An image that has several names is listed once, as Docker writes it. Its names are in
 * full: podman takes a short one for `localhost/app:v1`.
 */
export async function listLoadable(
  images: readonly NamedImage[],
  onWarning: ((warning: string) => void) | undefined,
): Promise<readonly LoadableImage[]> {
  const loadable = new Map<string, LoadableImage & { readonly names: Set<string> }>()
  for (const { image: root, names } of images) {
    const image = root.subject === undefined ? findLoadable(root) : undefined
    if (!image) continue
    if (image.layers.some(({ mediaType }) => isZstdLayerType(mediaType))) onWarning?.(zstdWarning(image, names))
    const [Config, Layers] = [blobPath(image.config.digest), image.layers.map(({ digest }) => blobPath(digest))]
    const key = [Config, ...Layers].join()
    const entry = loadable.get(key) ?? {
      ...{ Config, RepoTags: null, Layers, names: new Set() },
      ...(await layerSources(image)),
    }
    for (const { full } of names) entry.names.add(full)
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

/** Only the manifest says from which addresses a foreign layer comes. */
async function layerSources({ manifest, layers }: ConfiguredImage): Promise<Pick<LoadableImage, 'LayerSources'>> {
  const foreign = layers.filter(({ mediaType }) => isForeignLayerType(mediaType))
  if (foreign.length === 0) return {}
  const { layers: listed = [] } = parseManifest(await readAll(manifest.source), manifest.digest) as Partial<Manifest>
  const sources = foreign.flatMap(({ digest, diffId }) => {
    const descriptor = listed.find((entry) => entry.digest === digest)
    return diffId && descriptor ? [[diffId, { ...descriptor }] as const] : []
  })
  return { LayerSources: Object.fromEntries(sources) }
}

function zstdWarning({ manifest }: Image, [name]: readonly SavedName[]): string {
  return (
    `Layers of the image ${name?.full ?? manifest.digest} are compressed with zstd, which Docker before 23 cannot load; ` +
    "{ decompress: 'zstd' } writes them plain."
  )
}
