import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'

interface FoldProps {
  readonly summary: ComponentChildren
  /** At the start, and again when it becomes true. */
  readonly isOpen: boolean
  readonly children: ComponentChildren
}

/** Something that can be folded. Its content is not there before it is opened first. */
export function Fold({ summary, isOpen, children }: FoldProps) {
  const [before, setBefore] = useState(isOpen)
  const [isShown, setShown] = useState(isOpen)
  if (before !== isOpen) {
    setBefore(isOpen)
    if (isOpen) setShown(true)
  }
  return (
    <details open={isShown} onToggle={({ currentTarget }) => setShown(currentTarget.open)}>
      <summary>{summary}</summary>
      {isShown && children}
    </details>
  )
}
