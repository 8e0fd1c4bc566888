import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { messages } from '../words/messages.ts'
import { copyText } from './copy-text.ts'

const $texts = messages('element/copy', { copy: 'Copy', copied: 'Copied' })

/** A button that copies a text. */
export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const texts = useStore($texts)
  const [isCopied, setCopied] = useState(false)
  return (
    <button
      type="button"
      class="secondary outline"
      part="button"
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
