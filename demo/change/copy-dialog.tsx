import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import { useId, useState } from 'preact/hooks'
import type { CopiedImage, PushPlan, PushProgress } from 'registry-api-v2-client'
import { $formats, shortDigest } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { remember } from '../registries/remembered.ts'
import { addressOf } from '../shell/address.ts'
import { CommandLine } from '../shell/image-parts.tsx'
import { ProblemView } from '../shell/problem-view.tsx'
import { pullCommand } from '../shell/pull-command.ts'
import { hostOf } from '../shell/registry-name.tsx'
import { $config } from '../shell/settings.ts'
import { useWork } from '../shell/work.ts'
import { worker } from '../shell/worker.ts'
import type { CopyTo } from '../worker/copying.ts'
import { ActionDialog } from './action-dialog.tsx'
import { CopyPlanView } from './copy-plan-view.tsx'
import { focus } from './focus.ts'
import { registryAtFault } from './registry-at-fault.ts'
import type { ActionDialogProps } from './selection.ts'
import { findBadTag, readTags } from './tag-names.ts'
import { Transfer } from './transfer.tsx'

const $texts = messages('change/copy', {
  title: count({ one: 'Copy {count} image', many: 'Copy {count} images' }),
  registry: 'Destination registry',
  repository: 'Repository',
  tags: 'Tags',
  sameTags: params('Each image keeps its tag: {tags}'),
  bad: params('"{tag}" is not a valid tag.'),
  look: 'Preview the copy',
  looking: 'Comparing the registries…',
  copy: 'Copy',
  copying: params('{name} ({position} of {count})'),
  copied: params('Copied to {place}: {names}'),
  present: params('Already there: {names}'),
  rest: params('Not copied: {names}'),
  cancelled: 'The copy was cancelled. The copied data is kept. If you copy again, the copy continues where it stopped.',
  show: 'Show the copy',
  cancel: 'Cancel',
  close: 'Close',
})

/** An image of the selection, on its way. */
interface Copy {
  readonly reference: string
  readonly to: CopyTo
}

/** Copies images to another repository, or to another registry. */
export default function CopyDialog({ registry, repository, references, onClose }: ActionDialogProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const config = useStore($config)
  const id = useId()
  const [only = ''] = references.length === 1 ? references : []
  const [to, setTo] = useState({ registry, repository, tags: only.includes(':') ? '' : only })
  const [plans, setPlans] = useState<readonly PushPlan[]>()
  const [running, setRunning] = useState<{ readonly position: number; readonly progress?: PushProgress }>()
  const [copied, setCopied] = useState<readonly CopiedImage[]>()
  const planning = useWork()
  const copying = useWork()

  const tags = readTags(to.tags)
  const bad = findBadTag(tags)
  const copies: readonly Copy[] = references.map((reference) => {
    const place = { registry: to.registry.trim(), repository: to.repository.trim() }
    return { reference, to: { ...place, tags: only ? tags : [reference] } }
  })

  function change(part: Partial<typeof to>): void {
    planning.cancel()
    setPlans(undefined)
    setTo({ ...to, ...part })
  }

  const plan = () =>
    planning.run(async (signal) => {
      const made: PushPlan[] = []
      for (const { reference, to } of copies) {
        made.push(await worker.copying.plan({ registry, repository, reference }, to, signal))
      }
      setPlans(made)
    })

  const copy = () =>
    copying.run(async (signal) => {
      const done: CopiedImage[] = []
      setCopied(done)
      for (const [position, { reference, to }] of copies.entries()) {
        setRunning({ position })
        const onProgress = proxy((progress: PushProgress) => setRunning({ position, progress }))
        done.push(await worker.copying.copy(id, { registry, repository, reference }, to, onProgress, signal))
        setCopied([...done])
        remember(to.registry, to.repository)
      }
    })

  const isOver = copied !== undefined && !copying.isRunning
  const close = () => onClose(copied !== undefined)
  return (
    <ActionDialog title={texts.title(references.length)} isBusy={copying.isRunning} onClose={close}>
      {copied === undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (bad === undefined) void (plans ? copy() : plan())
          }}
        >
          <div class="pair">
            <label>
              {texts.registry}
              <input
                required
                value={to.registry}
                list={`${id}registries`}
                autocapitalize="off"
                spellcheck={false}
                onInput={({ currentTarget }) => change({ registry: currentTarget.value })}
              />
            </label>
            <datalist id={`${id}registries`}>
              {config?.registries.map((address) => (
                <option value={address} key={address} />
              ))}
            </datalist>
            <label>
              {texts.repository}
              <input
                required
                autofocus
                value={to.repository}
                autocapitalize="off"
                spellcheck={false}
                onInput={({ currentTarget }) => change({ repository: currentTarget.value })}
              />
            </label>
          </div>
          {only ? (
            <label>
              {texts.tags}
              <input
                value={to.tags}
                autocapitalize="off"
                spellcheck={false}
                aria-invalid={bad === undefined ? undefined : true}
                aria-describedby={`${id}bad`}
                onInput={({ currentTarget }) => change({ tags: currentTarget.value })}
              />
              <small id={`${id}bad`}>{bad !== undefined && texts.bad({ tag: bad })}</small>
            </label>
          ) : (
            <p class="wrap">{texts.sameTags({ tags: formats.list(references) })}</p>
          )}
          <div role="status">
            {planning.isRunning && <p aria-busy="true">{texts.looking}</p>}
            {plans && <CopyPlanView plans={plans} />}
          </div>
          <ProblemView
            fault={planning.fault}
            registry={registryAtFault(planning.fault, to.registry.trim(), registry)}
          />
          <footer>
            <button type="button" class="quiet" onClick={close}>
              {texts.cancel}
            </button>
            <button type="submit" disabled={planning.isRunning || bad !== undefined}>
              {plans ? texts.copy : texts.look}
            </button>
          </footer>
        </form>
      )}
      {copying.isRunning && running && (
        <Transfer
          id={id}
          label={texts.copying({
            name: nameOf(copies[running.position]),
            position: running.position + 1,
            count: copies.length,
          })}
          progress={running.progress}
          onCancel={copying.cancel}
        />
      )}
      <ProblemView
        fault={copying.fault}
        registry={registryAtFault(copying.fault, to.registry.trim(), registry)}
        onRetry={copy}
      />
      {isOver && (
        <>
          <div role="status">{outcomes(copied).map((text) => text && <p key={text}>{text}</p>)}</div>
          {copied.length > 0 && <CopiedLinks to={copies[0]?.to} count={copies.length} digest={copied[0]?.digest} />}
          <footer>
            <button type="button" ref={focus} onClick={close}>
              {texts.close}
            </button>
          </footer>
        </>
      )}
    </ActionDialog>
  )

  function outcomes(done: readonly CopiedImage[]): readonly (string | false)[] {
    const place = `${hostOf(to.registry.trim())}/${to.repository.trim()}`
    const names = (outcome: CopiedImage['outcome']) =>
      done.flatMap(({ outcome: its }, position) => (its === outcome ? [nameOf(copies[position])] : []))
    const [copiedNames, presentNames] = [names('copied'), names('present')]
    const rest = copies.slice(done.length).map(nameOf)
    return [
      copiedNames.length > 0 && texts.copied({ place, names: formats.list(copiedNames) }),
      presentNames.length > 0 && texts.present({ names: formats.list(presentNames) }),
      rest.length > 0 && texts.rest({ names: formats.list(rest) }),
      rest.length > 0 && !copying.fault && texts.cancelled,
    ]
  }
}

interface CopiedLinksProps {
  readonly to: CopyTo | undefined
  readonly count: number
  /** The digest of the first image. */
  readonly digest: string | undefined
}

/** Leads to what was copied: the image and how it is pulled, or the repository of several. */
function CopiedLinks({ to, count, digest }: CopiedLinksProps) {
  const texts = useStore($texts)
  if (!to) return null
  const { registry, repository, tags } = to
  const reference = count === 1 ? (tags[0] ?? digest) : undefined
  const pull = reference && pullCommand(registry, `${repository}${reference.includes(':') ? '@' : ':'}${reference}`)
  return (
    <>
      {pull && <CommandLine command={pull} />}
      <a href={addressOf({ registry, repository, reference })}>{texts.show}</a>
    </>
  )
}

function nameOf(copy: Copy | undefined): string {
  const { reference = '', to } = copy ?? {}
  if (to && to.tags.length > 0) return to.tags.join(', ')
  return reference.includes(':') ? shortDigest(reference) : reference
}
