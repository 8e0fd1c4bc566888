import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import type { PushProgress } from 'registry-api-v2-client'
import { BarList, BlobBar } from '../../src/element/view/blob-bar.tsx'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { worker } from '../shell/worker.ts'

const $texts = messages('change/transfer', {
  preparing: 'Preparing…',
  sent: params('{sent} of {total}'),
  speed: params('{speed} per second, {time} left'),
  paused: 'Paused',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
})

interface TransferProps {
  /** The name of the transfer in the Worker. */
  readonly id: string
  /** Says what is transferred. */
  readonly label: string
  /** `undefined` until something is known. */
  readonly progress: PushProgress | undefined
  onCancel(): void
}

/** A transfer that runs: a bar in all, a bar for each layer, pause and cancel. */
export function Transfer({ id, label, progress, onCancel }: TransferProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [isPaused, setPaused] = useState(false)
  return (
    <section aria-label={label}>
      <p>
        {label}
        <progress aria-label={label} value={progress?.sentBytes} max={progress?.totalBytes || undefined} />
        <small>{describe()}</small>
      </p>
      {progress && (
        <BarList
          blobs={progress.blobs}
          drawBar={(blob, number) => <BlobBar key={blob.digest} {...{ blob, number }} isStopped={false} />}
        />
      )}
      <footer>
        <button type="button" class="quiet" onClick={onCancel}>
          {texts.cancel}
        </button>
        <button
          type="button"
          onClick={() => {
            setPaused(!isPaused)
            void (isPaused ? worker.transfers.resume(id) : worker.transfers.pause(id))
          }}
        >
          {isPaused ? texts.resume : texts.pause}
        </button>
      </footer>
    </section>
  )

  function describe(): string {
    if (!progress || progress.phase === 'plan') return texts.preparing
    const { sentBytes, totalBytes, bytesPerSecond, remainingSeconds } = progress
    const sent = texts.sent({ sent: formats.bytes(sentBytes), total: formats.bytes(totalBytes) })
    if (isPaused) return `${sent} · ${texts.paused}`
    if (!bytesPerSecond || remainingSeconds === undefined) return sent
    const speed = texts.speed({ speed: formats.bytes(bytesPerSecond), time: formats.duration(remainingSeconds) })
    return `${sent} · ${speed}`
  }
}
