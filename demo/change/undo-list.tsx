import { useStore } from '@nanostores/preact'
import { $formats } from '../../src/element/words/format.ts'
import { messages, translate } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { useStay } from '../shell/stay.ts'
import { UndoneView } from './undone-view.tsx'
import { $undos, forgetUndo, runUndo, saveUndo, type Undo } from './undos.ts'

translate('change', () => import('./ko.ts'))

const $texts = messages('change/undos', {
  title: 'Deleted',
  deleted: params('Deleted from {repository}: {names}'),
  stopped: params('The delete from {repository} was stopped. Some of this may be deleted: {names}'),
  undo: 'Undo',
  undoing: 'Restoring…',
  save: 'Save the undo file',
  close: 'Remove from the list',
})

/** The deletes of this visit that can be undone, below every view. */
export default function UndoList() {
  const texts = useStore($texts)
  const all = useStore($undos)
  useStay(all.some(({ state }) => state === 'undoing'))
  const undos = all.filter(({ state, isInDialog }) => state !== 'deleting' && !isInDialog)
  if (undos.length === 0) return null
  return (
    <section aria-label={texts.title}>
      <ul>
        {undos.map((undo) => (
          <li key={undo.id}>
            <UndoRow undo={undo} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function UndoRow({ undo }: { readonly undo: Undo }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const { id, registry, repository, state, result, fault } = undo
  const isUndoing = state === 'undoing'
  const label = (text: string) => `${text}: ${repository}`
  return (
    <>
      <div class="bar">
        <div class="wrap" role="status">
          {result ? <UndoneView result={result} /> : <p>{describe()}</p>}
        </div>
        <span class="end">
          {state !== 'undone' && (
            <>
              <button
                type="button"
                class="outline"
                aria-busy={isUndoing}
                disabled={isUndoing}
                onClick={() => runUndo(undo)}
              >
                {isUndoing ? texts.undoing : texts.undo}
              </button>
              <button type="button" class="quiet" onClick={() => saveUndo(undo)}>
                {texts.save}
              </button>
            </>
          )}
          <button
            type="button"
            class="quiet"
            aria-label={label(texts.close)}
            disabled={isUndoing}
            onClick={() => forgetUndo(id)}
          >
            ×
          </button>
        </span>
      </div>
      <ProblemView fault={fault} registry={registry} />
    </>
  )

  function describe(): string {
    const parts = { repository, names: formats.list(undo.names) }
    return undo.isWhole ? texts.deleted(parts) : texts.stopped(parts)
  }
}
