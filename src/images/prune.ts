import { ValidationError } from '../errors.ts'
import { ATTESTED_DIGEST } from '../oci/attestation.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { type JsonObject, objectField, textField } from '../oci/json.ts'
import type { Image } from './image.ts'
import { isWhole } from './platforms.ts'
import { manifestDocument, remakeManifest } from './remake-manifest.ts'

/**
 * Makes an index without the entries that are missing, their attestations, and indexes of which nothing is left. All
 * else in it stays as it is. It has new bytes, and so another digest. An index that lacks nothing stays the same.
 *
 * @throws {ValidationError} if nothing would be left
 */
export async function pruneIndex(image: Image, createHasher: CreateHasher): Promise<Image> {
  const pruned = await prune(image, createHasher)
  if (pruned) return pruned
  throw new ValidationError(
    'INDEX_INCOMPLETE',
    `Cannot use the image: nothing of what its index ${image.manifest.digest} lists is there`,
    { input: image.manifest.digest },
  )
}

async function prune(image: Image, createHasher: CreateHasher): Promise<Image | undefined> {
  if (isWhole(image)) return image
  const document = await manifestDocument(image)
  const entries: JsonObject[] = []
  const children: Image[] = []
  for (const entry of document.manifests as readonly JsonObject[]) {
    const child = image.children.find(({ manifest }) => manifest.digest === entry.digest)
    const kept = child && !isAboutMissing(entry, child, image) ? await prune(child, createHasher) : undefined
    if (kept) children.push(kept)
    if (kept) entries.push({ ...entry, digest: kept.manifest.digest, size: kept.manifest.size })
    else if (image.layers.some(({ digest }) => digest === entry.digest)) entries.push(entry)
  }
  if (children.length === 0) return undefined
  return {
    ...image,
    manifest: await remakeManifest(image, { ...document, manifests: entries }, createHasher),
    children,
    missing: [],
    referrers: [],
  }
}

/** Tells whether an entry is about one that is missing, by BuildKit's annotation or by the subject of its manifest. */
function isAboutMissing(entry: JsonObject, { subject }: Image, { missing }: Image): boolean {
  const about = textField(objectField(entry, 'annotations'), ATTESTED_DIGEST) ?? subject
  return missing.some(({ digest }) => digest === about)
}
