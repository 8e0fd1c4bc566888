import { createSHA256, type IHasher } from 'hash-wasm'
import { loaded } from '../async/lazy.ts'
import type { Hasher } from '../oci/digest.ts'
import type { HashWorkers } from './worker-pool.ts'

/** True after the runtime has refused WebAssembly once. A browser reports each attempt as a breach of the policy. */
let isRefused = false

/**
 * Creates a hasher in WebAssembly, or in JavaScript where WebAssembly is forbidden: by a page's content security policy
 * without `'wasm-unsafe-eval'`, in Cloudflare's workerd, and in the lockdown mode of iOS.
 */
export async function createHasher(state?: Uint8Array, workers?: HashWorkers): Promise<Hasher> {
  const sha256 = isRefused ? undefined : await createSHA256().catch(() => undefined)
  if (!sha256) {
    isRefused = true
    const { createScriptHasher } = await loaded(import('./script-sha256.ts'))
    return createScriptHasher()
  }
  if (state) sha256.load(state)
  return { ...toHasher(sha256), ...(workers && { updateFrom: (part: Blob) => hashPart(sha256, workers, part) }) }
}

function toHasher(sha256: IHasher): Hasher {
  return {
    update: (bytes) => void sha256.update(bytes),
    digest: () => `sha256:${sha256.digest('hex')}`,
    save: () => sha256.save(),
  }
}

async function hashPart(sha256: IHasher, workers: HashWorkers, part: Blob): Promise<boolean> {
  const hashed = await workers.hash(sha256.save(), part)
  if (hashed) sha256.load(hashed)
  return hashed !== undefined
}
