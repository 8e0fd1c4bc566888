import { type Concurrency, createSemaphore } from './semaphore.ts'

/**
 * Runs a task for each item, in their order, within a limit. If the limit falls, the tasks under way still end.
 * The first failure stops the rest: tasks under way get their signal, and the pool waits until they have cleaned up.
 *
 * @param weightOf How much of the limit a task takes. Tasks that weigh less than 1 run more at once. @default 1
 * @throws the first failure, or the signal's reason, unwrapped
 */
export async function runPool<T>(
  items: readonly T[],
  limit: Concurrency,
  signal: AbortSignal | undefined,
  task: (item: T, signal: AbortSignal) => Promise<unknown>,
  weightOf: (item: T) => number = () => 1,
): Promise<void> {
  const stop = new AbortController()
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const permit = createSemaphore(limit)
  const running: Promise<void>[] = []
  let failure: { readonly error: unknown } | undefined

  async function run(item: T, release: () => void): Promise<void> {
    try {
      // Each task has a signal of its own: Node warns of a leak if more than ten listen to one.
      await task(item, AbortSignal.any([signals]))
    } catch (error) {
      failure ??= { error }
      stop.abort(error)
    }
    release()
  }

  for (const item of items) {
    const release = await permit(signals, () => weightOf(item)).catch(() => undefined)
    if (!release || signals.aborted) break
    running.push(run(item, release))
  }
  await Promise.all(running)
  signal?.throwIfAborted()
  if (failure) throw failure.error
}
