import { params } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { messages, translate } from '../../src/element/words/messages.ts'
import { ActionBar } from '../change/action-bar.tsx'
import { addressOf } from '../shell/address.ts'
import { useLoading } from '../shell/loading.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { worker } from '../shell/worker.ts'

translate('tags', () => import('./ko.ts'))

const $texts = messages('tags/list', {
  none: 'The repository has no tags.',
  choose: params('Choose {tag}'),
})

interface TagsViewProps {
  readonly registry: string
  readonly repository: string
}

/** The tags of a repository. */
export default function TagsView({ registry, repository }: TagsViewProps) {
  const texts = useStore($texts)
  const [tags, setTags] = useState<readonly string[]>([])
  const [chosen, setChosen] = useState<readonly string[]>([])
  const { isLoading, fault, reload } = useLoading(
    async (signal) => setTags(await worker.tags.list(registry, repository, signal)),
    [registry, repository],
  )
  return (
    <section aria-labelledby="tags-title" aria-busy={isLoading}>
      <h1 id="tags-title">{repository}</h1>
      <ProblemView fault={fault} onRetry={reload} />
      {!isLoading && !fault && tags.length === 0 && <p>{texts.none}</p>}
      <ActionBar
        registry={registry}
        repository={repository}
        references={chosen}
        onChanged={() => {
          setChosen([])
          reload()
        }}
      />
      <ul>
        {tags.map((reference) => (
          <li key={reference}>
            <input
              type="checkbox"
              aria-label={texts.choose({ tag: reference })}
              checked={chosen.includes(reference)}
              onChange={({ currentTarget: { checked } }) =>
                setChosen(checked ? [...chosen, reference] : chosen.filter((tag) => tag !== reference))
              }
            />
            <a href={addressOf({ registry, repository, reference })}>{reference}</a>
          </li>
        ))}
      </ul>
    </section>
  )
}
