import { createSHA256 } from 'hash-wasm'
import type { Hasher } from './digest.ts'

/** SHA-256 in WebAssembly, for every runtime: browsers' own can hash neither in pieces nor outside secure contexts. */
export async function createWasmHasher(): Promise<Hasher> {
  const sha256 = await createSHA256()
  return {
    update: (bytes) => void sha256.update(bytes),
    digest: () => `sha256:${sha256.digest('hex')}`,
  }
}
