import { loaded } from '../async/lazy.ts'
import { toOciType } from '../images/oci-types.ts'
import { type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import { type Digest, isDigest } from '../oci/digest.ts'
import { isJsonObject, type JsonObject, objectField } from '../oci/json.ts'
import { isForeignLayerType, MEDIA_TYPES } from '../oci/media-type.ts'
import { verifyDigest } from '../oci/verify.ts'
import type { Source } from '../source/source.ts'
import { packingOf, readHead } from '../unpack/packing.ts'
import type { TarManifestEntry } from './docker-manifest.ts'
import { hasFile, openEntry } from './file-index.ts'
import type { Reading } from './reading.ts'

/** A layer as a manifest names it, and its bytes; of a foreign layer only where the archive has them. */
export type FoundLayer = Descriptor & { readonly source: Source | undefined; readonly urls?: readonly string[] }

/**
 * Finds a layer of an image in `manifest.json`. Its digest is its diff ID if it is not compressed, which its first
 * bytes tell; otherwise the one that its path claims, and where that claims none it is hashed.
 *
 * @throws {ValidationError} if it is packed in a way that has no media type
 * @throws {DigestMismatchError} if a path claims another digest than the diff ID
 */
export async function findDockerLayer(
  reading: Reading,
  entry: TarManifestEntry,
  path: string,
  diffId: Digest,
  hashLayer: (source: Source) => Promise<Digest>,
): Promise<FoundLayer> {
  const foreign = foreignLayer(objectField(entry as unknown as JsonObject, 'LayerSources')[diffId])
  if (foreign) return { ...foreign, source: await findForeign(reading, path, foreign, diffId) }
  const { files, signal } = reading
  const source = await openEntry(files, path, 'manifest.json', signal)
  const claimed = claimedDigest(path) ?? craneClaim(entry, path)
  // A blob with the name of its diff ID is not compressed: nothing to look at.
  const mediaType = claimed === diffId ? MEDIA_TYPES.ociLayer : await layerMediaType(source, path, signal)
  if (mediaType !== MEDIA_TYPES.ociLayer) {
    return { mediaType, digest: claimed ?? (await hashLayer(source)), size: source.size, source }
  }
  if (claimed) verifyDigest(`layer ${JSON.stringify(path)}`, diffId, claimed)
  return { mediaType, digest: diffId, size: source.size, source }
}

/**
 * The digest that a path claims: `blobs/sha256/<hex>` of an OCI layout, or `sha256:<hex>`. Other paths are names, not
 * claims.
 */
export function claimedDigest(path: string): Digest | undefined {
  const hex = /^(?:(?:\.\/)?blobs\/sha256\/|sha256:)([0-9a-f]{64})$/.exec(path)?.[1]
  const digest = `sha256:${hex}`
  return isDigest(digest) ? digest : undefined
}

/**
 * kaniko and crane, which name a config `sha256:<hex>`, name compressed layers by their own digests: `<hex>.tar.gz`.
 */
function craneClaim({ Config }: TarManifestEntry, path: string): Digest | undefined {
  const hex = /^([0-9a-f]{64})\.tar\.gz$/.exec(path)?.[1]
  return hex !== undefined && claimedDigest(Config) ? `sha256:${hex}` : undefined
}

/**
 * The bytes of a foreign layer. Docker saves it without its packing, and then it is another blob than the one that is
 * named.
 */
async function findForeign(
  { files, signal }: Reading,
  path: string,
  { digest, size }: Descriptor,
  diffId: Digest,
): Promise<Source | undefined> {
  if ((claimedDigest(path) ?? diffId) !== digest || !hasFile(files, path)) return undefined
  const source = await openEntry(files, path, 'manifest.json', signal)
  return source.size === size ? source : undefined
}

function foreignLayer(source: unknown): FoundLayer | undefined {
  if (!isJsonObject(source)) return undefined
  const { mediaType, digest, size, urls } = source
  const isForeign = typeof mediaType === 'string' && isForeignLayerType(mediaType)
  if (!isForeign || !isDigest(digest) || !isSize(size)) return undefined
  const descriptor = descriptorOf({ mediaType: toOciType(mediaType), digest, size })
  const places = Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : []
  return { ...descriptor, source: undefined, urls: places }
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

async function layerMediaType(source: Source, path: string, signal?: AbortSignal): Promise<string> {
  const head = await readHead(source, signal)
  const packing = packingOf(head)
  if (packing === 'gzip') return `${MEDIA_TYPES.ociLayer}+gzip`
  if (packing === 'zstd') return `${MEDIA_TYPES.ociLayer}+zstd`
  // As xz and bzip2 begin, and hardly a layer else.
  if (head[0] === 0xfd || head[0] === 0x42) {
    const { refusePackedLayer } = await loaded(import('./packed-layer.ts'))
    refusePackedLayer(head, path)
  }
  return MEDIA_TYPES.ociLayer
}
