import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import type { Entry, ShownEntry } from '../queue/entry.ts'
import { $formats } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import { BlobBars } from './blob-bars.tsx'
import { RemoveButton } from './destination-fields.tsx'
import { EntryState } from './entry-state.tsx'
import { Fold } from './fold.tsx'
import { EDITABLE, type Form, RUNNING } from './form.ts'
import { ImageList } from './image-list.tsx'
import { NeedsFile } from './needs-file.tsx'
import { PlanView } from './plan-view.tsx'
import { ProblemText } from './problem-text.tsx'
import { type ResultSettings, ResultView } from './result-view.tsx'
import { WarningList } from './warning-list.tsx'

const $texts = messages('element/entry', {
  remove: params('Remove {name} from the list'),
  files: count({ one: '{count} file', other: '{count} files' }),
  registry: params('to {registry}'),
  elsewhere: 'Another tab of this browser is using it.',
  plan: 'Show the plan',
  result: 'Digests and pull commands',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
})

interface EntryViewProps {
  readonly entry: Entry
  readonly form: Form
  /** The names that several images would have. */
  readonly clashes: ReadonlySet<string>
  /** True if the queue has other entries. */
  readonly hasOthers: boolean
  /** True if others are still to be pushed: a pushed one is short then. */
  readonly hasUnpushed: boolean
  readonly settings: ResultSettings
}

/** An archive of the queue, with its images, its state and its progress. */
export function EntryView({ entry, form, clashes, hasOthers, hasUnpushed, settings }: EntryViewProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const shown = useStore(entry.$shown)
  const registry = useStore(form.$registry)
  const id = useId()
  const isPlanAsked = useRef(false)
  const { file, state, archive, plan, fault, result } = shown
  const isPushed = state === 'pushed'
  const isFinished = isPushed && hasUnpushed
  const isBusy = !EDITABLE.includes(state) || shown.isElsewhere
  const isUnderWay = RUNNING.includes(state) && !shown.isElsewhere
  // A plan that a push makes takes no focus.
  useEffect(() => {
    if (state !== 'planning') isPlanAsked.current = false
  }, [state])
  const resultView = isPushed && result && <ResultView result={result} settings={settings} />
  return (
    <li class="entry" part="entry" aria-labelledby={id} data-state={state}>
      <div class="row">
        <h2 id={id} class="grow">
          <bdi>{file.name}</bdi>
        </h2>
        <RemoveButton
          label={texts.remove({ name: file.name })}
          isDisabled={shown.isElsewhere}
          onClick={() => form.queue.remove(entry.id)}
        />
      </div>
      <p class="muted">
        <span class="fact">{formats.bytes(file.size)}</span>
        {file.files !== undefined && <span class="fact">{texts.files(file.files)}</span>}
        {shown.registry.trim() !== registry.trim() && (
          <span class="fact">
            <bdi>{texts.registry({ registry: shown.registry })}</bdi>
          </span>
        )}
      </p>
      <EntryState entry={entry} form={form} />
      {shown.isElsewhere && <p class="note">{texts.elsewhere}</p>}
      {shown.isElsewhere && <TotalBar entry={entry} />}
      <ProblemText fault={state === 'failed' ? fault : undefined} />
      {state === 'needs-file' && !shown.isElsewhere && <NeedsFile entry={entry} form={form} />}
      {isFinished && resultView && (
        <Fold isOpen={false} summary={texts.result}>
          {resultView}
        </Fold>
      )}
      {!isFinished && resultView}
      {plan && state === 'planned' && <PlanView plan={plan} isAsked={isPlanAsked.current} />}
      {archive && !isBusy && !isPushed && state !== 'planned' && (
        <button
          type="button"
          class="plan-button"
          data-kind="quiet"
          part="button"
          // A disabled button would lose the focus.
          aria-disabled={state === 'planning'}
          onClick={() => {
            isPlanAsked.current = form.plan(entry.id)
          }}
        >
          {texts.plan}
        </button>
      )}
      {archive && !isBusy && !isFinished && (
        <>
          <WarningList warnings={archive.warnings} />
          <ImageList {...{ entry, form, clashes, archive }} />
        </>
      )}
      {hasOthers && isUnderWay && <EntryButtons {...{ entry, form, shown }} />}
      {(isBusy || (isPushed && !isFinished) || state === 'failed' || state === 'cancelled') && (
        <BlobBars progress={entry.progress} isStopped={state === 'failed' || state === 'cancelled'} />
      )}
    </li>
  )
}

/** The progress of a push in another tab, which has the bars of its layers. */
function TotalBar({ entry: { $shown, progress } }: Pick<EntryViewProps, 'entry'>) {
  const { state, file } = useStore($shown)
  const { sentBytes, totalBytes } = useStore(progress.$total)
  if (state !== 'pushing' && state !== 'paused') return null
  return <progress value={sentBytes} max={Math.max(totalBytes, 1)} aria-label={file.name} />
}

interface EntryButtonsProps extends Pick<EntryViewProps, 'entry' | 'form'> {
  readonly shown: ShownEntry
}

/** Of one archive among several. */
function EntryButtons({ entry: { id }, form, shown: { state } }: EntryButtonsProps) {
  const texts = useStore($texts)
  const isCancelling = useStore(form.$cancelling).has(id)
  const { queue } = form
  return (
    <div class="row">
      {state === 'pushing' && (
        <button type="button" data-kind="quiet" disabled={isCancelling} onClick={() => queue.pause(id)}>
          {texts.pause}
        </button>
      )}
      {state === 'paused' && (
        <button type="button" data-kind="quiet" disabled={isCancelling} onClick={() => queue.resume(id)}>
          {texts.resume}
        </button>
      )}
      <button type="button" data-kind="quiet" disabled={isCancelling} onClick={() => form.cancel(id)}>
        {texts.cancel}
      </button>
    </div>
  )
}
