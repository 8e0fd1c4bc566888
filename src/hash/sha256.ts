import type { IHasher } from 'hash-wasm'
import { RegistryError } from '../errors.ts'
import type { Hasher } from '../oci/digest.ts'
import type { HashWorkers } from './worker-pool.ts'

/**
 * SHA-256 in WebAssembly, for every runtime: browsers' own can hash neither in pieces nor outside secure contexts.
 *
 * @param state Where to go on from, as another one has saved it.
 * @throws {RegistryError} if a page's content security policy forbids WebAssembly
 * @throws {Error} if the state is none of this version of hash-wasm
 */
export async function createWasmHasher(state?: Uint8Array): Promise<Hasher> {
  return toHasher(await loadSha256(), state)
}

/** The same, where parts of files are hashed by Workers. */
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

/** Loaded when it is met: where the runtime has a SHA-256 of its own, it never is. */
async function loadSha256(): Promise<IHasher> {
  try {
    const { createSHA256 } = await import('hash-wasm')
    return await createSHA256()
  } catch (cause) {
    throw new RegistryError('PART_NOT_LOADED', 'Cannot compute SHA-256: WebAssembly does not load', {
      remedy: "in a page its content security policy has to allow 'wasm-unsafe-eval'",
      cause,
    })
  }
}
