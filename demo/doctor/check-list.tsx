import { useStore } from '@nanostores/preact'
import type { FindingCode, RegistryCheck } from 'registry-api-v2-client'
import { messages } from '../../src/element/words/messages.ts'
import { $checkTexts } from './check-words.ts'
import { $meaningTexts } from './meaning-words.ts'
import { $remedyTexts } from './remedy-words.ts'
import { ServerSettingsView } from './server-settings.tsx'
import { TerminalAnswer } from './terminal-answer.tsx'

const $texts = messages('doctor/states', {
  passed: 'Works',
  warning: 'Works with limits',
  failed: 'Does not work',
  skipped: 'Not checked',
  notNeeded: 'Not needed',
  signedOut: 'Not signed in',
  details: 'Technical details',
})

/** Findings whose code says more than the state of their check. */
const WORDS: Partial<Record<FindingCode, 'notNeeded' | 'signedOut'>> = {
  SAME_MACHINE: 'notNeeded',
  SAME_ORIGIN: 'notNeeded',
  SIGN_IN_REQUIRED: 'signedOut',
}

const MARKS = { passed: '✓', warning: '!', failed: '✗', skipped: '–' } as const

/** Checks, each with its subject, and with the remedy if something is wrong. */
export function CheckList({ checks }: { readonly checks: readonly RegistryCheck[] }) {
  return (
    <ul class="checks">
      {checks.map((check) => (
        <CheckItem key={check.check} check={check} />
      ))}
    </ul>
  )
}

function CheckItem({ check }: { readonly check: RegistryCheck }) {
  const texts = useStore($texts)
  const subjects = useStore($checkTexts)
  const { state, code, message, settings, command } = check
  const meaning = useWords($meaningTexts, code) ?? message
  const remedy = useWords($remedyTexts, code)
  const isWrong = state === 'failed' || state === 'warning'
  return (
    <li data-state={state}>
      <span class="mark" aria-hidden="true">
        {MARKS[state]}
      </span>
      <div>
        <p>
          <strong>{subjects[check.check]}</strong> <span class="state">{texts[WORDS[code] ?? state]}</span>
        </p>
        {(isWrong || code !== 'OK') && <p>{meaning}</p>}
        {isWrong && remedy !== undefined && <p>{remedy}</p>}
        {isWrong && (
          <details>
            <summary>{texts.details}</summary>
            <p class="wrap">{message}</p>
          </details>
        )}
        {isWrong && settings.length > 0 && <ServerSettingsView settings={settings} />}
        {isWrong && command !== undefined && <TerminalAnswer command={command} Checks={CheckList} />}
      </div>
    </li>
  )
}

/** The words for a code. Some codes of errors have none. */
function useWords(store: typeof $meaningTexts | typeof $remedyTexts, code: string): string | undefined {
  const texts: Readonly<Record<string, string>> = useStore(store)
  return Object.hasOwn(texts, code) ? texts[code] : undefined
}
