import { untilAborted } from './abort.ts'

/** A limit to a wait. */
interface Deadline {
  readonly milliseconds: number
  /** Makes the error for a promise that takes longer. */
  late(): Error
}

/**
 * Waits for a promise until its deadline. The deadline and an abort end the wait, not the work behind the promise.
 *
 * @throws what `late` makes, if the promise takes longer; the signal's reason, if that aborts before
 */
export function beforeDeadline<T>(
  promise: Promise<T>,
  { milliseconds, late }: Deadline,
  signal: AbortSignal | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), milliseconds)
    untilAborted(promise, signal).then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
