import { type Digest, isOtherDigest, parseDigest } from '../oci/digest.ts'

/** Where a blob is in a layout. */
export function blobPath(digest: Digest): string {
  const checked = isOtherDigest(digest) ? digest : parseDigest(digest, 'a blob')
  return `blobs/${checked.replace(':', '/')}`
}
