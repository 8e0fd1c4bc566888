import { createPortableHasher } from '../hash/sha256.ts'
import { fromBase64 } from '../oci/base64.ts'
import { type Digest, digestOf, isDigest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import type { DeletedContent } from './delete-plan.ts'

/**
 * Reads the manifests of a plan or an undo, which may come from a file.
 *
 * @param act The act, for messages: `undo the delete`.
 * @returns the bytes by their digests
 * @throws {TypeError} if something is not a manifest, or one that goes has none
 * @throws {DigestMismatchError} if bytes do not match their digest
 */
export async function readKept(
  { manifests, deletes }: DeletedContent,
  act: string,
): Promise<ReadonlyMap<Digest, Uint8Array<ArrayBuffer>>> {
  const kept = new Map<Digest, Uint8Array<ArrayBuffer>>()
  for (const { digest, content } of manifests) {
    const bytes = typeof content === 'string' ? fromBase64(content) : undefined
    if (!bytes || !isDigest(digest)) {
      throw new TypeError(`Cannot ${act}: the bytes of ${digest} are not base64`)
    }
    verifyDigest(`the manifest ${digest} of the plan or undo`, digest, await digestOf(bytes, createPortableHasher))
    kept.set(digest, bytes)
  }
  const needed = deletes.flatMap(({ digest, listed }) => (listed ? [digest, listed.list] : [digest]))
  const lost = needed.find((digest) => !kept.has(digest))
  if (lost === undefined) return kept
  throw new TypeError(
    `Cannot ${act}: the bytes of ${lost} are missing; pass what planDelete or executeDelete gave, with all manifests`,
  )
}
