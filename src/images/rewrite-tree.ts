import { ATTESTED_DIGEST } from '../oci/attestation.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import { type JsonObject, objectField, textField } from '../oci/json.ts'
import type { Image, SingleImage } from './image.ts'
import { manifestDocument, remakeManifest, renamed } from './remake-manifest.ts'

/** How the images of a tree are rewritten. */
export interface Rewriting {
  /** Rewrites an image that is no index. Returns the image itself if nothing of it changes. */
  rewrite(image: SingleImage): Promise<Image>
  /** Returns the media type of an index that is rewritten. @default it stays the same */
  typeOf?(mediaType: string): string
  readonly createHasher: CreateHasher
  /** The rewritten images, by their digests before. It is filled on the way. */
  readonly changed: Map<Digest, Image>
  /** Called for each entry of an index that is left out, because it is about an image that changed. */
  onLeftOut(digest: Digest, about: Digest): void
}

/**
 * Rewrites the images of a tree, and the indexes above those that change. Other fields of these indexes stay as they
 * are. Attestations and other referrers of an image that changed are left out: they are about another digest. An
 * unchanged image stays the same.
 */
export async function rewriteTree(image: Image, rewriting: Rewriting): Promise<Image> {
  const { digest } = image.manifest
  const known = rewriting.changed.get(digest)
  // Two indexes may list one image with different platforms.
  if (known) return { ...known, names: image.names, tags: image.tags, platform: image.platform }
  const made = image.kind === 'index' ? await rewriteIndex(image, rewriting) : await rewriting.rewrite(image)
  if (made.manifest.digest === digest) return made
  const changed = { ...made, referrers: [] }
  rewriting.changed.set(digest, changed)
  return changed
}

async function rewriteIndex(image: Image, rewriting: Rewriting): Promise<Image> {
  const children = new Map<unknown, Image>()
  for (const child of image.children) children.set(child.manifest.digest, await rewriteTree(child, rewriting))
  if ([...children].every(([digest, child]) => child.manifest.digest === digest)) return image
  const document = await manifestDocument(image)
  const entries: JsonObject[] = []
  const left = new Set<unknown>()
  for (const entry of document.manifests as readonly JsonObject[]) {
    const child = children.get(entry.digest)
    const about = outdatedSubject(entry, child, rewriting)
    if (about && child) rewriting.onLeftOut(entry.digest as Digest, about)
    if (about) left.add(entry.digest)
    else entries.push(child ? renamed(entry, child.manifest) : entry)
  }
  const kept = image.children.flatMap((before) => {
    const { digest } = before.manifest
    const child = children.get(digest)
    return child && !left.has(digest) ? [{ ...child, platform: before.platform }] : []
  })
  const mediaType = rewriting.typeOf?.(image.manifest.mediaType)
  const manifest = await remakeManifest(image, { ...document, manifests: entries }, rewriting.createHasher, mediaType)
  return { ...image, manifest, children: kept, missing: image.missing.filter(({ digest }) => !left.has(digest)) }
}

/** Returns the subject of an entry, by BuildKit's annotation or by its manifest, if its digest has changed. */
function outdatedSubject(entry: JsonObject, child: Image | undefined, { changed }: Rewriting): Digest | undefined {
  const about = textField(objectField(entry, 'annotations'), ATTESTED_DIGEST) ?? child?.subject
  return about !== undefined && changed.has(about as Digest) ? (about as Digest) : undefined
}

/** Makes the warning that a referrer was left out, because its subject changed. */
export function leftOut(digest: Digest, about: Digest): string {
  return `${digest} is about ${about}, which has another digest now, and was left out; sign or attest the new image`
}
