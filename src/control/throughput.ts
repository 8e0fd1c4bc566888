import type { Control } from './controller.ts'
import type { MeasuredSpeed } from './estimate.ts'

/** Measures how fast bytes pass, over the last ten seconds. The time of a pause does not count. */
export interface Throughput {
  /** Starts the time, once however often it is called. */
  start(): void
  /** Counts bytes that have passed. */
  add(bytes: number): void
  measure(): MeasuredSpeed
}

/** How many bytes had passed at a time, in milliseconds by a clock that stops in a pause. */
interface Mark {
  readonly time: number
  readonly bytes: number
}

/** In milliseconds: the time that is measured. */
const WINDOW = 10_000
/** In milliseconds: the time between two marks. */
const SLOT = 250

export function createThroughput(control: Control): Throughput {
  const marks: Mark[] = []
  let sentBytes = 0
  let pausedTime = 0
  let pausedSince: number | undefined

  const now = () => (pausedSince ?? performance.now()) - pausedTime

  function followPauses(): void {
    if (control.isPaused) {
      pausedSince ??= performance.now()
    } else if (pausedSince !== undefined) {
      pausedTime += performance.now() - pausedSince
      pausedSince = undefined
    }
  }

  followPauses()
  control.watch(followPauses)

  function mark(): void {
    const time = now()
    const last = marks.at(-1)
    if (!last || time - last.time >= SLOT) marks.push({ time, bytes: sentBytes })
    while (marks[1] && marks[1].time <= time - WINDOW) marks.shift()
  }

  return {
    start() {
      if (marks.length === 0) mark()
    },
    add(bytes) {
      mark()
      sentBytes += bytes
    },
    measure() {
      if (marks.length > 0) mark()
      const [first = { time: now(), bytes: 0 }] = marks
      const took = now() - first.time
      return { sentBytes, underWayBytes: 0, bytesPerSecond: took > 0 ? ((sentBytes - first.bytes) / took) * 1000 : 0 }
    },
  }
}
