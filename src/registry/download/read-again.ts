import { delay } from '../../async/delay.ts'
import { NetworkError } from '../../errors.ts'
import { delayBefore } from '../../http/retry-after.ts'
import type { Registry } from '../registry.ts'
import type { RegistryRequest } from '../send.ts'
import { isOldAddress, PATIENCE } from './blob-range.ts'

/**
 * Reads something small, again if its answer breaks off or stands still, or if the storage that the registry redirects
 * to refuses. Each request is as patient as those for blobs.
 *
 * @param read Reads through the registry that it gets.
 * @throws {NetworkError} if the registry does not answer, or its answers keep breaking off
 */
export async function readAgain<T>(
  registry: Registry,
  read: (registry: Registry) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    let isAnswered = false
    const send = async (request: RegistryRequest) => {
      isAnswered = false
      const answer = await registry.send({ patience: PATIENCE, ...request })
      isAnswered = true
      return answer
    }
    try {
      return await read({ ...registry, send })
    } catch (error) {
      // A request without an answer was tried several times.
      const mayPass = error instanceof NetworkError ? isAnswered : isOldAddress(error, registry)
      if (!mayPass || failures > PATIENCE.retry) throw error
      await delay(delayBefore(failures, PATIENCE.retryDelay), signal)
    }
  }
}
