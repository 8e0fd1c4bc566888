import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { useTask } from '../shell/task.ts'
import { TaskBar } from '../shell/task-bar.tsx'
import { worker } from '../shell/worker.ts'
import type { FileRow, FileRows } from '../worker/file-tree.ts'
import type { OpenedFiles } from '../worker/files.ts'
import type { ImagePlace } from '../worker/image.ts'
import { FileDialog } from './file-dialog.tsx'
import { FileList } from './file-list.tsx'
import { Folder } from './folder.tsx'

const $texts = messages('image/file-browser', {
  filter: 'Find by name',
  facts: params('Files: {files}. Folders: {folders}. Size: {size}.'),
  removed: params('Deleted from the layers below: {removed}.'),
  found: params('{total} found'),
  foundMore: params('{total} found. The first {shown} are shown.'),
  none: 'No file name contains this text.',
})

interface FileBrowserProps {
  readonly place: ImagePlace
  /** @default all layers together */
  readonly layer: string | undefined
  onCancel(): void
}

/** Files as a tree, with a filter. */
export function FileBrowser({ place, layer, onCancel }: FileBrowserProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [files, setFiles] = useState<OpenedFiles>()
  const [wanted, setWanted] = useState('')
  const [found, setFound] = useState<FileRows>()
  const [chosen, setChosen] = useState<FileRow>()
  const task = useTask()
  useEffect(() => {
    task.run(async (onProgress, signal) => setFiles(await worker.files.open(place, layer, onProgress, signal)))
  }, [])
  useEffect(() => {
    if (files) return () => void worker.files.close(files.id)
  }, [files])
  useEffect(() => {
    setFound(undefined)
    if (!files || !wanted.trim()) return
    let isLast = true
    void worker.files.search(files.id, wanted.trim()).then((rows) => isLast && setFound(rows))
    return () => {
      isLast = false
    }
  }, [files, wanted])
  if (!files) {
    const cancel = () => {
      task.cancel()
      onCancel()
    }
    return <TaskBar task={{ ...task, cancel }} />
  }
  const { id, removed } = files
  const counts = {
    files: formats.number(files.files),
    folders: formats.number(files.folders),
    size: formats.bytes(files.size),
  }
  return (
    <>
      <p>{texts.facts(counts)}</p>
      {removed > 0 && <p>{texts.removed({ removed: formats.number(removed) })}</p>}
      <label>
        {texts.filter}
        <input type="search" value={wanted} onInput={({ currentTarget }) => setWanted(currentTarget.value)} />
      </label>
      <p role="status">
        {found &&
          (found.total === 0
            ? texts.none
            : found.total > found.rows.length
              ? texts.foundMore({ total: formats.number(found.total), shown: formats.number(found.rows.length) })
              : texts.found({ total: formats.number(found.total) }))}
      </p>
      {found ? <FileList rows={found.rows} isFlat onFile={setChosen} /> : <Folder id={id} path="" onFile={setChosen} />}
      {chosen && <FileDialog id={id} file={chosen} onClose={() => setChosen(undefined)} />}
    </>
  )
}
