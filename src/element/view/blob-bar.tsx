import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import type { ComponentChildren } from 'preact'
import type { PushProgress } from '../../index.ts'
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

/** The bars of a transfer. */
export function BarList({ length, children }: { readonly length: number; readonly children: ComponentChildren }) {
  const texts = useStore($texts)
  if (length === 0) return null
  return (
    <Fold isOpen={length <= MAX_OPEN} summary={texts.parts(length)}>
      <ol class="bars">{children}</ol>
    </Fold>
  )
}

interface BlobBarProps {
  readonly blob: Pick<PushProgress['blobs'][number], 'kind' | 'size' | 'state' | 'sentBytes'> & {
    readonly digest: string
  }
  /** Its place in the list, from 1. */
  readonly number: number
  /** True if nothing is under way any more. */
  readonly isStopped: boolean
}

/** The progress of a layer or a config. */
export function BlobBar({ blob: { kind, digest, size, state, sentBytes }, number, isStopped }: BlobBarProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
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
