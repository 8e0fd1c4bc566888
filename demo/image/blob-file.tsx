import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import type { Descriptor } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { saveBlob } from '../shell/save-blob.ts'
import { useTask } from '../shell/task.ts'
import { TaskBar } from '../shell/task-bar.tsx'
import { worker } from '../shell/worker.ts'
import type { ImagePlace } from '../worker/image.ts'
import type { TextPreview as Preview } from '../worker/text-preview.ts'
import { TextPreview } from './text-preview.tsx'

const $texts = messages('image/blob', { open: 'Show', close: 'Hide', save: 'Save' })

interface BlobFileProps {
  readonly place: ImagePlace
  readonly blob: Descriptor
  readonly name: string
}

/** A blob that people know as a file: it is shown as text, or saved. */
export function BlobFile({ place: { registry, repository }, blob, name }: BlobFileProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [preview, setPreview] = useState<Preview>()
  const task = useTask()
  const { mediaType, digest, size } = blob
  const place = { registry, repository, blob: { mediaType, digest, size } }
  const show = () => task.run(async (_, signal) => setPreview(await worker.blobs.preview(place, signal)))
  const save = () =>
    task.run(async (onProgress, signal) => saveBlob(await worker.blobs.collect(place, onProgress, signal), name))
  return (
    <>
      <p class="file">
        <bdi class="wrap" title={digest}>
          {name}
        </bdi>
        <small class="wrap">
          {formats.bytes(size)}, {mediaType}
        </small>
        <span>
          <button
            type="button"
            class="quiet"
            aria-expanded={preview !== undefined}
            aria-label={`${preview ? texts.close : texts.open}: ${name}`}
            onClick={() => (preview ? setPreview(undefined) : show())}
          >
            {preview ? texts.close : texts.open}
          </button>{' '}
          <button type="button" class="quiet" aria-label={`${texts.save}: ${name}`} onClick={save}>
            {texts.save}
          </button>
        </span>
      </p>
      <TaskBar task={task} />
      {preview && <TextPreview preview={preview} name={name} />}
    </>
  )
}
