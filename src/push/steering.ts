import type { Answer } from '../registry/answer.ts'
import type { Registry } from '../registry/registry.ts'
import type { RegistryRequest } from '../registry/send.ts'
import { readStream } from '../source/stream.ts'
import type { PushControl } from './control.ts'
import { createPace, type Pace, paceStream } from './pace.ts'
import { createSpeed, type Speed } from './speed.ts'

type MakeBody = () => Promise<Blob> | ReadableStream<Uint8Array>

/** A registry whose requests keep to what a push's control says. */
export interface Steered {
  readonly registry: Registry
  readonly pace: Pace
  readonly speed: Speed
}

/**
 * Puts all requests of a push under its control, whoever sends them: they wait while it is paused, bytes of blobs wait for their turn, and what
 * went out is measured. What cancels an upload waits for nothing.
 */
export function steer(registry: Registry, control: PushControl): Steered {
  const pace = createPace(control)
  const speed = createSpeed(control)

  /** Bytes wait before they go out. */
  async function sendBytes(request: RegistryRequest, size: number): Promise<Answer> {
    if (size > 0) await pace.take(size, request.signal)
    return measure(size, registry.send(request))
  }

  /** A stream waits while it goes out. */
  async function sendStream(request: RegistryRequest, makeBody: MakeBody): Promise<Answer> {
    const isOver = new AbortController()
    const body = () => {
      const made = makeBody()
      if (made instanceof ReadableStream) return paceStream(readStream(made), pace, isOver.signal)
      // A browser sends it as fast as it can: what comes after it waits the longer.
      return made.then((blob) => pace.take(blob.size, request.signal).then(() => blob))
    }
    try {
      const size = Number(request.headers?.['content-length'])
      return await measure(size, registry.send({ ...request, body }))
    } finally {
      isOver.abort()
    }
  }

  async function measure(size: number, sending: Promise<Answer>): Promise<Answer> {
    speed.begin()
    let sent = 0
    try {
      const answer = await sending
      sent = size
      return answer
    } finally {
      speed.end(sent)
    }
  }

  async function send(given: RegistryRequest): Promise<Answer> {
    if (given.skipsPause) return registry.send(given)
    const hold = () => untilResumed(control, given.signal)
    const request = { ...given, hold }
    // Before it is signed in, and again before it goes out: there may be a pause in between.
    await hold()
    const { body, isUpload } = request
    if (!isUpload || !body) return registry.send(request)
    if (typeof body === 'function') return sendStream(request, body)
    return sendBytes(request, body instanceof Blob ? body.size : body.byteLength)
  }

  return { pace, speed, registry: { ...registry, send } }
}

/** Waits until there is no pause, without a timer. */
async function untilResumed(control: PushControl, signal: AbortSignal | undefined): Promise<void> {
  while (control.isPaused) {
    signal?.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        unwatch()
        signal?.removeEventListener('abort', abort)
      }
      const abort = () => {
        end()
        reject(signal?.reason)
      }
      const unwatch = control.watch(() => {
        end()
        resolve()
      })
      signal?.addEventListener('abort', abort, { once: true })
    })
  }
}
