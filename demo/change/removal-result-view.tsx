import { params } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import type { SkipReason, UndoResult } from 'registry-api-v2-client'
import { $formats, shortDigest } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { worker } from '../shell/worker.ts'
import type { RemovalPlan, RemovalResult } from '../worker/removal.ts'
import { useWork } from './work.ts'

const $texts = messages('change/removed', {
  deleted: params('Deleted: {names}'),
  nothing: 'Nothing was deleted.',
  unknown: 'The delete was ended before its result was known. Some of it may be done. Undo puts all of it back.',
  skipped: 'Left alone:',
  failed: 'The registry refused:',
  moved: 'the tag names another image now',
  gone: 'was gone already',
  needed: 'a tag that was set meanwhile needs it',
  'tag-not-deletable': 'this registry cannot delete a single tag. Switch that on in the dialog to do it nevertheless.',
  'parent-stays': 'an image that needs it stays',
  stopped: 'a failure came before it',
  undo: 'Undo',
  undoing: 'Putting back…',
  save: 'Save the undo file',
  undoNote:
    'Undo works while this dialog is open. With the file it works later, until the registry collects its garbage: registry-client undo FILE.',
  undone: params('Put back: {names}'),
  kept: params('These tags exist meanwhile with another image, and were left alone: {names}'),
  close: 'Close',
  noDeletes: 'The registry does not delete',
  noDeletesAdvice:
    'Deletes are switched off there. Nothing was deleted. In the settings of distribution (registry.yml) this switches them on, after a restart:',
  noDeletesOther: 'Other registries: a user with the right to delete, or a switch for immutable tags.',
})

interface RemovalResultViewProps {
  readonly registry: string
  readonly repository: string
  readonly plan: RemovalPlan
  /** Nothing, if the delete was ended, or failed at once. */
  readonly result: RemovalResult | undefined
  onClose(): void
}

/** Tells what was deleted and what was not, and offers to undo it. */
export function RemovalResultView({ registry, repository, plan, result, onClose }: RemovalResultViewProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const undoing = useWork()
  const [undone, setUndone] = useState<UndoResult>()
  const { deleted, skipped, failed } = result ?? { deleted: [], skipped: [], failed: [] }
  const isUndoable = deleted.length > 0 || !result
  const undo = () =>
    undoing.run(async (signal) => {
      setUndone(await worker.removal.undo(registry, plan.id, signal))
    })
  return (
    <section class="removal">
      <div role="status">
        {deleted.length > 0 && <p>{texts.deleted({ names: formats.list(deleted.map(nameOf)) })}</p>}
        {!result && <p class="warning">{texts.unknown}</p>}
        {result && deleted.length === 0 && <p>{texts.nothing}</p>}
        {skipped.length > 0 && (
          <>
            <p>{texts.skipped}</p>
            <ul>
              {skipped.map((part) => (
                <li key={`${part.digest} ${part.tags[0]}`}>
                  <code>{nameOf(part)}</code> – {texts[part.reason satisfies SkipReason]}
                </li>
              ))}
            </ul>
          </>
        )}
        {failed.length > 0 && (
          <>
            <p>{texts.failed}</p>
            <ul>
              {failed.map((part) => (
                <li key={`${part.digest} ${part.tags[0]}`}>
                  <code>{nameOf(part)}</code> – {part.fault.message}
                </li>
              ))}
            </ul>
          </>
        )}
        {undone && <p>{texts.undone({ names: formats.list(namesOfUndone(undone)) })}</p>}
        {undone && undone.kept.length > 0 && (
          <p class="warning">{texts.kept({ names: formats.list(undone.kept.map(({ tag }) => tag)) })}</p>
        )}
      </div>
      <ProblemView fault={undoing.fault} />
      {isUndoable && !undone && (
        <p>
          <small>{texts.undoNote}</small>
        </p>
      )}
      <footer>
        {isUndoable && !undone && (
          <>
            <button type="button" class="quiet" onClick={() => saveUndo(plan.id, repository)}>
              {texts.save}
            </button>
            <button type="button" class="quiet" aria-busy={undoing.isRunning} onClick={undo}>
              {undoing.isRunning ? texts.undoing : texts.undo}
            </button>
          </>
        )}
        <button type="button" onClick={onClose}>
          {texts.close}
        </button>
      </footer>
    </section>
  )
}

/** Says how to switch deletes on. */
export function DeletesRefused() {
  const texts = useStore($texts)
  return (
    <div role="alert">
      <article class="problem">
        <h3>{texts.noDeletes}</h3>
        <p>{texts.noDeletesAdvice}</p>
        <pre>
          <code>{'storage:\n  delete:\n    enabled: true'}</code>
        </pre>
        <p>{texts.noDeletesOther}</p>
      </article>
    </div>
  )
}

function nameOf({ tags, digest }: { readonly tags: readonly string[]; readonly digest: string }): string {
  return tags.length > 0 ? tags.join(', ') : shortDigest(digest)
}

function namesOfUndone({ tags, manifests }: UndoResult): readonly string[] {
  return tags.length > 0 ? tags.map(({ tag }) => tag).sort() : manifests.map(shortDigest)
}

/** Has the browser save the undo file. */
async function saveUndo(id: number, repository: string): Promise<void> {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await worker.removal.undoFile(id))
  link.download = `undo-${repository.replaceAll('/', '-')}.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
