import { useStore } from '@nanostores/preact'
import { useEffect, useRef } from 'preact/hooks'
import { $formats } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import type { Form } from './form.ts'
import { SpeedLimit } from './speed-limit.tsx'

const $texts = messages('element/summary', {
  title: 'Progress of all pushes',
  running: 'Pushing',
  paused: 'Paused',
  done: 'Pushed',
  stopped: 'Some archives were not pushed',
  archives: params('{pushed} of {count} archives'),
  bytes: params('{sent} of {total}'),
  sent: params('{sent} sent'),
  present: params('{size} already there'),
  speed: params('{speed} per second'),
  left: params('about {time} left'),
  measuring: 'measuring the speed',
  cancelling: 'Cancelling… This can take up to 5 seconds.',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
})

/** The progress of all pushes together, with the buttons for them. It stays in sight. */
export function SummaryView({ form }: { readonly form: Form }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const { state, sentBytes, presentBytes, totalBytes, bytesPerSecond, remaining, pushed, count } = useStore(
    form.$summary,
  )
  const isCancelling = useStore(form.$cancelling).size > 0
  const isUnderWay = state === 'running' || state === 'paused'
  const title = useRef<HTMLHeadingElement>(null)
  // The button that began it is gone, so the keyboard focus would be lost.
  useEffect(() => {
    if (isUnderWay) title.current?.focus({ preventScroll: true })
  }, [isUnderWay])
  if (state === 'idle') return null

  // Bytes that the registry had before are no progress.
  const sent = sentBytes - presentBytes
  const toSend = totalBytes - presentBytes
  const pace = bytesPerSecond
    ? [
        texts.speed({ speed: formats.bytes(bytesPerSecond) }),
        ...(remaining === undefined ? [] : [texts.left({ time: formats.duration(remaining) })]),
      ]
    : [texts.measuring]
  const facts = [
    ...(count > 1 ? [texts.archives({ pushed, count })] : []),
    state === 'done'
      ? texts.sent({ sent: formats.bytes(sent) })
      : texts.bytes({ sent: formats.bytes(sent), total: formats.bytes(toSend) }),
    ...(presentBytes > 0 ? [texts.present({ size: formats.bytes(presentBytes) })] : []),
    ...(state === 'running' && !isCancelling ? pace : []),
  ]
  return (
    <section class="summary" part="summary" aria-label={texts.title} data-state={state}>
      <div class="row">
        <h2 ref={title} tabIndex={-1}>
          {texts[state]}
        </h2>
        <span class="muted grow">{isCancelling ? texts.cancelling : facts.join(', ')}</span>
        {isUnderWay && (
          <div class="row">
            <SpeedLimit queue={form.queue} />
            <button
              type="button"
              data-kind="quiet"
              part="button"
              disabled={isCancelling}
              onClick={state === 'paused' ? form.resumeAll : form.pauseAll}
            >
              {state === 'paused' ? texts.resume : texts.pause}
            </button>
            <button type="button" data-kind="quiet" part="button" disabled={isCancelling} onClick={form.cancelAll}>
              {texts.cancel}
            </button>
          </div>
        )}
      </div>
      <progress value={toSend > 0 ? sent : 1} max={Math.max(toSend, 1)} aria-label={texts.title} />
    </section>
  )
}
