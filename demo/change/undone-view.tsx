import { useStore } from '@nanostores/preact'
import type { UndoResult } from 'registry-api-v2-client'
import { $formats, shortDigest } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'

const $texts = messages('change/undone', {
  undone: params('Restored: {names}'),
  nothing: 'There was nothing to restore.',
  kept: params('These tags point to another image now. They were not changed: {names}'),
})

/** Shows the restored images, and the tags that were not changed. */
export function UndoneView({ result: { tags, manifests, kept } }: { readonly result: UndoResult }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const names = tags.length > 0 ? tags.map(({ tag }) => tag).sort() : manifests.map(shortDigest)
  return (
    <>
      <p>{names.length > 0 ? texts.undone({ names: formats.list(names) }) : texts.nothing}</p>
      {kept.length > 0 && <p class="warning">{texts.kept({ names: formats.list(kept.map(({ tag }) => tag)) })}</p>}
    </>
  )
}
