/** The speed of a transfer. */
export interface MeasuredSpeed {
  /** Bytes that have arrived. */
  readonly sentBytes: number
  /** Over the last ten seconds. 0 before the first bytes have arrived. */
  readonly bytesPerSecond: number
  /** Bytes of the requests under way that were probably sent. */
  readonly underWayBytes: number
}

/** The number of bytes after which the measured speed is that of the link. */
const LEAST_MEASURED = 128 * 1024

/**
 * Estimates the remaining time of a transfer. Speed and time are unknown until enough bytes were measured.
 *
 * @param left The bytes that are still to transfer.
 */
export function estimate(left: number, speed: MeasuredSpeed) {
  const isMeasured = speed.sentBytes >= Math.min(LEAST_MEASURED, (left + speed.sentBytes) / 10)
  const bytesPerSecond = isMeasured ? speed.bytesPerSecond : 0
  const toSend = Math.max(left - speed.underWayBytes, 0)
  const remainingSeconds = left === 0 ? 0 : bytesPerSecond > 0 ? toSend / bytesPerSecond : undefined
  return { bytesPerSecond, remainingSeconds }
}
