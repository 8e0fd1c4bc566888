import { ValidationError } from '../errors.ts'
import { parseReference, parseRepository } from '../oci/reference.ts'
import { jsonAnswer, Refusal } from './answers.ts'
import { deleteBlob, getBlob } from './blobs.ts'
import { allowPages, preflight } from './cors.ts'
import { listRepositories, listTags } from './lists.ts'
import { deleteManifest, getManifest, putManifest } from './manifests.ts'
import { createStorage, type Storage } from './storage.ts'
import { cancelUpload, closeUpload, openUpload, patchUpload, uploadStatus } from './uploads.ts'

/** How the registry behaves, where registries differ. */
export interface TestRegistryOptions {
  /** Entries in one page of a list. @default 100 */
  readonly pageSize?: number
  /** Whether a single tag can be deleted, as in distribution 3, or only a manifest, as in distribution 2. @default true */
  readonly deletesTags?: boolean
  /** Bytes that every chunk but the last has to have; told to clients as `OCI-Chunk-Min-Length`. @default 0 */
  readonly minChunkLength?: number
}

/** One request that the registry answered. */
export interface TestRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Headers
  readonly status: number
}

/** A registry in memory. */
export interface TestRegistry {
  /** Answers a request: give it to `openRegistry` as `fetch`, to msw as a handler, to `Deno.serve` or `Bun.serve`. */
  readonly fetch: (request: Request) => Promise<Response>
  /** What was asked so far, oldest first. Empty it with `requests.length = 0`. */
  readonly requests: TestRequest[]
  /** How many uploads are open. */
  readonly openUploads: number
}

/**
 * Makes a registry in memory, strict to the OCI Distribution Spec: order of chunks, digests, sizes, missing blobs, pages.
 * It is for tests, trials and demos: it forgets everything, and asks nobody to sign in.
 */
export function createTestRegistry(options: TestRegistryOptions = {}): TestRegistry {
  const storage = createStorage()
  const requests: TestRequest[] = []
  const rules = { pageSize: 100, deletesTags: true, minChunkLength: 0, ...options }
  return {
    async fetch(request) {
      const response = request.method === 'OPTIONS' ? preflight() : await respond(storage, rules, request)
      const { pathname, search } = new URL(request.url)
      const { method, headers } = request
      requests.push({ method, url: pathname + search, headers, status: response.status })
      return allowPages(response)
    },
    requests,
    get openUploads() {
      return storage.uploads.size
    },
  }
}

async function respond(storage: Storage, rules: Required<TestRegistryOptions>, request: Request): Promise<Response> {
  try {
    return await route(storage, rules, request)
  } catch (error) {
    if (error instanceof Refusal) return error.toResponse()
    if (error instanceof ValidationError) return new Refusal(400, 'NAME_INVALID', error.message).toResponse()
    throw error
  }
}

async function route(storage: Storage, rules: Required<TestRegistryOptions>, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const { method } = request
  const path = decodeURIComponent(url.pathname)
  const isRead = method === 'GET' || method === 'HEAD'
  if (path === '/v2/' && isRead) return jsonAnswer(200, {}, { 'docker-distribution-api-version': 'registry/2.0' })
  if (path === '/v2/_catalog' && isRead) return listRepositories(storage, url, rules.pageSize)

  const [, text = '', kind, rest = ''] =
    /^\/v2\/(.+?)\/(tags\/list|manifests|blobs\/uploads|blobs)(?:\/([^/]*))?$/.exec(path) ?? []
  if (!kind) throw new Refusal(404, 'UNSUPPORTED', `${path} is no path of a registry`)
  const name = parseRepository(text)
  if (kind === 'tags/list' && isRead) return listTags(storage, name, url, rules.pageSize)
  if (kind === 'manifests') {
    const reference = parseReference(rest)
    if (isRead) return getManifest(storage, name, reference, method)
    if (method === 'PUT') return putManifest(storage, name, reference, request)
    if (method === 'DELETE') return deleteManifest(storage, name, reference, rules.deletesTags)
  }
  if (kind === 'blobs/uploads') {
    if (method === 'POST' && rest === '') return openUpload(storage, name, request, rules)
    if (isRead) return uploadStatus(storage, rest)
    if (method === 'PATCH') return patchUpload(storage, rest, request, rules)
    if (method === 'PUT') return closeUpload(storage, rest, request)
    if (method === 'DELETE') return cancelUpload(storage, rest)
  }
  if (kind === 'blobs' && isRead) return getBlob(storage, name, rest, request)
  if (kind === 'blobs' && method === 'DELETE') return deleteBlob(storage, name, rest)
  throw new Refusal(405, 'UNSUPPORTED', `${method} is not supported here`)
}
