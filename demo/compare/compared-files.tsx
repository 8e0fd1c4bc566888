import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { useTask } from '../shell/task.ts'
import { TaskBar } from '../shell/task-bar.tsx'
import { worker } from '../shell/worker.ts'
import type { ChangedFile, ChangedFiles, ComparedFiles, ImagePair } from '../worker/comparisons.ts'

const $texts = messages('compare/files', {
  title: 'Files',
  intro: params('To compare the files, the page reads all layers of both images: {size}.'),
  compare: 'Compare the files',
  counts: params('Added: {added}. Removed: {removed}. Changed: {changed}.'),
  none: 'All files are the same.',
  filter: 'Find by name',
  more: params('Show more ({count} left)'),
  added: 'added',
  removed: 'removed',
  changed: 'changed',
  written: 'written',
})

interface ComparedFilesSectionProps {
  readonly pair: ImagePair
  /** Of all layers, in bytes. */
  readonly size: number
}

/** The files that differ between two images. They are read when the user asks for it. */
export function ComparedFilesSection({ pair, size }: ComparedFilesSectionProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [files, setFiles] = useState<ComparedFiles>()
  const task = useTask()
  useEffect(() => {
    if (files) return () => void worker.comparisons.close(files.id)
  }, [files])
  const compare = () =>
    task.run(async (onProgress, signal) => setFiles(await worker.comparisons.files(pair, onProgress, signal)))
  return (
    <section aria-labelledby="compared-files-title">
      <h2 id="compared-files-title">{texts.title}</h2>
      {!files && !task.isRunning && (
        <>
          <p>{texts.intro({ size: formats.bytes(size) })}</p>
          <button type="button" class="outline" onClick={compare}>
            {texts.compare}
          </button>
        </>
      )}
      <TaskBar task={task} />
      {files && <Changes files={files} />}
    </section>
  )
}

function Changes({ files: { id, counts } }: { readonly files: ComparedFiles }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [wanted, setWanted] = useState('')
  const [{ rows, total }, setFound] = useState<ChangedFiles>({ rows: [], total: 0 })
  useEffect(() => {
    let isLast = true
    void worker.comparisons.changes(id, wanted.trim(), 0).then((found) => isLast && setFound(found))
    return () => {
      isLast = false
    }
  }, [wanted])
  const more = async () => {
    const next = await worker.comparisons.changes(id, wanted.trim(), rows.length)
    setFound({ rows: [...rows, ...next.rows], total: next.total })
  }
  const all = counts.added + counts.removed + counts.changed + counts.written
  if (all === 0) return <p role="status">{texts.none}</p>
  return (
    <>
      <p role="status">
        {texts.counts({
          added: formats.number(counts.added + counts.written),
          removed: formats.number(counts.removed),
          changed: formats.number(counts.changed),
        })}
      </p>
      <label>
        {texts.filter}
        <input type="search" value={wanted} onInput={({ currentTarget }) => setWanted(currentTarget.value)} />
      </label>
      <ul class="changes">
        {rows.map((file) => (
          <li key={file.path}>
            <Change file={file} />
          </li>
        ))}
      </ul>
      {rows.length < total && (
        <button type="button" class="quiet" onClick={more}>
          {texts.more({ count: formats.number(total - rows.length) })}
        </button>
      )}
    </>
  )
}

function Change({ file: { path, type, differs, fromSize, toSize } }: { readonly file: ChangedFile }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const sizes = [fromSize, toSize].flatMap((size) => (size === undefined ? [] : [formats.bytes(size)]))
  return (
    <>
      <span class={`badge ${type}`}>{texts[type]}</span> <bdi class="wrap">{path}</bdi>{' '}
      <small class="muted">
        {[...new Set(sizes)].join(' → ')} {differs.join(', ')}
      </small>
    </>
  )
}
