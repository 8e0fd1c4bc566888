import type { Content, Descriptor } from '../oci/descriptor.ts'
import { type Digest, digestOf, isDigest } from '../oci/digest.ts'
import { type Index, type Manifest, parseManifest } from '../oci/manifest.ts'
import { bareMediaType, MANIFEST_MEDIA_TYPES } from '../oci/media-type.ts'
import { parseReference, parseTag } from '../oci/reference.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import { verifyDigest } from '../oci/verify.ts'
import { readAll } from '../source/source.ts'
import { type Answer, readUnlessPage, verifyStatedDigest } from './answer.ts'
import { type Registry, type RegistryInput, toRegistry } from './registry.ts'
import { locateRepository } from './repository.ts'
import type { RegistryRequest } from './send.ts'

/** A manifest as a registry gave it: its descriptor, its bytes, and what they say. */
export interface ManifestInfo extends Descriptor {
  /** To the letter: the digest is theirs. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** An image manifest or an index; `isIndex` tells which. */
  readonly manifest: Manifest | Index
}

/** In bytes. The spec asks registries to take 4 MiB (distribution-spec § Pushing Manifests). */
const MAX_MANIFEST = 8 * 1024 * 1024
const ACCEPT = { accept: MANIFEST_MEDIA_TYPES.join(', ') }

/**
 * Reads a manifest. Its digest comes from its bytes, and has to be the one asked for and the one that the registry states.
 *
 * @param reference A tag or a digest.
 * @throws {ValidationError} if repository or reference are none, or the answer is no manifest
 * @throws {DigestMismatchError} if the bytes are others than the digest promises
 * @throws {ResponseError} if the registry refuses, or has no such manifest (`status` 404)
 * @throws {NetworkError} if it does not answer
 */
export async function getManifest(
  registry: RegistryInput,
  repository: string,
  reference: string,
  options: { signal?: AbortSignal } = {},
): Promise<ManifestInfo> {
  const handle = toRegistry(registry)
  const answer = await handle.send(manifestRequest('GET', handle, repository, reference, options.signal))
  const { bytes, digest } = await readManifest(answer, reference)
  const stated = bareMediaType(answer.headers.get('content-type'))
  const manifest = parseManifest(bytes, `the manifest ${reference} of "${repository}"`, stated)
  const mediaType = manifest.mediaType ?? stated ?? ''
  return { mediaType, digest, size: bytes.length, bytes, manifest }
}

/** Statuses of HEAD that do not say what GET says: Nexus answers 404 for what is there (andrey-pohilko/registry-cli#14, #43). */
const HEAD_SAYS_NOTHING = [404, 405, 501]

/**
 * Asks which manifest a tag names, or whether a digest is there. Only GET says that there is none.
 *
 * @returns nothing if there is none
 * @throws {DigestMismatchError} if the registry states another digest than the one asked for
 */
export async function resolveManifest(
  registry: Registry,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<Digest | undefined> {
  const ask = (method: 'GET' | 'HEAD', allow: readonly number[]) =>
    registry.send({ ...manifestRequest(method, registry, repository, reference, signal), allow })
  const head = await ask('HEAD', HEAD_SAYS_NOTHING)
  const isFound = head.status < 300
  if (isFound && isDigest(reference)) verifyStatedDigest(head, reference)
  const stated = isFound ? head.headers.get('docker-content-digest') : null
  // Old registries do not state it, and a web page may not be allowed to read it.
  if (isDigest(stated)) return stated
  const answer = await ask('GET', [404])
  return answer.status === 404 ? undefined : (await readManifest(answer, reference)).digest
}

/** Reads the bytes of a manifest, whatever they say, and compares them with the digests that are asked for and stated. */
async function readManifest(
  answer: Answer,
  reference: string,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly digest: Digest }> {
  const bytes = await readUnlessPage(answer, MAX_MANIFEST)
  const digest = await digestOf(bytes, createWasmHasher)
  if (isDigest(reference)) verifyDigest(`what the registry holds as ${reference}`, reference, digest)
  verifyStatedDigest(answer, digest)
  return { bytes, digest }
}

function manifestRequest(
  method: 'GET' | 'HEAD',
  registry: Registry,
  repository: string,
  reference: string,
  signal: AbortSignal | undefined,
): RegistryRequest {
  const act = `${method === 'GET' ? 'read' : 'look for'} the manifest ${reference} of "${repository}"`
  return { act, method, ...manifestAt(registry, repository, reference), headers: ACCEPT, signal }
}

/** A manifest and where it is put. */
interface ManifestPut {
  readonly repository: string
  readonly content: Content
}

/**
 * Puts a manifest under a tag or its digest. All that it names has to be there already.
 *
 * @throws {DigestMismatchError} if the registry says that it took other bytes
 * @throws {ResponseError} if it refuses
 */
export async function putManifest(
  registry: Registry,
  { repository, content }: ManifestPut,
  reference: string,
  signal?: AbortSignal,
): Promise<void> {
  const { url } = manifestAt(registry, repository, reference)
  const answer = await sendManifest(registry, { repository, content }, reference, { url, signal })
  verifyStatedDigest(answer, content.digest)
}

/** What a registry may say that does not know of tags in the query, or finds it too long. */
const TAGS_REFUSED = [400, 404, 405, 414, 431]

/**
 * Puts a manifest under several tags in one request (distribution-spec § Pushing Manifests, `?tag=`).
 *
 * @returns the tags that the registry says it has set: of registries that do not know how, none
 */
export async function putManifestWithTags(
  registry: Registry,
  { repository, content }: ManifestPut,
  tags: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const query = tags.map((tag) => `tag=${encodeURIComponent(parseTag(tag))}`).join('&')
  const url = `${manifestAt(registry, repository, content.digest).url}?${query}`
  const answer = await sendManifest(registry, { repository, content }, tags.join(', '), {
    url,
    signal,
    allow: TAGS_REFUSED,
  })
  if (answer.status >= 300) return []
  verifyStatedDigest(answer, content.digest)
  const set = (answer.headers.get('oci-tag') ?? '').split(',').map((tag) => tag.trim())
  return tags.filter((tag) => set.includes(tag))
}

async function sendManifest(
  registry: Registry,
  { repository, content: { mediaType, source } }: ManifestPut,
  reference: string,
  request: Pick<RegistryRequest, 'url' | 'allow' | 'signal'>,
): Promise<Answer> {
  return registry.send({
    ...request,
    act: `put the manifest ${reference} of "${repository}"`,
    method: 'PUT',
    scopes: locateRepository(registry.url, repository).push,
    headers: { 'content-type': mediaType },
    body: await readAll(source, request.signal),
  })
}

/** Where a manifest is, and what reading it asks for. */
export function manifestAt(
  { url }: Registry,
  repository: string,
  reference: string,
): Pick<RegistryRequest, 'url' | 'scopes'> {
  const { path, pull } = locateRepository(url, repository)
  return { url: `${path}manifests/${parseReference(reference)}`, scopes: pull }
}
