import { isDigest } from '../oci/digest.ts'
import { answer, Refusal, refusalBy } from './answers.ts'
import type { Received } from './received.ts'
import type { MountRules, UploadRules } from './rules.ts'
import { deleteOldUploads, type Storage, type Upload } from './storage.ts'
import { created, opened, progress, status } from './upload-answers.ts'
import { tooSmall, verifyBodySize, verifyChunk, verifyNewestChunk, verifyRange, verifyState } from './upload-checks.ts'

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
  const mounted = query.has('mount') && (await mountBlob(storage, name, query, rules.mount))
  if (mounted) return mounted
  const isWhole = query.has('digest') && rules.takesSinglePost
  if (isWhole) verifyBodySize(received, rules)
  await deleteOldUploads(storage)
  const { id } = await storage.openUpload(name)
  return use(storage, id, async (upload) => {
    if (!isWhole) return opened(upload, rules)
    if (received.isCut) return breakOff(storage, upload, received, rules)
    await append(upload, received, rules)
    return finish(storage, upload, received, rules)
  })
}

/** Answers `GET …/blobs/uploads/<id>` with the upload's progress. */
export function uploadStatus(storage: Storage, id: string, received: Received, rules: UploadRules): Promise<Response> {
  return use(storage, id, async (upload) => {
    if (rules.uploadStatus) throw refusalBy(rules.uploadStatus)
    verifyState(received, upload, rules)
    return status(upload, rules)
  })
}

/** Answers `PATCH …/blobs/uploads/<id>`: receives a chunk, in order. */
export function patchUpload(storage: Storage, id: string, received: Received, rules: UploadRules): Promise<Response> {
  return use(storage, id, async (upload) => {
    verifyState(received, upload, rules)
    verifyChunk(received, upload, rules)
    verifyRange(received, upload, rules)
    verifyBodySize(received, rules)
    await verifyNewestChunk(storage, received, upload, rules)
    if (received.isCut) return breakOff(storage, upload, received, rules)
    await append(upload, received, rules)
    return progress(rules.chunkStatus, upload, rules)
  })
}

/** Answers `PUT …/blobs/uploads/<id>?digest=`: receives the last chunk, if any, and closes the upload. */
export function closeUpload(storage: Storage, id: string, received: Received, rules: UploadRules): Promise<Response> {
  return use(storage, id, async (upload) => {
    verifyState(received, upload, rules)
    verifyRange(received, upload, rules)
    verifyBodySize(received, rules)
    await verifyNewestChunk(storage, received, upload, rules)
    const isAfterChunks = upload.size > 0
    if (rules.emptyClose && upload.isRanged && received.body.size === 0) throw refusalBy(rules.emptyClose)
    if (received.isCut) return breakOff(storage, upload, received, rules)
    if (rules.takesLastChunkInClose || !isAfterChunks) await append(upload, received, rules)
    return finish(storage, upload, received, rules)
  })
}

/** Answers `DELETE …/blobs/uploads/<id>`: deletes the upload. */
export function cancelUpload(storage: Storage, id: string, received: Received, rules: UploadRules): Promise<Response> {
  return use(storage, id, async (upload) => {
    verifyState(received, upload, rules)
    await storage.deleteUpload(id)
    return answer(204, {})
  })
}

async function mountBlob(
  storage: Storage,
  name: string,
  query: URLSearchParams,
  rules: MountRules,
): Promise<Response | undefined> {
  const mount = query.get('mount')
  const from = query.get('from')
  if (rules.withoutFrom && from === null) throw refusalBy(rules.withoutFrom)
  if (rules.withOrigin && query.has('origin')) throw refusalBy(rules.withOrigin)
  if (rules.fromUnknown && from !== null && !storage.repositories.has(from)) {
    throw refusalBy(rules.fromUnknown, { from })
  }
  const isMounted = isDigest(mount) && from !== null && (await storage.mountBlob(mount, from, name))
  return isMounted ? created(name, mount) : undefined
}

/** Processes a request of an upload, after those before it. */
async function use(storage: Storage, id: string, act: (upload: Upload) => Promise<Response>): Promise<Response> {
  const upload = find(storage, id)
  const response = upload.queue.then(() => {
    upload.usedAt = Date.now()
    // A request before this one may have closed it.
    return act(find(storage, id))
  })
  upload.queue = response.catch(() => undefined)
  return response
}

function find({ uploads }: Storage, id: string): Upload {
  const upload = uploads.get(id)
  if (!upload) throw new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'the upload is not known, is complete, or was cancelled')
  return upload
}

async function append(upload: Upload, received: Received, { minChunk }: UploadRules): Promise<void> {
  const { method, headers, body } = received
  if (body.size === 0) return
  await addBytes(upload, received)
  upload.hasShortChunk ||= upload.endsShort
  upload.endsShort = body.size < (minChunk?.length ?? 0)
  upload.isRanged ||= method === 'PATCH' && headers.has('content-range')
}

async function addBytes(upload: Upload, { body }: Received): Promise<void> {
  await upload.bytes.append(body)
  if (upload.size === 0) upload.firstChunk = body.size
  upload.newestChunk = body.size
  upload.size += body.size
}

/** Handles a body that broke off. Nobody receives the response. */
async function breakOff(
  storage: Storage,
  upload: Upload,
  received: Received,
  { cutBody }: UploadRules,
): Promise<Response> {
  if (cutBody === 'ends-upload') await storage.deleteUpload(upload.id)
  if (cutBody === 'kept') await addBytes(upload, received)
  return answer(499, {})
}

async function finish(storage: Storage, upload: Upload, { url }: Received, rules: UploadRules): Promise<Response> {
  const { minChunk } = rules
  if (minChunk?.refusedAt === 'close' && upload.hasShortChunk) throw await tooSmall(storage, upload, rules, minChunk)
  if (rules.emptyBlob && upload.size === 0) throw refusalBy(rules.emptyBlob)
  const stated = url.searchParams.get('digest')
  const digest = await upload.bytes.digest()
  if (stated !== digest) {
    if (rules.wrongDigestEndsUpload) await storage.deleteUpload(upload.id)
    throw refusalBy(rules.wrongDigest, { digest, stated: JSON.stringify(stated) })
  }
  await upload.bytes.keepAs(digest)
  return created(upload.repository, digest)
}
