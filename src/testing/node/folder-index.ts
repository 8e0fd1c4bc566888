import { readFile } from 'node:fs/promises'
import { RegistryError } from '../../errors.ts'
import { REF_NAME } from '../../oci/annotations.ts'
import { type Digest, isDigest } from '../../oci/digest.ts'
import { type IndexEntry, isIndex } from '../../oci/manifest.ts'
import { MEDIA_TYPES } from '../../oci/media-type.ts'
import { parseManifest } from '../../oci/parse-manifest.ts'

/** A manifest in the index of a repository. */
export interface Listed {
  readonly mediaType: string
  readonly size: number
}

/** The manifests and tags of a repository, as its `index.json` has them. */
export interface Listing {
  readonly manifests: Map<Digest, Listed>
  readonly tags: Map<string, Digest>
}

/**
 * Reads an `index.json`.
 *
 * @throws {RegistryError} if it cannot be read
 */
export async function readListing(path: string): Promise<Listing> {
  const listing: Listing = { manifests: new Map(), tags: new Map() }
  try {
    const index = parseManifest(await readFile(path), `"${path}"`)
    for (const { digest, mediaType, size, annotations } of isIndex(index) ? index.manifests : []) {
      if (!isDigest(digest)) continue
      listing.manifests.set(digest, { mediaType, size })
      const tag = annotations?.[REF_NAME]
      if (tag !== undefined) listing.tags.set(tag, digest)
    }
    return listing
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause
    throw new RegistryError('FOLDER_UNUSABLE', `Cannot read the repository of "${path}": ${reason}`, {
      remedy: 'move the folder of this repository away',
      cause,
    })
  }
}

/**
 * Makes an `index.json` (image-spec § Image Layout): one entry for each tag, and one for each manifest without a tag.
 */
export function toIndexJson({ manifests, tags }: Listing): Uint8Array {
  const named = new Map<Digest, string[]>()
  for (const [tag, digest] of tags) named.set(digest, [...(named.get(digest) ?? []), tag])
  const entries = [...manifests].flatMap(([digest, { mediaType, size }]): IndexEntry[] => {
    const entry = { mediaType, digest, size }
    const own = named.get(digest) ?? []
    return own.length === 0 ? [entry] : own.map((tag) => ({ ...entry, annotations: { [REF_NAME]: tag } }))
  })
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: entries }
  return new TextEncoder().encode(JSON.stringify(index))
}
