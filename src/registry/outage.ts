import { type ErrorCode, NetworkError, ResponseError } from '../errors.ts'

const OF_ALL: readonly ErrorCode[] = ['SIGN_IN_REQUIRED', 'CREDENTIALS_REFUSED', 'UNTRUSTED_REALM', 'RATE_LIMITED']
/** Answers of a proxy whose registry is down. */
const GATEWAY = [502, 503, 504]

/**
 * Tells whether a failure is about the user or the registry as a whole, not about the one thing that was asked for:
 * no answer, no sign-in, too many requests. The next request fails too.
 */
export function isOutage(error: unknown): boolean {
  if (error instanceof NetworkError) return true
  return error instanceof ResponseError && (OF_ALL.includes(error.code) || GATEWAY.includes(error.status))
}
