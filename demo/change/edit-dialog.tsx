import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import { useEffect, useId, useState } from 'preact/hooks'
import type { PushProgress } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { useWork } from '../shell/work.ts'
import { worker } from '../shell/worker.ts'
import type { EditedImage, ImageSettings } from '../worker/editing.ts'
import type { TagTarget } from '../worker/tagging.ts'
import { ActionDialog } from './action-dialog.tsx'
import { MovingTags } from './moving-tags.tsx'
import type { ActionDialogProps } from './selection.ts'
import { SettingsFields } from './settings-fields.tsx'
import { editsBetween, findBadSetting, formOf, type SettingsForm } from './settings-form.ts'
import { findBadTag, readTags } from './tag-names.ts'
import { Transfer } from './transfer.tsx'

const $texts = messages('change/edit', {
  title: params('Edit the settings of {name}'),
  note: 'This makes a new image with the same layers. The old image keeps its digest and its other tags.',
  platforms: params('The change applies to each platform: {platforms}. The form shows the settings of the first one.'),
  noImage: 'There are no settings, because this is not an image that can run.',
  tags: 'Tags of the new image',
  bad: params('"{tag}" is not a valid tag.'),
  look: 'Show the new image',
  same: 'You have not changed anything yet.',
  digest: 'Digest:',
  warnings: 'Left out, because they belong to the old image:',
  push: 'Push the new image',
  pushing: 'Pushing the new image',
  done: params('The registry has the new image: {digest}'),
  cancelled: 'Cancelled. No tag was moved.',
  cancel: 'Cancel',
  close: 'Close',
})

/** The new image, and the tags that will name it. */
interface Preview {
  readonly image: EditedImage
  readonly targets: readonly TagTarget[]
}

/** Edits the settings of an image: labels, environment and the like. */
export default function EditDialog({ registry, repository, references, onClose }: ActionDialogProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const id = useId()
  const [reference = ''] = references
  const from = { registry, repository, reference }
  const [settings, setSettings] = useState<ImageSettings>()
  const [form, setForm] = useState<SettingsForm>()
  const [typedTags, setTypedTags] = useState(reference.includes(':') ? '' : reference)
  const [preview, setPreview] = useState<Preview>()
  const [progress, setProgress] = useState<PushProgress>()
  const [digest, setDigest] = useState<string>()
  const [isStarted, setStarted] = useState(false)
  const reading = useWork()
  const pushing = useWork()

  useEffect(() => {
    void reading.run(async (signal) => {
      const read = await worker.editing.settings(from, signal)
      setSettings(read)
      setForm(formOf(read))
    })
  }, [registry, repository, reference])

  const tags = readTags(typedTags)
  const bad = findBadTag(tags)
  const edits = settings && form ? editsBetween(formOf(settings), form) : {}
  const isEdited = Object.keys(edits).length > 0
  const isReady = isEdited && bad === undefined && form !== undefined && findBadSetting(form) === undefined

  function change(next: () => void): void {
    setPreview(undefined)
    next()
  }

  const look = () =>
    reading.run(async (signal) => {
      const image = await worker.editing.preview(from, edits, signal)
      setPreview({ image, targets: await worker.tagging.look(registry, repository, tags, signal) })
    })

  const push = () =>
    pushing.run(async (signal) => {
      setStarted(true)
      setDigest(await worker.editing.push(id, from, edits, tags, proxy(setProgress), signal))
    })

  const close = () => onClose(isStarted)
  const name = `${repository}${reference.includes(':') ? '@' : ':'}${reference}`
  return (
    <ActionDialog title={texts.title({ name })} isBusy={pushing.isRunning} onClose={close}>
      {!isStarted && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (isReady) void (preview ? push() : look())
          }}
        >
          <p class="muted">{texts.note}</p>
          {settings && settings.platforms.length > 1 && (
            <p class="notice">{texts.platforms({ platforms: formats.list(settings.platforms) })}</p>
          )}
          {settings?.platforms.length === 0 && <p class="warning">{texts.noImage}</p>}
          {form && settings && settings.platforms.length > 0 && (
            <>
              <SettingsFields form={form} onChange={(next) => change(() => setForm(next))} />
              <label>
                {texts.tags}
                <input
                  value={typedTags}
                  autocapitalize="off"
                  spellcheck={false}
                  aria-invalid={bad === undefined ? undefined : true}
                  aria-describedby={`${id}bad`}
                  onInput={({ currentTarget: { value } }) => change(() => setTypedTags(value))}
                />
                <small id={`${id}bad`}>{bad !== undefined && texts.bad({ tag: bad })}</small>
              </label>
            </>
          )}
          <div role="status" aria-busy={reading.isRunning}>
            {form && !isEdited && <p>{texts.same}</p>}
            {preview && (
              <>
                <p class="wrap">
                  {texts.digest} <code>{preview.image.digest}</code>
                </p>
                <MovingTags targets={preview.targets} digest={preview.image.digest} />
                {preview.image.warnings.length > 0 && (
                  <div class="warning">
                    <p>{texts.warnings}</p>
                    <ul lang="en">
                      {preview.image.warnings.map((warning) => (
                        <li class="wrap" key={warning}>
                          {warning}
                        </li>
                      ))}
                    </ul>
                  </div>
                )}
              </>
            )}
          </div>
          <ProblemView fault={reading.fault} />
          <footer>
            <button type="button" class="quiet" onClick={close}>
              {texts.cancel}
            </button>
            <button type="submit" disabled={!isReady || reading.isRunning}>
              {preview ? texts.push : texts.look}
            </button>
          </footer>
        </form>
      )}
      {pushing.isRunning && <Transfer id={id} label={texts.pushing} progress={progress} onCancel={pushing.cancel} />}
      <ProblemView fault={pushing.fault} onRetry={push} />
      {isStarted && !pushing.isRunning && (
        <>
          <div role="status">
            {digest && <p class="wrap">{texts.done({ digest })}</p>}
            {!digest && !pushing.fault && <p>{texts.cancelled}</p>}
          </div>
          <footer>
            <button type="button" onClick={close}>
              {texts.close}
            </button>
          </footer>
        </>
      )}
    </ActionDialog>
  )
}
