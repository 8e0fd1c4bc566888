import type { ByteStream } from '../source/stream.ts'
import { controlOf } from './controller.ts'
import { createRateLimit, inPace } from './rate-limit.ts'
import { createThroughput } from './throughput.ts'
import type { WriteControlOptions } from './write-controller.ts'
import { trackWriting, type WriteTracker } from './write-progress.ts'

/** Paces and counts what is written of one tar or folder. */
interface Writing extends Omit<WriteTracker, 'wrote'> {
  /**
   * Passes the bytes of a blob to a writer. Each piece waits while the writing is paused and for the rate limit, and
   * counts as soon as the writer asks for the next one.
   *
   * @param index The blob's place among those of `track`.
   */
  pass(index: number, bytes: ByteStream): AsyncGenerator<Uint8Array>
  /** Ends the progress for the readers of the controller. */
  end(): void
}

/**
 * Makes what one writer needs to be controlled.
 *
 * @param options What `beginControl` or `withControl` gave.
 */
export function createWriting(options: WriteControlOptions): Writing {
  const { onProgress, signal } = options
  const control = controlOf(options)
  const rateLimit = createRateLimit(control)
  const { wrote, ...tracker } = trackWriting(onProgress, createThroughput(control))
  return {
    ...tracker,
    async *pass(index, bytes) {
      tracker.blob(index, 'writing')
      for await (const piece of inPace(bytes, rateLimit, signal)) {
        yield piece
        wrote(index, piece.byteLength)
      }
      tracker.blob(index, 'written')
    },
    end: control.end,
  }
}
