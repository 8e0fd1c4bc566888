import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import type { BlobBar, ShownProgress } from '../queue/progress.ts'
import { $formats, shortDigest } from '../words/format.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import { Fold } from './fold.tsx'

const $texts = messages('element/bars', {
  parts: count({ one: '{count} part', other: '{count} parts' }),
  config: 'Config',
  manifest: 'Manifest',
  layer: params('Layer {number}'),
  waiting: 'waiting',
  uploading: params('{sent} of {size}'),
  present: 'already there',
  mounted: 'taken from another repository',
  uploaded: 'sent',
  stopped: 'stopped',
})

/** A longer list begins folded. */
const MAX_OPEN = 8

interface BlobBarsProps {
  readonly progress: ShownProgress
  /** True if nothing is under way any more. */
  readonly isStopped: boolean
}

/** A bar for each layer and config of a push. */
export function BlobBars({ progress, isStopped }: BlobBarsProps) {
  const texts = useStore($texts)
  const blobs = useStore(progress.$blobs)
  if (blobs.length === 0) return null
  return (
    <Fold isOpen={blobs.length <= MAX_OPEN} summary={texts.parts(blobs.length)}>
      <ol class="bars">
        {blobs.map((blob, index) => (
          <OneBar key={`${blob.repository} ${blob.digest}`} blob={blob} number={index + 1} isStopped={isStopped} />
        ))}
      </ol>
    </Fold>
  )
}

interface OneBarProps {
  readonly blob: BlobBar
  readonly number: number
  readonly isStopped: boolean
}

function OneBar({ blob: { kind, digest, size, $bar }, number, isStopped }: OneBarProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const { state, sentBytes } = useStore($bar)
  const name = kind === 'layer' ? texts.layer({ number }) : texts[kind]
  const isUnderWay = state === 'waiting' || state === 'uploading'
  const shownState = isUnderWay && isStopped ? 'stopped' : state
  return (
    <li data-state={shownState}>
      <span>{name}</span>
      <code class="muted" title={digest}>
        {shortDigest(digest)}
      </code>
      <span class="size">
        {shownState === 'uploading'
          ? texts.uploading({ sent: formats.bytes(sentBytes), size: formats.bytes(size) })
          : `${texts[shownState]}, ${formats.bytes(size)}`}
      </span>
      <progress value={sentBytes} max={Math.max(size, 1)} aria-label={`${name}, ${shortDigest(digest)}`} />
    </li>
  )
}
