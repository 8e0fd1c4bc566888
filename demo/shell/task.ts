import { proxy } from 'comlink'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ReadProgress } from 'registry-api-v2-client'
import { type Fault, isAbort, toFault } from '../../src/element/words/fault.ts'

/** Something that reads bytes when the user asks for it. */
export interface Task {
  readonly isRunning: boolean
  /** Absent until the first bytes are read. */
  readonly progress: ReadProgress | undefined
  readonly fault: Fault | undefined
  /** Begins. What was under way is aborted. */
  run(act: (onProgress: (progress: ReadProgress) => void, signal: AbortSignal) => Promise<void>): void
  cancel(): void
}

const IDLE = { isRunning: false, progress: undefined, fault: undefined }

/** Runs a task at a time. It is aborted when its view goes. */
export function useTask(): Task {
  const [state, setState] = useState<Pick<Task, 'isRunning' | 'progress' | 'fault'>>(IDLE)
  const controller = useRef<AbortController>(undefined)
  const cancel = () => controller.current?.abort()
  useEffect(() => cancel, [])
  function begin(): AbortController {
    cancel()
    const begun = new AbortController()
    controller.current = begun
    return begun
  }
  return {
    ...state,
    cancel,
    run(act) {
      const { signal } = begin()
      const update = (next: Partial<typeof state>) => signal.aborted || setState((before) => ({ ...before, ...next }))
      setState({ ...IDLE, isRunning: true })
      signal.addEventListener('abort', () => setState(IDLE))
      const onProgress = proxy((progress: ReadProgress) => void update({ progress }))
      act(onProgress, signal).then(
        () => update(IDLE),
        (error) => update({ ...IDLE, fault: isAbort(error) ? undefined : toFault(error) }),
      )
    },
  }
}
