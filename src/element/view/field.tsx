import { useStore } from '@nanostores/preact'
import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { messages } from '../words/messages.ts'
import type { FieldFault } from './validity.ts'

const $texts = messages('element/field', {
  registry: 'Type a host or an address, such as registry.example.com or http://localhost:5000.',
  repository: 'Use lowercase letters, digits and . _ - /, such as team/app. Do not type the registry or the tag here.',
  tag: 'Use at most 128 letters, digits and . _ -, such as v1.0.',
  clash: 'Another image has this name.',
})

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly fault: FieldFault | undefined
  /** True if a fault is shown although the user has not typed yet. */
  readonly isChecked: boolean
  readonly isDisabled?: boolean
  readonly inputMode?: 'url' | 'text'
  onInput(value: string): void
  /** A button at the end. */
  readonly children?: ComponentChildren
}

/** A text field that shows mistakes while the user types. */
export function Field({ label, value, fault, isChecked, isDisabled, inputMode, onInput, children }: FieldProps) {
  const texts = useStore($texts)
  const id = useId()
  const [isTouched, setTouched] = useState(false)
  const shown = fault !== undefined && (isTouched || isChecked) ? fault : undefined
  return (
    <div class="field" part="field">
      <label for={id}>{label}</label>
      <div class="row">
        <input
          id={id}
          value={value}
          disabled={isDisabled}
          inputMode={inputMode}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={shown !== undefined}
          aria-describedby={`${id}-fault`}
          onInput={({ currentTarget }) => {
            setTouched(true)
            onInput(currentTarget.value)
          }}
        />
        {children}
      </div>
      <p class="fault" id={`${id}-fault`} aria-live="polite">
        {shown && texts[shown]}
      </p>
    </div>
  )
}
