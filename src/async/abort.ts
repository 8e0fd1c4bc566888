/** The functions that each signal calls when it aborts. */
const waiting = new WeakMap<EventTarget, Set<() => void>>()

/**
 * Calls a function when a signal aborts. All functions of a signal share one listener: one signal may serve any number
 * of calls, and Node warns of a leak if a signal has more than ten listeners.
 *
 * @param signal One that is not aborted yet.
 * @param call A new function for each wait. It must not throw.
 * @returns what ends the wait
 */
export function onAbort(signal: AbortSignal | undefined, call: () => void): () => void {
  if (!signal) return () => {}
  const calls = waiting.get(signal) ?? new Set()
  waiting.set(signal, calls.add(call))
  // It is always the same function, so the signal takes it once.
  signal.addEventListener('abort', callAll, { once: true })
  return () => {
    calls.delete(call)
    if (calls.size === 0) signal.removeEventListener('abort', callAll)
  }
}

function callAll({ target }: Event): void {
  for (const call of waiting.get(target as EventTarget) ?? []) call()
}

/** Waits for a promise. An abort ends the wait, not what the promise stands for: others may wait for it too. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  if (signal.aborted) return Promise.race([promise, Promise.reject(signal.reason)])
  // One promise, not a race of several: there is a wait for each piece of a stream.
  return new Promise((resolve, reject) => {
    const stop = onAbort(signal, () => reject(signal.reason))
    Promise.resolve(promise).then(
      (value) => {
        stop()
        resolve(value)
      },
      (error) => {
        stop()
        reject(error)
      },
    )
  })
}
