import { useEffect } from 'preact/hooks'
import type { Fault } from '../../src/element/words/fault.ts'
import { useWork } from './work.ts'

/** How a load is getting on. */
interface Loading {
  readonly isLoading: boolean
  readonly fault: Fault | undefined
  /** Loads again. */
  reload(): void
}

/** Loads something when a view is shown, or an input changes. What was under way is aborted. */
export function useLoading(load: (signal: AbortSignal) => Promise<void>, inputs: readonly unknown[]): Loading {
  const { isRunning: isLoading, fault, run } = useWork(true)
  const reload = () => void run(load)
  useEffect(reload, inputs)
  return { isLoading, fault, reload }
}
