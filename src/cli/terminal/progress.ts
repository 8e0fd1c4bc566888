import type { PushProgress, WriteProgress } from '../../node/index.ts'
import type { Output } from './output.ts'

/** The progress of long work, of whatever kind. */
export interface Progress {
  /** The step that is under way, such as `blobs`. */
  readonly phase: string
  readonly doneBytes: number
  readonly totalBytes: number
  readonly bytesPerSecond?: number | undefined
  readonly remainingSeconds?: number | undefined
  /** The blobs, for a bar each. */
  readonly blobs?: ReadonlyArray<{
    readonly name: string
    readonly state: string
    readonly doneBytes: number
    readonly size: number
  }>
}

/** Shows progress. Called as often as there is news; it shows some of it. */
export type ShowProgress = (progress: Progress) => void

/** In milliseconds: how often a line is printed where there is no terminal. */
const LINE_INTERVAL = 5000
const JSON_INTERVAL = 1000

/** Prints a plain line now and then. */
export function showLines(output: Output): ShowProgress {
  return everyNowAndThen(LINE_INTERVAL, ({ phase, doneBytes, totalBytes }) => {
    output.line(`${phase}: ${doneBytes} of ${totalBytes} bytes`)
  })
}

/** Prints lines of JSON. */
export function showJsonLines(output: Output): ShowProgress {
  return everyNowAndThen(JSON_INTERVAL, (progress) => output.line(JSON.stringify({ progress })))
}

/** Turns the progress of a push into that which is shown. */
export function pushProgress({ phase, sentBytes, blobs, ...progress }: PushProgress): Progress {
  return {
    phase,
    ...progress,
    doneBytes: sentBytes,
    blobs: blobs.map(({ digest, state, sentBytes, size }) => ({ name: digest, state, doneBytes: sentBytes, size })),
  }
}

/** Turns the progress of what is written into that which is shown. */
export function writeProgress({ phase, writtenBytes, blobs, ...progress }: WriteProgress): Progress {
  return {
    phase,
    ...progress,
    doneBytes: writtenBytes,
    blobs: blobs.map(({ digest, state, writtenBytes, size }) => ({ name: digest, state, doneBytes: writtenBytes, size })),
  }
}

function everyNowAndThen(interval: number, show: ShowProgress): ShowProgress {
  let next = performance.now() + interval
  return (progress) => {
    const now = performance.now()
    if (now < next) return
    next = now + interval
    show(progress)
  }
}
