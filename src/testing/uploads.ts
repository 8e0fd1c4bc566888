import { type Digest, isDigest } from '../oci/digest.ts'
import { createWasmHasher } from '../oci/sha256.ts'
import { answer, Refusal } from './answers.ts'
import { openRepository, type Storage, type Upload } from './storage.ts'

/** How the registry wants blobs. */
export interface UploadRules {
  /** In bytes. Every chunk but the last has to have so many. */
  readonly minChunkLength: number
}

/** `POST …/blobs/uploads/`: opens a session, mounts a blob, or takes a whole blob at once (distribution-spec § Pushing Blobs). */
export async function openUpload(
  storage: Storage,
  name: string,
  request: Request,
  rules: UploadRules,
): Promise<Response> {
  const query = new URL(request.url).searchParams
  const mount = query.get('mount')
  const from = query.get('from')
  const blob = isDigest(mount) && from ? storage.repositories.get(from)?.blobs.get(mount) : undefined
  if (isDigest(mount) && blob) {
    openRepository(storage, name).blobs.set(mount, blob)
    return created(name, mount)
  }
  const id = crypto.randomUUID()
  const upload: Upload = { repository: name, chunks: [], hasher: await createWasmHasher(), size: 0 }
  storage.uploads.set(id, upload)
  if (query.has('digest')) {
    await append(upload, request)
    return finish(storage, id, upload, query.get('digest'))
  }
  const least: Record<string, string> =
    rules.minChunkLength > 0 ? { 'oci-chunk-min-length': String(rules.minChunkLength) } : {}
  return progress(202, id, upload, least)
}

/** `GET …/blobs/uploads/<id>`: how far it is. Any state of the session will do. */
export function uploadStatus(storage: Storage, id: string): Response {
  return progress(204, id, find(storage, id))
}

/** `PATCH …/blobs/uploads/<id>`: takes a chunk, in order. */
export async function patchUpload(
  storage: Storage,
  id: string,
  request: Request,
  rules: UploadRules,
): Promise<Response> {
  const upload = find(storage, id)
  const before = upload.size
  verifyState(upload, id, request)
  await append(upload, request)
  if (request.headers.has('content-range') && upload.size - before < rules.minChunkLength) {
    storage.uploads.delete(id)
    throw new Refusal(400, 'SIZE_INVALID', `chunks have to have at least ${rules.minChunkLength} bytes`)
  }
  return progress(202, id, upload)
}

/** `PUT …/blobs/uploads/<id>?digest=`: takes the last chunk, if there is one, and closes the session. */
export async function closeUpload(storage: Storage, id: string, request: Request): Promise<Response> {
  const upload = find(storage, id)
  verifyState(upload, id, request)
  await append(upload, request)
  return finish(storage, id, upload, new URL(request.url).searchParams.get('digest'))
}

/** `DELETE …/blobs/uploads/<id>`: forgets the session. */
export function cancelUpload(storage: Storage, id: string): Response {
  find(storage, id)
  storage.uploads.delete(id)
  return answer(204, {})
}

function find({ uploads }: Storage, id: string): Upload {
  const upload = uploads.get(id)
  if (!upload) throw new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'the upload is not known, is complete, or was cancelled')
  return upload
}

async function append(upload: Upload, request: Request): Promise<void> {
  const body = new Uint8Array(await request.arrayBuffer())
  const range = request.headers.get('content-range')
  if (range !== null) verifyRange(range, body.length, upload)
  upload.hasher.update(body)
  upload.chunks.push(body)
  upload.size += body.length
}

/** `<first>-<last>` without a unit, both inclusive (distribution-spec § Pushing a blob in chunks). */
function verifyRange(range: string, length: number, upload: Upload): void {
  const [, first, last] = /^([0-9]+)-([0-9]+)$/.exec(range) ?? []
  if (Number(first) !== upload.size) {
    throw new Refusal(416, 'BLOB_UPLOAD_INVALID', `the chunk has to start at ${upload.size}, not at "${range}"`, {
      range: received(upload),
    })
  }
  if (Number(last) - Number(first) + 1 !== length) {
    throw new Refusal(400, 'SIZE_INVALID', `the range "${range}" is not that of ${length} bytes`)
  }
}

/** The session's state is in the query of its newest location, so that clients have to keep it. */
function verifyState(upload: Upload, id: string, request: Request): void {
  if (new URL(request.url).searchParams.get('_state') === String(upload.size)) return
  throw new Refusal(416, 'BLOB_UPLOAD_INVALID', 'this is not the newest location of the upload', {
    range: received(upload),
    location: location(upload, id),
  })
}

function finish(storage: Storage, id: string, upload: Upload, stated: string | null): Response {
  storage.uploads.delete(id)
  const digest = upload.hasher.digest()
  if (stated !== digest) {
    throw new Refusal(400, 'DIGEST_INVALID', `the bytes are ${digest}, not ${JSON.stringify(stated)}`)
  }
  openRepository(storage, upload.repository).blobs.set(digest, join(upload))
  return created(upload.repository, digest)
}

function join({ chunks, size }: Upload): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

function created(repository: string, digest: Digest): Response {
  return answer(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest })
}

function progress(status: number, id: string, upload: Upload, headers: Record<string, string> = {}): Response {
  const state = { location: location(upload, id), range: received(upload), 'docker-upload-uuid': id }
  // 204 has no length (RFC 9110 § Content-Length).
  return status === 204 ? new Response(null, { status, headers: state }) : answer(status, { ...state, ...headers })
}

function location(upload: Upload, id: string): string {
  return `/v2/${upload.repository}/blobs/uploads/${id}?_state=${upload.size}`
}

/** `0-0` stands for nothing and for one byte alike. */
function received({ size }: Upload): string {
  return `0-${Math.max(size - 1, 0)}`
}
