import { untilAborted } from './abort.ts'

/** How much may be under way at once. The limit may change meanwhile. */
export interface Concurrency {
  readonly concurrency: number
  /**
   * Calls the listener after each change.
   *
   * @returns a function that ends the calls
   */
  watch(listener: () => void): () => void
}

/** A limit that never changes. */
export function fixed(concurrency: number): Concurrency {
  return { concurrency, watch: () => () => undefined }
}

/**
 * Waits for a permit. Permits are given in the order of the calls. An abort ends the wait with the signal's reason.
 *
 * @param weigh Called when the permit is given: how much of the limit it takes. Binary fractions add up exactly: 1,
 *   1/2, 3/16 … @default 1
 * @returns a function that gives the permit back, once however often it is called
 */
export type Semaphore = (signal?: AbortSignal, weigh?: () => number) => Promise<() => void>

/** Makes a semaphore. It gives a permit if less than the limit is taken, whatever the permit's weight. */
export function createSemaphore(limit: Concurrency): Semaphore {
  const waiting = new Set<() => void>()
  let taken = 0

  function admit(): void {
    for (const go of waiting) {
      if (taken >= limit.concurrency) return
      waiting.delete(go)
      go()
    }
  }

  return async (signal, weigh = () => 1) => {
    let weight = 0
    let go = () => {}
    const release = () => {
      taken -= weight
      weight = 0
      admit()
    }
    const turn = new Promise<void>((resolve) => {
      go = () => {
        weight = weigh()
        taken += weight
        resolve()
      }
    })
    waiting.add(go)
    const unwatch = limit.watch(() => admit())
    admit()
    try {
      await untilAborted(turn, signal)
      return release
    } catch (reason) {
      waiting.delete(go)
      // The permit may have come at the same time as the abort.
      release()
      throw reason
    } finally {
      unwatch()
    }
  }
}
