import type { Image } from '../images/image.ts'
import { isAttestation } from '../oci/attestation.ts'
import type { Digest } from '../oci/digest.ts'
import type { Listing } from './index-entries.ts'

/** An entry of `index.json`, and its image, if that is there. */
export interface Listed {
  readonly listing: Listing
  readonly image: Image | undefined
}

/**
 * Leaves out the entries of `index.json` that are no images of their own:
 *
 * - children of another entry without a name, which oras also lists;
 * - entries that are listed as about an image, but whose manifest has no `subject`: no registry would find them.
 */
export function ownImages(listed: readonly Listed[]): readonly Image[] {
  const { here, missing, under } = digestsOf(listed)
  return listed.flatMap(({ listing: { about }, image }) => {
    if (!image || (isNameless(image) && under.has(image.manifest.digest))) return []
    if (about === undefined) return [image]
    const { tags, subject, children } = image
    const [tag] = tags
    if (tag === undefined) return subject !== undefined && (here.has(subject) || missing.has(subject)) ? [image] : []
    // The list of referrers that stands in for a registry's own (distribution-spec § Referrers Tag Schema).
    if (!tag.includes('.')) return children.filter((child) => child.subject !== undefined)
    return [{ ...image, subject: subject ?? about }]
  })
}

/**
 * Returns the digests that `index.json` lists but that are absent. Entries that are only listed beside or under an
 * image may be absent.
 */
export function missingImages(listed: readonly Listed[]): readonly Digest[] {
  const { missing } = digestsOf(listed)
  return listed.flatMap(({ listing, image }) => {
    const { entry, about } = listing
    const isOptional = isNameless(listing) && (about !== undefined || isAttestation(entry) || missing.has(entry.digest))
    return image || isOptional ? [] : [entry.digest]
  })
}

function isNameless({ names, tags }: Pick<Image, 'names' | 'tags'>): boolean {
  return names.length === 0 && tags.length === 0
}

/** The manifests that are there, those that indexes lack, and those that indexes have. */
function digestsOf(listed: readonly Listed[]) {
  const [here, missing, under] = [new Set<Digest>(), new Set<Digest>(), new Set<Digest>()]
  const collect = (image: Image) => {
    here.add(image.manifest.digest)
    for (const { digest } of image.missing) missing.add(digest)
    for (const child of image.children) {
      under.add(child.manifest.digest)
      collect(child)
    }
  }
  for (const { image } of listed) if (image) collect(image)
  return { here, missing, under }
}
