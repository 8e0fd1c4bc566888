import { createLatestValue } from '../async/latest-value.ts'
import type { Concurrency } from '../async/semaphore.ts'
import { positive, rate } from '../check-options.ts'

/** The members that all controllers have. */
export interface Controls {
  /** Aborted by `abort`. */
  readonly signal: AbortSignal
  readonly isPaused: boolean
  /** Bytes of blobs per second. Without a limit it is `Infinity`. Set `undefined` to remove the limit. */
  get maxBytesPerSecond(): number
  set maxBytesPerSecond(bytes: number | undefined)
  /** Pauses: no further request is sent and no further byte is written. Requests under way are finished. */
  pause(): void
  /** Continues after a pause. */
  resume(): void
  /**
   * Aborts the transfer, also during a pause. It rejects with the reason. @default an `AbortError`, as of an
   * `AbortController`
   */
  abort(reason?: unknown): void
}

/** Settings that can change while a transfer runs. */
export interface ControlSettings {
  readonly concurrency?: number | undefined
  readonly maxBytesPerSecond?: number | undefined
}

/** A controller of a transfer with progress of the type `P`. */
interface Controller<P> extends Controls, AsyncIterable<P, undefined> {
  concurrency: number
}

/** The controller of a transfer that is running, with the members that only the transfer may use. */
export interface Control extends Controls {
  concurrency: number
  /** True if bytes may have to wait: there is a limit, or a controller that may set one. */
  readonly isLimited: boolean
  /** True if the caller has set `concurrency`. */
  isConcurrencyChosen(): boolean
  /**
   * Calls the listener after each change.
   *
   * @returns a function that ends the calls
   */
  readonly watch: Concurrency['watch']
  /** Gives a new value to the readers of the progress. */
  tell(progress: unknown): void
  /** Ends the progress for its readers. */
  end(): void
}

/** The options of a transfer that can be controlled. */
interface Controlled extends ControlSettings {
  readonly controller?: Controls | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: never) => void) | undefined
}

const DEFAULT_CONCURRENCY = 6

/** The controllers that are not in use yet, each with the function that starts its use. */
const unused = new WeakMap<Controls, (options: Controlled) => Control>()
const inUse = new WeakSet<Controls>()

const UNUSABLE = 'Cannot use controller: it has to be a new one from createPushController() or createWriteController()'

/**
 * Creates the controller of one transfer.
 *
 * @throws {RangeError} if `concurrency` is not a whole number above 0, or `maxBytesPerSecond` is not above 0.
 */
export function createController<P>(settings: ControlSettings = {}): Controller<P> {
  const aborting = new AbortController()
  const progress = createLatestValue<P>()
  const listeners = new Set<() => void>()
  let { concurrency, maxBytesPerSecond } = checked(settings)
  let given: ControlSettings = {}
  let isPaused = false

  function change(apply: () => void): void {
    apply()
    for (const listener of [...listeners]) listener()
  }

  const controller: Controller<P> = {
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
  unused.set(Object.freeze(controller), (options) => {
    try {
      given = checked(options)
    } catch (error) {
      progress.end()
      throw error
    }
    return Object.assign(Object.create(controller) as Controller<P>, {
      isLimited: options.controller !== undefined || controller.maxBytesPerSecond < Number.POSITIVE_INFINITY,
      isConcurrencyChosen() {
        return (concurrency ?? given.concurrency) !== undefined
      },
      tell: progress.put,
      end: progress.end,
      watch(listener: () => void) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    })
  })
  return controller
}

/**
 * Runs a transfer under its controller. When the transfer has ended, the progress of the controller ends too. The
 * transfer may pass its options to a function that calls this again: it is the same transfer.
 *
 * @throws {TypeError} if the controller is not from this package, or was already used
 */
export async function withControl<O extends Controlled, T>(
  options: O,
  transfer: (options: O) => Promise<T>,
): Promise<T> {
  const begun = beginControl(options)
  if (begun === options) return transfer(options)
  try {
    return await transfer(begun)
  } finally {
    controlOf(begun).end()
  }
}

/**
 * Begins a transfer that outlives the call, such as the writing of a stream. The transfer must call `end` of its
 * control. If it does not begin, the progress of the controller ends at once.
 *
 * @throws {TypeError} if the controller is not from this package, or was already used
 */
export async function withLastingControl<O extends Controlled, T>(
  options: O,
  begin: (options: O) => Promise<T>,
): Promise<T> {
  const begun = beginControl(options)
  try {
    return await begin(begun)
  } catch (error) {
    controlOf(begun).end()
    throw error
  }
}

/** Returns the options of a transfer under its controller. Options that have begun are returned as they are. */
function beginControl<O extends Controlled>(options: O): O {
  const { controller = createController(), signal, onProgress } = options
  if (inUse.has(controller)) return options
  const begin = unused.get(controller)
  if (!begin) throw new TypeError(UNUSABLE)
  unused.delete(controller)
  const control = begin(options)
  inUse.add(control)
  const signals = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal
  const tell = (progress: never) => {
    onProgress?.(progress)
    control.tell(progress)
  }
  return { ...options, controller: control, signal: signals, onProgress: tell }
}

/** Returns the control of a transfer that is running. */
export function controlOf({ controller }: Controlled): Control {
  if (controller && inUse.has(controller)) return controller as Control
  throw new TypeError('Cannot control the transfer: it has not begun')
}

function checked({ concurrency, maxBytesPerSecond }: ControlSettings): ControlSettings {
  return {
    concurrency: concurrency === undefined ? undefined : positive('concurrency', concurrency),
    maxBytesPerSecond: maxBytesPerSecond === undefined ? undefined : rate('maxBytesPerSecond', maxBytesPerSecond),
  }
}
