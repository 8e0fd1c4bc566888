import { type ErrorCode, publicUrl, ResponseError, type ResponseErrorDetail } from '../errors.ts'
import { isJsonObject, textField } from '../oci/json.ts'
import { redactPath, redactType } from './redact.ts'

const MAX_SHOWN = 300

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'CREDENTIALS_REFUSED',
  403: 'ACCESS_DENIED',
  404: 'NOT_FOUND',
  405: 'NOT_ALLOWED',
  413: 'BODY_TOO_LARGE',
  429: 'RATE_LIMITED',
}

/** A request that was refused. */
export interface RefusedRequest {
  /** The act, as it follows "Cannot" in the message. */
  readonly act: string
  readonly method: string
  readonly url: URL
  /** True if another origin answered, such as the storage of a registry: it gets no credentials. */
  readonly isRedirected: boolean
  /** True if it had credentials. */
  readonly isIdentified: boolean
  /** Texts that the message may not show. */
  readonly secrets: readonly string[]
}

/** Explains a refusal. The reason follows the status in the message. */
interface Refusal {
  readonly reason?: string
  readonly remedy?: string
}

const REFUSALS: Partial<Record<ErrorCode, Refusal>> = {
  SIGN_IN_REQUIRED: {
    reason: 'no credentials were given',
    remedy: 'pass { credentials } to openRegistry; for dockerCredentials, sign in to this host with "docker login"',
  },
  CREDENTIALS_REFUSED: {
    reason: 'it does not accept the credentials, or not for this action',
    remedy: 'check them, or sign in again',
  },
  ACCESS_DENIED: { reason: 'the user has no right to do this', remedy: 'ask the owner of the repository for access' },
  NOT_FOUND: {
    remedy:
      'check the name; some registries require that you create the repository first, or hide it from users without access',
  },
  NOT_ALLOWED: {
    reason: 'the registry cannot do it, or its configuration forbids it',
    remedy: 'change its configuration',
  },
  BODY_TOO_LARGE: {
    reason: 'a proxy or the registry takes smaller bodies only',
    remedy: 'raise its limit (nginx: client_max_body_size)',
  },
  RATE_LIMITED: { reason: 'too many requests', remedy: 'wait, then try again' },
  SERVER_FAILED: { remedy: 'try again later' },
  HTTPS_REQUIRED: { remedy: 'try https:// in its address' },
}

/** It has an address that is valid for some minutes, and no credentials. */
const STORAGE_REFUSES: Refusal = {
  reason: 'the registry redirects there, and the address is no longer valid, or never was',
  remedy: 'try again; if it happens again, check the storage of the registry',
}

/**
 * Explains a refusal by its code.
 *
 * @param isIdentified Whether the request had credentials.
 */
function explain(code: ErrorCode, isIdentified: boolean): Refusal {
  if (code !== 'ACCESS_DENIED' || isIdentified) return REFUSALS[code] ?? {}
  return { ...REFUSALS.SIGN_IN_REQUIRED, reason: 'no credentials were given, and it may need some' }
}

/** Makes the error for an answer that is a refusal. `data` is its body: JSON, text or nothing. */
export function toResponseError(
  { act, method, url: from, isRedirected, isIdentified, secrets }: RefusedRequest,
  { status, headers }: Response,
  data: unknown,
): ResponseError {
  const errors = parseErrors(data)
  const url = redactPath(from, secrets)
  const said = errors.map(({ code, message }) => (message ? `${code}: ${message}` : code)).join('; ')
  const detail = said ? ` (${said.slice(0, MAX_SHOWN)})` : foreignBody(headers, data, secrets)
  // Go's servers and nginx answer this to http at a port of https.
  const wantsHttps = status === 400 && detail && !said && from.protocol === 'http:'
  const isStorage = isRedirected && (status === 401 || status === 403)
  const other = status < 500 ? 'REFUSED' : 'SERVER_FAILED'
  const code = isStorage
    ? 'REFUSED'
    : status === 401 && !isIdentified
      ? 'SIGN_IN_REQUIRED'
      : wantsHttps
        ? 'HTTPS_REQUIRED'
        : (CODES[status] ?? other)
  const { reason, remedy } = isStorage ? STORAGE_REFUSES : explain(code, isIdentified)
  const fault = `Cannot ${act}: ${publicUrl(url)} answered ${status}${detail}${reason ? `: ${reason}` : ''}`
  return new ResponseError(code, fault, { remedy, method, url, status, errors })
}

function foreignBody(headers: Headers, data: unknown, secrets: readonly string[]): string {
  const type = headers.get('content-type')
  const isForeign = data !== undefined && type && !/json/i.test(type)
  return isForeign ? ` with ${redactType(type, secrets)}, as a proxy or a web site does` : ''
}

/**
 * `{"errors":[{"code","message","detail"}]}` (distribution-spec § Error Codes), whatever its content type; else none.
 */
function parseErrors(data: unknown): readonly ResponseErrorDetail[] {
  const document = typeof data === 'string' ? jsonOrNothing(data) : data
  if (!isJsonObject(document) || !Array.isArray(document.errors)) return []
  return document.errors.filter(isJsonObject).map((error) => ({
    code: textField(error, 'code') ?? 'UNKNOWN',
    message: textField(error, 'message'),
    detail: error.detail,
  }))
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Proxies answer in HTML or plain text: then the status says it all.
    return undefined
  }
}
