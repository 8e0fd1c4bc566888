/** A request, with the part of its body that arrived. */
export interface Received {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
  /** True if the connection broke before the whole body arrived. */
  readonly isCut: boolean
}

/** Reads a request body to its end, until it breaks off, or up to `cutAfter` bytes. */
export async function receive(request: Request, cutAfter = Number.POSITIVE_INFINITY): Promise<Received> {
  const { method, headers } = request
  const url = new URL(request.url)
  const { bytes, isBroken } = await read(request, cutAfter)
  const isCut = isBroken || bytes.length > cutAfter
  return { method, url, headers, body: bytes.length > cutAfter ? bytes.slice(0, cutAfter) : bytes, isCut }
}

/** Returns the request with another `Range`, without one if it is `null`, or unchanged if none is given. */
export function withRange(received: Received, range: string | null | undefined): Received {
  if (range === undefined) return received
  const headers = new Headers(received.headers)
  if (range === null) headers.delete('range')
  else headers.set('range', range)
  return { ...received, headers }
}

/** Reads little more than `most` bytes, so that the sender of a stream notices that the rest is not read. */
async function read(request: Request, most: number): Promise<{ bytes: Uint8Array<ArrayBuffer>; isBroken: boolean }> {
  // Firefox has no `Request.body`.
  const reader = request.body?.getReader()
  if (!reader) return { bytes: new Uint8Array(await request.arrayBuffer()), isBroken: false }
  const parts: Uint8Array[] = []
  let length = 0
  const ended = (isBroken: boolean) => ({ bytes: joined(parts, length), isBroken })
  while (length <= most) {
    // A read fails when the sender disconnects or aborts.
    const part = await reader.read().catch(() => undefined)
    if (!part) return ended(true)
    if (part.done) return ended(false)
    parts.push(part.value)
    length += part.value.length
  }
  // Not awaited: if the body was cloned, `cancel` settles only when the clone ends too. A failure does not matter.
  reader.cancel().catch(() => undefined)
  return ended(false)
}

export function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}
