/** An answer with headers and no body, or with bytes of a known length. */
export function answer(status: number, headers: Record<string, string>, body?: Uint8Array<ArrayBuffer>): Response {
  return new Response(body ?? null, { status, headers: { 'content-length': String(body?.length ?? 0), ...headers } })
}

export function jsonAnswer(status: number, document: unknown, headers: Record<string, string> = {}): Response {
  return textAnswer(status, JSON.stringify(document), 'application/json', headers)
}

/** Of `/v2/`: `{}`, or `true` of another type. */
export function rootAnswer(type: string | undefined): Response {
  const headers = { 'docker-distribution-api-version': 'registry/2.0' }
  return type === undefined ? jsonAnswer(200, {}, headers) : textAnswer(200, 'true', type, headers)
}

function textAnswer(status: number, text: string, type: string, headers: Record<string, string>): Response {
  return answer(status, { 'content-type': type, ...headers }, new TextEncoder().encode(text))
}

/** A refusal as data: what a registry says, as it says it. */
export interface RefusalRule {
  readonly status: number
  /** As in distribution-spec § Error Codes, or what the registry has in its place. */
  readonly code: string
  /** Words in braces are filled in where it is said: `{size}`. */
  readonly message: string
  /** `json`: in the form of distribution-spec § Error Codes. `html`: a page, as proxies have it. @default json */
  readonly body?: 'json' | 'html' | 'none'
}

/** Thrown by handlers, and turned into an answer at the door. */
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

/** What a rule says, with its words filled in. */
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
  const page = `<html><head><title>${status} ${message}</title></head><body><h1>${status} ${message}</h1></body></html>`
  return textAnswer(status, page, 'text/html', headers)
}
