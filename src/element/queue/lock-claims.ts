import type { Claims } from './claims.ts'

/** Claims by Web Locks: the browser releases them when a tab is closed, or crashes. */
export function createLockClaims(locks: LockManager, queue: string): Claims {
  const releases = new Map<string, () => void>()
  const nameOf = (id: string) => `registry-push ${queue} ${id}`

  function claim(id: string): Promise<boolean> {
    if (releases.has(id)) return Promise.resolve(true)
    return new Promise((resolve) => {
      const held = locks.request(nameOf(id), { ifAvailable: true }, (lock) => {
        resolve(lock !== null)
        return lock && new Promise<void>((release) => releases.set(id, release))
      })
      // A page that may not use locks shares its queue with nobody.
      held.catch(() => resolve(true))
    })
  }

  return {
    take: (id) => void claim(id),
    claim,
    release(id) {
      releases.get(id)?.()
      releases.delete(id)
    },
    isMine: (id) => releases.has(id),
    async isTaken(id) {
      if (releases.has(id)) return false
      const look = locks.request(nameOf(id), { ifAvailable: true, mode: 'shared' }, (lock) => lock === null)
      return look.catch(() => false)
    },
    watch(id, onFree) {
      locks.request(nameOf(id), { mode: 'shared' }, () => onFree()).catch(() => undefined)
    },
  }
}
