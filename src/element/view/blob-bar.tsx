import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { type ComponentChildren, Fragment } from 'preact'
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

type Blob = Pick<PushProgress['blobs'][number], 'repository' | 'kind'>

interface BarListProps<B extends Blob> {
  readonly blobs: readonly B[]
  /** Draws a bar. The number counts the layers of a repository from 1: the configs between them have none. */
  drawBar(blob: B, number: number): ComponentChildren
}

/** The bars of a transfer, by repository. */
export function BarList<B extends Blob>({ blobs, drawBar }: BarListProps<B>) {
  const texts = useStore($texts)
  if (blobs.length === 0) return null
  const repositories = [...new Set(blobs.map(({ repository }) => repository))]
  return (
    <Fold isOpen={blobs.length <= MAX_OPEN} summary={texts.parts(blobs.length)}>
      {repositories.map((repository) => {
        let layers = 0
        return (
          <Fragment key={repository}>
            {repositories.length > 1 && (
              <p class="muted">
                <bdi>{repository}</bdi>
              </p>
            )}
            <ol class="bars">
              {blobs
                .filter((blob) => blob.repository === repository)
                .map((blob) => drawBar(blob, blob.kind === 'layer' ? ++layers : layers))}
            </ol>
          </Fragment>
        )
      })}
    </Fold>
  )
}

interface BlobBarProps {
  readonly blob: Pick<PushProgress['blobs'][number], 'kind' | 'size' | 'state' | 'sentBytes'> & {
    readonly digest: string
  }
  /** Of a layer: which one it is in its repository, from 1. */
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
