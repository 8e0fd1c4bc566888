import { MAX_TIMEOUT } from '../async/delay.ts'
import { loaded } from '../async/lazy.ts'
import { optionalText, optionsOf, show } from '../check-options.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import type { RegistryCheck } from './check.ts'
import type { DiagnoseOptions } from './diagnose-options.ts'
import { parseOrigin } from './parse-origin.ts'

/**
 * Finds out what works with a registry, and what keeps it from working: whether it is reachable, its certificate, the
 * sign-in, what a web page of an origin can do with it (CORS), and what it supports. Each finding has a code for
 * programs, a sentence for people and a remedy, often with the lines for the configuration of the server
 * (docs/doctor.md).
 *
 * It changes nothing in the registry. With `write` it opens and cancels uploads, which leave nothing. A page cannot see
 * as much as Node: there some checks are skipped.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param options `origin` of a web page, `repository`, `write` (default: false), `timeout` in milliseconds (default:
 *   10 000), and `signal`, which aborts the requests; the promise then rejects with the signal's reason.
 * @returns the checks, always all of them and in the same order. Faults of the registry are results, not errors.
 * @throws {TypeError} if `registry` is neither a URL nor a handle, or an option has the wrong type, or `write` is used
 *   without `repository`.
 * @throws {RangeError} if `timeout` is out of range.
 * @throws {ValidationError} if `registry` is not a valid address, or `repository` is not a valid name.
 * @example
 * ```ts
 * import { diagnoseRegistry } from 'registry-api-v2-client'
 *
 * const checks = await diagnoseRegistry('https://registry.example.com', { origin: 'https://page.example.com' })
 * for (const { check, state, code, message, remedy } of checks) {
 *   if (state === 'failed') console.log(check, code, message, remedy)
 * }
 * ```
 */
export async function diagnoseRegistry(
  registry: RegistryInput,
  options: DiagnoseOptions = {},
): Promise<readonly RegistryCheck[]> {
  const { signal, origin, repository, write = false, timeout = 10_000, onCheck } = optionsOf(options)
  const handle = toRegistry(registry)
  const name = optionalText('repository', repository, 'the name of a repository, such as "team/app"')
  if (typeof write !== 'boolean')
    throw new TypeError(`Cannot use write: it has to be true or false, not ${show(write)}`)
  if (write && name === undefined) throw new TypeError('Cannot use write: pass the repository to upload to, too')
  if (!(timeout > 0 && timeout <= MAX_TIMEOUT)) {
    throw new RangeError(`Cannot use ${timeout} as timeout: pass milliseconds above 0, up to ${MAX_TIMEOUT}`)
  }
  if (onCheck !== undefined && typeof onCheck !== 'function') {
    throw new TypeError(`Cannot use onCheck: it has to be a function, not ${show(onCheck)}`)
  }
  signal?.throwIfAborted()
  const { runChecks } = await loaded(import('./run-checks.ts'), signal)
  const settings = {
    origin: origin === undefined ? undefined : parseOrigin(origin),
    repository: name === undefined ? undefined : parseRepositoryOf(handle.url, name),
    write,
    timeout,
    signal,
  }
  return runChecks(handle, settings, onCheck ?? (() => {}))
}
