import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Hasher } from '../oci/digest.ts'

/** Creates a SHA-256 hasher in JavaScript. WebAssembly is faster. */
export function createScriptHasher(): Hasher {
  const hash = sha256.create()
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => `sha256:${bytesToHex(hash.digest())}`,
  }
}
