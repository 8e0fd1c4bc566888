import { proxy } from 'comlink'
import { useState } from 'preact/hooks'
import type { ReadProgress } from 'registry-api-v2-client'
import { useWork, type Work } from './work.ts'

/** Something that reads bytes when the user asks for it. */
export interface Task extends Omit<Work, 'run'> {
  /** Absent until the first bytes are read. */
  readonly progress: ReadProgress | undefined
  /** Begins. What was under way is aborted. */
  run(act: (onProgress: (progress: ReadProgress) => void, signal: AbortSignal) => Promise<void>): void
}

/** Runs one task at a time. It is aborted when its view goes. */
export function useTask(): Task {
  const work = useWork()
  const [progress, setProgress] = useState<ReadProgress>()
  return {
    ...work,
    progress,
    run(act) {
      setProgress(undefined)
      void work.run((signal) => {
        const onProgress = proxy((progress: ReadProgress) => {
          if (!signal.aborted) setProgress(progress)
        })
        return act(onProgress, signal)
      })
    },
  }
}
