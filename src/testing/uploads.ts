import { createWasmHasher } from '../hash/sha256.ts'
import { digestOf, isDigest } from '../oci/digest.ts'
import { answer, Refusal, refusalBy } from './answers.ts'
import { joined, type Received } from './received.ts'
import type { MountRules, UploadRules } from './rules.ts'
import { openRepository, type Storage, type Upload } from './storage.ts'
import { created, opened, progress, status } from './upload-answers.ts'
import { tooSmall, verifyChunk, verifyLength, verifyRange, verifyState } from './upload-checks.ts'

/**
 * Answers `POST …/blobs/uploads/`: opens an upload, mounts a blob, or receives a whole blob at once (distribution-spec
 * § Pushing Blobs).
 */
export async function openUpload(
  storage: Storage,
  name: string,
  received: Received,
  rules: UploadRules,
): Promise<Response> {
  const query = received.url.searchParams
  const mounted = query.has('mount') && mountBlob(storage, name, query, rules.mount)
  if (mounted) return mounted
  const upload: Upload = {
    id: crypto.randomUUID(),
    repository: name,
    chunks: [],
    size: 0,
    isRanged: false,
    endsShort: false,
    hasShortChunk: false,
  }
  const isWhole = query.has('digest') && rules.takesSinglePost
  if (isWhole) verifyLength(storage, received, upload, rules)
  storage.uploads.set(upload.id, upload)
  if (!isWhole) return opened(upload, rules)
  if (received.isCut) return breakOff(storage, upload, received, rules)
  append(upload, received, rules)
  return finish(storage, upload, received, rules)
}

/** Answers `GET …/blobs/uploads/<id>` with the upload's progress. */
export function uploadStatus(storage: Storage, id: string, received: Received, rules: UploadRules): Response {
  const upload = find(storage, id)
  if (rules.uploadStatus) throw refusalBy(rules.uploadStatus)
  verifyState(received, upload, rules)
  return status(upload, rules)
}

/** Answers `PATCH …/blobs/uploads/<id>`: receives a chunk, in order. */
export function patchUpload(storage: Storage, id: string, received: Received, rules: UploadRules): Response {
  const upload = find(storage, id)
  verifyState(received, upload, rules)
  verifyChunk(received, upload, rules)
  verifyRange(received, upload, rules)
  verifyLength(storage, received, upload, rules)
  if (received.isCut) return breakOff(storage, upload, received, rules)
  append(upload, received, rules)
  return progress(rules.chunkStatus, upload, rules)
}

/** Answers `PUT …/blobs/uploads/<id>?digest=`: receives the last chunk, if any, and closes the upload. */
export async function closeUpload(
  storage: Storage,
  id: string,
  received: Received,
  rules: UploadRules,
): Promise<Response> {
  const upload = find(storage, id)
  verifyState(received, upload, rules)
  verifyRange(received, upload, rules)
  verifyLength(storage, received, upload, rules)
  const isAfterChunks = upload.size > 0
  if (rules.emptyClose && upload.isRanged && received.body.length === 0) throw refusalBy(rules.emptyClose)
  if (received.isCut) return breakOff(storage, upload, received, rules)
  if (rules.takesLastChunkInClose || !isAfterChunks) append(upload, received, rules)
  return finish(storage, upload, received, rules)
}

/** Answers `DELETE …/blobs/uploads/<id>`: deletes the upload. */
export function cancelUpload(storage: Storage, id: string, received: Received, rules: UploadRules): Response {
  verifyState(received, find(storage, id), rules)
  storage.uploads.delete(id)
  return answer(204, {})
}

function mountBlob(storage: Storage, name: string, query: URLSearchParams, rules: MountRules): Response | undefined {
  const mount = query.get('mount')
  const from = query.get('from')
  if (rules.withoutFrom && from === null) throw refusalBy(rules.withoutFrom)
  if (rules.withOrigin && query.has('origin')) throw refusalBy(rules.withOrigin)
  if (rules.fromUnknown && from !== null && !storage.repositories.has(from)) {
    throw refusalBy(rules.fromUnknown, { from })
  }
  const blob = isDigest(mount) && from !== null ? storage.repositories.get(from)?.blobs.get(mount) : undefined
  if (!isDigest(mount) || !blob) return undefined
  openRepository(storage, name).blobs.set(mount, blob)
  return created(name, mount)
}

function find({ uploads }: Storage, id: string): Upload {
  const upload = uploads.get(id)
  if (!upload) throw new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'the upload is not known, is complete, or was cancelled')
  return upload
}

function append(upload: Upload, { method, headers, body }: Received, { minChunk }: UploadRules): void {
  if (body.length === 0) return
  upload.chunks.push(body)
  upload.size += body.length
  upload.hasShortChunk ||= upload.endsShort
  upload.endsShort = body.length < (minChunk?.length ?? 0)
  upload.isRanged ||= method === 'PATCH' && headers.has('content-range')
}

/** Handles a body that broke off. Nobody receives the response. */
function breakOff(storage: Storage, upload: Upload, { body }: Received, { cutBody }: UploadRules): Response {
  if (cutBody === 'ends-upload') storage.uploads.delete(upload.id)
  if (cutBody === 'kept') {
    upload.chunks.push(body)
    upload.size += body.length
  }
  return answer(499, {})
}

async function finish(storage: Storage, upload: Upload, { url }: Received, rules: UploadRules): Promise<Response> {
  const { minChunk } = rules
  if (minChunk?.refusedAt === 'close' && upload.hasShortChunk) throw tooSmall(storage, upload, rules, minChunk)
  if (rules.emptyBlob && upload.size === 0) throw refusalBy(rules.emptyBlob)
  const bytes = joined(upload.chunks, upload.size)
  const stated = url.searchParams.get('digest')
  const digest = await digestOf(bytes, createWasmHasher)
  if (stated !== digest) {
    if (rules.wrongDigestEndsUpload) storage.uploads.delete(upload.id)
    throw refusalBy(rules.wrongDigest, { digest, stated: JSON.stringify(stated) })
  }
  storage.uploads.delete(upload.id)
  openRepository(storage, upload.repository).blobs.set(digest, bytes)
  return created(upload.repository, digest)
}
