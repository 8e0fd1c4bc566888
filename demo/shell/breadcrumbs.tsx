import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { addressOf, type Place } from './address.ts'
import { RegistryName } from './registry-name.tsx'

const $texts = messages('shell/breadcrumbs', { path: 'Where you are' })

/** The way from a registry to what is shown. The last part is the place itself. */
export function Breadcrumbs({ place }: { readonly place: Place }) {
  const texts = useStore($texts)
  const { registry, repository, reference } = place
  if (!registry || !repository) return null
  const steps = [
    { text: <RegistryName registry={registry} />, to: { registry } },
    { text: repository, to: { registry, repository } },
    ...(reference ? [{ text: reference, to: { registry, repository, reference } }] : []),
  ]
  return (
    <nav aria-label={texts.path} class="breadcrumbs">
      <ol>
        {steps.map(({ text, to }, position) => (
          <li key={addressOf(to)}>
            {position === steps.length - 1 ? (
              <bdi class="wrap" aria-current="page">
                {text}
              </bdi>
            ) : (
              <a href={addressOf(to)}>
                <bdi class="wrap">{text}</bdi>
              </a>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}
