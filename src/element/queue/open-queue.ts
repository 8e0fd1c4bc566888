import type { PushApi } from '../worker/pushes.ts'
import { createAskedClaims } from './asked-claims.ts'
import { keepLimit } from './kept-limit.ts'
import { createKeptQueue } from './kept-queue.ts'
import { askBeforeLeaving } from './leaving.ts'
import { createLockClaims } from './lock-claims.ts'
import type { Queue } from './queue.ts'
import { openQueueStorage } from './storage.ts'

/**
 * Opens the queue of this origin, with the entries of earlier visits and of other tabs.
 *
 * @param name The name of its IndexedDB database. @default registry-push
 */
export function openQueue(worker: PushApi, name = 'registry-push'): Queue {
  const channel = new BroadcastChannel(name)
  // Plain http has no Web Locks.
  const { locks } = navigator as { readonly locks?: LockManager }
  const claims = locks ? createLockClaims(locks, name) : askOthers(channel)
  const queue = createKeptQueue(worker, { storage: openQueueStorage(name), claims, channel })
  keepLimit(queue, `${name}-limit`)
  askBeforeLeaving(queue.$entries)
  return queue
}

function askOthers(channel: BroadcastChannel) {
  const claims = createAskedClaims(channel)
  addEventListener('pagehide', claims.releaseAll)
  return claims
}
