/** How many tasks may run at once; that may change while they do. */
export interface Concurrency {
  readonly concurrency: number
  /**
   * Calls the listener after each change.
   *
   * @returns what ends that
   */
  watch(listener: () => void): () => void
}

/** As many as ever. */
export function fixed(concurrency: number): Concurrency {
  return { concurrency, watch: () => () => undefined }
}

/**
 * Runs a task for each item, at most `concurrency` at once, in the order of the items; those that weigh less than 1 more at once. Where fewer may run than do, those under way end.
 * The first failure stops the rest: tasks under way get their signal, and the pool waits until they have cleaned up.
 *
 * @param weightOf Binary fractions add up without a rest: 1, 1/2, 3/16 …
 * @throws the first failure, or the signal's reason, unwrapped
 */
export async function runPool<T>(
  items: readonly T[],
  limit: Concurrency,
  signal: AbortSignal | undefined,
  task: (item: T, signal: AbortSignal) => Promise<void>,
  weightOf: (item: T) => number = () => 1,
): Promise<void> {
  const stop = new AbortController()
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const queue = items.values()
  let running = 0
  let weight = 0
  let failure: { readonly error: unknown } | undefined

  async function run(item: T): Promise<void> {
    running++
    const own = weightOf(item)
    weight += own
    try {
      // One of its own for each: Node warns of a leak where more than ten listen to one.
      await task(item, AbortSignal.any([signals]))
    } catch (error) {
      failure ??= { error }
      stop.abort(error)
    }
    running--
    weight -= own
  }

  await new Promise<void>((resolve) => {
    const unwatch = limit.watch(start)
    function start(): void {
      while (weight < limit.concurrency && !signals.aborted) {
        const { done, value } = queue.next()
        if (done) break
        void run(value).then(start)
      }
      if (running > 0) return
      unwatch()
      resolve()
    }
    start()
  })
  signal?.throwIfAborted()
  if (failure) throw failure.error
}
