/** How fast a transfer is. */
export interface MeasuredSpeed {
  /** Bytes that the transfer has brought in. */
  readonly sentBytes: number
  /** Over the last seconds. 0 before the first bytes have come in. */
  readonly bytesPerSecond: number
  /** Bytes of the requests under way that have probably left. */
  readonly underWayBytes: number
}

/** The number of bytes after which their time tells how fast the link is. */
const LEAST_MEASURED = 128 * 1024

/**
 * Estimates how long a transfer still takes. Speed and time are unknown until enough bytes were measured.
 *
 * @param left The bytes that are not there yet.
 */
export function estimate(left: number, speed: MeasuredSpeed) {
  const isMeasured = speed.sentBytes >= Math.min(LEAST_MEASURED, (left + speed.sentBytes) / 10)
  const bytesPerSecond = isMeasured ? speed.bytesPerSecond : 0
  const toSend = Math.max(left - speed.underWayBytes, 0)
  const remainingSeconds = left === 0 ? 0 : bytesPerSecond > 0 ? toSend / bytesPerSecond : undefined
  return { bytesPerSecond, remainingSeconds }
}
