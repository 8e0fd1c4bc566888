import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import type { RetaggedImage } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { useWork } from '../shell/work.ts'
import { worker } from '../shell/worker.ts'
import type { TagTarget } from '../worker/tagging.ts'
import { ActionDialog } from './action-dialog.tsx'
import { MovingTags } from './moving-tags.tsx'
import type { ActionDialogProps } from './selection.ts'
import { findBadTag, readTags } from './tag-names.ts'

const $texts = messages('change/retag', {
  title: params('Add tags to {name}'),
  label: 'Tags',
  hint: 'Separate tags with spaces. No layer is sent again.',
  bad: params('"{tag}" is not a valid tag. Use at most 128 letters, digits, dots, dashes and underscores.'),
  set: 'Set the tags',
  done: params('These tags now point to the image: {tags}'),
  nothing: 'The tags already pointed to the image.',
  cancel: 'Cancel',
  close: 'Close',
})

/** How long typing has to rest before the registry is asked, in milliseconds. */
const REST = 300

/** Adds tags to an image. */
export default function RetagDialog({ registry, repository, references, onClose }: ActionDialogProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [reference = ''] = references
  const [typed, setTyped] = useState('')
  const [targets, setTargets] = useState<readonly TagTarget[]>([])
  const [done, setDone] = useState<RetaggedImage>()
  const looking = useWork()
  const setting = useWork()
  const tags = readTags(typed)
  const bad = findBadTag(tags)

  useEffect(() => {
    setTargets([])
    if (tags.length === 0 || bad !== undefined) return looking.cancel()
    const look = () =>
      looking.run(async (signal) => {
        setTargets(await worker.tagging.look(registry, repository, [reference, ...tags], signal))
      })
    const timer = setTimeout(look, REST)
    return () => {
      clearTimeout(timer)
      looking.cancel()
    }
  }, [registry, repository, reference, tags.join(' ')])

  const [image, ...moving] = targets
  const isReady = moving.length > 0 && !setting.isRunning
  const close = () => onClose(done !== undefined || setting.fault !== undefined)
  return (
    <ActionDialog
      title={texts.title({ name: `${repository}${reference.includes(':') ? '@' : ':'}${reference}` })}
      isBusy={setting.isRunning}
      onClose={close}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isReady) return
          void setting.run(async (signal) => {
            setDone(await worker.tagging.retag(registry, repository, image?.digest ?? reference, tags, signal))
          })
        }}
      >
        {!done && (
          <>
            <label>
              {texts.label}
              <input
                value={typed}
                required
                autofocus
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                aria-describedby="retag-hint"
                aria-invalid={bad === undefined ? undefined : true}
                onInput={({ currentTarget }) => setTyped(currentTarget.value)}
              />
            </label>
            <small id="retag-hint">{bad === undefined ? texts.hint : texts.bad({ tag: bad })}</small>
          </>
        )}
        <div role="status">
          {!done && moving.length > 0 && <MovingTags targets={moving} digest={image?.digest} />}
          {done && <p>{resultText(done)}</p>}
        </div>
        <ProblemView fault={setting.fault ?? looking.fault} />
        <footer>
          {done ? (
            <button type="button" onClick={close}>
              {texts.close}
            </button>
          ) : (
            <>
              <button type="button" class="quiet" onClick={close} disabled={setting.isRunning}>
                {texts.cancel}
              </button>
              <button type="submit" disabled={!isReady} aria-busy={setting.isRunning}>
                {texts.set}
              </button>
            </>
          )}
        </footer>
      </form>
    </ActionDialog>
  )

  function resultText({ tags }: RetaggedImage): string {
    const set = tags.filter(({ outcome }) => outcome === 'set').map(({ tag }) => tag)
    return set.length > 0 ? texts.done({ tags: formats.list(set) }) : texts.nothing
  }
}
