import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { FileButton } from '../../src/element/view/drop-zone.tsx'
import { hasFiles, readDropped } from '../../src/element/view/dropped.ts'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { BuildFile } from '../worker/building.ts'
import { filesOf } from './chosen-files.ts'

const $texts = messages('build/files', {
  title: 'Files',
  folder: 'Choose a folder',
  files: 'Choose files',
  drop: 'or drop a folder or files here',
  count: count({ one: '{count} file', many: '{count} files' }),
  sum: params('{files}, {bytes}'),
  none: 'No files yet.',
  show: 'Show the files of the layer',
  more: params('… and {count} more'),
  clear: 'Remove all',
  without: 'Exclude',
  withoutHint: 'Names of files and folders, separated by spaces.',
})

/** As many files are listed. The layer has all of them. */
const SHOWN = 1000

interface FilesSectionProps {
  /** The files that the layer will have. */
  readonly files: readonly BuildFile[]
  /** The names that are left out. */
  readonly without: string
  /** The target folder. */
  readonly at: string
  onAdd(files: readonly BuildFile[]): void
  onClear(): void
  onWithout(names: string): void
}

/** The place where files come in, and the list of those that the layer will have. */
export function FilesSection({ files, without, at, onAdd, onClear, onWithout }: FilesSectionProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const id = useId()
  const isTarget = useDrop(onAdd)
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  const choose = (inputs: Parameters<typeof filesOf>[0]) => onAdd(filesOf(inputs))
  return (
    <fieldset class="drop" data-target={isTarget}>
      <legend>{texts.title}</legend>
      <div class="bar">
        <FileButton label={texts.folder} isFolder onChoose={choose} />
        <FileButton label={texts.files} isQuiet onChoose={choose} />
        <span class="muted">{texts.drop}</span>
      </div>
      <label for={`${id}without`}>{texts.without}</label>
      <input
        id={`${id}without`}
        value={without}
        autocapitalize="off"
        spellcheck={false}
        aria-describedby={`${id}hint`}
        onInput={({ currentTarget }) => onWithout(currentTarget.value)}
      />
      <small id={`${id}hint`}>{texts.withoutHint}</small>
      <div role="status">
        {files.length === 0 ? texts.none : texts.sum({ files: texts.count(files.length), bytes: formats.bytes(bytes) })}
      </div>
      {files.length > 0 && (
        <>
          <details>
            <summary>{texts.show}</summary>
            <ul class="layer-files">
              {files.slice(0, SHOWN).map(({ path, file }) => (
                <li key={path}>
                  <code>{`${at.replace(/\/+$/, '')}/${path}`}</code> <small>{formats.bytes(file.size)}</small>
                </li>
              ))}
            </ul>
            {files.length > SHOWN && <p>{texts.more({ count: formats.number(files.length - SHOWN) })}</p>}
          </details>
          <button type="button" class="quiet" onClick={onClear}>
            {texts.clear}
          </button>
        </>
      )}
    </fieldset>
  )
}

/** Takes files that are dropped anywhere on the page. Returns true while some are dragged over it. */
function useDrop(onAdd: FilesSectionProps['onAdd']): boolean {
  const [isTarget, setTarget] = useState(false)
  const latest = useRef(onAdd)
  latest.current = onAdd
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setTarget(true)
    }
    const drop = async (event: DragEvent) => {
      setTarget(false)
      if (!event.dataTransfer || !hasFiles(event)) return
      // Else the browser shows the file instead of the page.
      event.preventDefault()
      latest.current(filesOf(await readDropped(event.dataTransfer.items)))
    }
    // Before the push form, which takes what nobody else takes.
    addEventListener('dragover', over, { signal, capture: true })
    addEventListener('dragleave', ({ relatedTarget }) => relatedTarget === null && setTarget(false), { signal })
    addEventListener('drop', drop, { signal, capture: true })
    return () => controller.abort()
  }, [])
  return isTarget
}
