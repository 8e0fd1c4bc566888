import { readUnlessPage } from '../http/answer.ts'
import { type RegistryInput, type RequestOptions, toRegistry } from './registry.ts'

/** In bytes. The answer is `{}`, or Quay's `true`, or nothing at all. */
const MAX_ANSWER = 64 * 1024

/**
 * Checks that a registry answers and accepts the credentials (distribution-spec § Determining Support).
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `signal` aborts the request; the promise then rejects with the signal's reason.
 * @returns true. Every other outcome rejects.
 * @throws {TypeError} if `registry` is neither a URL nor a handle.
 * @throws {ValidationError} if `registry` is not a valid address.
 * @throws {ResponseError} if the registry asks for a sign-in (`status` 401), or the server is not a registry.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { checkRegistryConnectivity } from 'registry-api-v2-client'
 *
 * console.log(await checkRegistryConnectivity('https://registry.example.com')) // true
 * ```
 */
export async function checkRegistryConnectivity(registry: RegistryInput, options: RequestOptions = {}): Promise<true> {
  const { send } = toRegistry(registry)
  const answer = await send({ act: 'reach the registry', method: 'GET', url: 'v2/', signal: options.signal })
  await readUnlessPage(answer, MAX_ANSWER)
  return true
}
