import { ValidationError } from '../errors.ts'
import { isPlatform } from '../images/platforms.ts'
import { isAttestation } from '../oci/attestation.ts'
import type { Digest } from '../oci/digest.ts'
import { type Index, isIndex, type Manifest } from '../oci/manifest.ts'
import { isIndexType, isManifestType } from '../oci/media-type.ts'
import { type IndexImage, platformOfEntry, readIndexFacts } from './index-images.ts'
import { manifestAt } from './manifests.ts'
import { type ManifestInfo, readManifest } from './read-manifest.ts'
import type { Registry } from './registry.ts'

/** The place of an image, and the signal of the call. */
export interface Asked {
  readonly registry: Registry
  readonly repository: string
  readonly reference: string
  readonly signal?: AbortSignal | undefined
}

/** The manifest of one image. */
interface SingleImage extends ManifestInfo {
  readonly manifest: Manifest
  /** True if it was asked for itself, and not found in an index. */
  readonly isAlone: boolean
}

/** Indexes in indexes on the way to an image. */
const MAX_DEPTH = 4

/**
 * Reads the manifest of one image: the one that is asked for, or that of a platform in an index.
 *
 * @throws {ValidationError} if an index does not have the platform, or has several images and none is chosen
 */
export async function readSingleImage(asked: Asked, platform: string | undefined): Promise<SingleImage> {
  const { registry, repository, reference, signal } = asked
  let found = await readManifest(manifestAt(registry, repository, reference), signal)
  let depth = 0
  for (; isIndex(found.manifest); depth++) {
    if (depth === MAX_DEPTH) {
      const fault = `Cannot find an image of "${repository}": its indexes are nested deeper than ${MAX_DEPTH} levels`
      throw new ValidationError('LIMIT_EXCEEDED', fault, { input: reference })
    }
    const { manifest } = found
    const digest = platform === undefined ? onlyImage(manifest) : (await findPlatform(asked, manifest, platform)).digest
    found = await readManifest(manifestAt(registry, repository, digest), signal)
  }
  return { ...found, manifest: found.manifest, isAlone: depth === 0 }
}

function onlyImage(index: Index): Digest {
  const images = index.manifests.filter(
    (entry) => (isIndexType(entry.mediaType) || isManifestType(entry.mediaType)) && !isAttestation(entry),
  )
  const [only] = images
  if (only && images.length === 1) return only.digest
  const offered = platformsOf(index).join(', ') || 'no platform'
  throw new ValidationError(
    'IMAGE_NOT_CHOSEN',
    `Cannot choose an image of the index: it has ${images.length} (${offered})`,
    { remedy: 'choose one with { platform: "linux/amd64" }, or by its digest' },
  )
}

/**
 * Finds the image of a platform by what the index says; if it says too little, by what its images say.
 *
 * @returns its digest, and the platforms that the index offers, as far as they were read
 */
export async function findPlatform(
  { registry, repository, signal }: Asked,
  index: Index,
  wanted: string,
): Promise<{ readonly digest: Digest; readonly platforms: readonly string[] }> {
  const entry = index.manifests.find((entry) => isPlatform(platformOfEntry(entry), wanted))
  if (entry) return { digest: entry.digest, platforms: platformsOf(index) }
  const isTold = index.manifests.every(({ platform, mediaType }) => platform && !isIndexType(mediaType))
  const { images } = isTold ? { images: [] } : await readIndexFacts(registry, repository, index, signal)
  const image = images.find(({ platform }) => isPlatform(platform, wanted))
  const platforms = platformsOf(index, images)
  if (image) return { digest: image.digest, platforms }
  const offered = platforms.join(', ') || 'none'
  throw new ValidationError(
    'PLATFORM_MISSING',
    `Cannot find the platform ${JSON.stringify(wanted)}: the index offers ${offered}`,
    { input: wanted },
  )
}

/** The platforms that an index offers: those that it names, and those of its images that were read. */
export function platformsOf({ manifests }: Index, images: readonly IndexImage[] = []): readonly string[] {
  const platforms = [...manifests.map(platformOfEntry), ...images.map(({ platform }) => platform)]
  return [...new Set(platforms)].filter((platform) => platform !== undefined)
}

/** @throws {ValidationError} if a single image has another platform */
export function verifyPlatform(platform: string | undefined, wanted: string): void {
  if (isPlatform(platform, wanted)) return
  throw new ValidationError(
    'PLATFORM_MISSING',
    `Cannot find the platform ${JSON.stringify(wanted)}: the image is a single one, of ${platform ?? 'no platform'}`,
    { input: wanted },
  )
}
