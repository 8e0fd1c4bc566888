import { loaded } from '../async/lazy.ts'
import type { Hasher } from '../oci/digest.ts'
import type { HashWorkers } from './worker-pool.ts'

/**
 * Creates a SHA-256 hasher for every runtime: in WebAssembly, or in JavaScript where WebAssembly is forbidden. The
 * browser's own SHA-256 cannot hash in pieces, and is missing outside secure contexts. Runtimes with their own
 * incremental SHA-256 load none of this.
 *
 * @param state A state that another hasher has saved, to continue from. A hasher in JavaScript ignores it.
 * @throws {RegistryError} if its code does not load
 * @throws {Error} if the state is not valid for this version of hash-wasm
 */
export async function createPortableHasher(state?: Uint8Array): Promise<Hasher> {
  const { createHasher } = await loaded(import('./wasm-sha256.ts'))
  return createHasher(state)
}

/** Creates the same hasher. If it is in WebAssembly, it hashes parts of files in Workers. */
export async function createParallelHasher(workers: HashWorkers, state?: Uint8Array): Promise<Hasher> {
  const { createHasher } = await loaded(import('./wasm-sha256.ts'))
  return createHasher(state, workers)
}
