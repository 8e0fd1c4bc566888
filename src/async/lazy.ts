import { RegistryError } from '../errors.ts'
import { untilAborted } from './abort.ts'

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
    throw new RegistryError('PART_NOT_LOADED', 'Cannot load a part of registry-api-v2-client', {
      remedy: 'reload the page, or keep the missing package external in the bundle',
      cause,
    })
  }
}
