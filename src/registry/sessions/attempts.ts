import { RegistryError } from '../../errors.ts'
import type { SessionStore } from './store.ts'

/** A store as one push uses it: it may fail, and is let alone from then on. */
export interface StoreAttempts {
  /**
   * Asks the store for something.
   *
   * @param tell Called with the store's first failure.
   * @returns nothing if it fails, or has failed before
   */
  attempt<T>(act: (store: SessionStore) => Promise<T>, tell: (error: Error) => void): Promise<T | undefined>
}

/** In milliseconds: browsers' databases may hang, and no push may hang with them. */
const PATIENCE = 10_000

export function attemptStore(store: SessionStore): StoreAttempts {
  let hasFailed = false
  return {
    async attempt(act, tell) {
      if (hasFailed) return undefined
      try {
        return await inTime(act(store))
      } catch (error) {
        // Other blobs of the push asked at the same time.
        if (hasFailed) return undefined
        hasFailed = true
        tell(error instanceof Error ? error : new RegistryError(String(error)))
        return undefined
      }
    },
  }
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = () =>
      reject(new RegistryError(`Cannot use the store of uploads: nothing came of it for ${PATIENCE} ms`))
    timer = setTimeout(fail, PATIENCE)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
