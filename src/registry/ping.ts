import { readUnlessPage } from '../http/answer.ts'
import { type RegistryInput, type RequestOptions, toRegistry } from './registry.ts'

/** In bytes. The answer is `{}`, or Quay's `true`, or nothing at all. */
const MAX_ANSWER = 64 * 1024

/**
 * Asks whether a registry is there and lets us in (distribution-spec § Determining Support).
 *
 * @returns true; every other outcome rejects
 * @throws {ResponseError} if it asks for a sign-in (`status` 401), or is no registry
 * @throws {NetworkError} if it does not answer
 */
export async function checkRegistryConnectivity(registry: RegistryInput, options: RequestOptions = {}): Promise<true> {
  const { send } = toRegistry(registry)
  const answer = await send({ act: 'reach the registry', method: 'GET', url: 'v2/', signal: options.signal })
  await readUnlessPage(answer, MAX_ANSWER)
  return true
}
