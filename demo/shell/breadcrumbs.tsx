import { useStore } from '@nanostores/preact'
import { messages } from '../../src/element/words/messages.ts'
import { addressOf, type Place } from './address.ts'
import { RegistryName } from './registry-name.tsx'

const $texts = messages('shell/breadcrumbs', { path: 'Where you are' })

interface BreadcrumbsProps {
  readonly place: Place
  /** The name of a view of the place, such as a comparison. @default the place itself is shown */
  readonly here?: string
}

/** The way from a registry to what is shown. */
export function Breadcrumbs({ place, here }: BreadcrumbsProps) {
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
            {position === steps.length - 1 && here === undefined ? (
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
        {here !== undefined && (
          <li>
            <span aria-current="page">{here}</span>
          </li>
        )}
      </ol>
    </nav>
  )
}
