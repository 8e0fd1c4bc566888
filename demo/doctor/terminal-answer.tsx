import { useStore } from '@nanostores/preact'
import type { ComponentType } from 'preact'
import { useState } from 'preact/hooks'
import type { RegistryCheck } from 'registry-api-v2-client'
import { messages } from '../../src/element/words/messages.ts'
import { CommandLine } from '../shell/image-parts.tsx'
import { worker } from '../shell/worker.ts'

const $texts = messages('doctor/terminal', {
  title: 'Find out more in a terminal',
  run: 'A browser hides the reason. Run this command on your machine, then paste its whole output here. It sends no password.',
  copy: 'Copy the command',
  paste: 'Output of the command',
  read: 'Read the output',
  unreadable:
    'This is not the output of the command. Paste all of it, from the first line that begins with HTTP or curl.',
})

interface TerminalAnswerProps {
  readonly command: string
  /** Shows what the answer tells. */
  readonly Checks: ComponentType<{ readonly checks: readonly RegistryCheck[] }>
}

/** A line for the terminal, and a field that reads its answer. */
export function TerminalAnswer({ command, Checks }: TerminalAnswerProps) {
  const texts = useStore($texts)
  const [checks, setChecks] = useState<readonly RegistryCheck[]>()
  const [isUnreadable, setUnreadable] = useState(false)
  async function read(output: string): Promise<void> {
    const found = await worker.doctor.readOutput(output).catch(() => undefined)
    setUnreadable(!found)
    setChecks(found)
  }
  return (
    <details>
      <summary>{texts.title}</summary>
      <p>{texts.run}</p>
      <CommandLine command={command} label={texts.copy} />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void read(String(new FormData(event.currentTarget).get('output')))
        }}
      >
        <label>
          {texts.paste}
          <textarea name="output" rows={5} required spellcheck={false} aria-invalid={isUnreadable || undefined} />
        </label>
        <button type="submit">{texts.read}</button>
      </form>
      <div role="status">
        {isUnreadable && <p class="warning">{texts.unreadable}</p>}
        {checks && <Checks checks={checks} />}
      </div>
    </details>
  )
}
