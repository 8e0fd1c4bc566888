import { PartFault } from './words/fault.ts'
import type { Api } from './worker/api.ts'
import { connect } from './worker/channel.ts'
import type { PushWorker } from './worker/main.ts'

/** Starts a Worker with the script `registry-api-v2-client/element-worker`, or another one that offers the same. */
export type CreatePushWorker = () => Worker | MessagePort

/** The Worker of the package, as bundlers find it. */
function createWorker(): Worker {
  return new Worker(new URL('./worker/main.ts', import.meta.url), { type: 'module' })
}

/** A Worker that cannot be started, as one whose script is on another origin, rejects each call. */
export function startWorker(create: CreatePushWorker = createWorker): Api<PushWorker> {
  try {
    return connect<PushWorker>(create())
  } catch (cause) {
    return rejecting(new PartFault(cause)) as Api<PushWorker>
  }
}

/** Functions, at any depth, that reject. */
function rejecting(fault: PartFault): unknown {
  return new Proxy(() => undefined, { get: () => rejecting(fault), apply: () => Promise.reject(fault) })
}
