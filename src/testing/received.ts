/** A request, with all that came of its body. */
export interface Received {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
  /** Whether the connection broke before the body was whole. */
  readonly isCut: boolean
}

/** Reads a request to the end of its body, to where that breaks off, or only so many bytes of it. */
export async function receive(request: Request, cutAfter = Number.POSITIVE_INFINITY): Promise<Received> {
  const { method, headers } = request
  const url = new URL(request.url)
  const { bytes, isBroken } = await read(request, cutAfter)
  const isCut = isBroken || bytes.length > cutAfter
  return { method, url, headers, body: bytes.length > cutAfter ? bytes.slice(0, cutAfter) : bytes, isCut }
}

/** Reads not much more than that many bytes, so that whoever streams them notices. */
async function read(request: Request, most: number): Promise<{ bytes: Uint8Array<ArrayBuffer>; isBroken: boolean }> {
  // Firefox gives no stream.
  const reader = request.body?.getReader()
  if (!reader) return { bytes: new Uint8Array(await request.arrayBuffer()), isBroken: false }
  const parts: Uint8Array[] = []
  let length = 0
  const ended = (isBroken: boolean) => ({ bytes: joined(parts, length), isBroken })
  while (length <= most) {
    // A body breaks off when its sender goes away, or aborts.
    const part = await reader.read().catch(() => undefined)
    if (!part) return ended(true)
    if (part.done) return ended(false)
    parts.push(part.value)
    length += part.value.length
  }
  // Not waited for: of a body that was cloned, that ends only with the other one. A failure changes nothing.
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
