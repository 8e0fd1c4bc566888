import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages, translate } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { ActionDialogProps } from '../change/selection.ts'
import { useLoading } from '../shell/loading.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { worker } from '../shell/worker.ts'
import type { DownloadRequest, PlannedDownload } from '../worker/downloads.ts'
import { isTooLarge, startDownload } from './downloads.ts'

translate('download', () => import('./ko.ts'))

const $texts = messages('download/dialog', {
  title: count({ one: 'Download {count} image', many: 'Download {count} images' }),
  intro: 'You get one file. "docker load" and other tools read it.',
  platform: 'Platform',
  all: 'All platforms',
  format: 'For use with',
  both: 'Docker and other tools',
  docker: 'Docker only (smaller list of contents)',
  oci: 'Other tools only (OCI layout)',
  size: params('{name}: {size}'),
  measuring: 'Measuring the size…',
  large:
    'This browser collects the whole file before it saves it, and may not have enough space. Chrome and Edge save it directly, on https.',
  save: 'Save',
  cancel: 'Cancel',
  load: params('To load it: docker load --input {name}'),
})

/** The choices of a download, and its size. The platform that the user looks at is chosen first. */
export default function DownloadDialog({ registry, repository, references, platform, onClose }: ActionDialogProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const dialog = useRef<HTMLDialogElement>(null)
  const [choice, setChoice] = useState<Pick<DownloadRequest, 'platform' | 'format'>>({ platform, format: undefined })
  const [planned, setPlanned] = useState<PlannedDownload>()
  const request: DownloadRequest = { registry, repository, references, ...choice }
  const { isLoading, fault, reload } = useLoading(
    async (signal) => setPlanned(await worker.downloads.plan(request, signal)),
    [choice],
  )
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  const platforms = planned?.platforms ?? []
  const isReady = planned !== undefined && !isLoading && !fault
  const save = async () => {
    if (planned && (await startDownload(request, planned))) onClose(false)
  }
  return (
    <dialog ref={dialog} aria-labelledby="download-title" onClose={() => onClose(false)}>
      <article>
        <h2 id="download-title">{texts.title(references.length)}</h2>
        <p>{texts.intro}</p>
        {platforms.length > 1 && (
          <label>
            {texts.platform}
            <select
              value={choice.platform ?? ''}
              onChange={({ currentTarget }) => setChoice({ ...choice, platform: currentTarget.value || undefined })}
            >
              <option value="">{texts.all}</option>
              {platforms.map((platform) => (
                <option value={platform} key={platform}>
                  {platform}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          {texts.format}
          <select
            value={choice.format ?? ''}
            onChange={({ currentTarget }) => {
              const format = (['docker', 'oci'] as const).find((format) => format === currentTarget.value)
              setChoice({ ...choice, format })
            }}
          >
            <option value="">{texts.both}</option>
            <option value="docker">{texts.docker}</option>
            <option value="oci">{texts.oci}</option>
          </select>
        </label>
        <p role="status">
          {isReady ? texts.size({ name: planned.fileName, size: formats.bytes(planned.size) }) : ''}
          {isLoading && texts.measuring}
        </p>
        {isReady && choice.format !== 'oci' && <p class="muted wrap">{texts.load({ name: planned.fileName })}</p>}
        {isReady && isTooLarge(planned.size) && <p class="warning">{texts.large}</p>}
        {isReady &&
          planned.warnings.map((warning) => (
            <p class="notice wrap" key={warning}>
              {warning}
            </p>
          ))}
        <ProblemView fault={fault} onRetry={reload} />
        <footer>
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
            {texts.cancel}
          </button>
          <button type="button" disabled={!isReady} onClick={save}>
            {texts.save}
          </button>
        </footer>
      </article>
    </dialog>
  )
}
