/** One entry of the `errors` array in a registry's answer (distribution-spec § Error Codes). */
export interface ResponseErrorDetail {
  readonly code: string
  readonly message: string | undefined
  readonly detail: unknown
}

/** The base of every error that this package makes: catch it to catch them all. Aborts are never wrapped in it. */
export class RegistryError extends Error {
  override name = 'RegistryError'
}

/** The bytes cannot be read as the archive that they claim to be: fix the file. */
export class TarReadError extends RegistryError {
  override name = 'TarReadError'
  /** The entry at fault, where one is known. */
  readonly path: string | undefined
  /** Where in the archive, in bytes, where that is known. */
  readonly offset: number | undefined

  constructor(message: string, options: { path?: string; offset?: number; cause?: unknown } = {}) {
    super(message, causeOf(options))
    this.path = options.path
    this.offset = options.offset
  }
}

/** Readable, but no image; or a text that is no reference, tag or digest: fix the file, the text or the choice. */
export class ValidationError extends RegistryError {
  override name = 'ValidationError'
  /** The archive entry at fault, if it is one. */
  readonly path: string | undefined
  /** The text at fault, if it is one. */
  readonly input: string | undefined

  constructor(message: string, options: { path?: string; input?: string; cause?: unknown } = {}) {
    super(message, causeOf(options))
    this.path = options.path
    this.input = options.input
  }
}

/** Bytes are not what their descriptor says: the file is damaged, or somebody changed it. */
export class DigestMismatchError extends RegistryError {
  override name = 'DigestMismatchError'
  readonly expected: string
  readonly actual: string

  constructor(message: string, options: { expected: string; actual: string }) {
    super(message)
    this.expected = options.expected
    this.actual = options.actual
  }
}

/** The registry answered, and the answer was no (or was not one that a registry gives). */
export class ResponseError extends RegistryError {
  override name = 'ResponseError'
  readonly method: string
  /** Without user info and query values. */
  readonly url: string
  readonly status: number
  readonly errors: readonly ResponseErrorDetail[]

  constructor(
    message: string,
    options: { method: string; url: string; status: number; errors?: readonly ResponseErrorDetail[]; cause?: unknown },
  ) {
    super(message, causeOf(options))
    this.method = options.method
    this.url = publicUrl(options.url)
    this.status = options.status
    this.errors = options.errors ?? []
  }
}

/** No answer at all: offline, refused, timed out, or (in a page) forbidden by CORS. Trying again may help. */
export class NetworkError extends RegistryError {
  override name = 'NetworkError'
  readonly method: string
  /** Without user info and query values. */
  readonly url: string

  constructor(message: string, options: { method: string; url: string; cause?: unknown }) {
    super(message, causeOf(options))
    this.method = options.method
    this.url = publicUrl(options.url)
  }
}

/** In characters: what is shown of a URL, without its query. */
const MAX_URL = 1000

/** A URL as it may be shown: upload states, presigned queries and user info are secrets. */
export function publicUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed) return '(not a URL)'
  const place = parsed.origin + parsed.pathname
  return `${place.length > MAX_URL ? `${place.slice(0, MAX_URL)}…` : place}${parsed.search ? '?…' : ''}`
}

function causeOf(options: { cause?: unknown }): ErrorOptions | undefined {
  return 'cause' in options ? { cause: options.cause } : undefined
}
