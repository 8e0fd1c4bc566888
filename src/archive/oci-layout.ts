import { ValidationError } from '../errors.ts'
import type { Digest } from '../oci/digest.ts'
import type { Image } from '../oci/image.ts'
import { isJsonObject, objectField, parseJson, textField } from '../oci/json.ts'
import { type IndexEntry, isIndex, parseManifest } from '../oci/manifest.ts'
import { hasFile, readJsonFile } from './file-index.ts'
import { createManifestReader } from './oci-manifest.ts'
import type { Reading } from './reading.ts'

const INDEX_PATH = 'index.json'
const LAYOUT_PATH = 'oci-layout'
const NAME = 'io.containerd.image.name'
const REF_NAME = 'org.opencontainers.image.ref.name'

export function isLayout({ files }: Reading): boolean {
  return hasFile(files, INDEX_PATH)
}

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
  const { files, limits, signal } = reading
  await verifyLayoutVersion(reading)
  const index = parseManifest(await readJsonFile(files, INDEX_PATH, 'the layout', limits, signal), INDEX_PATH)
  if (!isIndex(index) || index.manifests.length === 0) {
    throw new ValidationError('Cannot find images: the "index.json" of the layout lists none', { path: INDEX_PATH })
  }
  const readManifest = createManifestReader(reading)
  const images = new Map<string, Image>()
  const lacking: Digest[] = []
  for (const entry of index.manifests) {
    const image = images.get(entry.digest) ?? (await readManifest(entry, INDEX_PATH))
    // One image that is listed by several names is one image.
    if (image) images.set(entry.digest, withName(image, entry))
    else lacking.push(entry.digest)
  }
  return { images: [...images.values()], lacking }
}

/** Says that a layout lacks what it lists. */
export function incompleteLayout(digest: string): ValidationError {
  return new ValidationError(
    `Cannot read the layout: "index.json" lists ${digest}, which is not there, or lacks its config or a layer; the archive is incomplete`,
    { path: INDEX_PATH, input: digest },
  )
}

async function verifyLayoutVersion({ files, limits, signal, warn }: Reading): Promise<void> {
  if (!hasFile(files, LAYOUT_PATH)) return warn('The layout has no "oci-layout" file; it was read all the same.')
  const document = parseJson(await readJsonFile(files, LAYOUT_PATH, 'the layout', limits, signal), LAYOUT_PATH)
  const version = isJsonObject(document) ? document.imageLayoutVersion : undefined
  if (typeof version === 'string' && /^1\./.test(version)) return
  throw new ValidationError(
    `Cannot read the layout: its version is ${JSON.stringify(version)}, and only 1.x is known here`,
    { path: LAYOUT_PATH },
  )
}

/** What is a whole name and what a tag alone, nobody says: a tag has neither a slash nor a colon. */
function withName(image: Image, entry: IndexEntry): Image {
  const annotations = objectField({ ...entry }, 'annotations')
  const refName = textField(annotations, REF_NAME)
  const isName = refName !== undefined && /[/:]/.test(refName)
  const name = textField(annotations, NAME) ?? (isName ? refName : undefined)
  const tag = isName || name !== undefined ? undefined : refName
  return { ...image, names: extended(image.names, name), tags: extended(image.tags, tag) }
}

function extended(texts: readonly string[], text: string | undefined): readonly string[] {
  return text === undefined || texts.includes(text) ? texts : [...texts, text]
}
