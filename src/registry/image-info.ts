import { type Descriptor, descriptorOf } from '../oci/descriptor.ts'
import { type Index, isIndex, type Manifest } from '../oci/manifest.ts'
import { type ImageFacts, readFacts } from './image-facts.ts'
import { annotationsOf } from './image-layers.ts'
import { type Asked, findPlatform, platformsOf, verifyPlatform } from './image-platform.ts'
import { type IndexImage, readIndexFacts } from './index-images.ts'
import { manifestAt } from './manifests.ts'
import { type ManifestInfo, readManifest } from './read-manifest.ts'
import type { Registry, RequestOptions } from './registry.ts'

/**
 * Information about an image in a registry. For an index, the facts are those of its only image that runs somewhere. If
 * there are several, `totalSize` and `layerCount` are the sum, in which a shared layer counts once; the date is the
 * newest; and what differs between them, such as `configuration` and `layers`, is absent or empty.
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
  /** The index that the reference names, if `platform` chose one of its images. */
  readonly index: (Descriptor & Pick<ImageFacts, 'annotations'>) | undefined
}

/** The options of `getImageInfo`. */
export interface ImageInfoOptions extends RequestOptions {
  /**
   * One image of an index, as `linux/arm64` or `linux/arm64/v8`. A single image must have this platform. @default all
   */
  readonly platform?: string | undefined
}

/** The fields that only an index fills. */
const SINGLE = { platforms: [], images: [], index: undefined }

/** Reads the manifest and the config of an image, and describes it. Throws the errors of `getImageInfo`. */
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
    const index = { ...descriptorOf(root), annotations: annotationsOf(root.manifest) }
    if (!isIndex(found.manifest)) return { ...(await describeImage(asked, found, found.manifest)), platforms, index }
    return { ...(await describeIndex(asked, found, found.manifest)), index }
  }
  return describeManifest(asked, root)
}

/** Describes what a manifest or an index says, and what its configs say. */
export function describeManifest(asked: Asked, root: ManifestInfo): Promise<ImageInfo> {
  const { manifest } = root
  return isIndex(manifest) ? describeIndex(asked, root, manifest) : describeImage(asked, root, manifest)
}

async function describeImage(
  { registry, repository, reference, signal }: Asked,
  { mediaType, digest, size }: ManifestInfo,
  manifest: Manifest,
  wanted?: string,
): Promise<ImageInfo> {
  const facts = await readFacts(registry, repository, manifest, undefined, signal)
  if (wanted !== undefined) verifyPlatform(facts.platform, wanted)
  return { repository, reference, mediaType, digest, size, manifest, ...facts, ...SINGLE }
}

async function describeIndex(
  { registry, repository, reference, signal }: Asked,
  { mediaType, digest, size }: ManifestInfo,
  manifest: Index,
): Promise<ImageInfo> {
  const facts = await readIndexFacts(registry, repository, manifest, signal)
  const platforms = platformsOf(manifest, facts.images)
  return { repository, reference, mediaType, digest, size, manifest, platforms, ...facts, index: undefined }
}
