import { NetworkError, publicUrl } from '../errors.ts'

/** The request that got no answer. */
interface Unanswered {
  readonly act: string
  readonly method: string
  readonly url: string
}

/** The error for a request that the runtime could not get answered. */
export async function noAnswer({ act, method, url }: Unanswered, cause: unknown): Promise<NetworkError> {
  const message = `Cannot ${act}: no answer from ${publicUrl(url)}${await reasonOf(cause, url)}`
  return new NetworkError(message, { method, url, cause })
}

/** The error for a request that was not answered in time, in milliseconds. */
export function timedOut({ act, method, url }: Unanswered, timeout: number): NetworkError {
  return new NetworkError(
    `Cannot ${act}: no answer from ${publicUrl(url)} within ${Math.round(timeout)} ms; try again, or allow it longer with { timeout }`,
    { method, url },
  )
}

/** Tells whether a failure will happen again: a certificate, a proxy's refusal and a redirect do not change from one moment to the next. */
export function isLastingFailure({ cause }: NetworkError): boolean {
  return isRedirected(cause) || /CERT|_TLS_|VERIFY|WRONG_VERSION|PROXY_ANSWERED/.test(codeOf(cause) ?? '')
}

/** Servers' runtimes say why there is no answer; browsers do not, and then these are the reasons that there may be. */
async function reasonOf(cause: unknown, url: string): Promise<string> {
  const code = codeOf(cause)
  if (code !== undefined) return ` (${code})${await remedyOf(code, url)}`
  if (isRedirected(cause)) return ' but a redirect, which is not followed here'
  return ". Is it there? In a web page: does it allow this page's origin (CORS), and is it https where the page is?"
}

/** Loaded where there are codes: from a disk. A page has none, unless its own `fetch` makes some; where it cannot load anything now, the code has to do. */
async function remedyOf(code: string, url: string): Promise<string> {
  try {
    const { remedyFor } = await import('./failure-codes.ts')
    return remedyFor(code, url)
  } catch {
    return ''
  }
}

/** Browsers do not tell. */
function isRedirected(cause: unknown): boolean {
  const inner = cause instanceof Error ? cause.cause : undefined
  return inner instanceof Error && /redirect/i.test(inner.message)
}

/** Node's fetch has the code on the cause of its error, Bun's on the error itself. */
function codeOf(cause: unknown): string | undefined {
  const errors = [cause, cause instanceof Error ? cause.cause : undefined]
  return errors
    .map((error) => (error instanceof Error && 'code' in error ? error.code : undefined))
    .find((code) => typeof code === 'string')
}
