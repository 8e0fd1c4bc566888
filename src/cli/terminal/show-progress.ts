import { formatBars } from './bars.ts'
import type { LiveArea, Terminal } from './live-area.ts'
import type { Progress, SdkProgress } from './progress.ts'
import { createProgressReader } from './progress.ts'
import { formatProgressLine, progressDocument } from './progress-lines.ts'

/** Shows the progress of any function of the SDK. Called as often as there is news; it shows some of it. */
export type ShowProgress = (progress: SdkProgress) => void

/** In milliseconds: how often a plain line, a line of JSON or a frame of bars is written. */
const [LINE_INTERVAL, JSON_INTERVAL, FRAME_INTERVAL] = [5000, 1000, 100]

/** Prints a plain line now and then. */
export function showLines(print: (line: string) => void): ShowProgress {
  return nowAndThen(LINE_INTERVAL, (progress) => print(formatProgressLine(progress)))
}

/** Prints a line of JSON now and then. */
export function showJsonLines(print: (line: string) => void): ShowProgress {
  return nowAndThen(JSON_INTERVAL, (progress) => print(JSON.stringify(progressDocument(progress))))
}

/** Draws bars. What takes less than a moment draws none. */
export function showBars(terminal: Terminal, area: LiveArea): ShowProgress {
  return nowAndThen(FRAME_INTERVAL, (progress) => area.draw(formatBars(progress, terminal)))
}

function nowAndThen(interval: number, show: (progress: Progress) => void): ShowProgress {
  const read = createProgressReader()
  let next = performance.now() + interval
  return (news) => {
    const progress = read(news)
    const now = performance.now()
    if (now < next) return
    next = now + interval
    show(progress)
  }
}
