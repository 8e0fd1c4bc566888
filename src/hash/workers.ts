import type { HashWorker, HashWorkers } from './worker-pool.ts'

/** Starts a Worker with the script `registry-api-v2-client/hash-worker`; `false` to use no Workers. */
export type CreateHashWorker = (() => HashWorker) | false

/**
 * Hashes parts of files in Workers, if the runtime has them. It loads nothing and starts no Worker before the first
 * part.
 *
 * @param createWorker Starts a Worker. @default starts one from a Blob URL, which contains the script
 */
export function openHashWorkers(createWorker?: CreateHashWorker): HashWorkers {
  let loading: Promise<HashWorkers | undefined> | undefined
  const isOn = createWorker !== false && typeof Worker === 'function'
  return {
    async hash(state, part) {
      // If the pool does not load, parts are hashed without Workers.
      if (isOn) {
        loading ??= import('./worker-pool.ts').then((pool) => pool.openHashPool(createWorker)).catch(() => undefined)
      }
      return (await loading)?.hash(state, part)
    },
    close: () => void loading?.then((pool) => pool?.close()),
  }
}
