import { useStore } from '@nanostores/preact'
import type { SkipReason } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import type { RemovalResult } from '../worker/removal.ts'
import { focus } from './focus.ts'
import { namesOfSteps } from './names-of-steps.ts'
import { UndoneView } from './undone-view.tsx'
import { $undos, runUndo, saveUndo } from './undos.ts'

const $texts = messages('change/removed', {
  deleted: params('Deleted: {names}'),
  nothing: 'Nothing was deleted.',
  unknown: 'The delete stopped before its result was known. Some of these may be deleted. Undo restores all of them.',
  skipped: 'Not deleted:',
  failed: 'The registry refused:',
  moved: 'the tag points to another image now',
  gone: 'was already deleted',
  needed: 'a tag that was added meanwhile needs it',
  'tag-not-deletable': 'this registry deletes only whole images, and other tags need this one',
  overwrite: 'Delete it anyway',
  overwriteNote:
    'To delete such a tag, the page first moves it to a copy of its image, then deletes the copy. If somebody pushes the tag at that moment, that push is lost.',
  'parent-stays': 'an image that lists it, or that it is attached to, was not deleted',
  stopped: 'an earlier delete failed',
  undo: 'Undo',
  undoing: 'Restoring…',
  save: 'Save the undo file',
  undoNote:
    'Undo works until the registry runs its garbage collection. While this page is open, undo here or at the bottom of the page. Later, choose "Undo a delete" in the repository, and select the file.',
  close: 'Close',
  noDeletes: 'The registry does not allow deletes',
  noDeletesAdvice:
    'Deletes are turned off in the registry. Nothing was deleted. To turn them on in distribution, add this to registry.yml and restart it:',
  noDeletesOther: 'In other registries, check that the user has the right to delete, and that tags are not immutable.',
})

interface RemovalResultViewProps {
  readonly registry: string
  /** The number of the plan. */
  readonly id: number
  /** Nothing, if the delete was ended, or failed at once. */
  readonly result: RemovalResult | undefined
  /** Deletes tags that the registry cannot delete alone. */
  onOverwrite(tags: readonly string[]): void
  onClose(): void
}

/** Tells what was deleted and what was not, and offers to undo it. */
export function RemovalResultView({ registry, id, result, onOverwrite, onClose }: RemovalResultViewProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const undo = useStore($undos).find((one) => one.id === id)
  const { deleted, skipped, failed } = result ?? { deleted: [], skipped: [], failed: [] }
  const undone = undo?.result
  const single = skipped.filter(({ reason }) => reason === 'tag-not-deletable').flatMap(({ tags }) => tags)
  return (
    <section class="removal" tabIndex={-1} ref={focus}>
      <div role="status">
        {deleted.length > 0 && <p>{texts.deleted({ names: formats.list(namesOfSteps(deleted)) })}</p>}
        {!result && <p class="warning">{texts.unknown}</p>}
        {result && deleted.length === 0 && <p>{texts.nothing}</p>}
        {skipped.length > 0 && (
          <>
            <p>{texts.skipped}</p>
            <ul>
              {skipped.map((part) => (
                <li key={`${part.digest} ${part.tags[0]}`}>
                  <code>{namesOfSteps([part]).join(', ')}</code> – {texts[part.reason satisfies SkipReason]}
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
                  <code>{namesOfSteps([part]).join(', ')}</code> – {part.fault.message}
                </li>
              ))}
            </ul>
          </>
        )}
        {undone && <UndoneView result={undone} />}
      </div>
      {single.length > 0 && (
        <p>
          <button type="button" class="outline danger" onClick={() => onOverwrite(single)}>
            {texts.overwrite}
          </button>{' '}
          <small>{texts.overwriteNote}</small>
        </p>
      )}
      <ProblemView fault={undo?.fault} registry={registry} />
      {undo && !undone && (
        <p>
          <small>{texts.undoNote}</small>
        </p>
      )}
      <footer>
        {undo && !undone && (
          <>
            <button type="button" class="quiet" onClick={() => saveUndo(undo)}>
              {texts.save}
            </button>
            <button type="button" class="quiet" aria-busy={undo.state === 'undoing'} onClick={() => runUndo(undo)}>
              {undo.state === 'undoing' ? texts.undoing : texts.undo}
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
