import { toReadable } from '../source/stream.ts'

/** Creates a response with a `Content-Length`; without a body the length is 0. */
export function answer(status: number, headers: Record<string, string>, body?: Uint8Array<ArrayBuffer>): Response {
  return new Response(body ?? null, { status, headers: { 'content-length': String(body?.length ?? 0), ...headers } })
}

/** Creates a response whose body is read while it is sent. */
export function streamAnswer(
  status: number,
  headers: Record<string, string>,
  length: number,
  pieces: AsyncIterable<Uint8Array>,
): Response {
  return new Response(toReadable(pieces), { status, headers: { 'content-length': String(length), ...headers } })
}

export function jsonAnswer(status: number, document: unknown, headers: Record<string, string> = {}): Response {
  return textAnswer(status, JSON.stringify(document), 'application/json', headers)
}

/** Answers `/v2/`: with `{}` as JSON, or, if a type is given, with `true` of that type. */
export function rootAnswer(type: string | undefined): Response {
  const headers = { 'docker-distribution-api-version': 'registry/2.0' }
  return type === undefined ? jsonAnswer(200, {}, headers) : textAnswer(200, 'true', type, headers)
}

function textAnswer(status: number, text: string, type: string, headers: Record<string, string>): Response {
  return answer(status, { 'content-type': type, ...headers }, new TextEncoder().encode(text))
}

/** An error response, as data: the status and body that a registry sends. */
export interface RefusalRule {
  readonly status: number
  /** A code from distribution-spec § Error Codes, or the registry's own. */
  readonly code: string
  /** May have placeholders in braces, such as `{size}`. */
  readonly message: string
  /**
   * `json`: the format of distribution-spec § Error Codes. `html`: a page, as proxies send it. `xml`: as S3 sends it.
   * `text`: only the message. `none`: no body.
   *
   * @default json
   */
  readonly body?: 'json' | 'html' | 'xml' | 'text' | 'none'
}

/** An error response that handlers throw; `carryOut` turns it into a `Response`. */
export class Refusal extends Error {
  readonly rule: RefusalRule
  readonly headers: Record<string, string>

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Record<string, string> = {},
    body: RefusalRule['body'] = 'json',
  ) {
    super(message)
    this.rule = { status, code, message, body }
    this.headers = headers
  }

  toResponse(): Response {
    return refusalAnswer(this.rule, this.headers)
  }
}

/** Creates the refusal of a rule and fills in the placeholders of its message. */
export function refusalBy(
  { status, code, message, body }: RefusalRule,
  words: Readonly<Record<string, string | number>> = {},
  headers: Record<string, string> = {},
): Refusal {
  const filled = message.replaceAll(/\{(\w+)\}/g, (braced, word) => String(words[word] ?? braced))
  return new Refusal(status, code, filled, headers, body)
}

export function refusalAnswer(rule: RefusalRule, headers: Record<string, string> = {}): Response {
  const { status, code, message, body = 'json' } = rule
  if (body === 'none') return answer(status, headers)
  if (body === 'json') return jsonAnswer(status, { errors: [{ code, message, detail: null }] }, headers)
  if (body === 'text') return textAnswer(status, message, 'text/plain; charset=utf-8', headers)
  if (body === 'xml') {
    const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
    return textAnswer(status, `<?xml version="1.0" encoding="UTF-8"?>\n${error}`, 'application/xml', headers)
  }
  const page = `<html><head><title>${status} ${message}</title></head><body><h1>${status} ${message}</h1></body></html>`
  return textAnswer(status, page, 'text/html', headers)
}
