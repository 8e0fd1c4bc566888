import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { messages } from '../words/messages.ts'
import { copyText } from './copy-text.ts'

const $texts = messages('element/copy', { copy: 'Copy', copied: 'Copied' })

interface CopyButtonProps {
  readonly text: string
  /** The text of the button. @default Copy */
  readonly label?: string | undefined
  /** The name of the button, where several say the same. */
  readonly name?: string | undefined
  /** @default secondary outline */
  readonly class?: string
}

/** A button that copies a text. */
export function CopyButton({ text, label, name, class: className = 'secondary outline' }: CopyButtonProps) {
  const texts = useStore($texts)
  const [isCopied, setCopied] = useState(false)
  return (
    <button
      type="button"
      class={className}
      part="button"
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
