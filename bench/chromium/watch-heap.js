/** In milliseconds. */
const INTERVAL = 50

/**
 * Watches the JS heaps of a page and of all its workers, with the bytes that their buffers hold outside of them.
 *
 * @param {import('./devtools.js').Session} page
 * @returns {Promise<() => number>} ends that, and gives the most that there was at one time, in bytes
 */
export async function watchHeap(page) {
  const sessions = new Set([page])
  await watchWorkers(page)
  let peak = 0
  let isEnded = false
  void look()
  return () => {
    isEnded = true
    return peak
  }

  /** @param {import('./devtools.js').Session} session */
  async function watchWorkers(session) {
    /** @type {Map<string, import('./devtools.js').Session>} */
    const workers = new Map()
    session.on('Target.attachedToTarget', ({ sessionId }) => {
      const worker = session.sessionOf(sessionId)
      workers.set(sessionId, worker)
      sessions.add(worker)
      // A worker may have workers.
      watchWorkers(worker).catch(() => undefined)
    })
    session.on('Target.detachedFromTarget', ({ sessionId }) => {
      const worker = workers.get(sessionId)
      if (worker) sessions.delete(worker)
    })
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: true })
  }

  async function look() {
    while (!isEnded) {
      const sizes = await Promise.all([...sessions].map(heapOf))
      peak = Math.max(
        peak,
        sizes.reduce((sum, size) => sum + size, 0),
      )
      await new Promise((resolve) => setTimeout(resolve, INTERVAL))
    }
  }
}

/** @param {import('./devtools.js').Session} session */
async function heapOf(session) {
  try {
    const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage')
    return usedSize + backingStorageSize
  } catch {
    // The worker has ended meanwhile.
    return 0
  }
}
