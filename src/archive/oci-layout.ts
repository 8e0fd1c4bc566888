import { ValidationError } from '../errors.ts'
import { type UnverifiableError, unlessUnverifiable } from '../images/content-store.ts'
import type { Image } from '../images/image.ts'
import { createImageTreeReader, indexOf } from '../images/image-tree.ts'
import { type Digest, digestOf } from '../oci/digest.ts'
import { LAYOUT_SHAPE, verifyFieldNames } from '../oci/field-names.ts'
import { INDEX_PATH, LAYOUT_PATH } from '../oci/image-layout.ts'
import { isJsonObject, parseJson, showJson } from '../oci/json.ts'
import { type IndexEntry, isIndex } from '../oci/manifest.ts'
import { isIndexType, isManifestType, MEDIA_TYPES } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { toSource } from '../source/from.ts'
import { hasFile } from './file-index.ts'
import type { ArchiveContents } from './format.ts'
import { readListings } from './index-entries.ts'
import { readJsonFile } from './json-file.ts'
import { createLayoutStore } from './layout-store.ts'
import { type Listed, missingImages, ownImages } from './own-images.ts'
import type { Reading } from './reading.ts'
import { findUnlistedReferrers } from './unlisted-referrers.ts'

/** The images of a layout, and the entries of its `index.json` that are absent, or lack their config or a layer. */
interface Layout {
  readonly images: readonly Image[]
  /** `index.json` itself, as one index of all that it lists. */
  readonly index: Image
  readonly lacking: readonly Digest[]
}

/**
 * Reads the images of an OCI image layout (image-spec § Image Layout): what its `index.json` lists, and all under that.
 * Manifests and configs are read and verified; layers are looked up, not read.
 *
 * @throws {ValidationError} if it is not a valid layout
 * @throws {DigestMismatchError} if a manifest or config is not what its path says
 */
export async function readLayout(reading: Reading): Promise<Layout> {
  await verifyLayoutVersion(reading)
  const bytes = await readJsonFile(reading, INDEX_PATH, 'the layout')
  const document = parseManifest(bytes, INDEX_PATH)
  const { listed, leftOut } = await readListed(reading, isIndex(document) ? document.manifests : [])
  const { mediaType = MEDIA_TYPES.ociIndex } = document
  const digest = await digestOf(bytes, reading.createHasher)
  const manifest = { mediaType, digest, size: bytes.length, source: toSource(bytes) }
  const absent = listed.flatMap(({ listing, image }) => (image ? [] : listing.entry))
  return {
    images: ownImages(listed),
    index: {
      ...indexOf(manifest, document, manifest),
      children: listed.flatMap(({ image }) => image ?? []),
      missing: [...absent, ...leftOut],
    },
    lacking: missingImages(listed),
  }
}

/** Reads what `index.json` lists, and tells what of it cannot be read here. */
async function readListed(
  reading: Reading,
  entries: readonly IndexEntry[],
): Promise<{ readonly listed: readonly Listed[]; readonly leftOut: readonly IndexEntry[] }> {
  const readManifest = createImageTreeReader(createLayoutStore(reading))
  const listed: Listed[] = []
  const leftOut = new Map<IndexEntry, UnverifiableError | undefined>()
  for (const listing of readListings(entries)) {
    const { entry, names, tags } = listing
    if (!isIndexType(entry.mediaType) && !isManifestType(entry.mediaType)) {
      // image-spec § Image Index: an unknown media type is no error.
      reading.warn(`"index.json" lists ${entry.digest} as "${entry.mediaType}", which is no manifest; it was left out.`)
      leftOut.set(entry, undefined)
      continue
    }
    const leaveOut = (reason: UnverifiableError) => leftOut.set(entry, reason)
    const image = await unlessUnverifiable(reading, readManifest(entry, INDEX_PATH), leaveOut)
    if (!leftOut.has(entry)) listed.push({ listing, image: image && { ...image, names, tags } })
  }
  const reason = [...leftOut.values()].find((reason) => reason !== undefined)
  if (reason && listed.length === 0) throw reason
  return { listed, leftOut: [...leftOut.keys()] }
}

/**
 * Reads an archive by its layout alone. Throws what `readLayout` throws.
 *
 * @throws {ValidationError} if the layout lists nothing, or more than there is
 */
export async function readWholeLayout(reading: Reading): Promise<ArchiveContents> {
  const { images, index, lacking } = await readLayout(reading)
  if (images.length === 0 || lacking.length > 0) throw incompleteLayout(lacking[0])
  const unlisted = await findUnlistedReferrers(reading, images)
  return { format: 'oci', images: [...images, ...unlisted], index, tarManifest: undefined }
}

/** Says that a layout lists nothing, or lacks what it lists. */
export function incompleteLayout(digest: string | undefined): ValidationError {
  return digest === undefined
    ? new ValidationError('NO_IMAGE', 'Cannot find images: the "index.json" of the layout lists none', {
        path: INDEX_PATH,
      })
    : new ValidationError(
        'ARCHIVE_INCOMPLETE',
        `Cannot read the layout: "index.json" lists ${digest}, which is not there, or lacks its config or a layer; the archive is incomplete`,
        { remedy: 'save or download it again', path: INDEX_PATH, input: digest },
      )
}

async function verifyLayoutVersion(reading: Reading): Promise<void> {
  if (!hasFile(reading.files, LAYOUT_PATH)) {
    return reading.warn('The layout has no "oci-layout" file; it was read anyway.')
  }
  const document = parseJson(await readJsonFile(reading, LAYOUT_PATH, 'the layout'), LAYOUT_PATH)
  verifyFieldNames(document, LAYOUT_SHAPE, LAYOUT_PATH)
  const version = isJsonObject(document) ? document.imageLayoutVersion : undefined
  if (typeof version === 'string' && /^1\./.test(version)) return
  throw new ValidationError(
    'NOT_SUPPORTED',
    `Cannot read the layout: its version is ${showJson(version)}, and only 1.x is known here`,
    { path: LAYOUT_PATH },
  )
}
