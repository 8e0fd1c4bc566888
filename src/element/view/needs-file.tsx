import { useStore } from '@nanostores/preact'
import type { Entry } from '../queue/entry.ts'
import { $formats } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import { FileButton } from './drop-zone.tsx'
import type { Form } from './form.ts'
import { pickFiles } from './pick-files.ts'
import { ProblemText } from './problem-text.tsx'
import { namesOf } from './validity.ts'

const $texts = messages('element/needs-file', {
  reopen: 'Open it again',
  choose: 'Choose the file',
  folder: 'Choose the folder',
  changed: params(
    'This is a different file. Earlier file: {before}, changed on {beforeDate}. This file: {now}, changed on {nowDate}.',
  ),
  names: params('It is pushed as {names}.'),
  accept: 'Push it anyway',
})

/** Brings the file of an earlier visit back: by one click where the browser can open it again, or by choosing it. */
export function NeedsFile({ entry: { id, $shown }, form }: { readonly entry: Entry; readonly form: Form }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const { file, hasHandle, changed, fault, choices } = useStore($shown)
  const names = choices.filter(({ isIncluded }) => isIncluded).flatMap(namesOf)
  const { queue } = form
  const isFolder = file.files !== undefined
  const dateOf = (time: number) => formats.date(new Date(time).toISOString())
  return (
    <>
      <ProblemText fault={fault} />
      {names.length > 0 && (
        <p class="muted">
          <bdi>{texts.names({ names: formats.list(names) })}</bdi>
        </p>
      )}
      {changed && (
        <p class="warning" role="alert">
          {texts.changed({
            before: formats.bytes(file.size),
            beforeDate: dateOf(file.lastModified),
            now: formats.bytes(changed.size),
            nowDate: dateOf(changed.lastModified),
          })}
        </p>
      )}
      <div class="row">
        {changed && (
          <button type="button" data-kind="quiet" part="button" onClick={() => form.pushChanged(id)}>
            {texts.accept}
          </button>
        )}
        {hasHandle && (
          <button type="button" part="button primary" onClick={() => queue.reopen(id)}>
            {texts.reopen}
          </button>
        )}
        <FileButton
          label={isFolder ? texts.folder : texts.choose}
          isFolder={isFolder}
          isQuiet={hasHandle || changed !== undefined}
          pick={isFolder ? undefined : pickFiles()}
          onChoose={([input]) => input && queue.provide(id, input)}
        />
      </div>
    </>
  )
}
