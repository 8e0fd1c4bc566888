import { withoutUserInfo } from '../errors.ts'
import { fromBase64 } from '../oci/base64.ts'

/** Shorter ones would take ordinary words out of a message. */
const LEAST_SECRET = 4
/** A run of characters without spaces, quotes and escapes, such as a URL. */
const WORD = /[^\s"\\]+/g
/** No more causes of causes are shown, and one may be its own. */
const MAX_CAUSES = 8

/**
 * Takes secrets out of a text that others wrote: those that are named, and what URLs hold of them, which is their
 * queries and user info.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const spelled = spellingsOf(secrets)
  return spelled
    .sort((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
    .replaceAll(WORD, (word) => redactWord(word, spelled))
}

/**
 * Does the same to JSON. It is parsed and written again, because servers escape characters (Go `&`, PHP `/`). Other
 * text is not shown at all.
 */
export function redactJson(text: string, secrets: readonly string[]): string {
  try {
    return redact(JSON.stringify(JSON.parse(text)), secrets)
  } catch {
    return text && '…'
  }
}

function spellingsOf(secrets: readonly string[]): string[] {
  return secrets.filter((secret) => secret.length >= LEAST_SECRET).flatMap(spellings)
}

/** How a secret is written: as it is, in JSON, in JSON within JSON, in a URL, and in a form. */
function spellings(secret: string): readonly string[] {
  // Half a character is an error in a URL, and sent as this one.
  const whole = secret.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  const inForm = new URLSearchParams({ '': secret }).toString().slice(1)
  const inJson = inText(secret)
  return [secret, inJson, inText(inJson), encodeURIComponent(whole), inForm]
}

/** Returns a JSON string without its quotes. */
function inText(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** Levels of percent-encoding that are decoded. */
const MAX_ESCAPES = 10

/**
 * Returns a URL for an error. The path is left out if it has a secret or the query of another URL in it, escaped once
 * or several times.
 */
export function redactPath(url: URL, secrets: readonly string[]): string {
  const shown = new URL(url)
  if (hasEscaped(shown.pathname, ['?', ...spellingsOf(secrets)])) shown.pathname = '/...'
  return shown.href
}

/** Tells whether a text has one of others in it, percent-encoded once or several times, or too often to know. */
function hasEscaped(text: string, others: readonly string[]): boolean {
  for (let [escaped, escapes] = [text, 0]; ; escapes++) {
    if (escapes > MAX_ESCAPES || others.some((other) => escaped.includes(other))) return true
    const plain = unescaped(escaped)
    if (plain === escaped) return false
    escaped = plain
  }
}

/** Decodes percent-encoding. Leaves invalid escapes as they are. */
function unescaped(path: string): string {
  return path.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}

/** Returns the media type of a `Content-Type` for an error, if it is a valid one (RFC 6838 § 4.2). */
export function redactType(type: string, secrets: readonly string[]): string {
  const [mediaType = ''] = type.split(';', 1)
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(mediaType) ? redact(mediaType, secrets) : 'an invalid Content-Type'
}

/** Redacts what may be a URL, also one without a scheme, or with one that is redacted itself. */
function redactWord(word: string, secrets: readonly string[]): string {
  const [place] = word.split('?', 1) as [string]
  // A "?" that was escaped begins the query of another URL.
  if (hasEscaped(word, secrets) || hasEscaped(place, ['?'])) return '…'
  const hasQuery = place.includes('/') && word.length > place.length + 1
  return withoutUserInfo(place) + (hasQuery ? '?…' : word.slice(place.length))
}

/**
 * Copies the cause of a failure without secrets: its name, message, stack and code, and the same of its own cause. Deno
 * writes whole URLs into its messages, and others keep sockets and more in their errors.
 */
export function redactCause(cause: unknown, secrets: readonly string[], count = 1): unknown {
  if (!(cause instanceof Error)) return cause === undefined ? undefined : redact(String(cause), secrets)
  const hasInner = cause.cause !== undefined && count < MAX_CAUSES
  const inner = hasInner ? { cause: redactCause(cause.cause, secrets, count + 1) } : undefined
  const copy = new (cause instanceof TypeError ? TypeError : Error)(redact(cause.message, secrets), inner)
  const { code } = cause as { readonly code?: unknown }
  Object.defineProperty(copy, 'name', { value: cause.name, configurable: true })
  if (cause.stack !== undefined) copy.stack = redact(cause.stack, secrets)
  return typeof code === 'string' ? Object.assign(copy, { code }) : copy
}

/**
 * Returns a header's value, the part after its scheme (`Bearer …`), and the password in it: servers echo each of them
 * alone.
 */
export function secretsIn(header: string): readonly string[] {
  const [, scheme = '', bare = header] = /^(basic|bearer)\s+(.*)/i.exec(header) ?? []
  return [header, bare, ...(/basic/i.test(scheme) ? passwordIn(bare) : [])]
}

/** Returns the password of HTTP Basic credentials, or nothing if they are not base64 with a colon. */
function passwordIn(encoded: string): readonly string[] {
  return new TextDecoder().decode(fromBase64(encoded)).split(/:(.*)/s).slice(1, 2)
}
