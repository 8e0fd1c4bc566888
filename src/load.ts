import { onAbort } from './abort.ts'
import { RegistryError } from './errors.ts'

/**
 * Waits for a part of this package, or for another package, that loads when it is needed. An abort ends the wait.
 *
 * @throws {RegistryError} if it does not load
 */
export async function loaded<T>(part: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await untilAborted(part, signal)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new RegistryError(
      'Cannot load a part of registry-api-v2-client; reload the page, or keep the missing package external in the bundle',
      { cause },
    )
  }
}

/** Waits for a promise. An abort ends the wait, not what the promise stands for: others may wait for it too. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else stop = onAbort(signal, abort)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stop()
  }
}
