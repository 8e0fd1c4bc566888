import { ValidationError } from '../errors.ts'
import type { Digest } from '../oci/digest.ts'
import type { Image } from '../oci/image.ts'
import { isJsonObject, objectField, parseJson, showJson, textField } from '../oci/json.ts'
import { type IndexEntry, isIndex, parseManifest } from '../oci/manifest.ts'
import { isIndexType, isManifestType } from '../oci/media-type.ts'
import { hasFile } from './file-index.ts'
import type { Contents } from './format.ts'
import { readJsonFile } from './json-file.ts'
import { type UnverifiableError, unlessUnverifiable } from './oci-content.ts'
import { createManifestReader } from './oci-manifest.ts'
import type { Reading } from './reading.ts'

const INDEX_PATH = 'index.json'
const LAYOUT_PATH = 'oci-layout'
const NAME = 'io.containerd.image.name'
const REF_NAME = 'org.opencontainers.image.ref.name'

/** What a layout holds, and what its `index.json` lists but is not there, or lacks its config or a layer. */
export interface Layout {
  readonly images: readonly Image[]
  readonly lacking: readonly Digest[]
}

/**
 * Reads the images of an OCI image layout (image-spec § Image Layout): what its `index.json` lists, and all under that. Manifests
 * and configs are read and verified; layers are looked up, not read.
 *
 * @throws {ValidationError} if it is no such layout
 * @throws {DigestMismatchError} if a manifest or config is not what its path says
 */
export async function readLayout(reading: Reading): Promise<Layout> {
  await verifyLayoutVersion(reading)
  const index = parseManifest(await readJsonFile(reading, INDEX_PATH, 'the layout'), INDEX_PATH)
  const readManifest = createManifestReader(reading)
  const images = new Map<string, Image>()
  const lacking: Digest[] = []
  const unverifiable = new Map<Digest, UnverifiableError>()
  // One image that is listed by several names is one image.
  for (const [digest, entries] of groupByDigest(isIndex(index) ? index.manifests : [])) {
    const [entry] = entries
    if (!isIndexType(entry.mediaType) && !isManifestType(entry.mediaType)) {
      // image-spec § Image Index: an unknown media type is no error.
      reading.warn(`"index.json" lists ${digest} as "${entry.mediaType}", which is no manifest; it was left out.`)
      continue
    }
    const leaveOut = (reason: UnverifiableError) => unverifiable.set(digest, reason)
    const image = await unlessUnverifiable(reading, readManifest(entry, INDEX_PATH), leaveOut)
    if (image) images.set(digest, { ...image, ...namesIn(entries) })
    else if (!unverifiable.has(digest)) lacking.push(digest)
  }
  const [reason] = unverifiable.values()
  if (reason && images.size + lacking.length === 0) throw reason
  return { images: [...images.values()], lacking }
}

/**
 * Reads an archive by its layout alone. Throws what `readLayout` throws.
 *
 * @throws {ValidationError} if the layout lists nothing, or more than there is
 */
export async function readWholeLayout(reading: Reading): Promise<Contents> {
  const { images, lacking } = await readLayout(reading)
  if (images.length === 0 || lacking.length > 0) throw incompleteLayout(lacking[0])
  return { format: 'oci', images, tarManifest: undefined }
}

/** Says that a layout lists nothing, or lacks what it lists. */
export function incompleteLayout(digest: string | undefined): ValidationError {
  return digest === undefined
    ? new ValidationError('Cannot find images: the "index.json" of the layout lists none', { path: INDEX_PATH })
    : new ValidationError(
        `Cannot read the layout: "index.json" lists ${digest}, which is not there, or lacks its config or a layer; the archive is incomplete`,
        { path: INDEX_PATH, input: digest },
      )
}

async function verifyLayoutVersion(reading: Reading): Promise<void> {
  if (!hasFile(reading.files, LAYOUT_PATH)) {
    return reading.warn('The layout has no "oci-layout" file; it was read all the same.')
  }
  const document = parseJson(await readJsonFile(reading, LAYOUT_PATH, 'the layout'), LAYOUT_PATH)
  const version = isJsonObject(document) ? document.imageLayoutVersion : undefined
  if (typeof version === 'string' && /^1\./.test(version)) return
  throw new ValidationError(`Cannot read the layout: its version is ${showJson(version)}, and only 1.x is known here`, {
    path: LAYOUT_PATH,
  })
}

function groupByDigest(entries: readonly IndexEntry[]): ReadonlyMap<Digest, readonly [IndexEntry, ...IndexEntry[]]> {
  const groups = new Map<Digest, [IndexEntry, ...IndexEntry[]]>()
  for (const entry of entries) {
    const group = groups.get(entry.digest)
    if (group) group.push(entry)
    else groups.set(entry.digest, [entry])
  }
  return groups
}

/** What is a whole name and what a tag alone, nobody says: a tag has neither a slash nor a colon. */
function namesIn(entries: readonly IndexEntry[]): Pick<Image, 'names' | 'tags'> {
  const names = new Set<string>()
  const tags = new Set<string>()
  for (const entry of entries) {
    const annotations = objectField({ ...entry }, 'annotations')
    const refName = textField(annotations, REF_NAME)
    const isName = refName !== undefined && /[/:]/.test(refName)
    const name = textField(annotations, NAME) ?? (isName ? refName : undefined)
    if (name !== undefined) names.add(name)
    else if (refName !== undefined) tags.add(refName)
  }
  return { names: [...names], tags: [...tags] }
}
