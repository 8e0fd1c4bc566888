import './doctor.css'
import { useStore } from '@nanostores/preact'
import { messages, translate } from '../../src/element/words/messages.ts'
import { addressOf } from '../shell/address.ts'
import { CheckList } from './check-list.tsx'
import { useDiagnosis } from './diagnosis.ts'

translate('doctor', () => import('./ko.ts'))

const $texts = messages('doctor/panel', {
  title: 'What stands in the way',
  checking: 'Checking the connection…',
  nothing: 'The registry can be reached now. Try again.',
  all: 'All checks',
})

/** The doctor below an error: it runs by itself, and shows only what is wrong. */
export default function DoctorPanel({ registry }: { readonly registry: string }) {
  const texts = useStore($texts)
  const { checks, isRunning, fault } = useDiagnosis(registry)
  // The address has an error message of its own.
  if (fault) return null
  const wrong = checks.filter(({ state }) => state === 'failed')
  return (
    <section class="doctor notice" aria-label={texts.title} aria-busy={isRunning}>
      <h2>{texts.title}</h2>
      <div role="status">
        {isRunning && <p aria-busy="true">{texts.checking}</p>}
        {!isRunning && wrong.length === 0 && <p>{texts.nothing}</p>}
      </div>
      <CheckList checks={wrong} />
      <p>
        <a href={addressOf({ view: 'doctor', registry })}>{texts.all}</a>
      </p>
    </section>
  )
}
