import { createHash } from 'node:crypto'
import type { Hasher } from '../oci/digest.ts'

/** Creates a hasher with the runtime's own SHA-256, which is about five times as fast as WebAssembly. */
export function createNativeHasher(): Hasher {
  const sha256 = createHash('sha256')
  return {
    update: (bytes) => void sha256.update(bytes),
    digest: () => `sha256:${sha256.digest('hex')}`,
  }
}
