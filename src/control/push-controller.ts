import { type ControlSettings, type Controls, createController } from './controller.ts'
import type { PushProgress } from './push-progress.ts'

/** Settings that can change while a push runs. */
export interface PushSettings extends ControlSettings {
  /** Blobs under way at once. @default 6, or 32 of at most 1 MiB */
  readonly concurrency?: number | undefined
  /**
   * Bytes of blobs sent per second, by all requests of the push together. A request then carries about a second's
   * worth, but at least 64 KiB.
   * @default Infinity, no limit
   */
  readonly maxBytesPerSecond?: number | undefined
}

/**
 * Controls one push while it runs: made by `createPushController`, passed as the option `controller`. As an async
 * iterable it gives the progress until the push has ended: always the newest snapshot, never a backlog. It may have any
 * number of readers.
 */
export interface PushController extends Controls, AsyncIterable<PushProgress, undefined> {
  /** Blobs under way at once. If it is lowered, those under way are finished. */
  concurrency: number
}

/**
 * Creates a controller for one push. It pauses, resumes and aborts the push, changes its limits, and gives its
 * progress as an async iterable.
 *
 * @param settings `concurrency` (blobs at once) and `maxBytesPerSecond`. They override the push's own options.
 * @returns the controller, for the option `controller` of a push.
 * @throws {RangeError} if `concurrency` is not a whole number above 0, or `maxBytesPerSecond` is not above 0.
 * @example
 * ```ts
 * import { createPushController, pushDockerTar } from 'registry-api-v2-client'
 *
 * // file is a File, from <input type="file"> or a drop
 * const controller = createPushController({ maxBytesPerSecond: 1_000_000 })
 * const pushed = pushDockerTar(file, 'https://registry.example.com', 'team/app', 'v7', { controller })
 * controller.pause()
 * controller.resume()
 * console.log(await pushed) // 'sha256:…'
 * ```
 */
export function createPushController(settings: PushSettings = {}): PushController {
  return createController(settings)
}
