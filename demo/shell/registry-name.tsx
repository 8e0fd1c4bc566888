import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { isTrial } from '../worker/trial-address.ts'

export const $trialTexts = messages('shell/trial', {
  offer: 'Try it without a registry',
  title: 'Trial registry (in this tab)',
  note: params(
    'Nothing leaves your browser, so Docker cannot pull from it. It takes at most {limit}, and forgets everything when you reload or close this page.',
  ),
  full: params('It has taken {limit} and is full. Reload the page to empty it, or use a registry of your own.'),
})

/** A registry, as people call it. */
export function RegistryName({ registry }: { readonly registry: string }) {
  const { title } = useStore($trialTexts)
  return <bdi>{isTrial(registry) ? title : hostOf(registry)}</bdi>
}

/** `registry.example.com:5000`, without the scheme. */
export function hostOf(registry: string): string {
  return registry.replace(/^https?:\/\//, '').replace(/\/+$/, '')
}
