import { useStore } from '@nanostores/preact'
import { sumSizes } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ActionBar } from '../change/action-bar.tsx'
import type { TagRow } from '../worker/tags.ts'

const $texts = messages('tags/chosen', {
  chosen: params('Selected: {count}'),
  size: params('{size} (shared layers are counted once)'),
  clear: 'Clear the selection',
})

interface ChosenTagsProps {
  readonly registry: string
  readonly repository: string
  readonly tags: readonly string[]
  readonly rows: ReadonlyMap<string, TagRow>
  onClear(): void
  /** Called when an action has changed something in the registry. */
  onChanged(): void
}

/**
 * Shows the chosen tags, and the actions on them. The actions stay when the tags go: a dialog of theirs may be open.
 */
export function ChosenTags({ registry, repository, tags, rows, onClear, onChanged }: ChosenTagsProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const size = sumSizes(tags.flatMap((tag) => rows.get(tag) ?? []))
  const hasTags = tags.length > 0
  return (
    <div class={hasTags ? 'chosen-tags bar' : undefined}>
      <p role="status">
        {hasTags && texts.chosen({ count: formats.number(tags.length) })}
        {size > 0 && <span class="muted"> · {texts.size({ size: formats.bytes(size) })}</span>}
      </p>
      <ActionBar {...{ registry, repository, onChanged }} references={tags} />
      {hasTags && (
        <button type="button" class="quiet end" onClick={onClear}>
          {texts.clear}
        </button>
      )}
    </div>
  )
}
