import { createLatestValue } from '../../async/latest-value.ts'
import type { Concurrency } from '../../async/semaphore.ts'
import { positive, rate } from '../../check-options.ts'
import type { PushProgress } from './progress.ts'

/** Settings that can change while a push runs. */
export interface PushSettings {
  /** Blobs under way at once. @default 6, or 32 of at most 1 MiB */
  readonly concurrency?: number | undefined
  /**
   * Bytes of blobs sent in a second, by all requests of the push together; a request then carries about a second's
   * worth, yet at least 64 KiB.
   * @default Infinity, no limit
   */
  readonly maxBytesPerSecond?: number | undefined
}

/**
 * Steers one push while it runs, as an `AbortController` ends one: made by `createPushController`, passed as the option
 * `controller`. As an async iterable it gives the progress: always the newest snapshot, never a backlog, until the push
 * has ended, well or not. Any number of readers may have it.
 */
export interface PushController extends AsyncIterable<PushProgress, undefined> {
  /** Aborted by `abort`. */
  readonly signal: AbortSignal
  readonly isPaused: boolean
  /** Blobs under way at once. Where it is lowered, those under way come to their end. */
  concurrency: number
  /** Bytes of blobs in a second; without a limit `Infinity`, or `undefined` to set that. */
  get maxBytesPerSecond(): number
  set maxBytesPerSecond(bytes: number | undefined)
  /** Lets no further request go out: the next blob, chunk or manifest waits. Requests under way come to their end. */
  pause(): void
  /** Goes on after a pause. */
  resume(): void
  /**
   * Ends the push, also in a pause; it rejects with the reason. @default an `AbortError`, as of an `AbortController`
   */
  abort(reason?: unknown): void
}

/** The controller of a push that is running, with what only the push may use. */
export interface PushControl extends PushController {
  /** True if bytes may have to wait: there is a limit, or a controller that may set one. */
  readonly isLimited: boolean
  /** True if the caller has set the number of blobs at once. */
  isConcurrencyChosen(): boolean
  /** Calls the listener after each change. @returns what ends that */
  readonly watch: Concurrency['watch']
  /** Gives the readers of the progress something new. */
  tell(progress: PushProgress): void
}

/** A push, and its control. */
interface Controlled extends PushSettings {
  readonly controller?: PushController | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: PushProgress) => void) | undefined
}

/** A controller that may still get its push. */
interface Unused {
  /** @param options Its settings are taken where the controller has none of its own. */
  begin(options: Controlled): PushControl
  end(): void
}

const DEFAULT_CONCURRENCY = 6

const unused = new WeakMap<PushController, Unused>()
const inUse = new WeakSet<PushController>()
const used = new WeakSet<PushController>()

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
  const aborting = new AbortController()
  const progress = createLatestValue<PushProgress>()
  const listeners = new Set<() => void>()
  let { concurrency, maxBytesPerSecond } = checked(settings)
  let given: PushSettings = {}
  let isPaused = false

  function change(apply: () => void): void {
    apply()
    for (const listener of [...listeners]) listener()
  }

  const controller: PushController = {
    signal: aborting.signal,
    get isPaused() {
      return isPaused
    },
    get concurrency() {
      return concurrency ?? given.concurrency ?? DEFAULT_CONCURRENCY
    },
    set concurrency(blobs) {
      change(() => {
        concurrency = positive('concurrency', blobs)
      })
    },
    get maxBytesPerSecond(): number {
      return maxBytesPerSecond ?? given.maxBytesPerSecond ?? Number.POSITIVE_INFINITY
    },
    set maxBytesPerSecond(bytes: number | undefined) {
      change(() => {
        maxBytesPerSecond = rate('maxBytesPerSecond', bytes ?? Number.POSITIVE_INFINITY)
      })
    },
    pause() {
      change(() => {
        isPaused = true
      })
    },
    resume() {
      change(() => {
        isPaused = false
      })
    },
    abort: (reason?: unknown) => aborting.abort(reason),
    [Symbol.asyncIterator]: progress.read,
  }
  unused.set(Object.freeze(controller), {
    begin(options) {
      given = checked(options)
      return Object.assign(Object.create(controller) as PushController, {
        isLimited: options.controller !== undefined || controller.maxBytesPerSecond < Number.POSITIVE_INFINITY,
        isConcurrencyChosen() {
          return (concurrency ?? given.concurrency) !== undefined
        },
        tell: progress.put,
        watch(listener: () => void) {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
      })
    },
    end: progress.end,
  })
  return controller
}

/**
 * Does a push under its controller, and tells the controller's readers when it has ended. What the push does inside may
 * call this again with the options it got: it is the same push.
 *
 * @throws {TypeError} if the controller is not from `createPushController`, or has had its push
 */
export async function withControl<O extends Controlled, T>(options: O, push: (options: O) => Promise<T>): Promise<T> {
  const { controller = createPushController(), signal, onProgress } = options
  if (inUse.has(controller)) return push(options)
  const own = unused.get(controller)
  if (!own) throw unusable(controller)
  unused.delete(controller)
  used.add(controller)
  try {
    const control = own.begin(options)
    inUse.add(control)
    const signals = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal
    const tell = (progress: PushProgress) => {
      onProgress?.(progress)
      control.tell(progress)
    }
    return await push({ ...options, controller: control, signal: signals, onProgress: tell })
  } finally {
    own.end()
  }
}

/** The control of a push that is under way. */
export function controlOf({ controller }: Controlled): PushControl {
  if (controller && inUse.has(controller)) return controller as PushControl
  throw new TypeError('Cannot control the push: it has not begun')
}

function checked({ concurrency, maxBytesPerSecond }: PushSettings): PushSettings {
  return {
    concurrency: concurrency === undefined ? undefined : positive('concurrency', concurrency),
    maxBytesPerSecond: maxBytesPerSecond === undefined ? undefined : rate('maxBytesPerSecond', maxBytesPerSecond),
  }
}

function unusable(controller: PushController): TypeError {
  return new TypeError(
    used.has(controller)
      ? 'Cannot push: the controller has had its push; make another one with createPushController()'
      : 'Cannot push: controller has to be what createPushController() gives',
  )
}
