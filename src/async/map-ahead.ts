import { createSemaphore, fixed } from './semaphore.ts'

/** How far a task for each of many items may run ahead of the reader of its results. */
interface Ahead {
  /** Tasks under way at once. */
  readonly atOnce: number
  /** Items that were taken, and whose results the reader has not taken yet. No fewer than `atOnce`. */
  readonly ahead: number
  /** True for the order of the items, false for the order in which the results are ready. */
  readonly isOrdered: boolean
  readonly signal: AbortSignal | undefined
}

/**
 * Runs a task for each item, a bounded number ahead of the reader of the results. When the reader stops early, the
 * tasks under way get an abort, and no further one starts.
 *
 * @param open Opens the items. They end at an abort of the signal that it gets.
 * @throws the first failure of a task or of the items, after the results before it; the signal's reason, unwrapped
 */
export async function* mapAhead<T, R>(
  open: (signal: AbortSignal) => AsyncIterator<T>,
  { atOnce, ahead, isOrdered, signal }: Ahead,
  task: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R, void> {
  const ending = new AbortController()
  const signals = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
  const permit = createSemaphore(fixed(atOnce))
  const room = createSemaphore(fixed(ahead))
  /** The results in the order of the reader. `take` makes room for another item. */
  const results: { readonly result: Promise<R>; readonly take: () => void }[] = []
  let running = 0
  let end: { readonly failure?: unknown } | undefined
  let wake = () => {}

  async function run(item: T): Promise<R> {
    const release = await permit(signals)
    try {
      // Each task has a signal of its own: Node warns of a leak if more than ten listen to one.
      return await task(item, AbortSignal.any([signals]))
    } finally {
      release()
    }
  }

  async function start(item: T, take: () => void): Promise<void> {
    running++
    const result = run(item)
    if (isOrdered) results.push({ result, take })
    await result.catch(() => undefined)
    if (!isOrdered) results.push({ result, take })
    running--
    wake()
  }

  async function takeItems(): Promise<void> {
    const items = open(signals)
    try {
      for (;;) {
        const take = await room(signals)
        const { done, value } = await items.next()
        if (done) break
        void start(value, take)
        wake()
      }
      end = {}
    } catch (failure) {
      end = { failure }
      items.return?.()?.then(undefined, () => undefined)
    }
    wake()
  }

  void takeItems()
  try {
    for (;;) {
      const next = results.shift()
      if (next) {
        const result = await next.result
        signal?.throwIfAborted()
        next.take()
        yield result
      } else if (end && running === 0) {
        signal?.throwIfAborted()
        if ('failure' in end) throw end.failure
        return
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    ending.abort()
  }
}
