import type { FindingCode } from './check.ts'
import { type CorsFault, corsFault, listed } from './cors.ts'
import { type Examination, isAnswered, type Probed, probe } from './probe.ts'

/** A request that a page would send, as its preflight announces it (Fetch § CORS-preflight request). */
export interface Announced {
  readonly method: string
  /** In lower case. @default none */
  readonly header?: string
}

/** The outcome of a preflight. */
export interface Preflight {
  /** The reason why the browser does not look at the rest of the answer. */
  readonly fault?: CorsFault | Extract<FindingCode, `PREFLIGHT_${string}` | 'NO_ANSWER'>
  /** True if the request may be sent. */
  readonly isAllowed: boolean
  readonly answer?: Probed
}

/** Methods that need no permission. */
const SIMPLE_METHODS = ['GET', 'HEAD', 'POST']

/** Asks for permission as a browser does before a request of a page. */
export async function askPreflight(
  examination: Examination,
  url: URL,
  { method, header }: Announced,
  origin: string,
): Promise<Preflight> {
  const answer = await probe(examination, {
    url,
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      ...(header !== undefined && { 'access-control-request-headers': header }),
    },
  })
  if (!isAnswered(answer)) return { fault: 'NO_ANSWER', isAllowed: false }
  const fault = preflightFault(answer, origin)
  if (fault) return { fault, isAllowed: false, answer }
  return { isAllowed: allowsMethod(answer.headers, method) && allowsHeader(answer.headers, header), answer }
}

/** Returns the fault for which a browser refuses a preflight (Fetch § CORS-preflight fetch). */
export function preflightFault({ status, headers }: Probed, origin: string): Preflight['fault'] {
  if (status === 401) return 'PREFLIGHT_401'
  if (status >= 300 && status < 400) return 'PREFLIGHT_REDIRECTED'
  if (status < 200 || status >= 300) return 'PREFLIGHT_REFUSED'
  return corsFault(headers, origin)
}

/** Methods are case-sensitive. */
export function allowsMethod(headers: Headers, method: string): boolean {
  const allowed = listed(headers, 'access-control-allow-methods')
  return SIMPLE_METHODS.includes(method) || allowed.includes(method) || allowed.includes('*')
}

/** `*` stands for all headers but `Authorization`. */
export function allowsHeader(headers: Headers, header: string | undefined): boolean {
  if (header === undefined) return true
  const allowed = listed(headers, 'access-control-allow-headers').map((name) => name.toLowerCase())
  return allowed.includes(header) || (header !== 'authorization' && allowed.includes('*'))
}
