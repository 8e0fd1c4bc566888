import { formatBytes, formatDuration } from './format.ts'
import type { Progress } from './progress.ts'

/** The size of a terminal. */
interface Size {
  readonly columns: number
  readonly rows: number
}

/** In characters: the most of a digest and of a bar. */
const [NAME, LONGEST_BAR, SHORTEST_BAR] = [12, 40, 5]

/**
 * Formats progress as bars: one for each blob that is under way, as many as fit, and one in all. Every line is narrower
 * than the terminal.
 */
export function formatBars(progress: Progress, { columns, rows }: Size): readonly string[] {
  const active = progress.blobs.filter(({ state }) => state === 'active')
  // The rest of the screen stays for what was printed before.
  const room = Math.max(0, Math.floor(rows / 2) - 1)
  const shown = active.length > room ? active.slice(0, Math.max(0, room - 1)) : active
  const hidden = active.length - shown.length
  return [
    ...shown.map(({ digest, doneBytes, size }) =>
      barLine(digestName(digest), doneBytes, size, [`${formatBytes(doneBytes)}/${formatBytes(size)}`], columns),
    ),
    ...(hidden > 0 && room > 0 ? [`and ${hidden} more`.slice(0, columns - 1)] : []),
    formatAll(progress, columns),
  ]
}

function formatAll(progress: Progress, columns: number): string {
  const { label, unit, done, total, blobs } = progress
  const name = label.padEnd(NAME)
  const amount = unit === 'bytes' ? formatBytes(done) : String(done)
  if (total === undefined) return barLine(name, 0, 0, [amount, ...pace(progress)], columns)
  const all = unit === 'bytes' ? formatBytes(total) : String(total)
  const finished = blobs.filter(({ state }) => state === 'done').length
  const count = blobs.length > 1 ? [`${finished} of ${blobs.length} blobs`] : []
  return barLine(name, done, total, [`${amount}/${all}`, ...pace(progress), ...count], columns)
}

/** The speed, and the time that is left. */
export function pace({ bytesPerSecond, remainingSeconds }: Progress): readonly string[] {
  return [
    ...(bytesPerSecond > 0 ? [`${formatBytes(bytesPerSecond)}/s`] : []),
    ...(remainingSeconds !== undefined ? [`${formatDuration(remainingSeconds)} left`] : []),
  ]
}

/** Puts a bar between a name and as many of the facts as fit. */
function barLine(name: string, done: number, total: number, facts: readonly string[], columns: number): string {
  const width = columns - 1
  for (let count = facts.length; count > 0; count--) {
    const text = facts.slice(0, count).join('  ')
    const room = Math.min(LONGEST_BAR, width - name.length - text.length - 4)
    if (room >= SHORTEST_BAR) return `${name} ${bar(done, total, room)} ${text}`
    if (count === 1) return `${name} ${text}`.slice(0, width)
  }
  return name.slice(0, width)
}

/** Draws a bar as Docker does: `[===>      ]`. The bar of an unknown total is empty. */
function bar(done: number, total: number, width: number): string {
  const filled = total > 0 ? Math.min(width, Math.floor((done / total) * width)) : 0
  const drawn = filled === width ? '='.repeat(width) : `${'='.repeat(filled)}>`
  return `[${drawn.padEnd(width)}]`
}

function digestName(digest: string): string {
  return digest
    .slice(digest.indexOf(':') + 1)
    .slice(0, NAME)
    .padEnd(NAME)
}
