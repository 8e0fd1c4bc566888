import { useEffect, useRef, useState } from 'preact/hooks'
import { type Fault, isAbort, toFault } from '../../src/element/words/fault.ts'

/** Something that takes a while. The newest run counts: it aborts the one before. */
export interface Work {
  readonly isRunning: boolean
  /** The failure that ended the last run. An abort is not a fault. */
  readonly fault: Fault | undefined
  run(act: (signal: AbortSignal) => Promise<void>): Promise<void>
  cancel(): void
}

/**
 * Runs one thing at a time. What runs when the view goes is aborted.
 *
 * @param isRunning True if the view begins something as soon as it is there.
 */
export function useWork(isRunning = false): Work {
  const [state, setState] = useState<Pick<Work, 'isRunning' | 'fault'>>({ isRunning, fault: undefined })
  const current = useRef<AbortController>(undefined)
  const cancel = () => current.current?.abort()
  useEffect(() => cancel, [])

  async function run(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    cancel()
    const controller = new AbortController()
    current.current = controller
    setState({ isRunning: true, fault: undefined })
    const fault = await act(controller.signal).then(() => undefined, toFault)
    if (current.current !== controller) return
    setState({ isRunning: false, fault: fault && !isAbort(fault) ? fault : undefined })
  }

  return { ...state, run, cancel }
}
