import { ValidationError } from '../errors.ts'
import { type CreateHasher, digestOf } from '../oci/digest.ts'
import { type JsonObject, objectField, parseJson, textField } from '../oci/json.ts'
import { toSource } from '../source/from.ts'
import { readAll } from '../source/source.ts'
import type { Image } from './image.ts'
import { isWhole } from './platforms.ts'

/**
 * Leaves out of an index what the archive does not hold, attestations of that, and indexes of which nothing is left.
 * All else in it stays as it is, but its bytes are new ones, and so is its digest. An index that is whole stays the
 * same.
 *
 * @throws {ValidationError} if nothing would be left
 */
export async function pruneIndex(image: Image, createHasher: CreateHasher): Promise<Image> {
  const pruned = await prune(image, createHasher)
  if (pruned) return pruned
  throw new ValidationError(
    'INDEX_INCOMPLETE',
    `Cannot use the image: the archive holds nothing of what its index ${image.manifest.digest} lists`,
    { input: image.manifest.digest },
  )
}

async function prune(image: Image, createHasher: CreateHasher): Promise<Image | undefined> {
  if (isWhole(image)) return image
  const document = parseJson(await readAll(image.manifest.source), 'an index') as JsonObject
  const entries: JsonObject[] = []
  const children: Image[] = []
  for (const entry of document.manifests as readonly JsonObject[]) {
    const child = image.children.find(({ manifest }) => manifest.digest === entry.digest)
    const kept = child && !isAttestationOf(entry, image) ? await prune(child, createHasher) : undefined
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

/** Tells whether an entry is the attestation of one that is missing, by BuildKit's annotation. */
function isAttestationOf(entry: JsonObject, { missing }: Image): boolean {
  const about = textField(objectField(entry, 'annotations'), 'vnd.docker.reference.digest')
  return missing.some(({ digest }) => digest === about)
}
