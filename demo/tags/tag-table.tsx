import { useStore } from '@nanostores/preact'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { MoreButton, useGrowing } from '../shell/growing.tsx'
import type { TagRow } from '../worker/tags.ts'
import type { Order } from './arrange.ts'
import { TagTableRow } from './tag-table-row.tsx'

const $texts = messages('tags/table', {
  caption: params('Tags of {repository}'),
  chooseAll: params('Select all {count} tags'),
  tag: 'Tag',
  kind: 'Kind',
  platforms: 'Platforms',
  size: 'Size',
  created: 'Created',
  digest: 'Digest',
})

interface TagTableProps {
  readonly registry: string
  readonly repository: string
  /** In the order in which they are shown. */
  readonly tags: readonly string[]
  readonly rows: ReadonlyMap<string, TagRow>
  readonly order: Order
  readonly chosen: ReadonlySet<string>
  /** Names the list and its order. */
  readonly listKey: string
  onOrder(order: Order): void
  onChoose(chosen: ReadonlySet<string>): void
  /** Called with the tags that come into view. */
  onView(tags: readonly string[]): void
}

/** The columns that the list can be ordered by: the two orders of each. */
const TURNS = {
  tag: ['version', 'name'],
  size: ['largest', 'smallest'],
  created: ['newest', 'oldest'],
} as const satisfies Record<string, readonly [Order, Order]>
const SORTED: Readonly<Record<Order, 'ascending' | 'descending'>> = {
  ...{ version: 'descending', name: 'ascending', newest: 'descending', oldest: 'ascending' },
  ...{ largest: 'descending', smallest: 'ascending' },
}

/** The tags as a table that grows while one scrolls. */
export function TagTable(props: TagTableProps) {
  const { registry, repository, tags, rows, order, chosen, listKey, onOrder, onChoose, onView } = props
  const texts = useStore($texts)
  const formats = useStore($formats)
  const growing = useGrowing(tags.length, listKey)
  const shown = tags.slice(0, growing.shown)
  const body = useVisibleTags(shown, onView)

  // The rows keep one function, so that only those whose checkbox changes are drawn again.
  const latest = useRef({ tags, chosen, onChoose })
  latest.current = { tags, chosen, onChoose }
  const lastChosen = useRef<string>(undefined)
  const choose = useCallback((tag: string, isChosen: boolean, isRange: boolean) => {
    const { tags, chosen, onChoose } = latest.current
    const [from, to] = [tags.indexOf(lastChosen.current ?? tag), tags.indexOf(tag)].sort((a, b) => a - b)
    const meant = isRange && from !== undefined && from >= 0 && to !== undefined ? tags.slice(from, to + 1) : [tag]
    const next = new Set(chosen)
    for (const one of meant) isChosen ? next.add(one) : next.delete(one)
    lastChosen.current = tag
    onChoose(next)
  }, [])

  const count = tags.filter((tag) => chosen.has(tag)).length
  const header = (column: keyof typeof TURNS) => {
    const [first, second] = TURNS[column]
    const isSorted = order === first || order === second
    return (
      <th scope="col" class={column} aria-sort={isSorted ? SORTED[order] : undefined}>
        <button type="button" class="quiet" onClick={() => onOrder(order === first ? second : first)}>
          {texts[column]}
        </button>
      </th>
    )
  }
  return (
    <>
      <table class="tags">
        <caption>{texts.caption({ repository })}</caption>
        <thead>
          <tr>
            <td class="choose">
              <input
                type="checkbox"
                aria-label={texts.chooseAll({ count: formats.number(tags.length) })}
                title={texts.chooseAll({ count: formats.number(tags.length) })}
                checked={count > 0 && count === tags.length}
                indeterminate={count > 0 && count < tags.length}
                onChange={({ currentTarget }) => onChoose(new Set(currentTarget.checked ? tags : []))}
              />
            </td>
            {header('tag')}
            <th scope="col" class="kind">
              {texts.kind}
            </th>
            <th scope="col" class="platforms">
              {texts.platforms}
            </th>
            {header('size')}
            {header('created')}
            <th scope="col" class="digest-column">
              {texts.digest}
            </th>
            <td class="pull" />
          </tr>
        </thead>
        <tbody ref={body}>
          {shown.map((tag) => (
            <TagTableRow
              key={tag}
              {...{ registry, repository, tag, formats }}
              row={rows.get(tag)}
              isChosen={chosen.has(tag)}
              onChoose={choose}
            />
          ))}
        </tbody>
      </table>
      <MoreButton {...growing} />
    </>
  )
}

/** Tells which rows of a table body are in view. */
function useVisibleTags(shown: readonly string[], onView: (tags: readonly string[]) => void) {
  const body = useRef<HTMLTableSectionElement>(null)
  const key = `${shown.length} ${shown[0]} ${shown.at(-1)}`
  useEffect(() => {
    const visible = new Set<string>()
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const { tag } = (target as HTMLElement).dataset
        if (tag !== undefined) isIntersecting ? visible.add(tag) : visible.delete(tag)
      }
      onView([...visible])
    })
    for (const row of body.current?.rows ?? []) observer.observe(row)
    return () => observer.disconnect()
  }, [key, onView])
  return body
}
