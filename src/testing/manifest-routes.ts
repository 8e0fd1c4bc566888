import { RegistryError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { digestOf, isDigest } from '../oci/digest.ts'
import { type Index, isIndex, type Manifest } from '../oci/manifest.ts'
import { bareMediaType, isForeignLayerType, isPlainLayerType, MANIFEST_MEDIA_TYPES } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { parseTag } from '../oci/reference.ts'
import { answer, Refusal, refusalBy } from './answers.ts'
import type { Received } from './received.ts'
import { subjectOf } from './referrer-lists.ts'
import type { ManifestRules } from './rules.ts'
import { findRepository, type Repository, type Storage } from './storage.ts'
import { type FoundManifest, isAccepted, replaceUnaccepted } from './unaccepted.ts'

/** The maximum size of a manifest in bytes (distribution-spec § Pushing Manifests). */
const MAX_MANIFEST = 4 * 1024 * 1024

/** Answers `GET` and `HEAD …/manifests/<reference>`. */
export async function getManifest(
  storage: Storage,
  name: string,
  reference: string,
  { method, headers: asked }: Received,
  { head, unaccepted }: ManifestRules,
): Promise<Response> {
  if (head && method === 'HEAD') throw refusalBy(head)
  const repository = findRepository(storage, name)
  const found = find(repository, reference)
  const accept = asked.get('accept')
  const isReplaced = unaccepted && !isAccepted(accept, found.manifest.mediaType)
  const { digest, manifest } = isReplaced
    ? await replaceUnaccepted(found, repository, reference, accept, unaccepted)
    : found
  const headers = { 'content-type': manifest.mediaType, 'docker-content-digest': digest }
  if (method === 'HEAD') return answer(200, { ...headers, 'content-length': String(manifest.size) })
  return answer(200, headers, await manifest.bytes())
}

/**
 * Answers `PUT …/manifests/<reference>`. Everything that the manifest lists must exist, with the sizes that it states.
 * A PUT by digest may also set tags: `?tag=v1&tag=latest` (distribution-spec § Pushing Manifests).
 */
export async function putManifest(
  storage: Storage,
  name: string,
  reference: string,
  { url, headers, body, isCut }: Received,
  { takesTagQuery, listsReferrers, dockerManifest, plainDockerLayer }: ManifestRules,
): Promise<Response> {
  if (isCut) throw new Refusal(400, 'MANIFEST_INVALID', 'the manifest is incomplete')
  if (body.size > MAX_MANIFEST) throw new Refusal(413, 'SIZE_INVALID', 'a manifest has at most 4 MiB')
  const mediaType = bareMediaType(headers.get('content-type')) ?? ''
  const isDockers = mediaType.startsWith('application/vnd.docker.')
  if (dockerManifest && isDockers) throw refusalBy(dockerManifest)
  const bytes = await body.bytes()
  const repository = await storage.openRepository(name)
  const manifest = await verifyManifest(repository, bytes, mediaType)
  if (plainDockerLayer && isDockers && hasPlainLayer(manifest)) throw refusalBy(plainDockerLayer)
  const digest = await digestOf(bytes, createPortableHasher)
  if (isDigest(reference) && reference !== digest) {
    throw new Refusal(400, 'DIGEST_INVALID', `the manifest's bytes are ${digest}`)
  }
  const isTagged = isDigest(reference) && takesTagQuery
  const tags = isTagged ? url.searchParams.getAll('tag').map(parseTag) : []
  await repository.putManifest(digest, mediaType, bytes, isDigest(reference) ? tags : [reference])
  const subject = listsReferrers ? subjectOf(manifest) : undefined
  const response = answer(201, {
    location: `/v2/${name}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(subject && { 'oci-subject': subject }),
  })
  for (const tag of tags) response.headers.append('oci-tag', tag)
  return response
}

/** Answers `DELETE …/manifests/<reference>`: deletes only a tag, or a manifest with all its tags. */
export async function deleteManifest(
  storage: Storage,
  name: string,
  reference: string,
  { tagDelete }: ManifestRules,
): Promise<Response> {
  const repository = findRepository(storage, name)
  if (!isDigest(reference) && tagDelete) throw refusalBy(tagDelete)
  const { digest } = find(repository, reference)
  if (isDigest(reference)) await repository.deleteManifest(digest)
  else await repository.deleteTag(reference)
  return answer(202, {})
}

function find(repository: Repository, reference: string): FoundManifest {
  const digest = isDigest(reference) ? reference : repository.tags.get(reference)
  const manifest = digest && repository.manifests.get(digest)
  if (manifest) return { digest, manifest }
  throw new Refusal(404, 'MANIFEST_UNKNOWN', `${reference} is not known`)
}

async function verifyManifest(repository: Repository, bytes: Uint8Array, mediaType: string): Promise<Manifest | Index> {
  const manifest = parse(bytes)
  const stated = manifest.mediaType ?? mediaType
  if (stated !== mediaType || !MANIFEST_MEDIA_TYPES.includes(mediaType)) {
    throw new Refusal(
      400,
      'MANIFEST_INVALID',
      `the content type ${mediaType} is not the manifest's media type ${stated}`,
    )
  }
  const contents = isIndex(manifest) ? manifest.manifests : [manifest.config, ...manifest.layers]
  for (const { mediaType: contentType, digest, size } of contents) {
    if (isForeignLayerType(contentType)) continue
    const there = isIndex(manifest) ? repository.manifests.get(digest) : await repository.findBlob(digest)
    if (!there) throw new Refusal(400, 'MANIFEST_BLOB_UNKNOWN', `${digest} is not known`)
    if (there.size !== size) {
      throw new Refusal(400, 'MANIFEST_INVALID', `${digest} has ${there.size} bytes, not ${size}`)
    }
  }
  return manifest
}

function hasPlainLayer(manifest: Manifest | Index): boolean {
  return !isIndex(manifest) && manifest.layers.some(({ mediaType }) => isPlainLayerType(mediaType))
}

function parse(bytes: Uint8Array): Manifest | Index {
  try {
    return parseManifest(bytes, 'the manifest')
  } catch (error) {
    if (error instanceof RegistryError) throw new Refusal(400, 'MANIFEST_INVALID', error.message)
    throw error
  }
}
