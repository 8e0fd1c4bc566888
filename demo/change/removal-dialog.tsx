import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { DeleteProgress } from 'registry-api-v2-client'
import { isAbort } from '../../src/element/words/fault.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { useWork } from '../shell/work.ts'
import { worker } from '../shell/worker.ts'
import type { RemovalChoice, RemovalPlan, RemovalResult } from '../worker/removal.ts'
import { ActionDialog } from './action-dialog.tsx'
import { focus } from './focus.ts'
import { namesOfSteps } from './names-of-steps.ts'
import { RemovalPlanView } from './removal-plan-view.tsx'
import { DeletesRefused, RemovalResultView } from './removal-result-view.tsx'
import { addUndo, leaveDialog, removeUndo, updateUndo } from './undos.ts'

const $texts = messages('change/removal', {
  planning: 'Finding what to delete…',
  overwrite: 'Also delete tags of images that are kept, even if the registry can only delete whole images',
  overwriteNote:
    'The page first moves each of these tags to a copy of its image, then deletes the copy. If somebody pushes the tag at that moment, that push is lost.',
  nothingStays: 'This deletes all tags of the repository.',
  confirm: params('To confirm, type the name of the repository: {repository}'),
  delete: count({ one: 'Delete {count} tag', many: 'Delete {count} tags' }),
  deleteUntagged: 'Delete the image',
  deleteAny: 'Delete',
  deleting: 'Deleting',
  nothing: 'Nothing was deleted.',
  close: 'Close',
  cancel: 'Cancel',
  stop: 'Stop',
})

/** As many tags, and more, take a typed confirmation. */
const MANY = 10
/** How long a change of the rules has to rest before it is planned, in milliseconds. */
const REST = 400

interface RemovalDialogProps {
  readonly title: string
  readonly registry: string
  readonly repository: string
  /** The images to delete. `undefined` if the form has no valid choice yet. */
  readonly choice: RemovalChoice | undefined
  /** The form that makes the choice. */
  readonly children?: ComponentChildren
  onClose(isChanged: boolean): void
}

/** Plans a delete, shows the plan, asks, deletes, and offers to undo it. */
export function RemovalDialog({ title, registry, repository, choice, children, onClose }: RemovalDialogProps) {
  const texts = useStore($texts)
  const planning = useWork()
  const deleting = useWork()
  const [overwrites, setOverwrites] = useState(false)
  const [plan, setPlan] = useState<RemovalPlan>()
  const [progress, setProgress] = useState<DeleteProgress>()
  const [result, setResult] = useState<RemovalResult>()
  const [isStarted, setStarted] = useState(false)
  const [isChanged, setChanged] = useState(false)

  const choiceText = JSON.stringify(choice)
  useEffect(() => {
    setPlan(undefined)
    if (!choice) return planning.cancel()
    const planNow = () =>
      planning.run(async (signal) => {
        setPlan(await worker.removal.plan(registry, repository, choice, overwrites, signal))
      })
    const timer = setTimeout(planNow, Array.isArray(choice) ? 0 : REST)
    return () => {
      clearTimeout(timer)
      planning.cancel()
    }
  }, [registry, repository, choiceText, overwrites])
  useEffect(() => () => void (plan && leaveDialog(plan.id)), [plan])

  async function execute({ id, deletes }: RemovalPlan, signal: AbortSignal): Promise<void> {
    setStarted(true)
    addUndo({ id, registry, repository, names: namesOfSteps(deletes) })
    try {
      const result = await worker.removal.execute(registry, id, proxy(setProgress), signal)
      setResult(result)
      if (result.deleted.length === 0) return removeUndo(id)
      setChanged(true)
      updateUndo(id, { state: 'ready', names: namesOfSteps(result.deleted) })
    } catch (error) {
      if (!isAbort(error)) {
        // Nothing is deleted then.
        removeUndo(id)
        throw error
      }
      setChanged(true)
      updateUndo(id, { state: 'ready', isWhole: false })
    }
  }

  const start = () => void (plan && deleting.run((signal) => execute(plan, signal)))

  /** Deletes tags that the registry cannot delete alone. */
  const overwrite = (tags: readonly string[]) =>
    deleting.run(async (signal) => {
      const next = await worker.removal.plan(registry, repository, tags, true, signal)
      setResult(undefined)
      setPlan(next)
      await execute(next, signal)
    })

  const close = () => onClose(isChanged)
  return (
    <ActionDialog title={title} isBusy={deleting.isRunning} onClose={close}>
      {!isStarted && (
        <>
          {children}
          <ProblemView fault={planning.fault} />
          <div role="status">
            {planning.isRunning && <p aria-busy="true">{texts.planning}</p>}
            {plan && <RemovalPlanView registry={registry} plan={plan} />}
          </div>
          {(overwrites || plan?.deletes.some(({ way }) => way !== 'digest')) && (
            <label>
              <input
                type="checkbox"
                checked={overwrites}
                onChange={({ currentTarget }) => setOverwrites(currentTarget.checked)}
              />
              {texts.overwrite}
              <br />
              <small>{texts.overwriteNote}</small>
            </label>
          )}
          <Confirmation key={plan?.id} plan={plan} repository={repository} onConfirm={start} onCancel={close} />
        </>
      )}
      {deleting.isRunning && (
        <>
          <p>
            {texts.deleting}
            <progress value={progress?.done} max={progress?.total || undefined} aria-label={texts.deleting} />
          </p>
          <footer>
            <button type="button" class="quiet" ref={focus} onClick={deleting.cancel}>
              {texts.stop}
            </button>
          </footer>
        </>
      )}
      {deleting.fault?.status === 405 ? <DeletesRefused /> : <ProblemView fault={deleting.fault} onRetry={start} />}
      {deleting.fault && (
        <>
          <p>{texts.nothing}</p>
          <footer>
            <button type="button" ref={focus} onClick={close}>
              {texts.close}
            </button>
          </footer>
        </>
      )}
      {isStarted && !deleting.isRunning && !deleting.fault && plan && (
        <RemovalResultView registry={registry} id={plan.id} result={result} onOverwrite={overwrite} onClose={close} />
      )}
    </ActionDialog>
  )
}

interface ConfirmationProps {
  readonly plan: RemovalPlan | undefined
  readonly repository: string
  onConfirm(): void
  onCancel(): void
}

/** Asks before a plan is executed; for the name of the repository if much goes, or all. */
function Confirmation({ plan, repository, onConfirm, onCancel }: ConfirmationProps) {
  const texts = useStore($texts)
  const [typed, setTyped] = useState('')
  const tags = new Set(plan?.deletes.flatMap((step) => step.tags)).size
  const isAll = plan !== undefined && tags > 0 && plan.stays.every(({ tag }) => tag === undefined)
  const isTyped = isAll || tags >= MANY
  const isReady = plan !== undefined && plan.deletes.length > 0 && (!isTyped || typed.trim() === repository)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) onConfirm()
      }}
    >
      {isAll && (
        <p class="warning">
          <strong>{texts.nothingStays}</strong>
        </p>
      )}
      {isTyped && (
        <label>
          {texts.confirm({ repository })}
          <input
            value={typed}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
      )}
      <footer>
        <button type="button" class="quiet" onClick={onCancel}>
          {texts.cancel}
        </button>
        <button type="submit" class="danger" disabled={!isReady}>
          {!plan || plan.deletes.length === 0 ? texts.deleteAny : tags > 0 ? texts.delete(tags) : texts.deleteUntagged}
        </button>
      </footer>
    </form>
  )
}
