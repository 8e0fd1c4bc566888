import { formatBars } from './bars.ts'
import type { LiveArea, Terminal } from './live-area.ts'
import type { Progress, SdkProgress } from './progress.ts'
import { createProgressReader } from './progress.ts'
import { formatProgressLine, progressDocument } from './progress-lines.ts'

/** Shows the progress of any function of the SDK. Called as often as there is news; it shows some of it. */
export type ShowProgress = (progress: SdkProgress) => void

/** A display of progress. */
export interface ProgressDisplay {
  readonly show: ShowProgress
  /** Drops what is not shown yet: the work has ended, or a question follows. */
  drop(): void
}

/** In milliseconds: how often a plain line, a line of JSON or a frame of bars is written. */
const [LINE_INTERVAL, JSON_INTERVAL, FRAME_INTERVAL] = [5000, 1000, 100]

/** Prints a plain line now and then. */
export function showLines(print: (line: string) => void): ProgressDisplay {
  return nowAndThen(LINE_INTERVAL, (progress) => print(formatProgressLine(progress)))
}

/** Prints a line of JSON now and then. */
export function showJsonLines(print: (line: string) => void): ProgressDisplay {
  return nowAndThen(JSON_INTERVAL, (progress) => print(JSON.stringify(progressDocument(progress))))
}

/** Draws bars. What takes less than a moment draws none. */
export function showBars(terminal: Terminal, area: LiveArea): ProgressDisplay {
  return nowAndThen(FRAME_INTERVAL, (progress) => area.draw(formatBars(progress, terminal)))
}

/** Shows progress at most once in an interval. The last news is shown too: a registry that is silent brings no more. */
function nowAndThen(interval: number, show: (progress: Progress) => void): ProgressDisplay {
  const read = createProgressReader()
  let next = performance.now() + interval
  let latest: Progress | undefined
  let timer: NodeJS.Timeout | undefined

  function drop(): void {
    clearTimeout(timer)
    timer = undefined
    latest = undefined
  }

  function showLatest(): void {
    const progress = latest
    drop()
    next = performance.now() + interval
    if (progress) show(progress)
  }

  return {
    show(news) {
      latest = read(news)
      const wait = next - performance.now()
      if (wait <= 0) showLatest()
      else timer ??= setTimeout(showLatest, wait)
    },
    drop,
  }
}
