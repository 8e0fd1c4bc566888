import { loaded } from '../async/lazy.ts'
import { optionsOf, text as takeText } from '../check-options.ts'
import type { RegistryCheck } from './check.ts'
import { parseOrigin } from './parse-origin.ts'

/** The options of `readCurlOutput`. */
export interface CurlOutputOptions {
  /** The origin of the page, such as `https://page.example.com`. @default that of the page that this runs in */
  readonly origin?: string | URL | undefined
}

/**
 * Reads the output of the `command` of a check. The output shows what a browser hides from a page: why there is
 * no answer, and what the registry answers to preflights (docs/doctor.md).
 *
 * @param output The text, as it was copied from the terminal: the answers with their headers, or curl's error.
 * @param options `origin`, the origin of the page (default: in a page its own).
 * @returns the checks of which the text tells something, in the order of `diagnoseRegistry`.
 * @throws {TypeError} if `output` is not a string, or `origin` is not the origin of a page, or is missing outside of
 *   one.
 * @throws {ValidationError} if the text has no answer and no error of curl.
 * @example
 * ```ts
 * import { readCurlOutput } from 'registry-api-v2-client'
 *
 * const output = 'HTTP/1.1 401 Unauthorized\r\nWww-Authenticate: Basic realm="registry"\r\n'
 * const checks = await readCurlOutput(output, { origin: 'https://page.example.com' })
 * console.log(checks.at(-1)?.code) // 'PREFLIGHT_401'
 * ```
 */
export async function readCurlOutput(
  output: string,
  options: CurlOutputOptions = {},
): Promise<readonly RegistryCheck[]> {
  const { origin = globalThis.origin } = optionsOf(options, 'an object such as { origin }')
  takeText('output', output, 'the text that curl printed')
  const page = parseOrigin(origin)
  const { explainCurlOutput } = await loaded(import('./explain-curl-output.ts'))
  return explainCurlOutput(output, page)
}
