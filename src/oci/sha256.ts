import { createSHA256 } from 'hash-wasm'
import { RegistryError } from '../errors.ts'
import type { Hasher } from './digest.ts'

/**
 * SHA-256 in WebAssembly, for every runtime: browsers' own can hash neither in pieces nor outside secure contexts.
 *
 * @throws {RegistryError} if a page's content security policy forbids WebAssembly
 */
export async function createWasmHasher(): Promise<Hasher> {
  const sha256 = await createSHA256().catch((cause) => {
    throw new RegistryError(
      "Cannot compute SHA-256: WebAssembly does not load; in a page its content security policy has to allow 'wasm-unsafe-eval'",
      { cause },
    )
  })
  return {
    update: (bytes) => void sha256.update(bytes),
    digest: () => `sha256:${sha256.digest('hex')}`,
  }
}
