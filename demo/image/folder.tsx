import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { worker } from '../shell/worker.ts'
import type { FileRow, FileRows } from '../worker/file-tree.ts'
import { FileList } from './file-list.tsx'

const $texts = messages('image/folder', {
  empty: 'The folder is empty.',
  more: params('Show more ({count} left)'),
})

interface FolderProps {
  readonly id: number
  /** Empty for the root. */
  readonly path: string
  onFile(file: FileRow): void
}

/** The entries of a folder. They are asked for when the folder is shown, in portions. */
export function Folder({ id, path, onFile }: FolderProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [{ rows, total }, setRows] = useState<FileRows>({ rows: [], total: -1 })
  const more = async () => {
    const next = await worker.files.folder(id, path, rows.length)
    setRows({ rows: [...rows, ...next.rows], total: next.total })
  }
  useEffect(() => void more(), [])
  return (
    <>
      {total === 0 && <p>{texts.empty}</p>}
      <FileList rows={rows} onFile={onFile} folder={(row) => <Folder id={id} path={row.path} onFile={onFile} />} />
      {rows.length < total && (
        <button type="button" class="quiet" onClick={more}>
          {texts.more({ count: formats.number(total - rows.length) })}
        </button>
      )}
    </>
  )
}
