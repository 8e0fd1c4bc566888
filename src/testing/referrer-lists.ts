import { type Digest, isDigest } from '../oci/digest.ts'
import { isIndex } from '../oci/manifest.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { jsonAnswer, Refusal } from './answers.ts'
import type { Storage, StoredManifest } from './storage.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'

/**
 * Answers `GET …/referrers/<digest>`: lists the manifests with this subject, even if the subject does not exist
 * (distribution-spec § Listing Referrers).
 */
export function listReferrers({ repositories }: Storage, name: string, subject: string, url: URL): Response {
  if (!isDigest(subject)) throw new Refusal(400, 'DIGEST_INVALID', `${subject} is not a digest`)
  const wanted = url.searchParams.get('artifactType')
  const all = [...(repositories.get(name)?.manifests ?? [])].flatMap(([digest, stored]) =>
    subjectOf(stored) === subject ? [describe(digest, stored)] : [],
  )
  const manifests = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted)
  return jsonAnswer(
    200,
    { schemaVersion: 2, mediaType: INDEX, manifests },
    { 'content-type': INDEX, ...(wanted !== null && { 'oci-filters-applied': 'artifactType' }) },
  )
}

/** The subjects of stored manifests. A list of referrers looks at all of them. */
const subjects = new WeakMap<StoredManifest, { readonly subject: Digest | undefined }>()

/** Returns the digest of a manifest's subject, or `undefined` if it has none. */
export function subjectOf(stored: StoredManifest): Digest | undefined {
  const known = subjects.get(stored)
  if (known) return known.subject
  const manifest = parseManifest(stored.bytes, 'the manifest')
  const subject = 'subject' in manifest ? manifest.subject?.digest : undefined
  subjects.set(stored, { subject })
  return subject
}

function describe(digest: Digest, { mediaType, bytes }: StoredManifest) {
  const manifest = parseManifest(bytes, 'the manifest')
  const own = 'artifactType' in manifest ? manifest.artifactType : undefined
  // Without an own artifact type, the config's media type counts as the artifact type.
  const artifactType = own || (isIndex(manifest) ? undefined : manifest.config.mediaType)
  const { annotations } = manifest
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType && { artifactType }),
    ...(annotations && { annotations }),
  }
}
