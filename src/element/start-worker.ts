import type { Api } from './worker/api.ts'
import { connect } from './worker/channel.ts'
import type { PushWorker } from './worker/main.ts'

/** Starts a Worker with the script `registry-api-v2-client/element-worker`, or another one that offers the same. */
export type CreatePushWorker = () => Worker | MessagePort

/** The Worker of the package, as bundlers find it. */
function createWorker(): Worker {
  return new Worker(new URL('./worker/main.ts', import.meta.url), { type: 'module' })
}

export function startWorker(create: CreatePushWorker = createWorker): Api<PushWorker> {
  return connect<PushWorker>(create())
}
