import type { Control } from '../control/controller.ts'
import { createRateLimit, inPace, type RateLimit } from '../control/rate-limit.ts'
import type { RegistryRequest, SendRequest } from '../registry/send.ts'
import { readStream, toReadable } from '../source/stream.ts'

/**
 * Makes what sends bytes of blobs when it is their turn: bytes wait before they go out, a stream waits while it does.
 */
export function createLimitedSend(
  control: Control,
  send: SendRequest,
): { readonly rateLimit: RateLimit; sendBytes: SendRequest } {
  const rateLimit = createRateLimit(control)

  async function sendBytes(request: RegistryRequest) {
    const { body: given, signal } = request
    if (typeof given !== 'function') {
      const size = given instanceof Blob ? given.size : (given?.byteLength ?? 0)
      if (size > 0) await rateLimit.take(size, signal)
      return send(request)
    }
    const isOver = new AbortController()
    const body = () => {
      const made = given()
      if (made instanceof ReadableStream) return toReadable(inPace(readStream(made), rateLimit, isOver.signal))
      // A browser sends it as fast as it can: what comes after it waits the longer.
      return made.then((blob) => rateLimit.take(blob.size, signal).then(() => blob))
    }
    try {
      return await send({ ...request, body })
    } finally {
      isOver.abort()
    }
  }

  return { rateLimit, sendBytes }
}
