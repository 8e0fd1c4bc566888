import { useStore } from '@nanostores/preact'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { messages } from '../../src/element/words/messages.ts'
import { useStay } from '../shell/stay.ts'
import { giveFocusBack } from './focus.ts'

const $texts = messages('change/dialog', { close: 'Close' })

interface ActionFrameProps {
  readonly title: string
  /** True while something is under way: Escape does not end it, and the browser asks before the page is left. */
  readonly isBusy: boolean
  onClose(): void
  readonly children: ComponentChildren
}

/** The frame of a dialog: open as long as it is there. */
export function ActionDialog({ title, isBusy, onClose, children }: ActionFrameProps) {
  const texts = useStore($texts)
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useStay(isBusy)
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    // The dialog is removed, and not closed, so the browser does not bring the focus back by itself.
    return () => giveFocusBack(before)
  }, [])
  return (
    <dialog
      ref={dialog}
      class="action"
      aria-labelledby={id}
      onCancel={(event) => {
        if (isBusy && event.target === dialog.current) event.preventDefault()
      }}
      onClose={({ target }) => {
        if (target === dialog.current) onClose()
      }}
    >
      <article>
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="quiet" aria-label={texts.close} disabled={isBusy} onClick={onClose}>
            ×
          </button>
        </header>
        {children}
      </article>
    </dialog>
  )
}
