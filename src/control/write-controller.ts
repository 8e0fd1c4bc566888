import { type ControlSettings, type Controls, createController } from './controller.ts'
import type { WriteProgress } from './write-progress.ts'

/** Settings that can change while a tar or a folder is written. */
export interface WriteSettings extends Pick<ControlSettings, 'maxBytesPerSecond'> {
  /** Bytes of blobs written per second. @default Infinity, no limit */
  readonly maxBytesPerSecond?: number | undefined
}

/**
 * Controls the writing of one tar or folder: made by `createWriteController`, passed as the option `controller`. As an
 * async iterable it gives the progress until the writing has ended: always the newest snapshot, never a backlog. It may
 * have any number of readers.
 */
export interface WriteController extends Controls, AsyncIterable<WriteProgress, undefined> {}

/** Options of functions that write a tar or a folder: progress and control. */
export interface WriteControlOptions extends WriteSettings {
  /** Called with a snapshot of the progress when a blob's state changes, and at most every 50 ms in between. */
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined
  /** Aborts the writing, which then rejects with the signal's reason, as does the stream. */
  readonly signal?: AbortSignal | undefined
  /** Pauses, resumes and limits the writing: see `createWriteController`. Its settings override the options. */
  readonly controller?: WriteController | undefined
}

/**
 * Creates a controller for the writing of one tar or folder, as by a pull. It pauses, resumes and aborts, changes the
 * limit of bytes per second, and gives the progress as an async iterable.
 *
 * @param settings `maxBytesPerSecond`. It overrides the function's own option.
 * @returns the controller, for the option `controller` of a function that writes.
 * @throws {RangeError} if `maxBytesPerSecond` is not above 0.
 * @example
 * ```ts
 * import { createWriteController } from 'registry-api-v2-client'
 *
 * const controller = createWriteController({ maxBytesPerSecond: 1_000_000 })
 * controller.pause()
 * controller.maxBytesPerSecond = undefined // no limit any more
 * controller.resume()
 * console.log(controller.isPaused) // false
 * ```
 */
export function createWriteController(settings: WriteSettings = {}): WriteController {
  return createController(settings)
}
