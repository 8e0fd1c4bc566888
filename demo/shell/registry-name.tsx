import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { isTrial } from '../worker/trial-address.ts'

export const $trialTexts = messages('shell/trial', {
  offer: 'Try it without a registry',
  title: 'Trial registry (in this tab)',
  note: params(
    'All data stays in your browser, so Docker cannot pull from this registry. It holds at most {limit}. Everything is deleted when you reload or close this page.',
  ),
  full: params('The trial registry is full ({limit}). Reload the page to empty it, or use your own registry.'),
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
