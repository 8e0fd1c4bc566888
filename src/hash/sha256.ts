import type { IHasher } from 'hash-wasm'
import { RegistryError } from '../errors.ts'
import type { Hasher } from '../oci/digest.ts'
import type { HashWorkers } from './worker-pool.ts'

/**
 * Creates a SHA-256 hasher in WebAssembly, for every runtime. The browser's own SHA-256 cannot hash in pieces, and is
 * missing outside secure contexts.
 *
 * @param state A state that another hasher has saved, to continue from.
 * @throws {RegistryError} if a page's content security policy forbids WebAssembly
 * @throws {Error} if the state is not valid for this version of hash-wasm
 */
export async function createWasmHasher(state?: Uint8Array): Promise<Hasher> {
  return toHasher(await loadSha256(), state)
}

/** Creates a SHA-256 hasher in WebAssembly that hashes parts of files in Workers. */
export async function createParallelHasher(workers: HashWorkers, state?: Uint8Array): Promise<Hasher> {
  const sha256 = await loadSha256()
  return {
    ...toHasher(sha256, state),
    async updateFrom(part) {
      const hashed = await workers.hash(sha256.save(), part)
      if (hashed) sha256.load(hashed)
      return hashed !== undefined
    },
  }
}

function toHasher(sha256: IHasher, state: Uint8Array | undefined): Hasher {
  if (state) sha256.load(state)
  return {
    update: (bytes) => void sha256.update(bytes),
    digest: () => `sha256:${sha256.digest('hex')}`,
    save: () => sha256.save(),
  }
}

/** Loads hash-wasm on first use. Runtimes with their own SHA-256 never load it. */
async function loadSha256(): Promise<IHasher> {
  try {
    const { createSHA256 } = await import('hash-wasm')
    return await createSHA256()
  } catch (cause) {
    throw new RegistryError('PART_NOT_LOADED', 'Cannot compute SHA-256: WebAssembly does not load', {
      remedy: "a page's content security policy must allow 'wasm-unsafe-eval'",
      cause,
    })
  }
}
