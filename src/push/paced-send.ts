import type { RegistryRequest, SendRequest } from '../registry/send.ts'
import { readStream } from '../source/stream.ts'
import type { PushControl } from './control.ts'
import { createPace, type Pace, paceStream } from './pace.ts'

/** Makes what sends bytes of blobs when it is their turn: bytes wait before they go out, a stream waits while it does. */
export function createPacedSend(
  control: PushControl,
  send: SendRequest,
): { readonly pace: Pace; sendBytes: SendRequest } {
  const pace = createPace(control)

  async function sendBytes(request: RegistryRequest) {
    const { body: given, signal } = request
    if (typeof given !== 'function') {
      const size = given instanceof Blob ? given.size : (given?.byteLength ?? 0)
      if (size > 0) await pace.take(size, signal)
      return send(request)
    }
    const isOver = new AbortController()
    const body = () => {
      const made = given()
      if (made instanceof ReadableStream) return paceStream(readStream(made), pace, isOver.signal)
      // A browser sends it as fast as it can: what comes after it waits the longer.
      return made.then((blob) => pace.take(blob.size, signal).then(() => blob))
    }
    try {
      return await send({ ...request, body })
    } finally {
      isOver.abort()
    }
  }

  return { pace, sendBytes }
}
