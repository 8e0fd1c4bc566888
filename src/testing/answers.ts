/** An answer with headers and no body, or with bytes of a known length. */
export function answer(status: number, headers: Record<string, string>, body?: Uint8Array<ArrayBuffer>): Response {
  return new Response(body ?? null, { status, headers: { 'content-length': String(body?.length ?? 0), ...headers } })
}

export function jsonAnswer(status: number, document: unknown, headers: Record<string, string> = {}): Response {
  const body = new TextEncoder().encode(JSON.stringify(document))
  return answer(status, { 'content-type': 'application/json', ...headers }, body)
}

/** A refusal in the form of distribution-spec § Error Codes. Thrown by handlers, and turned into an answer at the door. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }

  toResponse(): Response {
    return jsonAnswer(this.status, { errors: [{ code: this.code, message: this.message, detail: null }] }, this.headers)
  }
}
