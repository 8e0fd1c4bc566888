import { type Digest, isDigest } from '../oci/digest.ts'
import { answer, Refusal } from './answers.ts'
import { blobAnswer } from './blob-answers.ts'
import type { ObjectStorage } from './object-storage.ts'
import type { Received } from './received.ts'
import type { BlobRules } from './rules.ts'
import { findRepository, type Storage } from './storage.ts'

/** Answers `GET` and `HEAD …/blobs/<digest>` with the blob, parts of it, or a redirect to object storage. */
export function getBlob(
  storage: Storage,
  name: string,
  digest: string,
  received: Received,
  rules: BlobRules,
  objects: ObjectStorage | undefined,
): Response {
  const found = find(storage, name, digest)
  if (objects) return objects.redirect(received.method, found.digest, found.bytes)
  return blobAnswer(found.bytes, found.digest, received, rules)
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
