import { delay } from './delay.ts'

/** In milliseconds. A page shows a frame every 16. */
const LONGEST_WORK = 10

/**
 * Makes a function that lets other tasks run, if the caller has worked for a while. Without it, a loop over bytes that
 * are there already lets a page show no frame, and no timer fire.
 */
export function createPauses(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let last = performance.now()

  async function pause(): Promise<void> {
    // Not `scheduler.yield`: what it continues comes before the frames of a page.
    await delay(0, signal)
    last = performance.now()
  }

  return () => (performance.now() - last > LONGEST_WORK ? pause() : undefined)
}
