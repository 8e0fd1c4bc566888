import { loaded } from '../async/lazy.ts'
import { able } from '../check-options.ts'
import { controlOf } from '../control/controller.ts'
import { untilResumed } from '../control/pause.ts'
import type { RateLimit } from '../control/rate-limit.ts'
import { createSpeed, type Speed } from '../control/speed.ts'
import type { Answer } from '../http/answer.ts'
import type { Registry } from '../registry/registry.ts'
import type { RegistryRequest } from '../registry/send.ts'
import type { SessionStore } from '../registry/sessions/store.ts'
import { attemptStore, type StoreAttempts } from '../stores/attempts.ts'
import { createLink, type Link } from './link.ts'
import { type PushOptions, patienceOf } from './push-options.ts'

/** A registry whose requests keep to what a push's control says. */
export interface ControlledRegistry {
  readonly registry: Registry
  /** Absent if the push has no rate limit. */
  readonly rateLimit: RateLimit | undefined
  readonly speed: Speed
  readonly link: Link
  /**
   * Absent without `sessions`. The whole push has one, so that only the first failure of the store is reported.
   */
  readonly sessions: StoreAttempts<SessionStore> | undefined
}

const STORE = ['get', 'set', 'delete'] as const
const WHERE_STORES_COME_FROM = 'a store, as memorySessions() gives one'

/**
 * Puts all requests of a push under its control. They wait while the push is paused, the bytes of blobs wait for the
 * rate limit, and the bytes that are sent are measured. Requests that cancel an upload do not wait. The rate limit is
 * loaded only if the push may have one. Each request is as patient as an upload, so that a push survives a restart of
 * the registry.
 *
 * @throws {RangeError} if a number is out of range
 */
export async function underControl(registry: Registry, options: PushOptions): Promise<ControlledRegistry> {
  const control = controlOf(options)
  const sessions =
    options.sessions && attemptStore(able('sessions', options.sessions, STORE, WHERE_STORES_COME_FROM), 'sessions')
  const patience = patienceOf(options)
  const link = createLink()
  const speed = createSpeed(control, link)
  const { rateLimit, sendBytes = measure } = control.isLimited ? await loadRateLimit() : {}

  async function loadRateLimit() {
    const { createLimitedSend } = await loaded(import('./limited-send.ts'))
    return createLimitedSend(control, measure)
  }

  async function measure(request: RegistryRequest): Promise<Answer> {
    const bytes = sizeOf(request)
    const end = speed.begin(bytes)
    const begun = performance.now()
    let arrived = 0
    try {
      const answer = await registry.send(request)
      arrived = bytes
      link.learn({ bytes, milliseconds: performance.now() - begun, isClosing: request.method === 'PUT' })
      return answer
    } finally {
      end(arrived)
    }
  }

  async function send(given: RegistryRequest): Promise<Answer> {
    if (given.skipsPause) return registry.send(given)
    const hold = () => untilResumed(control, given.signal)
    // An upload has its own tries, and its requests say so.
    const request = { patience, ...given, hold }
    // Before it is signed in, and again before it goes out: there may be a pause in between.
    await hold()
    return request.isUpload && request.body ? sendBytes(request) : registry.send(request)
  }

  return { rateLimit, speed, link, sessions, registry: { ...registry, send } }
}

/** In bytes. Of a body that is made when it is sent, a header tells. */
function sizeOf({ body, headers }: RegistryRequest): number {
  if (typeof body === 'function') return Number(headers?.['content-length'])
  return body instanceof Blob ? body.size : (body?.byteLength ?? 0)
}
