import { useStore } from '@nanostores/preact'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import type { FileRow } from '../worker/file-tree.ts'

const $texts = messages('image/file-list', {
  deleted: 'deleted by this layer',
  emptied: 'hides its contents in the layers below',
  link: 'link to',
  device: 'device',
  fifo: 'pipe',
  other: 'unusual entry',
  unsafe: 'unsafe name',
})

interface FileListProps {
  readonly rows: readonly FileRow[]
  /** True to show paths instead of names. */
  readonly isFlat?: boolean
  onFile(file: FileRow): void
  /** Shows what is in a folder. @default nothing */
  folder?(row: FileRow): ComponentChildren
}

/** A list of files and folders. */
export function FileList({ rows, isFlat = false, onFile, folder }: FileListProps) {
  return (
    <ul class="tree">
      {rows.map((row) => (
        <li key={`${row.type} ${row.path}`}>
          {folder && row.type === 'directory' ? (
            <FolderRow row={row} folder={folder} />
          ) : (
            <button type="button" class="file" onClick={() => onFile(row)}>
              <RowText row={row} name={isFlat ? row.path : row.name} />
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

function FolderRow({ row, folder }: Required<Pick<FileListProps, 'folder'>> & { readonly row: FileRow }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <RowText row={row} name={`${row.name}/`} />
      </summary>
      {isOpen && folder(row)}
    </details>
  )
}

function RowText({ row, name }: { readonly row: FileRow; readonly name: string }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const { type, size, linkTarget, isUnsafe } = row
  const isRemoved = type === 'whiteout'
  const notes: Readonly<Partial<Record<FileRow['type'], string>>> = {
    whiteout: texts.deleted,
    opaque: texts.emptied,
    symlink: `${texts.link} ${linkTarget}`,
    hardlink: `${texts.link} ${linkTarget}`,
    device: texts.device,
    fifo: texts.fifo,
    other: texts.other,
  }
  const note = notes[type]
  return (
    <>
      {isRemoved ? (
        <del>
          <bdi class="wrap">{name}</bdi>
        </del>
      ) : (
        <bdi class="wrap">{name}</bdi>
      )}{' '}
      {note && (
        <small class="wrap">
          <bdi>{note}</bdi>{' '}
        </small>
      )}
      {isUnsafe && <small>{texts.unsafe} </small>}
      {(type === 'file' || size > 0) && <small class="size">{formats.bytes(size)}</small>}
    </>
  )
}
