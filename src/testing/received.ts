import type { Body, Storage } from './storage.ts'

/** A request, with the part of its body that arrived. */
export interface Received {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: Body
  /** True if the connection broke before the whole body arrived. */
  readonly isCut: boolean
}

/** Reads a request body to its end, until it breaks off, or up to `cutAfter` bytes. */
export async function receive(
  request: Request,
  storage: Storage,
  cutAfter = Number.POSITIVE_INFINITY,
): Promise<Received> {
  const { method, headers } = request
  const url = new URL(request.url)
  let isCut = false
  const body = await storage.receive(
    arriving(request, cutAfter, () => {
      isCut = true
    }),
  )
  return { method, url, headers, body, isCut }
}

/** Returns the request with another `Range`, without one if it is `null`, or unchanged if none is given. */
export function withRange(received: Received, range: string | null | undefined): Received {
  if (range === undefined) return received
  const headers = new Headers(received.headers)
  if (range === null) headers.delete('range')
  else headers.set('range', range)
  return { ...received, headers }
}

/**
 * Yields the bytes of a body, at most `most`. It reads little more than that, so that the sender of a stream notices
 * that the rest is not read.
 *
 * @param onCut Called if the body breaks off, or is longer.
 */
async function* arriving(request: Request, most: number, onCut: () => void): AsyncGenerator<Uint8Array> {
  let length = 0
  // Firefox has no `Request.body`.
  const reader = request.body?.getReader() ?? readerOf(new Uint8Array(await request.arrayBuffer()))
  try {
    while (length <= most) {
      // A read fails when the sender disconnects or aborts.
      const part = await reader.read().catch(() => undefined)
      if (!part) return onCut()
      if (part.done) return
      const before = length
      length += part.value.length
      yield length > most ? part.value.subarray(0, most - before) : part.value
    }
    onCut()
  } finally {
    // Not awaited: if the body was cloned, `cancel` settles only when the clone ends too. A failure does not matter.
    reader.cancel().catch(() => undefined)
  }
}

function readerOf(bytes: Uint8Array) {
  let isRead = false
  return {
    async read() {
      if (isRead) return { done: true, value: undefined } as const
      isRead = true
      return { done: false, value: bytes } as const
    },
    cancel: async () => {},
  }
}
