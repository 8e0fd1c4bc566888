import { ResponseError } from '../errors.ts'
import type { Content } from '../oci/descriptor.ts'
import { type CreateHasher, type Digest, shortDigest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { type Answer, verifyStatedDigest } from './answer.ts'
import { uploadLocation, withDigest } from './location.ts'
import { type Registry, withScopes } from './registry.ts'
import { locateRepository } from './repository.ts'
import type { SendRequest } from './send.ts'

/** Makes the body of a request from its bytes, in the way that suits the runtime. */
export type CreateBody = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | Blob

/** How to upload a blob. */
export interface UploadOptions {
  readonly createHasher: CreateHasher
  readonly createBody: CreateBody
  /** Bytes in one request; a registry's own limits come first. */
  readonly chunkSize: number
  /** A repository of the same registry that has the blob: asked for before bytes are sent. */
  readonly mountFrom?: string
  /** Called after each request with how many of the blob's bytes the registry has. */
  readonly onSent?: (sentBytes: number) => void
  readonly signal?: AbortSignal
}

/** In bytes. No registry's wish for larger chunks may fill the memory. */
const MAX_CHUNK = 64 * 1024 * 1024
/** Answers after which an upload without a mount may still work (google/go-containerregistry#1404). */
const MOUNT_REFUSALS = [400, 401, 403, 404, 405, 409, 422, 500, 501]
/** In milliseconds. What is under way may take so long after an abort, and so may the cancelling of a session. */
const GRACE = 5_000

/**
 * Brings one blob into a repository: mounts it from another one where that works, else uploads it in chunks, the last
 * in the closing PUT (distribution-spec § Pushing a blob in chunks). Every byte is read once and hashed on its way.
 * After any failure, an abort included, the open session is cancelled at the registry. For that, an abort lets the
 * request under way end, within 5 s: distribution 2 can neither go on with nor clean up a session whose chunk broke off.
 *
 * @returns how the blob came in
 * @throws {DigestMismatchError} before the closing PUT, if the bytes are not the descriptor's
 * @throws {ResponseError} if the registry refuses
 * @throws {NetworkError} if it does not answer
 */
export async function uploadBlob(
  registry: Registry,
  repository: string,
  blob: Content,
  options: UploadOptions,
): Promise<'mounted' | 'uploaded'> {
  options.signal?.throwIfAborted()
  const patience = delayed(options.signal, GRACE)
  const target = withScopes(registry, locateRepository(registry.url, repository).push)
  const send: SendRequest = (request) => target.send({ ...request, signal: patience.signal })
  try {
    return await bring(target, send, repository, blob, options)
  } finally {
    patience.stop()
  }
}

async function bring(
  registry: Registry,
  send: SendRequest,
  repository: string,
  blob: Content,
  options: UploadOptions,
): Promise<'mounted' | 'uploaded'> {
  const opened = await openSession(registry.url, send, repository, blob.digest, options.mountFrom)
  if (opened.status === 201 && options.mountFrom !== undefined) return 'mounted'
  const session = { location: uploadLocation(opened, registry.url) }
  try {
    await sendChunks(
      registry.url,
      send,
      repository,
      blob,
      session,
      chunkSizeFor(opened.headers, options.chunkSize),
      options,
    )
  } catch (error) {
    await cancelSession(registry, repository, session.location)
    throw error
  }
  return 'uploaded'
}

/** Passes an abort on after a while, until it is stopped. */
function delayed(signal: AbortSignal | undefined, milliseconds: number): { signal: AbortSignal; stop: () => void } {
  const later = new AbortController()
  const wait = () => {
    AbortSignal.timeout(milliseconds).addEventListener('abort', () => later.abort(signal?.reason))
  }
  signal?.addEventListener('abort', wait, { once: true })
  return { signal: later.signal, stop: () => signal?.removeEventListener('abort', wait) }
}

/** Asks for a mount where that may work. A registry that does not mount opens a session in the same answer, or none. */
async function openSession(
  registry: string,
  send: SendRequest,
  repository: string,
  digest: Digest,
  from?: string,
): Promise<Answer> {
  const request = { act: `open an upload to "${repository}"`, method: 'POST' } as const
  const url = `${locateRepository(registry, repository).path}blobs/uploads/`
  if (from !== undefined) {
    const { name, pull } = locateRepository(registry, from)
    const mount = `${url}?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(name)}`
    const answer = await send({ ...request, url: mount, scopes: pull, allow: MOUNT_REFUSALS }).catch(notRefused)
    if (answer && answer.status < 300) return answer
  }
  return send({ ...request, url })
}

/** A token server may not let us read where the blob is: then there is no mount, but an upload as ever. */
function notRefused(error: unknown): undefined {
  if (error instanceof ResponseError && MOUNT_REFUSALS.includes(error.status)) return undefined
  throw error
}

async function sendChunks(
  registry: string,
  send: SendRequest,
  repository: string,
  blob: Content,
  session: { location: URL },
  chunkSize: number,
  { createHasher, createBody, onSent, signal }: UploadOptions,
): Promise<void> {
  const hasher = await createHasher()
  const act = `upload ${shortDigest(blob.digest)} to "${repository}"`
  for (let start = 0; ; start += chunkSize) {
    const end = Math.min(start + chunkSize, blob.size)
    const isLast = end === blob.size
    const bytes = await blob.source.read(start, end, signal)
    hasher.update(bytes)
    if (isLast) verifyDigest(`the blob for "${repository}"`, blob.digest, hasher.digest())
    const isWhole = isLast && start === 0
    const answer = await send({
      act,
      method: isLast ? 'PUT' : 'PATCH',
      url: isLast ? withDigest(session.location, blob.digest) : session.location,
      headers: {
        // Said outright: distribution takes no other type, and a body may bring its own.
        'content-type': 'application/octet-stream',
        // Only true chunks have a range; GHCR and distribution 3 take it for a promise of more.
        ...(!isWhole && { 'content-range': `${start}-${end - 1}` }),
      },
      body: createBody(bytes),
      isUpload: true,
    })
    if (isLast) verifyStatedDigest(answer, blob.digest)
    onSent?.(end)
    if (isLast) return
    session.location = uploadLocation(answer, registry)
  }
}

/** What the registry asks for when it opens the session goes before what the user wishes. */
function chunkSizeFor(headers: Headers, wished: number): number {
  const least = limitIn(headers, 'oci-chunk-min-length') ?? 0
  const most = limitIn(headers, 'oci-chunk-max-length') ?? Number.POSITIVE_INFINITY
  return Math.min(Math.max(wished, Math.min(least, MAX_CHUNK)), most)
}

function limitIn(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)
  return text && /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined
}

async function cancelSession(registry: Registry, repository: string, location: URL): Promise<void> {
  try {
    await registry.send({
      act: `cancel an upload to "${repository}"`,
      method: 'DELETE',
      url: location,
      isUpload: true,
      signal: AbortSignal.timeout(GRACE),
    })
  } catch {
    // The failure that led here is the one to tell; sessions that stay expire at the registry.
  }
}
