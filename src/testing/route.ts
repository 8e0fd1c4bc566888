import { ValidationError } from '../errors.ts'
import { parseRepository, parseTagOrDigest } from '../oci/reference.ts'
import { Refusal, rootAnswer } from './answers.ts'
import { deleteBlob, getBlob } from './blob-routes.ts'
import { BrokenConnection } from './broken-connection.ts'
import { listRepositories, listTags } from './list-routes.ts'
import { deleteManifest, getManifest, putManifest } from './manifest-routes.ts'
import type { ObjectStorage } from './object-storage.ts'
import type { Received } from './received.ts'
import { listReferrers } from './referrer-lists.ts'
import type { Rules } from './rules.ts'
import type { SignIn } from './sign-in.ts'
import type { Storage } from './storage.ts'
import { cancelUpload, closeUpload, openUpload, patchUpload, uploadStatus } from './uploads.ts'

/** The parts of a registry that answer requests. */
interface Backend {
  readonly storage: Storage
  readonly rules: Rules
  /** @default no sign-in */
  readonly signIn: SignIn | undefined
  /** @default blobs are not redirected */
  readonly objects: ObjectStorage | undefined
  /** True if only reads are allowed. */
  readonly readOnly: boolean
}

/**
 * Processes a request. The received part of a cut request is processed too.
 *
 * @throws {BrokenConnection} if the request is cut, because nobody receives the response
 */
export async function carryOut(registry: Backend, received: Received): Promise<Response> {
  const response = await respond(registry, received)
  if (received.isCut) throw new BrokenConnection()
  return response
}

async function respond(registry: Backend, received: Received): Promise<Response> {
  const { rules, signIn, objects } = registry
  try {
    const response = objects?.answer(received) ?? signIn?.(received) ?? (await route(registry, received))
    if (rules.typeOfEmpty && !response.headers.has('content-type')) {
      response.headers.set('content-type', rules.typeOfEmpty)
    }
    return response
  } catch (error) {
    if (error instanceof Refusal) return error.toResponse()
    if (error instanceof ValidationError) return new Refusal(400, 'NAME_INVALID', error.message).toResponse()
    throw error
  }
}

async function route({ storage, rules, objects, readOnly }: Backend, received: Received): Promise<Response> {
  const { method, url } = received
  const path = decodeURIComponent(url.pathname)
  const isRead = method === 'GET' || method === 'HEAD'
  if (readOnly && !isRead) throw new Refusal(405, 'UNSUPPORTED', 'this registry is read-only')
  if (path === '/v2/' && isRead) return rootAnswer(rules.typeOfEmpty)
  if (path === '/v2/_catalog' && isRead) return listRepositories(storage, url, rules.lists)

  const [, text = '', kind, rest = ''] =
    /^\/v2\/(.+?)\/(tags\/list|manifests|referrers|blobs\/uploads|blobs)(?:\/([^/]*))?$/.exec(path) ?? []
  if (!kind) throw new Refusal(404, 'UNSUPPORTED', `${path} is not a path of a registry`)
  const name = parseRepository(text)
  if (kind === 'tags/list' && isRead) return listTags(storage, name, url, rules.lists)
  if (kind === 'manifests') {
    const reference = parseTagOrDigest(rest)
    if (isRead) return getManifest(storage, name, reference, received, rules.manifests)
    if (method === 'PUT') return putManifest(storage, name, reference, received, rules.manifests)
    if (method === 'DELETE') return deleteManifest(storage, name, reference, rules.manifests)
  }
  if (kind === 'referrers') {
    if (!rules.manifests.listsReferrers) throw new Refusal(404, 'UNSUPPORTED', 'referrers are not listed here')
    if (isRead) return listReferrers(storage, name, rest, url)
  }
  if (kind === 'blobs/uploads') {
    if (method === 'POST' && rest === '') return openUpload(storage, name, received, rules.uploads)
    if (isRead) return uploadStatus(storage, rest, received, rules.uploads)
    if (method === 'PATCH') return patchUpload(storage, rest, received, rules.uploads)
    if (method === 'PUT') return closeUpload(storage, rest, received, rules.uploads)
    if (method === 'DELETE') return cancelUpload(storage, rest, received, rules.uploads)
  }
  if (kind === 'blobs' && isRead) return getBlob(storage, name, rest, received, rules.blobs, objects)
  if (kind === 'blobs' && method === 'DELETE') return deleteBlob(storage, name, rest)
  throw new Refusal(405, 'UNSUPPORTED', `${method} is not supported here`)
}
