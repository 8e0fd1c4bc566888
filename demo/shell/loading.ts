import { useEffect, useState } from 'preact/hooks'
import { type Fault, isAbort, toFault } from '../../src/element/words/fault.ts'

/** How a load is getting on. */
export interface Loading {
  readonly isLoading: boolean
  readonly fault: Fault | undefined
  /** Loads again. */
  reload(): void
}

/** Loads something when a view is shown, or an input changes. What was under way is aborted. */
export function useLoading(load: (signal: AbortSignal) => Promise<void>, inputs: readonly unknown[]): Loading {
  const [state, setState] = useState<Pick<Loading, 'isLoading' | 'fault'>>({ isLoading: true, fault: undefined })
  const [round, setRound] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    setState({ isLoading: true, fault: undefined })
    load(signal).then(
      () => !signal.aborted && setState({ isLoading: false, fault: undefined }),
      (error) => !signal.aborted && setState({ isLoading: false, fault: isAbort(error) ? undefined : toFault(error) }),
    )
    return () => controller.abort()
  }, [...inputs, round])
  return { ...state, reload: () => setRound(round + 1) }
}
