import { ValidationError } from '../errors.ts'
import { isPlatform } from '../images/platforms.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { type Index, isIndex, type Manifest } from '../oci/manifest.ts'
import { isIndexType } from '../oci/media-type.ts'
import { type ImageFacts, platformIn, readFacts } from './image-facts.ts'
import { type IndexImage, platformOfEntry, readIndexFacts } from './index-images.ts'
import { manifestAt } from './manifests.ts'
import { type ManifestInfo, readManifest } from './read-manifest.ts'
import type { Registry, RequestOptions } from './registry.ts'

/**
 * Information about an image in a registry. For an index, the facts are those of its only image that runs somewhere. If
 * there are several, sizes and layers are the sum, in which a shared layer counts once; the date is the newest; and
 * configuration, architecture and os are absent.
 */
export interface ImageInfo extends Descriptor, ImageFacts {
  readonly repository: string
  /** The tag or digest that was asked for. */
  readonly reference: string
  readonly manifest: Manifest | Index
  /** The platforms that an index offers, as `linux/arm64/v8`; empty for a single image. */
  readonly platforms: readonly string[]
  /** The images of an index that the registry has. Empty for a single image. */
  readonly images: readonly IndexImage[]
}

/** The options of `getImageInfo`. */
export interface ImageInfoOptions extends RequestOptions {
  /**
   * One image of an index, as `linux/arm64` or `linux/arm64/v8`. A single image must have this platform. @default all
   */
  readonly platform?: string | undefined
}

/** Where an image is, and who wants to know. */
interface Asked {
  readonly registry: Registry
  readonly repository: string
  readonly reference: string
  readonly signal?: AbortSignal | undefined
}

/** Reads an image's manifest and config, and tells what they say; throws what `getImageInfo` throws. */
export async function readImageInfo(
  registry: Registry,
  repository: string,
  reference: string,
  { platform, signal }: ImageInfoOptions,
): Promise<ImageInfo> {
  const asked = { registry, repository, reference, signal }
  const root = await readManifest(manifestAt(registry, repository, reference), signal)
  if (!isIndex(root.manifest)) return describeImage(asked, root, root.manifest, platform)
  if (platform !== undefined) {
    const { digest, platforms } = await findPlatform(asked, root.manifest, platform)
    const found = await readManifest(manifestAt(registry, repository, digest), signal)
    if (!isIndex(found.manifest)) return { ...(await describeImage(asked, found, found.manifest)), platforms }
    return describeIndex(asked, found, found.manifest)
  }
  return describeIndex(asked, root, root.manifest)
}

async function describeImage(
  { registry, repository, reference, signal }: Asked,
  { mediaType, digest, size }: ManifestInfo,
  manifest: Manifest,
  wanted?: string,
): Promise<ImageInfo> {
  const facts = await readFacts(registry, repository, manifest, undefined, signal)
  if (wanted !== undefined) verifyPlatform(platformIn(facts.configuration), wanted)
  return { repository, reference, mediaType, digest, size, manifest, platforms: [], images: [], ...facts }
}

async function describeIndex(
  { registry, repository, reference, signal }: Asked,
  { mediaType, digest, size }: ManifestInfo,
  manifest: Index,
): Promise<ImageInfo> {
  const facts = await readIndexFacts(registry, repository, manifest, signal)
  const platforms = platformsOf(manifest, facts.images)
  return { repository, reference, mediaType, digest, size, manifest, platforms, ...facts }
}

/**
 * Finds the image of a platform by what the index says; if it says too little, by what its images say.
 *
 * @returns its digest, and the platforms that the index offers, as far as they were read
 */
async function findPlatform(
  { registry, repository, signal }: Asked,
  index: Index,
  wanted: string,
): Promise<Pick<ImageInfo, 'digest' | 'platforms'>> {
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

function platformsOf({ manifests }: Index, images: readonly IndexImage[] = []): readonly string[] {
  const platforms = [...manifests.map(platformOfEntry), ...images.map(({ platform }) => platform)]
  return [...new Set(platforms)].filter((platform) => platform !== undefined)
}

function verifyPlatform(platform: string | undefined, wanted: string): void {
  if (isPlatform(platform, wanted)) return
  throw new ValidationError(
    'PLATFORM_MISSING',
    `Cannot find the platform ${JSON.stringify(wanted)}: the image is a single one, of ${platform ?? 'no platform'}`,
    { input: wanted },
  )
}
