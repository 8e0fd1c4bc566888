import type { ReadProgress } from 'registry-api-v2-client'

/** In milliseconds. */
const INTERVAL = 50

/** Passes on at most one event in an interval, and the last. */
export function seldom(onProgress: (progress: ReadProgress) => void): (progress: ReadProgress) => void {
  let told = Number.NEGATIVE_INFINITY
  return (progress) => {
    const now = performance.now()
    if (now - told < INTERVAL && progress.readBytes < progress.totalBytes) return
    told = now
    onProgress(progress)
  }
}
