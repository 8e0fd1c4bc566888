import './doctor.css'
import { useStore } from '@nanostores/preact'
import { useId } from 'preact/hooks'
import { messages, translate } from '../../src/element/words/messages.ts'
import { addressOf } from '../shell/address.ts'
import type { UnreachableHelpProps } from '../shell/unreachable.tsx'
import { CheckList } from './check-list.tsx'
import { useDiagnosis } from './diagnosis.ts'
import { $headlineTexts, headlineOf } from './headline-words.ts'
import { RegistryTab } from './registry-tab.tsx'

translate('doctor', () => import('./ko.ts'))

const $texts = messages('doctor/panel', {
  checking: 'Checking the connection…',
  nothing: 'There are no problems now. Try again.',
  again: 'Try again',
  all: 'All checks',
})

/** The doctor instead of an error: it runs by itself, and shows only what is wrong. */
export default function DoctorPanel({ registry, onRetry, children }: UnreachableHelpProps) {
  const texts = useStore($texts)
  const headlines = useStore($headlineTexts)
  const id = useId()
  const { checks, isRunning, fault } = useDiagnosis(registry)
  // An address that is not valid has an error message of its own.
  if (fault) return children
  const wrong = checks.filter(({ state }) => state === 'failed')
  const [first] = wrong
  return (
    <section class="doctor problem" aria-labelledby={id} aria-busy={isRunning}>
      <div role="status">
        <h2 id={id}>{headlines[first ? headlineOf(first) : isRunning ? 'unreachable' : 'fine']}</h2>
        {isRunning && <p aria-busy="true">{texts.checking}</p>}
        {!isRunning && !first && <p>{texts.nothing}</p>}
      </div>
      <CheckList checks={wrong} />
      <div class="bar">
        {onRetry && (
          <button type="button" onClick={onRetry}>
            {texts.again}
          </button>
        )}
        <RegistryTab registry={registry} />
        <a href={addressOf({ view: 'doctor', registry })}>{texts.all}</a>
      </div>
    </section>
  )
}
