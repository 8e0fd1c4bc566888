import { beforeDeadline } from '../async/deadline.ts'
import { RegistryError } from '../errors.ts'

/** A store of the caller, as one push uses it. After its first failure it is not asked again. */
export interface StoreAttempts<Store> {
  /**
   * Asks the store for something. An abort ends the wait, not the work of the store.
   *
   * @returns `undefined` if the store fails, does not answer within 10 s, or has failed before
   * @throws the signal's reason, if it aborts
   */
  attempt<T>(act: (store: Store) => Promise<T>, options: AttemptOptions): Promise<T | undefined>
}

interface AttemptOptions {
  /** Called with the first failure of the store. */
  readonly tell: (error: Error) => void
  readonly signal: AbortSignal | undefined
}

/** In milliseconds. The database of a browser may hang; a push must not hang with it. */
const PATIENCE = 10_000

/** @param option The option that the store was passed as, for the message. */
export function attemptStore<Store>(store: Store, option: string): StoreAttempts<Store> {
  const late = () =>
    new RegistryError('STORAGE_FAILED', `Cannot use ${option}: the store did not answer within ${PATIENCE / 1000} s`)
  let hasFailed = false
  return {
    async attempt(act, { tell, signal }) {
      if (hasFailed) return undefined
      try {
        return await beforeDeadline(act(store), { milliseconds: PATIENCE, late }, signal)
      } catch (error) {
        signal?.throwIfAborted()
        // Other blobs of the push asked at the same time.
        if (hasFailed) return undefined
        hasFailed = true
        tell(error instanceof Error ? error : new RegistryError('STORAGE_FAILED', `Cannot use ${option}: ${error}`))
        return undefined
      }
    },
  }
}
