import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages, translate } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ActionBar } from '../change/action-bar.tsx'
import { useUndone } from '../change/use-undone.ts'
import { remember } from '../registries/remembered.ts'
import { $place, addressOf } from '../shell/address.ts'
import { changePlace, FilterField, useFilter } from '../shell/filter.tsx'
import { CommandLine } from '../shell/image-parts.tsx'
import { ProblemView } from '../shell/problem-view.tsx'
import { pullCommand } from '../shell/pull-command.ts'
import { $config } from '../shell/settings.ts'
import { $signOuts } from '../shell/sign-out.ts'
import { worker } from '../shell/worker.ts'
import { filterTags, ORDERS, type Order, orderTags } from './arrange.ts'
import { ChosenTags } from './chosen-tags.tsx'
import { ReadingStatus } from './reading-status.tsx'
import { tagListOf } from './tag-list.ts'
import { TagTable } from './tag-table.tsx'
import './tags.css'

translate('tags', () => import('./ko.ts'))

const $texts = messages('tags/list', {
  none: 'This repository has no tags.',
  push: 'Push an image',
  filter: 'Filter: a part of the name, or a pattern such as v1.*',
  noMatch: params('No tag matches "{text}".'),
  order: 'Order',
  version: 'Version',
  name: 'Name',
  newest: 'Newest',
  oldest: 'Oldest',
  largest: 'Largest',
  smallest: 'Smallest',
  about: params('Show signatures and other tags from tools ({count})'),
  missing: params('There is no repository "{repository}" here'),
  missingAdvice: 'Check the name. You may not have access to it, or its last image was deleted.',
  back: 'All repositories',
})

interface TagsViewProps {
  readonly registry: string
  readonly repository: string
}

/** The tags of a repository. */
export default function TagsView({ registry, repository }: TagsViewProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const isReadOnly = useStore($config)?.readOnly ?? true
  const list = tagListOf(`${registry} ${repository} ${useStore($signOuts)}`, {
    list: (signal) => worker.tags.list(registry, repository, signal),
    details: (tags, signal) => worker.tags.details(registry, repository, tags, signal),
  })
  const state = useStore(list.$state)
  const filter = useFilter()
  const { text } = filter
  const { order: asked } = useStore($place)
  const order = ORDERS.find((one) => one === asked) ?? 'version'
  const setOrder = (order: Order) => changePlace({ order: order === 'version' ? undefined : order })
  const [hasAbout, setAbout] = useState(false)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    void list.load()
    return () => list.stop()
  }, [list])
  useEffect(() => list.includeAbout(hasAbout), [list, hasAbout])
  const { tags, about, rows, phase, fault } = state
  const isThere = tags.length + about.length > 0
  useEffect(() => {
    if (isThere) remember(registry, repository)
  }, [registry, repository, isThere])

  const all = hasAbout ? [...tags, ...about] : tags
  const shown = orderTags(filterTags(all, text), rows, order)
  const isMoving = phase !== 'done' && order !== 'version' && order !== 'name'
  // A tag that is gone is no longer chosen. The newest version comes first.
  const stillChosen = all.filter((tag) => chosen.has(tag))
  function reload(): void {
    setChosen(new Set())
    void list.load()
  }
  useUndone({ registry, repository }, reload)

  // Without a tag, Docker pulls "latest", which may not be there.
  const tag = tags.find((tag) => tag === 'latest') ?? tags[0]
  const pull = tag === undefined ? undefined : pullCommand(registry, `${repository}:${tag}`)
  if (fault?.status === 404 && !isThere) return <MissingRepository {...{ registry, repository }} onChanged={reload} />
  return (
    <section aria-labelledby="tags-title" aria-busy={phase === 'listing'} class={isMoving ? 'unanchored' : undefined}>
      <h1 id="tags-title">
        <bdi>{repository}</bdi>
      </h1>
      {pull && <CommandLine command={pull} />}
      <div class="bar">
        <FilterField label={texts.filter} filter={filter} />
        <span class="bar">
          <label for="tags-order">{texts.order}</label>
          <select
            id="tags-order"
            value={order}
            onChange={({ currentTarget }) => setOrder(currentTarget.value as Order)}
          >
            {ORDERS.map((name) => (
              <option value={name} key={name}>
                {texts[name]}
              </option>
            ))}
          </select>
        </span>
      </div>
      {(isThere || phase === 'done') && (
        <ActionBar {...{ registry, repository }} isEmpty={!isThere} onChanged={reload} />
      )}
      <ReadingStatus list={list} />
      <ProblemView fault={fault} onRetry={() => void list.resume()} />
      {about.length > 0 && (
        <label>
          <input type="checkbox" checked={hasAbout} onChange={({ currentTarget }) => setAbout(currentTarget.checked)} />
          {texts.about({ count: formats.number(about.length) })}
        </label>
      )}
      {phase === 'done' && !isThere && (
        <p>
          {texts.none} {!isReadOnly && <a href={addressOf({ view: 'push', registry })}>{texts.push}</a>}
        </p>
      )}
      {text.trim() && all.length > 0 && shown.length === 0 && <p>{texts.noMatch({ text: text.trim() })}</p>}
      {shown.length > 0 && (
        <TagTable
          {...{ registry, repository, rows, order, chosen }}
          tags={shown}
          listKey={`${text} ${order}`}
          onOrder={setOrder}
          onChoose={setChosen}
          onView={list.prefer}
        />
      )}
      <ChosenTags
        {...{ registry, repository, rows }}
        tags={stillChosen}
        onClear={() => setChosen(new Set())}
        onChanged={reload}
      />
    </section>
  )
}

function MissingRepository({ registry, repository, onChanged }: TagsViewProps & { onChanged(): void }) {
  const texts = useStore($texts)
  return (
    <section aria-labelledby="tags-title">
      <h1 id="tags-title">{texts.missing({ repository })}</h1>
      <p>{texts.missingAdvice}</p>
      <p>
        <a href={addressOf({ registry })}>{texts.back}</a>
      </p>
      <ActionBar {...{ registry, repository, onChanged }} isEmpty />
    </section>
  )
}
