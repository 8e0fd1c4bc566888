import { DigestMismatchError, ValidationError } from '../errors.ts'
import type { Image } from '../images/image.ts'
import { createImageTreeReader } from '../images/image-tree.ts'
import { type Digest, isDigest } from '../oci/digest.ts'
import { type IndexEntry, isIndex, type Manifest } from '../oci/manifest.ts'
import { MEDIA_TYPES } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { readAll } from '../source/source.ts'
import { createLayoutStore } from './layout-store.ts'
import type { Reading } from './reading.ts'

/** In bytes. Manifests are smaller. */
const MAX_SIZE = 64 * 1024
const MAX_CANDIDATES = 1000
const BRACE = 0x7b

/** A manifest that nothing lists, and the manifest that it is about. */
interface Unlisted {
  readonly entry: IndexEntry
  readonly subject: Digest
}

/**
 * Finds manifests that are about an image of the layout, and about those in turn, but that nothing lists: `cosign save`
 * writes signatures so since version 3. Only small files are looked at that no image needs, and not more than 1000 of
 * them; if there are more, it warns.
 */
export async function findUnlistedReferrers(reading: Reading, images: readonly Image[]): Promise<readonly Image[]> {
  const known = new Set<string>()
  for (const image of images) collect(image, known)
  const unlisted = await readUnlisted(reading, known)
  const readManifest = createImageTreeReader(createLayoutStore(reading))
  const found: Image[] = []
  for (let before = -1; before < found.length; ) {
    before = found.length
    for (const { entry, subject } of unlisted) {
      if (known.has(entry.digest) || !known.has(subject)) continue
      const image = await readManifest(entry, 'the layout').catch(ignoreFault)
      if (!image) continue
      known.add(entry.digest)
      found.push(image)
    }
  }
  return found
}

async function readUnlisted(
  { files, signal, warn }: Reading,
  known: ReadonlySet<string>,
): Promise<readonly Unlisted[]> {
  const folder = `${files.root}blobs/sha256/`
  const candidates = [...files.entries].flatMap(([path, { kind, source }]) => {
    const digest = `sha256:${path.slice(folder.length)}`
    const isCandidate = path.startsWith(folder) && isDigest(digest) && !known.has(digest)
    return isCandidate && kind === 'file' && source.size > 1 && source.size <= MAX_SIZE ? [{ digest, source }] : []
  })
  if (candidates.length > MAX_CANDIDATES) {
    warn(
      `The layout has ${candidates.length} small files that nothing lists; signatures and the like are looked for in the first ${MAX_CANDIDATES} alone.`,
    )
  }
  const unlisted: Unlisted[] = []
  for (const { digest, source } of candidates.slice(0, MAX_CANDIDATES)) {
    const [first] = await source.read(0, 1, signal)
    const found = first === BRACE ? asReferrer(await readAll(source, signal), digest) : undefined
    if (found) unlisted.push(found)
  }
  return unlisted
}

function asReferrer(bytes: Uint8Array, digest: Digest): Unlisted | undefined {
  try {
    const document = parseManifest(bytes, digest)
    const { mediaType = isIndex(document) ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest } = document
    const { subject } = document as Pick<Manifest, 'subject'>
    return subject && { entry: { mediaType, digest, size: bytes.length }, subject: subject.digest }
  } catch (error) {
    return ignoreFault(error)
  }
}

/** Ignores the faults of files that nothing lists. */
function ignoreFault(error: unknown): undefined {
  if (!(error instanceof ValidationError || error instanceof DigestMismatchError)) throw error
}

/** Notes the digests of all that belongs to an image. */
function collect({ manifest, config, layers, missing, children }: Image, known: Set<string>): void {
  for (const content of [manifest, ...(config ? [config] : []), ...layers, ...missing]) known.add(content.digest)
  for (const child of children) collect(child, known)
}
