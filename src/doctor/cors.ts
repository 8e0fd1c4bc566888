import type { FindingCode } from './check.ts'

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

/** Explains why a page may not read an answer. The text follows the name of the server. */
export function describeCorsFault(fault: CorsFault, headers: Headers, origin: string): string {
  if (fault === 'NO_CORS') return `does not allow pages of ${origin}: the answer has no Access-Control-Allow-Origin`
  const said = shown(headers.get('access-control-allow-origin') ?? '')
  return fault === 'OTHER_ORIGIN'
    ? `allows pages of another origin than ${origin}: Access-Control-Allow-Origin is ${said}`
    : `sends Access-Control-Allow-Origin twice, or with several origins (${said}), and browsers then allow none`
}

/** The names or methods in a header that lists them. */
export function listed(headers: Headers, name: string): readonly string[] {
  const value = headers.get(name) ?? ''
  return value.split(',').map((item) => item.trim())
}

/** A text of a server for a message: short, and without control characters. */
function shown(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100)}"`
}
