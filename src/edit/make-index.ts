import { imageOf } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import type { Image, ImageIndex } from '../images/image.ts'
import { indexOf } from '../images/image-tree.ts'
import { isPlatform } from '../images/platforms.ts'
import { jsonContent } from '../images/remake-manifest.ts'
import { leftOut } from '../images/rewrite-tree.ts'
import { checkPlatforms } from '../images/wanted-platforms.ts'
import { formatPlatform } from '../oci/descriptor.ts'
import type { Index } from '../oci/manifest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { checkEdits } from './check-edits.ts'
import { editMapField } from './edit-map.ts'
import type { CreateIndexOptions } from './image-edits.ts'
import { type ListedImage, listImages, type PlatformEntry } from './list-images.ts'

/** Makes an index of images; throws what `createIndex` throws. */
export async function makeIndex(images: readonly Image[], options: CreateIndexOptions): Promise<ImageIndex> {
  const { onWarning = () => {}, runtime: { createHasher = createPortableHasher } = {}, signal } = options
  const { annotations: given } = checkEdits({ annotations: options.annotations })
  const annotated = editMapField({}, 'annotations', given)
  const wanted = options.platforms && checkPlatforms(options.platforms, undefined)
  const listed: ListedImage[] = []
  for (const [position, image] of images.entries()) listed.push(...(await listImages(imageOf(image), position)))
  const found = listed.filter(({ platform }) => platform !== undefined)
  const chosen = wanted ? wanted.flatMap((one) => allOf(found, one)) : found
  if (chosen.length === 0) throw noImages()
  const kept = withAttestations(withoutDoubles(chosen), listed)
  const isDockers = kept.every(({ entry }) => entry.mediaType === MEDIA_TYPES.dockerManifest)
  const mediaType = isDockers && !('annotations' in annotated) ? MEDIA_TYPES.dockerManifestList : MEDIA_TYPES.ociIndex
  const document = {
    schemaVersion: 2,
    mediaType,
    manifests: kept.map(({ entry }) => entry),
    ...annotated,
  }
  const manifest = await jsonContent(document, mediaType, createHasher)
  signal?.throwIfAborted()
  for (const { kind, manifest, referrers } of images) {
    // Those of an image stay with it.
    if (kind === 'index') for (const one of referrers) onWarning(leftOut(one.manifest.digest, manifest.digest))
  }
  const children = kept.map(({ image }) => ({ ...image, names: [], tags: [] }))
  return { ...indexOf(manifest, document as unknown as Index, manifest), children }
}

/** The images of a platform. */
function allOf(listed: readonly ListedImage[], wanted: string): readonly ListedImage[] {
  const found = listed.filter(({ platform }) => platform && isPlatform(formatPlatform(platform), wanted))
  if (found.length > 0) return found
  const there = listed.flatMap(({ platform }) => (platform ? formatPlatform(platform) : []))
  throw new ValidationError(
    'PLATFORM_MISSING',
    `Cannot create an index: no image has the platform ${JSON.stringify(wanted)}; the images have ${there.join(', ') || 'no platform'}`,
    { input: wanted },
  )
}

/** Leaves out images that are given twice. Throws if two images have one platform, unless one index lists both. */
function withoutDoubles(listed: readonly ListedImage[]): readonly ListedImage[] {
  const byPlatform = new Map<string, ListedImage>()
  const kept = new Map<string, ListedImage>()
  for (const one of listed) {
    const key = keyOf(one.platform as PlatformEntry)
    const other = byPlatform.get(key)
    const { digest } = one.image.manifest
    if (other && other.image.manifest.digest !== digest && other.position !== one.position) throw double(one, other)
    byPlatform.set(key, other ?? one)
    if (!kept.has(`${key} ${digest}`)) kept.set(`${key} ${digest}`, one)
  }
  return [...kept.values()]
}

/** The variants that a platform without a variant means (containerd § platforms, Normalization). */
const USUAL_VARIANTS: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7', amd64: 'v1' }

function keyOf(platform: PlatformEntry): string {
  const { os, architecture, variant = USUAL_VARIANTS[architecture] } = platform
  return JSON.stringify([os, architecture, variant, platform['os.version'], platform['os.features']])
}

/** Adds the attestations of the images, and artifacts about nothing, after the images, as BuildKit does. */
function withAttestations(kept: readonly ListedImage[], listed: readonly ListedImage[]): readonly ListedImage[] {
  const all = new Map(kept.map((one) => [one.image.manifest.digest, one]))
  for (const one of listed) {
    if (!one.platform && (!one.about || all.has(one.about))) all.set(one.image.manifest.digest, one)
  }
  const attestations = [...all.values()].filter(({ platform }) => !platform)
  return [...kept, ...attestations]
}

function double(one: ListedImage, other: ListedImage): ValidationError {
  const name = formatPlatform(one.platform as PlatformEntry)
  return new ValidationError(
    'NAME_CLASH',
    `Cannot create an index: image ${other.position} and image ${one.position} both have the platform ${name}`,
    { remedy: 'leave one out, or choose its other platforms with selectPlatforms()', input: name },
  )
}

function noImages(): ValidationError {
  return new ValidationError('NO_IMAGE', 'Cannot create an index: there is no image to list', {
    remedy: 'pass at least one image that runs on a platform',
  })
}
