import type { ErrorCode } from '../errors.ts'

/** Explains a failure: the reason follows "no answer from …". */
export interface Explanation {
  readonly code?: ErrorCode
  readonly reason?: string
  readonly remedy?: string | undefined
}

type Known = readonly [pattern: RegExp, code: ErrorCode, why: string, remedy?: string]

/** Failures whose system codes say what they are. */
const FAILURES: readonly Known[] = [
  [
    /SELF_SIGNED|UNABLE_TO|UNKNOWN_ISSUER/,
    'TLS_FAILED',
    'its certificate is not signed by a trusted authority',
    'in Node pass { fetch: createFetch({ ca }) }',
  ],
  [/ALTNAME/, 'TLS_FAILED', 'its certificate is for another name', 'check the URL'],
  [/CERT_HAS_EXPIRED/, 'TLS_FAILED', 'its certificate has expired', 'renew it on the server'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH/, 'TLS_FAILED', 'it does not use TLS', 'try http:// in its address'],
  [/CERT|_TLS_|VERIFY/, 'TLS_FAILED', 'its certificate or its TLS was refused'],
  // Node's, and Bun's.
  [/ECONNREFUSED|ConnectionRefused/, 'NO_ANSWER', 'nothing listens there', 'check the address, and that it runs'],
  [/ENOTFOUND|EAI_AGAIN/, 'NO_ANSWER', 'its host is unknown', 'check the address, and the network'],
  [/NotCapable/, 'NO_ANSWER', 'Deno does not allow it', 'run it with --allow-net'],
  [/PROXY_ANSWERED_407/, 'NO_ANSWER', 'the proxy wants a user and a password', 'put them in its URL'],
]

/** Explains a failure by its system code. */
export function explainCode(code: string, url: string): Explanation {
  const [, ours, why, remedy] = FAILURES.find(([pattern]) => pattern.test(code)) ?? []
  if (ours) return { code: ours, reason: ` (${code}): ${why}`, remedy }
  return code === 'UND_ERR_SOCKET' && url.startsWith('http:') ? { remedy: 'try https:// in its address' } : {}
}
