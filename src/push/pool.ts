/**
 * Runs a task for each item, at most `concurrency` at once, in the order of the items.
 * The first failure stops the rest: tasks under way get their signal, and the pool waits until they have cleaned up.
 *
 * @throws the first failure, or the signal's reason, unwrapped
 */
export async function runPool<T>(
  items: readonly T[],
  concurrency: number,
  signal: AbortSignal | undefined,
  task: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const queue = items.values()
  let failure: { readonly error: unknown } | undefined

  async function work(): Promise<void> {
    for (const item of queue) {
      if (signals.aborted) return
      // One of its own for each: Node warns of a leak where more than ten listen to one.
      await task(item, AbortSignal.any([signals]))
    }
  }

  async function stopAtFailure(): Promise<void> {
    try {
      await work()
    } catch (error) {
      failure ??= { error }
      stop.abort(error)
    }
  }

  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, stopAtFailure))
  signal?.throwIfAborted()
  if (failure) throw failure.error
}
