import { publicUrl, ResponseError, type ResponseErrorDetail } from '../errors.ts'
import { isJsonObject, textField } from '../oci/json.ts'
import { readUpTo } from './body.ts'
import { redactJson, redactPath, redactType } from './redact.ts'

/** In bytes: what of an error's body is read at most. */
const MAX_ERROR_BODY = 64 * 1024
/** In milliseconds. */
const MAX_ERROR_WAIT = 5_000
const MAX_SHOWN = 300

const REMEDIES: Readonly<Record<number, string>> = {
  401: 'it does not take the { credentials } that were given, or not for this',
  403: 'this user may not do it',
  405: 'the registry cannot do it, or its configuration forbids it',
  413: 'a proxy or the registry takes smaller bodies only: raise its limit (nginx: client_max_body_size)',
  429: 'too many requests: wait, then try again',
}

/** Where nobody has signed in. */
const ANONYMOUS_REMEDIES: Readonly<Record<number, string>> = {
  401: 'no credentials were given: pass { credentials } to openRegistry',
  403: 'no credentials were given, and it may need some: pass { credentials } to openRegistry',
}

/** Reads an error's body, up to a limit of bytes and of time, and takes out secrets that it echoes. The status counts without it too. */
export async function boundErrorBody(
  response: Response,
  secrets: readonly string[],
  signal: AbortSignal,
): Promise<Response> {
  if (!response.body) return response
  const { status, statusText, headers } = response
  const limited = AbortSignal.any([signal, AbortSignal.timeout(MAX_ERROR_WAIT)])
  const { bytes } = await readUpTo(response.body, MAX_ERROR_BODY, limited).catch(() => {
    signal.throwIfAborted()
    return { bytes: undefined }
  })
  return new Response(redactJson(new TextDecoder().decode(bytes), secrets), { status, statusText, headers })
}

/** Makes the error for an answer that is a refusal. `data` is its body: JSON, text or nothing. */
export function toResponseError(
  {
    act,
    method,
    url: from,
    isIdentified,
    secrets,
  }: { act: string; method: string; url: URL; isIdentified: boolean; secrets: readonly string[] },
  { status, headers }: Response,
  data: unknown,
): ResponseError {
  const errors = parseErrors(data)
  const url = redactPath(from, secrets)
  const said = errors.map(({ code, message }) => (message ? `${code}: ${message}` : code)).join('; ')
  const detail = said ? ` (${said.slice(0, MAX_SHOWN)})` : foreignBody(headers, data, secrets)
  const known = (isIdentified ? undefined : ANONYMOUS_REMEDIES[status]) ?? REMEDIES[status]
  // What Go's servers and nginx say to http where they speak https.
  const wantsHttps = status === 400 && detail && !said && from.protocol === 'http:'
  const remedy = known ? `; ${known}` : wantsHttps ? '; is it at https://?' : ''
  const message = `Cannot ${act}: ${publicUrl(url)} answered ${status}${detail}${remedy}`
  return new ResponseError(message, { method, url, status, errors })
}

function foreignBody(headers: Headers, data: unknown, secrets: readonly string[]): string {
  const type = headers.get('content-type')
  const isForeign = data !== undefined && type && !/json/i.test(type)
  return isForeign ? ` with ${redactType(type, secrets)}, as a proxy or a web site does` : ''
}

/** `{"errors":[{"code","message","detail"}]}` (distribution-spec § Error Codes), whatever its content type; else none. */
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
