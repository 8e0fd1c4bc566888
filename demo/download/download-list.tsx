import { useStore } from '@nanostores/preact'
import { $formats } from '../../src/element/words/format.ts'
import { messages, translate } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { $downloads, type Download, forgetDownload, isUnderWay } from './downloads.ts'
import './download.css'

translate('download', () => import('./ko.ts'))

const $texts = messages('download/list', {
  title: 'Downloads',
  written: params('{written} of {total}'),
  rest: params('{written} of {total}, {speed} per second, {time} left'),
  paused: params('Paused at {written} of {total}'),
  saved: params('Saved, {total}'),
  cancelled: 'Cancelled. Nothing was saved.',
  failed: 'Not saved.',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  close: 'Remove from the list',
})

/** The downloads of this visit, below every view. */
export default function DownloadList() {
  const texts = useStore($texts)
  const downloads = useStore($downloads)
  return (
    <section class="downloads" aria-label={texts.title}>
      <ul>
        {downloads.map((download) => (
          <li key={download.id}>
            <DownloadRow download={download} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function DownloadRow({ download }: { readonly download: Download }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const { id, registry, fileName, size, state, progress, fault, pause, resume, cancel } = download
  const label = (text: string) => `${text}: ${fileName}`
  return (
    <>
      <p class="bar">
        <bdi class="wrap">{fileName}</bdi>
        {isUnderWay(download) && (
          <progress aria-label={fileName} value={progress?.writtenBytes} max={progress?.totalBytes || undefined} />
        )}
        <small role={isUnderWay(download) ? undefined : 'status'}>{describe()}</small>
        <span class="end">
          {state === 'running' && (
            <button type="button" class="quiet" aria-label={label(texts.pause)} onClick={pause}>
              {texts.pause}
            </button>
          )}
          {state === 'paused' && (
            <button type="button" class="quiet" aria-label={label(texts.resume)} onClick={resume}>
              {texts.resume}
            </button>
          )}
          {isUnderWay(download) ? (
            <button type="button" class="quiet" aria-label={label(texts.cancel)} onClick={cancel}>
              {texts.cancel}
            </button>
          ) : (
            <button type="button" class="quiet" aria-label={label(texts.close)} onClick={() => forgetDownload(id)}>
              ×
            </button>
          )}
        </span>
      </p>
      <ProblemView fault={fault} registry={registry} />
    </>
  )

  function describe(): string {
    if (state === 'saved') return texts.saved({ total: formats.bytes(size) })
    if (state === 'cancelled' || state === 'failed') return texts[state]
    const { writtenBytes = 0, totalBytes = size, bytesPerSecond = 0, remainingSeconds } = progress ?? {}
    const parts = { written: formats.bytes(writtenBytes), total: formats.bytes(totalBytes) }
    if (state === 'paused') return texts.paused(parts)
    if (remainingSeconds === undefined) return texts.written(parts)
    const rest = { speed: formats.bytes(bytesPerSecond), time: formats.duration(remainingSeconds) }
    return texts.rest({ ...parts, ...rest })
  }
}
