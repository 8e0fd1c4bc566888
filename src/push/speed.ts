import type { PushControl } from './control.ts'

/** How fast a push sends. */
export interface Speed {
  /** A request with bytes of a blob goes out. */
  begin(): void
  /** It has come to its end, and so many bytes are in. */
  end(bytes: number): void
  /** Over the last seconds; 0 while nothing is known. */
  readonly bytesPerSecond: number
}

/** In milliseconds: the time that is looked back at, and the least that two samples lie apart. */
const [WINDOW, STEP] = [5000, 100]

/**
 * Measures the bytes that requests have brought in, over the last five seconds or since the last request before them. Time in which the push is paused and
 * nothing is under way does not count.
 */
export function createSpeed(control: PushControl): Speed {
  /** How many bytes were in by when, by the clock that stands still in a pause; oldest first. */
  const samples: { readonly time: number; readonly bytes: number }[] = []
  let [time, sentBytes, underWay] = [0, 0, 0]
  let last = performance.now()
  let isRunning = false

  function tick(): number {
    const now = performance.now()
    if (isRunning) time += now - last
    last = now
    isRunning = underWay > 0 || (samples.length > 0 && !control.isPaused)
    return time
  }

  control.watch(tick)
  return {
    begin() {
      tick()
      if (samples.length === 0) samples.push({ time, bytes: 0 })
      underWay++
      tick()
    },
    end(bytes) {
      tick()
      underWay--
      sentBytes += bytes
      const [newest, before] = [samples.at(-1), samples.at(-2)]
      if (newest && before && newest.time - before.time < STEP) samples.pop()
      samples.push({ time, bytes: sentBytes })
      while (samples.length > 2 && time - (samples[1]?.time ?? time) >= WINDOW) samples.shift()
      tick()
    },
    get bytesPerSecond() {
      const [oldest] = samples
      const seconds = (tick() - (oldest?.time ?? 0)) / 1000
      return oldest && seconds > 0 ? (sentBytes - oldest.bytes) / seconds : 0
    },
  }
}
