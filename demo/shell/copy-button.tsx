import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { messages } from '../../src/element/words/messages.ts'

const $texts = messages('shell/copy', { copy: 'Copy', copied: 'Copied' })

interface CopyButtonProps {
  readonly text: string
  /** The text of the button. @default Copy */
  readonly label?: string | undefined
  /** The name of the button, where several say the same. */
  readonly name?: string | undefined
  /** @default outline */
  readonly class?: string
}

/** Copies a text, also on plain http, where browsers have no clipboard. */
export function CopyButton({ text, label, name, class: className = 'outline' }: CopyButtonProps) {
  const texts = useStore($texts)
  const [isCopied, setCopied] = useState(false)
  return (
    <button
      type="button"
      class={className}
      aria-label={isCopied ? undefined : name}
      title={name}
      onClick={async () => {
        await copyText(text)
        setCopied(true)
        setTimeout(() => setCopied(false), 2000)
      }}
    >
      <span aria-live="polite">{isCopied ? texts.copied : (label ?? texts.copy)}</span>
    </button>
  )
}

async function copyText(text: string): Promise<void> {
  // Absent on plain http.
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.style.position = 'fixed'
  // A modal dialog makes all outside of it inert.
  const place = document.activeElement?.closest('dialog') ?? document.body
  place.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
}
