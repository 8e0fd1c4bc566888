import type { Control } from './controller.ts'
import type { MeasuredSpeed } from './estimate.ts'

/** Measures how fast a push sends. */
export interface Speed {
  /**
   * Counts a request that sends bytes of a blob.
   *
   * @returns a function that ends the request, with the number of bytes that have arrived
   */
  begin(bytes: number): (arrived: number) => void
  measure(): MeasuredSpeed
}

/** A request with bytes of a blob. Times are in milliseconds, by a clock that stops in a pause. */
interface Sending {
  readonly begun: number
  /** The bytes that it carries. After its end, those that have arrived. */
  readonly bytes: number
}

interface Sent extends Sending {
  readonly ended: number
}

/** In milliseconds: the time that is measured. */
const WINDOW = 10_000
/** The least number of ended requests to measure, however old they are. */
const LEAST_ENDED = 2

/**
 * Measures the last ten seconds. The bytes of a request count evenly over its time. One that is under way counts as
 * fast as the bytes of those that have ended: connections share a link about evenly, and no engine tells how many bytes
 * have really left. Time in which the push is paused and nothing is under way does not count.
 *
 * @param link Tells how much of a request's time is not that of its bytes.
 */
export function createSpeed(control: Control, link: { readonly fixedTime: number }): Speed {
  const underWay = new Set<Sending>()
  let ended: Sent[] = []
  let [time, sentBytes] = [0, 0]
  let first: number | undefined
  let last = performance.now()
  let isRunning = false

  function tick(): number {
    const now = performance.now()
    if (isRunning) time += now - last
    last = now
    isRunning = underWay.size > 0 || (first !== undefined && !control.isPaused)
    return time
  }

  control.watch(tick)
  return {
    begin(bytes) {
      const sending = { begun: tick(), bytes }
      first ??= time
      underWay.add(sending)
      tick()
      return (arrived) => {
        tick()
        underWay.delete(sending)
        sentBytes += arrived
        ended.push({ ...sending, bytes: arrived, ended: time })
        const old = ended.length - LEAST_ENDED
        ended = ended.filter((sending, index) => index >= old || time - sending.ended < WINDOW)
        tick()
      }
    },
    measure() {
      const now = tick()
      const from = Math.max(first ?? 0, now - WINDOW)
      const { fixedTime } = link
      let [bytes, took, within, underWayBytes] = [0, 0, 0, 0]
      const count = (sent: number, begun: number, end: number) => {
        if (end > from) within += (sent * (end - Math.max(begun, from))) / (end - begun || 1)
      }
      for (const sending of ended) {
        bytes += sending.bytes
        const duration = sending.ended - sending.begun
        took += duration - Math.min(fixedTime, duration / 2)
        count(sending.bytes, sending.begun, sending.ended)
      }
      for (const { begun, bytes: all } of underWay) {
        const sent = took > 0 ? Math.min((bytes / took) * Math.max(now - begun - fixedTime, 0), all) : 0
        underWayBytes += sent
        count(sent, begun, now)
      }
      return { sentBytes, bytesPerSecond: now > from ? (within / (now - from)) * 1000 : 0, underWayBytes }
    },
  }
}
