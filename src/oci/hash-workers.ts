/// <reference path="./inline-worker.d.ts" />

import type { HashWorkers } from './hash-pool.ts'

/** What starts a Worker with the script of `hash-worker.ts`; `false` for none. */
export type CreateHashWorker = (() => Worker) | false

/**
 * Hashes parts of files in Workers, which start with the first part, if the runtime has such. Until then nothing is loaded.
 *
 * @param createWorker @default one of a Blob URL, which has the script in it
 */
export function openHashWorkers(createWorker?: CreateHashWorker): HashWorkers {
  let loading: Promise<HashWorkers> | undefined
  const isOff = createWorker === false || typeof Worker !== 'function'
  return {
    async hash(state, part) {
      if (isOff) return undefined
      loading ??= load(createWorker)
      return (await loading).hash(state, part)
    },
    close: () => void loading?.then((pool) => pool.close()),
  }
}

async function load(createWorker: (() => Worker) | undefined): Promise<HashWorkers> {
  const { createHashPool } = await import('./hash-pool.ts')
  if (createWorker) return createHashPool(createWorker)
  const { default: InlineWorker } = await import('./hash-worker.ts?worker&inline')
  return createHashPool(() => new InlineWorker())
}
