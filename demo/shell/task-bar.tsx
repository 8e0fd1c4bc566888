import { useStore } from '@nanostores/preact'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { ProblemView } from './problem-view.tsx'
import type { Task } from './task.ts'

const $texts = messages('shell/task', { cancel: 'Cancel', reading: 'Reading' })

/** How a task is getting on, and what went wrong. */
export function TaskBar({ task: { isRunning, progress, fault, cancel } }: { readonly task: Task }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  return (
    <>
      {isRunning && (
        <div class="task">
          <progress aria-label={texts.reading} value={progress?.readBytes} max={progress?.totalBytes || undefined} />
          <span>{progress && `${formats.bytes(progress.readBytes)} / ${formats.bytes(progress.totalBytes)}`}</span>
          <button type="button" class="quiet" onClick={cancel}>
            {texts.cancel}
          </button>
        </div>
      )}
      <ProblemView fault={fault} />
    </>
  )
}
