import { params } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { isTrial, TRIAL_ADDRESS, TRIAL_LIMIT } from '../worker/trial-address.ts'
import { addressOf } from './address.ts'
import { $config } from './settings.ts'

const $texts = messages('shell/trial', {
  offer: 'Try it without a registry',
  title: 'Trial registry (in this tab)',
  note: params(
    'Nothing leaves your browser. The trial registry takes at most {limit}, and forgets everything when you reload or close this page.',
  ),
})

/** Says what the trial registry is where it is in use. Offers it where no registry is. */
export function TrialNotice({ registry }: { readonly registry: string | undefined }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const config = useStore($config)
  if (registry === undefined) {
    return config?.readOnly ? null : (
      <p>
        <a href={addressOf({ view: 'push', registry: TRIAL_ADDRESS })}>{texts.offer}</a>
      </p>
    )
  }
  if (!isTrial(registry)) return null
  return (
    <aside class="notice" aria-label={texts.title}>
      <strong>{texts.title}</strong> {texts.note({ limit: formats.bytes(TRIAL_LIMIT) })}
    </aside>
  )
}
