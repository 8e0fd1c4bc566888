import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { copyText } from '../../src/element/view/copy-text.ts'
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

/** A button that copies a text. */
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
