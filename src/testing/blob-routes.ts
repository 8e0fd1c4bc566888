import { type Digest, isDigest } from '../oci/digest.ts'
import { answer, Refusal } from './answers.ts'
import { blobAnswer } from './blob-answers.ts'
import type { ObjectStorage } from './object-storage.ts'
import type { Received } from './received.ts'
import type { BlobRules } from './rules.ts'
import type { Storage } from './storage.ts'

/** Answers `GET` and `HEAD …/blobs/<digest>` with the blob, parts of it, or a redirect to object storage. */
export async function getBlob(
  storage: Storage,
  name: string,
  text: string,
  received: Received,
  rules: BlobRules,
  objects: ObjectStorage | undefined,
): Promise<Response> {
  const digest = digestIn(text)
  const blob = await storage.repositories.get(name)?.findBlob(digest)
  if (!blob) throw unknown(digest)
  if (objects) return objects.redirect(received.method, digest, blob)
  return blobAnswer(blob, digest, received, rules)
}

/** Answers `DELETE …/blobs/<digest>`. */
export async function deleteBlob(storage: Storage, name: string, text: string): Promise<Response> {
  const digest = digestIn(text)
  if (!(await storage.repositories.get(name)?.deleteBlob(digest))) throw unknown(digest)
  return answer(202, {})
}

function digestIn(text: string): Digest {
  if (isDigest(text)) return text
  throw new Refusal(400, 'DIGEST_INVALID', `${text} is not a digest`)
}

function unknown(digest: Digest): Refusal {
  return new Refusal(404, 'BLOB_UNKNOWN', `${digest} is not known`)
}
