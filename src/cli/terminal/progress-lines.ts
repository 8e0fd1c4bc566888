import { pace } from './bars.ts'
import { formatBytes } from './format.ts'
import type { Progress } from './progress.ts'

/** Formats progress as a line: `pushing: 120 MB of 1.20 GB (10 %), 24.0 MB/s, 45 s left`. */
export function formatProgressLine(progress: Progress): string {
  const { label, unit, done, total } = progress
  const show = (count: number) => (unit === 'bytes' ? formatBytes(count) : String(count))
  const percent = total ? ` (${Math.floor((done / total) * 100)} %)` : ''
  const amount = total === undefined ? show(done) : `${show(done)} of ${show(total)}${percent}`
  return [`${label}: ${amount}`, ...pace(progress)].join(', ')
}

/** The document of progress on a line of JSON. It counts the blobs, so that its size has a bound. */
export function progressDocument(progress: Progress): unknown {
  const { phase, unit, done, total = null, bytesPerSecond, remainingSeconds = null, blobs } = progress
  if (unit === 'items') return { progress: { phase, done, total } }
  const count = { done: blobs.filter(({ state }) => state === 'done').length, total: blobs.length }
  return {
    progress: {
      ...{ phase, doneBytes: done, totalBytes: total, bytesPerSecond, remainingSeconds },
      ...(blobs.length > 0 && { blobs: count }),
    },
  }
}
