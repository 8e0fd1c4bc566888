import type { BlobProgress, PushProgress } from 'registry-api-v2-client'
import { createElement, findElement } from './element.ts'
import { formatBytes, formatDuration, shortDigest } from './format.ts'

const STATES: Readonly<Record<BlobProgress['state'], string>> = {
  waiting: 'waiting',
  uploading: 'uploading',
  present: 'already there',
  mounted: 'mounted',
  uploaded: 'uploaded',
}

const section = findElement('progress', HTMLElement)
const title = findElement('progress-title', HTMLElement)
const total = findElement('total', HTMLProgressElement)
const totalText = findElement('total-text', HTMLElement)
const list = findElement('blobs', HTMLElement)

/** The progress of one push on the page. */
export interface ProgressView {
  /** Takes a snapshot. It is drawn with the next frame, unless a newer one comes before. */
  show(progress: PushProgress): void
  /** The push waits for its user, or goes on. */
  pause(isPaused: boolean): void
  /** The push has ended before it was done: what was under way is so no more. */
  stop(): void
}

export function openProgress(destination: string): ProgressView {
  let latest: PushProgress | undefined
  let rows: readonly BlobRow[] = []
  let isStopped = false
  let isPaused = false
  let frame = 0

  function draw(): void {
    frame = 0
    if (!latest) return
    const { phase, sentBytes, totalBytes, blobs } = latest
    const isUnderWay = phase !== 'done' && !isStopped
    if (rows.length === 0) {
      rows = blobs.map(createRow)
      list.replaceChildren(...rows.map(({ item }) => item))
    }
    blobs.forEach((blob, index) => {
      rows[index]?.draw(blob, isStopped)
    })
    section.dataset.phase = phase
    total.max = totalBytes
    total.value = sentBytes
    totalText.textContent =
      phase === 'manifests' && isUnderWay && !isPaused
        ? 'all blobs are there, writing the manifest'
        : `${formatBytes(sentBytes)} of ${formatBytes(totalBytes)}${isUnderWay ? paceOf(latest, isPaused) : ''}`
  }

  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(draw)
  }

  title.textContent = destination
  list.replaceChildren()
  totalText.textContent = 'reaching the registry'
  total.value = 0
  section.hidden = false
  return {
    show(progress) {
      latest = progress
      schedule()
    },
    pause(paused) {
      isPaused = paused
      schedule()
    },
    stop() {
      isStopped = true
      section.hidden = !latest
      schedule()
    },
  }
}

export function hideProgress(): void {
  section.hidden = true
}

function paceOf({ bytesPerSecond, remainingSeconds }: PushProgress, isPaused: boolean): string {
  if (isPaused) return ', paused'
  if (bytesPerSecond === 0 || remainingSeconds === undefined) return ''
  return `, ${formatBytes(bytesPerSecond)} a second, about ${formatDuration(remainingSeconds)} left`
}

interface BlobRow {
  readonly item: HTMLElement
  draw(blob: BlobProgress, isStopped: boolean): void
}

function createRow({ kind, digest, size }: BlobProgress, index: number): BlobRow {
  const name = kind === 'config' ? 'Config' : `Layer ${index + 1}`
  const bar = createElement('progress', { max: size, value: 0, ariaLabel: name })
  const text = createElement('span', { className: 'muted' })
  const code = createElement('code', { className: 'muted', title: digest }, shortDigest(digest))
  const item = createElement('li', {}, createElement('span', {}, name), code, text, bar)
  return {
    item,
    draw({ state, sentBytes }, isStopped) {
      const isUnderWay = state === 'waiting' || state === 'uploading'
      item.dataset.state = isUnderWay && isStopped ? 'stopped' : state
      bar.value = sentBytes
      const bytes = state === 'uploading' ? `${formatBytes(sentBytes)} of ${formatBytes(size)}` : formatBytes(size)
      text.textContent = `${isUnderWay && isStopped ? 'stopped' : STATES[state]}, ${bytes}`
    },
  }
}
