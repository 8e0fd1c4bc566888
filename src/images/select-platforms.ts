import { ValidationError } from '../errors.ts'
import { isAttestation } from '../oci/attestation.ts'
import { descriptorOf, formatPlatform } from '../oci/descriptor.ts'
import type { CreateHasher } from '../oci/digest.ts'
import type { IndexEntry } from '../oci/manifest.ts'
import type { Image } from './image.ts'
import { isPlatform, type RunnableImage, runnableImages, runsOn } from './platforms.ts'
import { pruneIndex } from './prune.ts'

/** Tells what was made of an index, and why. */
type Warn = (warning: string) => void

/**
 * Finds an image's one platform that is meant. It keeps the names of the whole.
 *
 * @throws {ValidationError} if it is not there; the message lists those that are
 */
export function selectPlatform(image: Image, wanted: string): Image {
  const runnable = runnableImages(image)
  const match = runnable.find(({ platform }) => isPlatform(formatPlatform(platform), wanted))
  if (match) return namedAs(image, match)
  const missing = describe(missingEntries(image))
  throw new ValidationError(
    'PLATFORM_MISSING',
    `Cannot find the platform ${JSON.stringify(wanted)}: the image has ${platformsOf(runnable) || 'none'}${missing ? `, and lacks ${missing}` : ''}`,
    { input: wanted },
  )
}

/**
 * Makes an index of some platforms of an image, with their attestations, and tells its digest. An image that has no
 * other platforms stays the same.
 *
 * @throws {ValidationError} if one of the platforms is not there; the message lists those that are
 */
export async function indexOfPlatforms(
  image: Image,
  wanted: readonly string[],
  createHasher: CreateHasher,
  warn: Warn,
): Promise<Image> {
  for (const platform of wanted) selectPlatform(image, platform)
  const pruned = await pruneIndex(withoutOthers(image, wanted), createHasher)
  const { digest } = pruned.manifest
  if (digest === image.manifest.digest) return image
  warn(`A new index of ${platformsOf(runnableImages(pruned))} was made of ${image.manifest.digest}: ${digest}.`)
  return pruned
}

/** Counts the platforms of an index that are not wanted as missing. */
function withoutOthers(image: Image, wanted: readonly string[]): Image {
  const isOther = (child: Image) => {
    const runnable = runnableImages(child)
    return runnable.length > 0 && !wanted.some((one) => runsOn(child, one))
  }
  const [others, kept] = [image.children.filter(isOther), image.children.filter((child) => !isOther(child))]
  const dropped = others.map(({ manifest, platform }) => ({ ...descriptorOf(manifest), platform }))
  return {
    ...image,
    children: kept.map((child) => withoutOthers(child, wanted)),
    missing: [...image.missing, ...dropped],
  }
}

/**
 * Takes what is used of an index that lists more than the archive holds, as `docker push` does: the manifest of the
 * only platform that is there. If all platforms are there, and only attestations are not, it makes an index without
 * these.
 *
 * @throws {ValidationError} if several platforms are there, but not all, or none is
 */
export async function selectAvailable(image: Image, createHasher: CreateHasher, warn: Warn): Promise<Image> {
  const { digest } = image.manifest
  const runnable = runnableImages(image)
  const missing = missingEntries(image)
  const [only] = runnable
  if (!only) throw notWhole(image)
  if (runnable.every(({ manifest }) => manifest.digest === only.manifest.digest)) {
    warn(
      `The archive holds one platform (${platformsOf([only])}) of the index ${digest}, and lacks ${describe(missing)}; ` +
        `only the manifest of this platform is used, ${only.manifest.digest}, without the index, as "docker push" does.`,
    )
    return namedAs(image, only)
  }
  const platforms = missing.filter((entry) => !isAttestation(entry))
  if (platforms.length === 0) return makeAvailable(image, createHasher, warn)
  throw new ValidationError(
    'INDEX_INCOMPLETE',
    `Cannot choose platforms: the archive holds several platforms (${platformsOf(runnable)}) of the index ${digest}, but lacks ${describe(platforms)}`,
    {
      remedy: `choose one platform with { platform: ${JSON.stringify(platformsOf([only]))} }, or all that are there with { platforms: 'available' } (a new index with another digest)`,
      input: digest,
    },
  )
}

/**
 * Makes an index that lists only what the archive holds, and tells its digest.
 *
 * @throws {ValidationError} if the archive holds nothing of it
 */
export async function makeAvailable(image: Image, createHasher: CreateHasher, warn: Warn): Promise<Image> {
  const pruned = await pruneIndex(image, createHasher)
  const lacks = describe(missingEntries(image))
  warn(
    `The archive lacks ${lacks} of the index ${image.manifest.digest}; a new index was made of the rest: ${pruned.manifest.digest}.`,
  )
  return pruned
}

/** Says that an index lists more than the archive holds. */
export function notWhole(image: Image): ValidationError {
  const { digest } = image.manifest
  const [there] = runnableImages(image)
  const remedy = there
    ? `choose what there is with { platforms: 'available' } (a new index with another digest), or one platform with { platform: ${JSON.stringify(platformsOf([there]))} }`
    : 'the archive holds no platform of it: save it again'
  return new ValidationError(
    'INDEX_INCOMPLETE',
    `Cannot use the whole image: its index ${digest} also lists ${describe(missingEntries(image))}, which the archive does not hold`,
    { remedy, input: digest },
  )
}

function namedAs({ names, tags }: Image, chosen: Image): Image {
  return { ...chosen, names, tags }
}

/** Lists the platforms that an image has, or has entries for, for a message. */
export function platformsUnder(image: Image): string {
  const missing = missingEntries(image).filter((entry) => !isAttestation(entry))
  const platforms = [...runnableImages(image), ...missing].flatMap(({ platform }) => platform ?? [])
  return [...new Set(platforms.map(formatPlatform))].join(', ')
}

/** Lists the platforms of images, for a message. */
export function platformsOf(images: readonly RunnableImage[]): string {
  return images.map(({ platform }) => formatPlatform(platform)).join(', ')
}

/** Returns the missing entries under an image, at any depth. */
function missingEntries({ missing, children }: Image): readonly IndexEntry[] {
  return [...missing, ...children.flatMap(missingEntries)]
}

function describe(entries: readonly IndexEntry[]): string {
  const platforms = entries.filter((entry) => !isAttestation(entry))
  const names = platforms.map(({ platform, digest }) => (platform ? formatPlatform(platform) : digest))
  const attestations = entries.length - platforms.length
  if (attestations > 0) names.push(attestations === 1 ? 'an attestation' : `${attestations} attestations`)
  return names.join(', ')
}
