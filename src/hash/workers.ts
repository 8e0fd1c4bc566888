import type { HashWorker, HashWorkers } from './worker-pool.ts'

/** Starts a Worker with the script `registry-api-v2-client/hash-worker`; `false` for none. */
export type CreateHashWorker = (() => HashWorker) | false

/**
 * Hashes parts of files in Workers, which start with the first part, if the runtime has such. Until then nothing is loaded.
 *
 * @param createWorker @default one of a Blob URL, which has the script in it
 */
export function openHashWorkers(createWorker?: CreateHashWorker): HashWorkers {
  let loading: Promise<HashWorkers | undefined> | undefined
  const isOn = createWorker !== false && typeof Worker === 'function'
  return {
    async hash(state, part) {
      // Where they do not load, it goes without.
      if (isOn) {
        loading ??= import('./worker-pool.ts').then((pool) => pool.openHashPool(createWorker)).catch(() => undefined)
      }
      return (await loading)?.hash(state, part)
    },
    close: () => void loading?.then((pool) => pool?.close()),
  }
}
