import { NetworkError, publicUrl } from '../errors.ts'
import type { Explanation } from './failure-codes.ts'

/** The request that got no answer. */
interface Unanswered {
  readonly act: string
  readonly method: string
  readonly url: string
}

/** The error for a request that the runtime could not get answered. */
export async function noAnswer({ act, method, url }: Unanswered, cause: unknown): Promise<NetworkError> {
  const { code = 'NO_ANSWER', reason = '', remedy } = await explain(cause, url)
  const fault = `Cannot ${act}: no answer from ${publicUrl(url)}${reason}`
  return new NetworkError(code, fault, { remedy, method, url, cause })
}

/**
 * The error for a request of a page with `Authorization` that got no answer, at a registry that answers without it.
 * A browser does not tell why. Most likely it asked for permission first, and was refused: distribution asks preflights
 * for a sign-in (distribution/distribution#4458).
 */
export function refusedPreflight({ act, method, url }: Unanswered, cause: unknown): NetworkError {
  return new NetworkError(
    'PREFLIGHT_REFUSED',
    `Cannot ${act}: the registry answers this page, but most likely refuses the preflight (OPTIONS) of requests with Authorization`,
    {
      remedy: `let a proxy in front of it answer OPTIONS for ${location.origin} (docs/registries-and-pages.md); diagnoseRegistry() finds out more`,
      method,
      url,
      cause,
    },
  )
}

/** The error for a request that was not answered in time, in milliseconds. */
export function timedOut({ act, method, url }: Unanswered, timeout: number): NetworkError {
  return new NetworkError(
    'TIMED_OUT',
    `Cannot ${act}: no answer from ${publicUrl(url)} within ${Math.round(timeout)} ms`,
    { remedy: 'try again, or allow it longer with { timeout }', method, url },
  )
}

/**
 * Tells whether a failure will happen again: a certificate, a refused preflight, a missing permission, a proxy's
 * refusal and a redirect do not change from one moment to the next.
 */
export function isLastingFailure({ code, cause }: NetworkError): boolean {
  return (
    code === 'PREFLIGHT_REFUSED' ||
    isRedirected(cause) ||
    /CERT|_TLS_|VERIFY|WRONG_VERSION|PROXY_ANSWERED|NotCapable/.test(codeOf(cause) ?? '')
  )
}

/**
 * Servers' runtimes say why there is no answer. Browsers do not: then the remedy names the reasons that there may be.
 */
async function explain(cause: unknown, url: string): Promise<Explanation> {
  const code = codeOf(cause)
  if (code !== undefined) {
    // From a disk: a page has no codes, unless its own `fetch` makes some. Where it cannot load this now, the code has
    // to do.
    const explanations = await import('./failure-codes.ts').catch(() => undefined)
    return { reason: ` (${code})`, ...explanations?.explainCode(code, url) }
  }
  if (isRedirected(cause)) return { reason: ' but a redirect, which is not followed here' }
  const { origin } = globalThis.location ?? {}
  if (origin === undefined) return { remedy: 'check that it runs' }
  return {
    remedy: `check that it runs, is https if the page is, allows ${origin} (CORS), and is in connect-src of the page's content security policy; diagnoseRegistry() finds out which`,
  }
}

/** Browsers do not tell. */
function isRedirected(cause: unknown): boolean {
  const inner = cause instanceof Error ? cause.cause : undefined
  return inner instanceof Error && /redirect/i.test(inner.message)
}

/** Node's fetch has the code on the cause of its error, Bun's on the error itself. Deno names what it forbids. */
export function codeOf(cause: unknown): string | undefined {
  if (cause instanceof Error && cause.name === 'NotCapable') return cause.name
  const errors = [cause, cause instanceof Error ? cause.cause : undefined]
  return errors
    .map((error) => (error instanceof Error && 'code' in error ? error.code : undefined))
    .find((code) => typeof code === 'string')
}
