import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import { useState } from 'preact/hooks'
import { messages, translate } from '../../src/element/words/messages.ts'
import { addressOf } from '../shell/address.ts'
import { useLoading } from '../shell/loading.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { worker } from '../shell/worker.ts'

translate('repositories', () => import('./ko.ts'))

const $texts = messages('repositories/list', { title: 'Repositories', none: 'The registry has no repositories.' })

/** The repositories of a registry. */
export default function RepositoriesView({ registry }: { readonly registry: string }) {
  const texts = useStore($texts)
  const [names, setNames] = useState<readonly string[]>([])
  const { isLoading, fault, reload } = useLoading(
    async (signal) => {
      setNames([])
      const add = proxy((portion: readonly string[]) => {
        if (!signal.aborted) setNames((before) => [...before, ...portion])
      })
      await worker.repositories.list(registry, add, signal)
    },
    [registry],
  )
  return (
    <section aria-labelledby="repositories-title" aria-busy={isLoading}>
      <h1 id="repositories-title">{texts.title}</h1>
      <ProblemView fault={fault} onRetry={reload} />
      {!isLoading && !fault && names.length === 0 && <p>{texts.none}</p>}
      <ul>
        {names.map((repository) => (
          <li key={repository}>
            <a href={addressOf({ registry, repository })}>{repository}</a>
          </li>
        ))}
      </ul>
    </section>
  )
}
