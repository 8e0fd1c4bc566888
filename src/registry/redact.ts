/** Shorter ones would take ordinary words out of a message. */
const LEAST_SECRET = 4

/** Takes secrets out of a text that others wrote: those that are named, and what URLs hold of them, which is their queries and user info. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= LEAST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
    .replaceAll(/(\bhttps?:\/\/)[^\s/@"'\\]*@/gi, '$1…@')
    .replaceAll(/(\bhttps?:\/\/[^\s?"'()\\]*)\?[^\s"'()\\]*/gi, '$1?…')
}

/**
 * What may be shown of the reason for a failure: its kind, its words and its code, and the same of its own cause. Deno writes whole URLs
 * into its messages, and others keep sockets and more in their errors.
 */
export function redactCause(cause: unknown, secrets: readonly string[]): unknown {
  if (!(cause instanceof Error)) return cause === undefined ? undefined : redact(String(cause), secrets)
  const inner = cause.cause === undefined ? undefined : { cause: redactCause(cause.cause, secrets) }
  const copy = new (cause instanceof TypeError ? TypeError : Error)(redact(cause.message, secrets), inner)
  const { code } = cause as { readonly code?: unknown }
  Object.defineProperty(copy, 'name', { value: cause.name, configurable: true })
  if (cause.stack !== undefined) copy.stack = redact(cause.stack, secrets)
  return typeof code === 'string' ? Object.assign(copy, { code }) : copy
}
