import { controlOf } from './controller.ts'
import { createRateLimit } from './rate-limit.ts'
import { createThroughput } from './throughput.ts'
import type { WriteControlOptions } from './write-controller.ts'
import { trackWriting, type WriteTracker } from './write-progress.ts'

/** Paces and counts what is written of one tar or folder. */
export interface Writing extends WriteTracker {
  /** The number of bytes to read at once. It follows the rate limit, so that the bytes flow evenly. */
  readonly pieceSize: number
  /**
   * Waits until a piece may be read: while the writing is paused, and for the rate limit. Call it before each read, and
   * `wrote` after each write.
   *
   * @throws the signal's reason, if it aborts before
   */
  turn(bytes: number, signal: AbortSignal | undefined): Promise<void>
  /** Ends the progress for the readers of the controller. */
  end(): void
}

/** In bytes: the size of a piece, at most and at least. */
const [LARGEST, SMALLEST] = [1024 * 1024, 16 * 1024]

/**
 * Makes what one writer needs to be controlled.
 *
 * @param options What `withControl` or `withLastingControl` gave.
 */
export function createWriting(options: WriteControlOptions): Writing {
  const control = controlOf(options)
  const rateLimit = createRateLimit(control)
  const throughput = createThroughput(control)
  return {
    ...trackWriting(options.onProgress, throughput),
    get pieceSize() {
      const tenth = Math.ceil(rateLimit.maxChunk / 10)
      return Math.min(Math.max(tenth, SMALLEST), LARGEST)
    },
    async turn(bytes, signal) {
      await rateLimit.take(bytes, signal)
      throughput.start()
    },
    end: control.end,
  }
}
