import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { Diagnosis } from './diagnosis.ts'

const $texts = messages('doctor/verdict', {
  running: params('Checking… {done} so far'),
  failed: count({ one: 'One check failed.', many: '{count} checks failed.' }),
  signedOut: 'You can use the registry from this page after you sign in.',
  limited: 'You can use the registry from this page, with limits.',
  fine: 'You can use the registry from this page.',
})

/** The result of a diagnosis in a sentence. The region is there before its text, for screen readers. */
export function Verdict({ diagnosis: { isRunning, checks, fault } }: { readonly diagnosis: Diagnosis }) {
  const texts = useStore($texts)
  const countOf = (state: string) => checks.filter((check) => check.state === state).length
  const failed = countOf('failed')
  const isOnlySignedOut = checks.every(({ state, code }) => state !== 'warning' || code === 'SIGN_IN_REQUIRED')
  const limited = isOnlySignedOut ? texts.signedOut : texts.limited
  const kind = failed > 0 ? 'problem' : countOf('warning') > 0 ? 'warning' : 'notice'
  const result = failed > 0 ? texts.failed(failed) : kind === 'warning' ? limited : texts.fine
  return (
    <div role="status">
      {isRunning ? (
        <p aria-busy="true">{texts.running({ done: checks.length })}</p>
      ) : (
        !fault && <p class={kind}>{result}</p>
      )}
    </div>
  )
}
