import { ResponseError } from '../errors.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { type Digest, digestOf, isDigest } from '../oci/digest.ts'
import { type Index, type Manifest, parseManifest } from '../oci/manifest.ts'
import { bareMediaType, MANIFEST_MEDIA_TYPES } from '../oci/media-type.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import { verifyDigest } from '../oci/verify.ts'
import { letGo } from '../source/let-go.ts'
import { type Answer, readUnlessPage, verifyStatedDigest } from './answer.ts'
import type { ManifestPlace } from './manifests.ts'

/** A manifest as a registry gave it: its descriptor, its bytes, and what they say. */
export interface ManifestInfo extends Descriptor {
  /** To the letter: the digest is theirs. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** An image manifest or an index; `isIndex` tells which. */
  readonly manifest: Manifest | Index
}

/** Whose media types a manifest has: those of the image-spec, or those of Docker's manifest v2 schema 2. */
type ManifestKind = 'oci' | 'docker'

/** In bytes. The spec asks registries to take 4 MiB (distribution-spec § Pushing Manifests). */
const MAX_MANIFEST = 8 * 1024 * 1024
/** With fewer types, registries convert manifests or refuse them; but from a page, so long an `Accept` takes a preflight. */
const ALL = MANIFEST_MEDIA_TYPES.join(', ')
/** 82 and 110 characters: up to 128 take no preflight. */
const ACCEPT: Readonly<Record<ManifestKind, string>> = { oci: typesOf('oci'), docker: typesOf('docker') }
/**
 * What may be said of a manifest that is there: 404 of another kind, 400 if distribution 2 fails to convert it, and to HEAD also 404 by Nexus
 * (andrey-pohilko/registry-cli#14, #43).
 */
const MISSES = [400, 404, 405, 406, 501]

/** What came of a request: an answer, or else a refusal or, if the registry has converted the manifest, nothing. */
interface Reply {
  readonly answer?: Answer
  readonly refusal?: ResponseError
  /** Whether only one kind was asked for. */
  readonly isOneKind: boolean
}

/** Reads a manifest; throws what `getManifest` throws. */
export async function readManifest(place: ManifestPlace, signal?: AbortSignal): Promise<ManifestInfo> {
  const { repository, reference } = place
  const answer = await get(place, firstKind(place), signal)
  const { bytes, digest } = await readBytes(answer, reference)
  const stated = typeOf(answer)
  const manifest = parseManifest(bytes, `the manifest ${reference} of "${repository}"`, stated)
  return { mediaType: manifest.mediaType ?? stated ?? '', digest, size: bytes.length, bytes, manifest }
}

/**
 * Asks which manifest a tag names, or whether a digest is there. Only GET says that there is none.
 *
 * @returns nothing if there is none
 * @throws {DigestMismatchError} if the registry states another digest than the one asked for
 */
export async function resolveManifest(place: ManifestPlace, signal?: AbortSignal): Promise<Digest | undefined> {
  const { reference } = place
  const kind = firstKind(place)
  const { answer: head } = await ask('HEAD', place, kind, signal)
  if (head && isDigest(reference)) verifyStatedDigest(head, reference)
  const stated = head?.headers.get('docker-content-digest')
  // Old registries do not state it, and a web page may not be allowed to read it.
  if (isDigest(stated)) return stated
  try {
    return (await readBytes(await get(place, head ? kind : other(kind), signal), reference)).digest
  } catch (error) {
    if (error instanceof ResponseError && error.status === 404) return undefined
    throw error
  }
}

/**
 * Gets a manifest of either kind. If a page spares a preflight by that, it asks for one kind, and then for the other.
 *
 * @throws {ResponseError} if the registry refuses, or has no manifest of either kind (`status` 404)
 */
async function get(place: ManifestPlace, kind: ManifestKind, signal: AbortSignal | undefined): Promise<Answer> {
  const first = await ask('GET', place, kind, signal)
  if (first.answer) return first.answer
  if (first.refusal && !first.isOneKind) throw first.refusal
  const { answer, refusal } = await ask('GET', place, other(kind), signal, true)
  if (answer) return answer
  // A registry that knows one kind only may refuse to be asked for the other.
  throw first.refusal?.status === 404 ? first.refusal : refusal
}

/** @param takesConverted Whether a manifest that the registry has converted is an answer: then it has no other one. */
async function ask(
  method: 'GET' | 'HEAD',
  { registry, repository, reference, url, scopes }: ManifestPlace,
  kind: ManifestKind,
  signal: AbortSignal | undefined,
  takesConverted = false,
): Promise<Reply> {
  let isOneKind = false
  const accept = (sparesPreflight: boolean) => {
    isOneKind = sparesPreflight
    return sparesPreflight ? ACCEPT[kind] : ALL
  }
  const act = `${method === 'GET' ? 'read' : 'look for'} the manifest ${reference} of "${repository}"`
  try {
    const answer = await registry.send({ act, method, url, scopes, accept, cache: 'revalidated', signal })
    const type = typeOf(answer) ?? ''
    if (MANIFEST_MEDIA_TYPES.includes(type)) registry.manifestTypes.set(repository, type)
    if (takesConverted || !isOneKind || !isSchema1(type)) return { answer, isOneKind }
    letGo(answer.body)
    return { isOneKind }
  } catch (error) {
    if (error instanceof ResponseError && MISSES.includes(error.status)) return { refusal: error, isOneKind }
    throw error
  }
}

/** Reads the bytes of a manifest, whatever they say, and compares them with the digests that are asked for and stated. */
async function readBytes(
  answer: Answer,
  reference: string,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly digest: Digest }> {
  const bytes = await readUnlessPage(answer, MAX_MANIFEST)
  const digest = await digestOf(bytes, createWasmHasher)
  if (isDigest(reference)) verifyDigest(`what the registry holds as ${reference}`, reference, digest)
  verifyStatedDigest(answer, digest)
  return { bytes, digest }
}

function typesOf(kind: ManifestKind): string {
  return MANIFEST_MEDIA_TYPES.filter((type) => kindOf(type) === kind).join(', ')
}

function firstKind({ registry, repository }: ManifestPlace): ManifestKind {
  return kindOf(registry.manifestTypes.get(repository) ?? '')
}

function kindOf(mediaType: string): ManifestKind {
  return mediaType.startsWith('application/vnd.docker.') ? 'docker' : 'oci'
}

function other(kind: ManifestKind): ManifestKind {
  return kind === 'oci' ? 'docker' : 'oci'
}

function typeOf({ headers }: Answer): string | undefined {
  return bareMediaType(headers.get('content-type'))
}

/** distribution 2 and Quay convert a tagged manifest of another kind to Docker's schema 1, which has another digest. */
function isSchema1(mediaType: string): boolean {
  return mediaType.startsWith('application/vnd.docker.distribution.manifest.v1+')
}
