import { type Digest, isDigest } from '../oci/digest.ts'
import { type Index, isIndex, type Manifest } from '../oci/manifest.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { jsonAnswer, Refusal } from './answers.ts'
import type { Storage, StoredManifest } from './storage.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'

/**
 * Answers `GET …/referrers/<digest>`: lists the manifests with this subject, even if the subject does not exist
 * (distribution-spec § Listing Referrers).
 */
export async function listReferrers(
  { repositories }: Storage,
  name: string,
  subject: string,
  url: URL,
): Promise<Response> {
  if (!isDigest(subject)) throw new Refusal(400, 'DIGEST_INVALID', `${subject} is not a digest`)
  const wanted = url.searchParams.get('artifactType')
  const all: Referrer[] = []
  for (const [digest, stored] of repositories.get(name)?.manifests ?? []) {
    const known = subjects.get(stored) ?? (await readSubject(stored))
    if (known.subject === subject) all.push(await describe(digest, stored))
  }
  const manifests = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted)
  return jsonAnswer(
    200,
    { schemaVersion: 2, mediaType: INDEX, manifests },
    { 'content-type': INDEX, ...(wanted !== null && { 'oci-filters-applied': 'artifactType' }) },
  )
}

interface KnownSubject {
  readonly subject: Digest | undefined
}

/** The subjects of stored manifests. A list of referrers looks at all of them. */
const subjects = new WeakMap<StoredManifest, KnownSubject>()

async function readSubject(stored: StoredManifest): Promise<KnownSubject> {
  const known = { subject: subjectOf(parseManifest(await stored.bytes(), 'the manifest')) }
  subjects.set(stored, known)
  return known
}

/** Returns the digest of a manifest's subject, or `undefined` if it has none. */
export function subjectOf(manifest: Manifest | Index): Digest | undefined {
  return 'subject' in manifest ? manifest.subject?.digest : undefined
}

/** An entry of a list of referrers (distribution-spec § Listing Referrers). */
interface Referrer {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
}

async function describe(digest: Digest, stored: StoredManifest): Promise<Referrer> {
  const { mediaType, size } = stored
  const manifest = parseManifest(await stored.bytes(), 'the manifest')
  const own = 'artifactType' in manifest ? manifest.artifactType : undefined
  // Without an own artifact type, the config's media type counts as the artifact type.
  const artifactType = own || (isIndex(manifest) ? undefined : manifest.config.mediaType)
  const { annotations } = manifest
  return { mediaType, digest, size, ...(artifactType && { artifactType }), ...(annotations && { annotations }) }
}
