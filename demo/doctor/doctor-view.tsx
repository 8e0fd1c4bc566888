import './doctor.css'
import { useStore } from '@nanostores/preact'
import { messages, translate } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { goTo } from '../shell/address.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { $config } from '../shell/settings.ts'
import { askForCredentials } from '../shell/sign-in.ts'
import { CheckList } from './check-list.tsx'
import { useDiagnosis } from './diagnosis.ts'
import { RegistryTab, useUrl } from './registry-tab.tsx'
import { TrialUpload } from './trial-upload.tsx'
import { Verdict } from './verdict.tsx'

translate('doctor', () => import('./ko.ts'))

const $texts = messages('doctor/view', {
  title: 'Check a registry',
  lead: 'Finds out why this page cannot use a registry, and how to fix it.',
  registry: 'Registry',
  check: 'Check',
  again: 'Check again',
  signIn: 'Check with a password',
  skipped: params('Other checks that did not run: {count}'),
})

/** The doctor: what works with a registry, and what does not. */
export default function DoctorView({ registry }: { readonly registry: string | undefined }) {
  const texts = useStore($texts)
  return (
    <>
      <h1>{texts.title}</h1>
      <p class="muted">{texts.lead}</p>
      <form
        class="bar"
        key={registry}
        onSubmit={(event) => {
          event.preventDefault()
          goTo({ view: 'doctor', registry: String(new FormData(event.currentTarget).get('registry')).trim() })
        }}
      >
        <input name="registry" required defaultValue={registry} aria-label={texts.registry} spellcheck={false} />
        <button type="submit">{texts.check}</button>
      </form>
      {registry && <Examination key={registry} registry={registry} />}
    </>
  )
}

function Examination({ registry }: { readonly registry: string }) {
  const texts = useStore($texts)
  const config = useStore($config)
  const diagnosis = useDiagnosis(registry)
  const { checks, isRunning, fault, run } = diagnosis
  const url = useUrl(registry)
  const made = checks.filter(({ state }) => state !== 'skipped')
  const skipped = checks.filter(({ state }) => state === 'skipped')
  const couldSignIn = checks.some(({ code }) => code === 'SIGN_IN_REQUIRED' || code === 'CREDENTIALS_REFUSED')
  const isUnread = checks.some(({ check, code }) => check === 'page-read' && code === 'NOT_READABLE')

  async function signIn(): Promise<void> {
    const request = { registry: url ?? registry, service: undefined, scopes: [], isRefused: false }
    const credentials = await askForCredentials(request)
    if (credentials) run({ credentials })
  }

  return (
    <section class="doctor" aria-label={texts.title} aria-busy={isRunning}>
      <ProblemView fault={fault} />
      <Verdict diagnosis={diagnosis} />
      <div class="bar">
        <button type="button" class="outline" disabled={isRunning} onClick={() => run({})}>
          {texts.again}
        </button>
        {(couldSignIn || isUnread) && (
          <button type="button" class="outline" disabled={isRunning} onClick={() => void signIn()}>
            {texts.signIn}
          </button>
        )}
        <RegistryTab registry={registry} />
      </div>
      <CheckList checks={made} />
      {skipped.length > 0 && !isRunning && (
        <details>
          <summary>{texts.skipped({ count: skipped.length })}</summary>
          <CheckList checks={skipped} />
        </details>
      )}
      {!config?.readOnly && !fault && (
        <TrialUpload isRunning={isRunning} onTry={(repository) => run({ repository, write: true })} />
      )}
    </section>
  )
}
