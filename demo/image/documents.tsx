import { useStore } from '@nanostores/preact'
import { CopyButton } from '../../src/element/view/copy-button.tsx'
import { messages } from '../../src/element/words/messages.ts'
import { saveBlob } from '../shell/save-blob.ts'
import { useTask } from '../shell/task.ts'
import { TaskBar } from '../shell/task-bar.tsx'
import { worker } from '../shell/worker.ts'
import type { DescribedReference, ImagePlace } from '../worker/image.ts'
import { BlobFile } from './blob-file.tsx'
import { TextPreview } from './text-preview.tsx'

const $texts = messages('image/documents', {
  title: 'Original documents',
  manifest: 'Manifest',
  index: 'Index',
  save: 'Save',
})

interface DocumentsProps {
  readonly place: ImagePlace
  readonly described: DescribedReference
}

/** The JSON of an image: its index, its manifest and its config. */
export function Documents({ place, described: { digest, document, entries, image } }: DocumentsProps) {
  const texts = useStore($texts)
  const isIndex = entries.length > 0 || image === undefined
  return (
    <section aria-labelledby="documents-title">
      <h2 id="documents-title">{texts.title}</h2>
      {isIndex && <Manifest place={place} digest={digest} document={document} title={texts.index} />}
      {image && <Manifest place={place} digest={image.digest} document={image.document} title={texts.manifest} />}
      {image?.config && <BlobFile place={place} blob={image.config} name="config.json" />}
    </section>
  )
}

interface ManifestProps {
  readonly place: ImagePlace
  readonly digest: string
  readonly document: string
  readonly title: string
}

function Manifest({ place, digest, document, title }: ManifestProps) {
  const texts = useStore($texts)
  const task = useTask()
  const save = () =>
    task.run(async (_, signal) => {
      saveBlob(await worker.images.manifest(place, digest, signal), `${title.toLowerCase()}.json`)
    })
  return (
    <details>
      <summary>{title}</summary>
      <p class="actions">
        <CopyButton text={document} />
        <button type="button" class="quiet" onClick={save}>
          {texts.save}
        </button>
      </p>
      <TaskBar task={task} />
      <TextPreview preview={{ text: document, isCut: false }} name={title} />
    </details>
  )
}
