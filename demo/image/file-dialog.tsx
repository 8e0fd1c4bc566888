import { useStore } from '@nanostores/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { saveBlob } from '../shell/save-blob.ts'
import { useTask } from '../shell/task.ts'
import { TaskBar } from '../shell/task-bar.tsx'
import { worker } from '../shell/worker.ts'
import type { FileRow } from '../worker/file-tree.ts'
import type { ReadFile } from '../worker/files.ts'
import { Pairs } from './pairs.tsx'
import { TextPreview } from './text-preview.tsx'

const $texts = messages('image/file', {
  path: 'Path',
  size: 'Size',
  mode: 'Permissions',
  owner: 'Owner (user:group)',
  changed: 'Changed',
  target: 'Link to',
  layer: 'Layer',
  show: 'Show the text',
  save: 'Save',
  close: 'Close',
})

interface FileDialogProps {
  /** The list that has the file. */
  readonly id: number
  readonly file: FileRow
  onClose(): void
}

/** A file of an image: what is known of it, its text, and its bytes to save. */
export function FileDialog({ id, file, onClose }: FileDialogProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const dialog = useRef<HTMLDialogElement>(null)
  const [preview, setPreview] = useState<ReadFile>()
  const task = useTask()
  useEffect(() => dialog.current?.showModal(), [])
  const { path, name, type, size, mode, uid, gid, mtime, linkTarget, layer } = file
  const isReadable = type === 'file' || type === 'hardlink'
  const facts: readonly (readonly [string, string | undefined])[] = [
    [texts.path, path],
    [texts.size, type === 'file' ? formats.bytes(size) : undefined],
    [texts.mode, mode?.toString(8).padStart(4, '0')],
    [texts.owner, uid === undefined ? undefined : `${uid}:${gid}`],
    [texts.changed, mtime === undefined ? undefined : dateOf(mtime, formats.date)],
    [texts.target, linkTarget],
    [texts.layer, layer],
  ]
  const show = () =>
    task.run(async (onProgress, signal) => setPreview(await worker.files.preview(id, path, onProgress, signal)))
  const save = () =>
    task.run(async (onProgress, signal) => saveBlob(await worker.files.collect(id, path, onProgress, signal), name))
  return (
    <dialog ref={dialog} aria-labelledby="file-title" onClose={onClose}>
      <article>
        <h2 id="file-title" class="wrap">
          <bdi>{name}</bdi>
        </h2>
        <Pairs pairs={facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))} />
        {preview && <TextPreview preview={preview} name={name} />}
        <TaskBar task={task} />
        <footer>
          {isReadable && (
            <>
              <button type="button" class="outline" onClick={show}>
                {texts.show}
              </button>
              <button type="button" class="outline" onClick={save}>
                {texts.save}
              </button>
            </>
          )}
          <button type="button" onClick={() => dialog.current?.close()}>
            {texts.close}
          </button>
        </footer>
      </article>
    </dialog>
  )
}

/** A time of a tar may be beyond all dates. */
function dateOf(seconds: number, format: (rfc3339: string) => string): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? `${seconds}` : format(date.toISOString())
}
