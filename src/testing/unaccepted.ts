import { createPortableHasher } from '../hash/sha256.ts'
import { type Digest, digestOf, isDigest } from '../oci/digest.ts'
import { isIndex } from '../oci/manifest.ts'
import { bareMediaType, isIndexType, MEDIA_TYPES } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { Refusal } from './answers.ts'
import type { Repository, StoredManifest } from './storage.ts'

/**
 * How a registry answers if `Accept` does not have the manifest's media type.
 *
 * - An OCI manifest is answered with 404. Distribution 3 answers with an OCI index anyway.
 * - A Docker manifest list that is requested by tag is replaced by its image for linux/amd64.
 * - A Docker manifest that is requested by tag: distribution 2 converts it to schema 1.
 *   Distribution 3 answers with it unchanged, or with 400 if it comes from a list.
 */
export type UnacceptedRule = 'distribution-2' | 'distribution-3'

export interface FoundManifest {
  readonly digest: Digest
  readonly manifest: StoredManifest
}

/** Tells whether `Accept` has exactly this media type. Wildcards do not count. */
export function isAccepted(accept: string | null, mediaType: string): boolean {
  return (accept ?? '').split(',').some((type) => bareMediaType(type) === mediaType)
}

/** Returns the manifest to answer with instead of one whose media type is not accepted. */
export async function replaceUnaccepted(
  found: FoundManifest,
  repository: Repository,
  reference: string,
  accept: string | null,
  rule: UnacceptedRule,
): Promise<FoundManifest> {
  const { mediaType } = found.manifest
  if (!mediaType.startsWith('application/vnd.docker.')) {
    if (isIndexType(mediaType) && rule === 'distribution-3') return found
    throw new Refusal(404, 'MANIFEST_UNKNOWN', 'OCI manifest found, but accept header does not support OCI manifests')
  }
  if (isDigest(reference)) return found
  const image = isIndexType(mediaType) ? await imageForAmd64(found, repository) : found
  const isDocker = image.manifest.mediaType === MEDIA_TYPES.dockerManifest
  if (!isDocker || isAccepted(accept, MEDIA_TYPES.dockerManifest)) return image
  if (rule === 'distribution-2') return convert(reference)
  if (image === found) return found
  throw new Refusal(400, 'MANIFEST_INVALID', 'Schema 2 manifest not supported by client')
}

async function imageForAmd64({ manifest: list }: FoundManifest, { manifests }: Repository): Promise<FoundManifest> {
  const index = parseManifest(await list.bytes(), 'the list')
  const entries = isIndex(index) ? index.manifests : []
  const { digest } = entries.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64') ?? {}
  const manifest = digest && manifests.get(digest)
  if (manifest) return { digest, manifest }
  throw new Refusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
}

async function convert(tag: string): Promise<FoundManifest> {
  const document = { schemaVersion: 1, name: 'converted', tag, architecture: 'amd64', fsLayers: [], history: [] }
  const bytes = new TextEncoder().encode(JSON.stringify(document))
  const mediaType = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
  return {
    digest: await digestOf(bytes, createPortableHasher),
    manifest: { mediaType, size: bytes.length, bytes: async () => bytes },
  }
}
