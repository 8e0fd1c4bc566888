import { untilAborted } from '../async/abort.ts'
import { readUpTo } from '../http/body.ts'
import type { Registry } from '../registry/registry.ts'
import { releaseBody } from '../source/release.ts'

/** The settings of a diagnosis. */
export interface Examination {
  readonly registry: Registry
  /** The registry's base URL. */
  readonly base: URL
  readonly origin: string | undefined
  readonly repository: string | undefined
  readonly write: boolean
  /** In milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
}

/** A request without credentials, as anyone could send it. */
interface ProbeRequest {
  readonly url: string | URL
  /** @default 'GET' */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer, of any status. Redirects are answers, too. */
export interface Probed {
  readonly status: number
  readonly headers: Headers
  /** The start of the body. */
  readonly text: string
  /** When the answer came, by this machine's clock in milliseconds. */
  readonly time: number
}

/** The reason why there is no answer. */
interface Unanswered {
  /** Names, codes and messages of the runtime's error and its causes. They are compared, never shown. */
  readonly failure: string
}

/** In bytes: what is read of a body. */
export const MAX_BODY = 64 * 1024
/** The failure after the time-out. */
export const TIMED_OUT = 'timed out'

/**
 * Sends a request once, without credentials and without the headers of the handle. Follows no redirect.
 *
 * @returns the answer, or the reason why nothing answered
 * @throws the signal's reason if it aborts
 */
export async function probe(
  { registry, timeout, signal }: Examination,
  { url, method = 'GET', headers }: ProbeRequest,
): Promise<Probed | Unanswered> {
  signal?.throwIfAborted()
  const deadline = AbortSignal.timeout(timeout)
  const either = signal ? AbortSignal.any([signal, deadline]) : deadline
  const settings = { redirect: 'manual', credentials: 'omit', cache: 'no-store' } as const
  try {
    const request = new Request(url, { method, signal: either, ...settings, ...(headers && { headers }) })
    // A fetch of the user's own may not look at the signal.
    const response = await untilAborted(registry.fetch(request), either)
    const time = Date.now()
    const isRead = method === 'GET' && response.body
    if (!isRead) releaseBody(response.body)
    const { bytes } = await readUpTo(isRead ? response.body : null, MAX_BODY, either)
    const status = response.type === 'opaqueredirect' ? 302 : response.status
    return { status, headers: response.headers, text: new TextDecoder().decode(bytes), time }
  } catch (error) {
    signal?.throwIfAborted()
    return { failure: deadline.aborted ? TIMED_OUT : describe(error) }
  }
}

/**
 * Tells whether anything answers a page, even if the page may not read it (Fetch § no-cors). It follows redirects, as
 * such requests must.
 *
 * @throws the signal's reason if it aborts
 */
export async function answersAtAll({ registry, timeout, signal }: Examination, url: URL): Promise<boolean> {
  const deadline = AbortSignal.timeout(timeout)
  const either = signal ? AbortSignal.any([signal, deadline]) : deadline
  const settings = { mode: 'no-cors', credentials: 'omit', cache: 'no-store' } as const
  try {
    const response = await untilAborted(registry.fetch(new Request(url, { ...settings, signal: either })), either)
    releaseBody(response.body)
    return true
  } catch {
    signal?.throwIfAborted()
    return false
  }
}

export function isAnswered(probed: Probed | Unanswered): probed is Probed {
  return 'status' in probed
}

/**
 * Tells whether the runtime sends a header `Origin` as it is given, as Node does. A browser sets it itself, and lets
 * nobody send or see preflights.
 */
export function sendsOrigin(): boolean {
  return new Request('http://localhost/', { headers: { origin: 'http://page.test' } }).headers.has('origin')
}

/**
 * The origin of the page that this code runs in, or of the page of this Worker. It is undefined elsewhere, and in a
 * page without one (`file:`).
 */
export function pageOrigin(): string | undefined {
  const origin = sendsOrigin() ? undefined : globalThis.origin
  return origin !== undefined && URL.canParse(origin) ? origin : undefined
}

/** Names, codes and messages of an error and its causes. */
function describe(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 4) return ''
  const { code } = error as { readonly code?: unknown }
  return `${error.name} ${String(code ?? '')} ${error.message} ${describe(error.cause, depth + 1)}`
}
