import { ValidationError } from '../errors.ts'
import { toSource } from '../source/from.ts'
import { readAll } from '../source/source.ts'
import { formatPlatform, type Platform } from './descriptor.ts'
import { type CreateHasher, digestOf } from './digest.ts'
import type { Image } from './image.ts'
import { type JsonObject, objectField, parseJson, textField } from './json.ts'

/** Tells whether a platform, written as `linux/arm64/v8`, is the one that is meant. `linux/arm64` means any variant, and is one word for `linux/arm64/v8`. */
export function isPlatform(platform: string, wanted: string): boolean {
  return platform === wanted || platform.startsWith(`${wanted}/`) || `${platform}/v8` === wanted
}

/** The images that run somewhere, with their platforms: the image itself, or those under an index. Attestations are none. */
export function runnableImages(image: Image): ReadonlyArray<Image & { readonly platform: Platform }> {
  const { platform } = image
  if (image.children.length > 0 || platform === undefined) return image.children.flatMap(runnableImages)
  return platform.os === 'unknown' ? [] : [{ ...image, platform }]
}

/**
 * Finds an image's one platform that is meant. It keeps the names of the whole.
 *
 * @throws {ValidationError} if it is not there; the message lists those that are
 */
export function selectPlatform(image: Image, wanted: string): Image {
  const runnable = runnableImages(image)
  const match = runnable.find(({ platform }) => isPlatform(formatPlatform(platform), wanted))
  if (match) return { ...match, names: image.names, tags: image.tags }
  const here = runnable.map(({ platform }) => formatPlatform(platform)).join(', ') || 'none'
  const missing = missingNames(image)
  throw new ValidationError(
    `Cannot find the platform ${JSON.stringify(wanted)}: the archive holds ${here}${missing ? `, and lacks ${missing}` : ''}`,
    { input: wanted },
  )
}

/**
 * Sees to it that an index has all that it lists.
 *
 * @throws {ValidationError} if it is sparse, as `docker save` writes it of a multi-platform image of which one platform was pulled
 */
export function requireWhole(image: Image): void {
  const missing = missingNames(image)
  if (!missing) return
  throw new ValidationError(
    `Cannot push the image: its index ${image.manifest.digest} also lists ${missing}, which the archive does not hold. ` +
      "Push what there is with { platforms: 'available' } (a new index with another digest), or one platform with { platform: 'linux/amd64' }",
    { input: image.manifest.digest },
  )
}

/**
 * Leaves out of an index what the archive does not hold, attestations of that, and indexes of which nothing is left. All else
 * in it stays as it is, but its bytes are new ones, and so is its digest. An index that is whole stays the same.
 *
 * @throws {ValidationError} if nothing would be left
 */
export async function pruneIndex(image: Image, createHasher: CreateHasher): Promise<Image> {
  const pruned = await prune(image, createHasher)
  if (pruned) return pruned
  throw new ValidationError(
    `Cannot push the image: the archive holds nothing of what its index ${image.manifest.digest} lists`,
    { input: image.manifest.digest },
  )
}

async function prune(image: Image, createHasher: CreateHasher): Promise<Image | undefined> {
  if (!missingNames(image)) return image
  const document = parseJson(await readAll(image.manifest.source), 'an index') as JsonObject
  const entries: JsonObject[] = []
  const children: Image[] = []
  for (const entry of document.manifests as readonly JsonObject[]) {
    const child = image.children.find(({ manifest }) => manifest.digest === entry.digest)
    const kept = child && !isAbout(entry, image) ? await prune(child, createHasher) : undefined
    if (kept) children.push(kept)
    if (kept) entries.push({ ...entry, digest: kept.manifest.digest, size: kept.manifest.size })
    else if (image.layers.some(({ digest }) => digest === entry.digest)) entries.push(entry)
  }
  if (children.length === 0) return undefined
  const bytes = new TextEncoder().encode(JSON.stringify({ ...document, manifests: entries }))
  const digest = await digestOf(bytes, createHasher)
  const { mediaType } = image.manifest
  return {
    ...image,
    manifest: { mediaType, digest, size: bytes.length, source: toSource(bytes) },
    children,
    missing: [],
  }
}

/** Whether an entry is the attestation of one that is missing, by BuildKit's annotation. */
function isAbout(entry: JsonObject, { missing }: Image): boolean {
  const about = textField(objectField(entry, 'annotations'), 'vnd.docker.reference.digest')
  return missing.some(({ digest }) => digest === about)
}

/** Names what is missing under an image, at any depth. Empty if nothing is. */
function missingNames(image: Image): string {
  return missingEntries(image)
    .map(({ platform, digest }) => (platform && platform.os !== 'unknown' ? formatPlatform(platform) : digest))
    .join(', ')
}

function missingEntries(image: Image): Image['missing'] {
  return [...image.missing, ...image.children.flatMap(missingEntries)]
}
