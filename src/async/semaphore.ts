import { untilAborted } from './abort.ts'

/**
 * Waits for a permit. Permits are given in the order of the calls. An abort ends the wait with the signal's reason.
 *
 * @param weight How much of the room the permit takes. @default 1
 * @returns what gives the permit back, once however often it is called
 */
export type Semaphore = (signal?: AbortSignal, weight?: number) => Promise<() => void>

/** @param room A permit is given if any room is left, whatever its weight. */
export function createSemaphore(room: number): Semaphore {
  const waiting = new Set<{ readonly weight: number; go(): void }>()
  let taken = 0

  function admit(): void {
    for (const next of waiting) {
      if (taken >= room) return
      waiting.delete(next)
      taken += next.weight
      next.go()
    }
  }

  return async (signal, weight = 1) => {
    let isGivenBack = false
    const release = () => {
      if (isGivenBack) return
      isGivenBack = true
      taken -= weight
      admit()
    }
    const entry = { weight, go() {} }
    const turn = new Promise<void>((resolve) => {
      entry.go = resolve
    })
    waiting.add(entry)
    admit()
    try {
      await untilAborted(turn, signal)
      return release
    } catch (reason) {
      // The permit may have come at the same time as the abort.
      if (!waiting.delete(entry)) release()
      throw reason
    }
  }
}
