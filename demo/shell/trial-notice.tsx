import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import { atom } from 'nanostores'
import { $formats } from '../../src/element/words/format.ts'
import { isTrial, TRIAL_ADDRESS, TRIAL_LIMIT } from '../worker/trial-address.ts'
import { addressOf } from './address.ts'
import { $trialTexts } from './registry-name.tsx'
import { $config } from './settings.ts'
import { worker } from './worker.ts'

const $isFull = atom(false)

worker.onTrialFull(proxy(() => $isFull.set(true))).catch(() => undefined)

/** Offers the trial registry to who has none. */
export function TrialOffer() {
  const texts = useStore($trialTexts)
  if (useStore($config)?.readOnly ?? true) return null
  return (
    <p>
      <a href={addressOf({ view: 'push', registry: TRIAL_ADDRESS })}>{texts.offer}</a>
    </p>
  )
}

/** Says what the trial registry is where it is in use. */
export function TrialNotice({ registry }: { readonly registry: string | undefined }) {
  const texts = useStore($trialTexts)
  const formats = useStore($formats)
  const isFull = useStore($isFull)
  if (registry === undefined || !isTrial(registry)) return null
  const limit = formats.bytes(TRIAL_LIMIT)
  return (
    <aside class="notice" aria-label={texts.title}>
      <strong>{texts.title}</strong> {texts.note({ limit })}
      <p role="status">{isFull && <strong>{texts.full({ limit })}</strong>}</p>
    </aside>
  )
}
