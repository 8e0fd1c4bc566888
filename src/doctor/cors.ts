import type { FindingCode } from './check.ts'
import { shownText } from './shown.ts'

/** The reason why a page may not read an answer. */
export type CorsFault = Extract<FindingCode, 'NO_CORS' | 'OTHER_ORIGIN' | 'DOUBLED_HEADER'>

/**
 * Tells whether a page may read an answer (Fetch § CORS check). Requests of the SDK carry no cookies, so `*` will do.
 *
 * @returns `undefined` if it may
 */
export function corsFault(headers: Headers, origin: string): CorsFault | undefined {
  const allowed = headers.get('access-control-allow-origin')
  if (allowed === '*' || allowed === origin) return undefined
  if (allowed === null) return 'NO_CORS'
  // Two headers of one name, or one with several origins.
  return allowed.includes(',') ? 'DOUBLED_HEADER' : 'OTHER_ORIGIN'
}

/**
 * Explains why a page may not read an answer. The text follows the name of the server.
 *
 * @param secrets Texts that the answer may echo.
 */
export function describeCorsFault(
  fault: CorsFault,
  headers: Headers,
  origin: string,
  secrets?: readonly string[],
): string {
  if (fault === 'NO_CORS') return `does not allow pages of ${origin}: the answer has no Access-Control-Allow-Origin`
  const said = `"${shownText(headers.get('access-control-allow-origin') ?? '', secrets)}"`
  return fault === 'OTHER_ORIGIN'
    ? `allows pages of another origin than ${origin}: Access-Control-Allow-Origin is ${said}`
    : `sends Access-Control-Allow-Origin twice, or with several origins (${said}), and browsers then allow none`
}

/** The names or methods in a header that lists them. */
export function listed(headers: Headers, name: string): readonly string[] {
  const value = headers.get(name) ?? ''
  return value.split(',').map((item) => item.trim())
}
