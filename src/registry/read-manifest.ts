import { ResponseError } from '../errors.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { type Answer, readUnlessPage, verifyStatedDigest } from '../http/answer.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { type Digest, digestOf, isDigest } from '../oci/digest.ts'
import type { Index, Manifest } from '../oci/manifest.ts'
import { bareMediaType, MANIFEST_MEDIA_TYPES, MEDIA_TYPES } from '../oci/media-type.ts'
import { parseManifest } from '../oci/parse-manifest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { releaseBody } from '../source/release.ts'
import { type ManifestPlace, manifestAt } from './manifests.ts'

/** A manifest as a registry gave it: its descriptor, its bytes, and what they say. */
export interface ManifestInfo extends Descriptor {
  /** To the letter: the digest is theirs. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** An image manifest or an index; `isIndex` tells which. */
  readonly manifest: Manifest | Index
}

/** In bytes. The spec asks registries to take 4 MiB (distribution-spec § Pushing Manifests). */
const MAX_MANIFEST = 8 * 1024 * 1024
/**
 * With fewer types, registries convert manifests or refuse them; but from a page, so long an `Accept` takes a
 * preflight.
 */
const ALL = MANIFEST_MEDIA_TYPES.join(', ')
/**
 * Statuses for a manifest that may exist anyway: 404 of another type, 400 if distribution fails to convert it,
 * and to HEAD also 404 by Nexus (andrey-pohilko/registry-cli#14, #43).
 */
const MISSES = [400, 404, 405, 406, 501]

/** The outcome of a request: an answer or a refusal. Neither if the registry has converted the manifest. */
interface Reply {
  readonly answer?: Answer
  readonly refusal?: ResponseError
  /** True if only some of the types were asked for. */
  readonly isPartial: boolean
}

/** The bytes of a manifest, which match its digest. */
interface ManifestBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly digest: Digest
  /** As the registry states it. */
  readonly mediaType: string | undefined
}

/** Reads a manifest; throws what `getManifest` throws. */
export async function readManifest(place: ManifestPlace, signal?: AbortSignal): Promise<ManifestInfo> {
  const { registry, repository, reference } = place
  const { bytes, digest, mediaType: stated } = keptManifest(place, signal) ?? (await getManifest(place, signal))
  const manifest = parseManifest(bytes, `the manifest ${reference} of "${repository}"`, stated)
  registry.documents?.set(manifestAt(registry, repository, digest).url, { bytes, mediaType: stated })
  return { mediaType: manifest.mediaType ?? stated ?? '', digest, size: bytes.length, bytes, manifest }
}

function keptManifest(
  { registry, reference, url }: ManifestPlace,
  signal: AbortSignal | undefined,
): ManifestBytes | undefined {
  const kept = isDigest(reference) ? registry.documents?.get(url) : undefined
  if (!kept || !isDigest(reference)) return undefined
  signal?.throwIfAborted()
  return { mediaType: undefined, ...kept, digest: reference }
}

async function getManifest(place: ManifestPlace, signal: AbortSignal | undefined): Promise<ManifestBytes> {
  const answer = await get(place, signal)
  return { ...(await readBytes(answer, place.reference)), mediaType: typeOf(answer) }
}

/** Reads a manifest. Returns nothing if the registry does not have it. */
export async function findManifest(place: ManifestPlace, signal?: AbortSignal): Promise<ManifestInfo | undefined> {
  try {
    return await readManifest(place, signal)
  } catch (error) {
    if (error instanceof ResponseError && error.status === 404) return undefined
    throw error
  }
}

/** A manifest as a registry names it without its bytes. */
export interface ManifestHead {
  readonly digest: Digest
  /** As the registry states it. It may be `application/json`. */
  readonly mediaType: string | undefined
}

/**
 * Asks by HEAD alone which manifest a tag names, or whether a digest is there.
 *
 * @returns `undefined` if the answer does not tell: old registries do not state the digest, a web page may not be
 *   allowed to read it, and a refusal does not prove that the manifest does not exist
 * @throws {DigestMismatchError} if the registry states another digest than the one asked for
 */
export async function headManifest(place: ManifestPlace, signal?: AbortSignal): Promise<ManifestHead | undefined> {
  const { reference } = place
  const { answer: head } = await ask('HEAD', place, turnsOf(place)[0], signal)
  if (head && isDigest(reference)) verifyStatedDigest(head, reference)
  const stated = head?.headers.get('docker-content-digest')
  return head && isDigest(stated) ? { digest: stated, mediaType: typeOf(head) } : undefined
}

/**
 * Asks which manifest a tag names, or whether a digest is there. Only GET proves that it does not exist.
 *
 * @returns `undefined` if the manifest does not exist
 * @throws {DigestMismatchError} if the registry states another digest than the one asked for
 */
export async function lookUpManifest(place: ManifestPlace, signal?: AbortSignal): Promise<ManifestHead | undefined> {
  const head = await headManifest(place, signal)
  if (head) return head
  try {
    const answer = await get(place, signal)
    return { digest: (await readBytes(answer, place.reference)).digest, mediaType: typeOf(answer) }
  } catch (error) {
    if (error instanceof ResponseError && error.status === 404) return undefined
    throw error
  }
}

/** The same, for who needs only the digest. */
export async function resolveManifest(place: ManifestPlace, signal?: AbortSignal): Promise<Digest | undefined> {
  return (await lookUpManifest(place, signal))?.digest
}

/**
 * Gets a manifest of any type. If a page spares a preflight by that, it asks for two types, and then for the others.
 *
 * @throws {ResponseError} if the registry refuses, or has no manifest of these types (`status` 404)
 */
async function get(place: ManifestPlace, signal: AbortSignal | undefined): Promise<Answer> {
  const [types, others] = turnsOf(place)
  const first = await ask('GET', place, types, signal)
  if (first.answer) return first.answer
  if (first.refusal && !first.isPartial) throw first.refusal
  const { answer, refusal } = await ask('GET', place, others, signal, true)
  if (answer) return answer
  // A registry that knows some of the types may refuse to be asked for others.
  throw first.refusal?.status === 404 ? first.refusal : refusal
}

/**
 * Which types to ask for first, and which then, each in at most 128 characters. Of a tag, a list of Docker's is asked
 * for first: without that, distribution may answer with the list's image for linux/amd64, as if the tag named it. The
 * other type is the last one of a tag in the repository.
 */
function turnsOf({ registry, repository, reference }: ManifestPlace): readonly [readonly string[], readonly string[]] {
  const { ociIndex, ociManifest, dockerManifestList, dockerManifest } = MEDIA_TYPES
  const oci = [ociIndex, ociManifest]
  if (isDigest(reference)) return [oci, [dockerManifestList, dockerManifest]]
  const known = registry.manifestTypes.get(repository)
  const other = [ociIndex, dockerManifest].find((type) => type === known) ?? ociManifest
  const first: readonly string[] = [dockerManifestList, other]
  return [first, MANIFEST_MEDIA_TYPES.filter((type) => !first.includes(type))]
}

/** @param takesConverted Whether a manifest that the registry has converted is an answer: then it has no other one. */
async function ask(
  method: 'GET' | 'HEAD',
  { registry, repository, reference, url, scopes }: ManifestPlace,
  types: readonly string[],
  signal: AbortSignal | undefined,
  takesConverted = false,
): Promise<Reply> {
  let isPartial = false
  const accept = (sparesPreflight: boolean) => {
    isPartial = sparesPreflight
    return sparesPreflight ? types.join(', ') : ALL
  }
  const act = `${method === 'GET' ? 'read' : 'look for'} the manifest ${reference} of "${repository}"`
  try {
    const answer = await registry.send({ act, method, url, scopes, accept, cache: 'revalidated', signal })
    const type = typeOf(answer) ?? ''
    // No other text of the registry is kept in the handle.
    if (!isDigest(reference) && MANIFEST_MEDIA_TYPES.includes(type)) registry.manifestTypes.set(repository, type)
    if (takesConverted || !isPartial || !isSchema1(type)) return { answer, isPartial }
    releaseBody(answer.body)
    return { isPartial }
  } catch (error) {
    if (error instanceof ResponseError && MISSES.includes(error.status)) return { refusal: error, isPartial }
    throw error
  }
}

/**
 * Reads the bytes of a manifest, whatever they say, and compares them with the digests that are asked for and stated.
 */
async function readBytes(answer: Answer, reference: string): Promise<Omit<ManifestBytes, 'mediaType'>> {
  const bytes = await readUnlessPage(answer, MAX_MANIFEST)
  const digest = await digestOf(bytes, createPortableHasher)
  if (isDigest(reference)) verifyDigest(`what the registry holds as ${reference}`, reference, digest)
  verifyStatedDigest(answer, digest)
  return { bytes, digest }
}

function typeOf({ headers }: Answer): string | undefined {
  return bareMediaType(headers.get('content-type'))
}

/** distribution 2 and Quay convert a tagged manifest of another type to Docker's schema 1, which has another digest. */
function isSchema1(mediaType: string): boolean {
  return mediaType.startsWith('application/vnd.docker.distribution.manifest.v1+')
}
