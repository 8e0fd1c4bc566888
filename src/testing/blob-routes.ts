import { type Digest, isDigest } from '../oci/digest.ts'
import { answer, Refusal } from './answers.ts'
import { findRepository, type Storage } from './storage.ts'

/** Answers `GET` and `HEAD …/blobs/<digest>` with the whole blob or one range of it. */
export function getBlob(storage: Storage, name: string, digest: string, method: string, asked: Headers): Response {
  const { bytes } = find(storage, name, digest)
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
  }
  if (method === 'HEAD') return answer(200, { ...headers, 'content-length': String(bytes.length) })
  const range = asked.get('range')
  if (range === null) return answer(200, headers, bytes)
  const [, first, last] = /^bytes=(?=.*[0-9])([0-9]*)-([0-9]*)$/.exec(range) ?? []
  // A range without a start, such as `bytes=-5`, means the last bytes (RFC 9110 § Byte Ranges).
  const start = first === '' ? Math.max(bytes.length - Number(last), 0) : Number(first)
  const end = first && last ? Math.min(Number(last) + 1, bytes.length) : bytes.length
  // Also true for a malformed range: its start is NaN.
  if (!(start < end)) throw new Refusal(416, 'RANGE_INVALID', `"${range}" is not a range of ${bytes.length} bytes`)
  const contentRange = `bytes ${start}-${end - 1}/${bytes.length}`
  return answer(206, { ...headers, 'content-range': contentRange }, bytes.subarray(start, end))
}

/** Answers `DELETE …/blobs/<digest>`. */
export function deleteBlob(storage: Storage, name: string, digest: string): Response {
  const found = find(storage, name, digest)
  findRepository(storage, name).blobs.delete(found.digest)
  return answer(202, {})
}

function find(storage: Storage, name: string, digest: string): { digest: Digest; bytes: Uint8Array<ArrayBuffer> } {
  if (!isDigest(digest)) throw new Refusal(400, 'DIGEST_INVALID', `${digest} is not a digest`)
  const bytes = storage.repositories.get(name)?.blobs.get(digest)
  if (!bytes) throw new Refusal(404, 'BLOB_UNKNOWN', `${digest} is not known`)
  return { digest, bytes }
}
