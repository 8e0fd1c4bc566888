import { atom, onMount, type ReadableAtom } from 'nanostores'
import type { Entry, EntryState } from '../queue/entry.ts'
import type { Queue } from '../queue/queue.ts'
import type { Summary } from './summary.ts'

const IN_PUSH: readonly EntryState[] = ['waiting', 'pushing', 'paused', 'pushed', 'failed', 'cancelled']

/** Adds up the entries of a queue, as long as somebody reads it. */
export function createSummary({ $entries, $isHeld }: Queue): ReadableAtom<Summary> {
  const $summary = atom<Summary>(addUp([], false))
  onMount($summary, () => {
    let listening: readonly (() => void)[] = []
    const stop = () => {
      for (const unlisten of listening) unlisten()
    }
    const update = () => $summary.set(addUp($entries.get(), $isHeld.get()))
    const followHold = $isHeld.listen(update)
    const follow = $entries.subscribe((entries) => {
      stop()
      listening = entries.flatMap(({ $shown, progress }) => [$shown.listen(update), progress.$total.listen(update)])
      update()
    })
    return () => {
      follow()
      followHold()
      stop()
    }
  })
  return $summary
}

function addUp(entries: readonly Entry[], isHeld: boolean): Summary {
  const pushes = entries.filter(hasBegun)
  const states = pushes.map(({ $shown }) => $shown.get().state)
  const totals = pushes.map(totalOf)
  const sum = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  const sentBytes = sum(totals.map(({ sent }) => sent))
  const totalBytes = sum(totals.map(({ total }) => total))
  const bytesPerSecond = sum(totals.map(({ speed }) => speed)) || undefined
  const state = summarize(states, isHeld)
  return {
    state,
    sentBytes,
    presentBytes: sum(totals.map(({ present }) => present)),
    totalBytes,
    bytesPerSecond: state === 'running' ? bytesPerSecond : undefined,
    remaining: state === 'running' && bytesPerSecond ? (totalBytes - sentBytes) / bytesPerSecond : undefined,
    pushed: states.filter((state) => state === 'pushed').length,
    count: pushes.length,
  }
}

/** An archive that could not be read is no push. */
function hasBegun({ $shown }: Entry): boolean {
  const { state, archive, isElsewhere } = $shown.get()
  return IN_PUSH.includes(state) && archive !== undefined && !isElsewhere
}

function summarize(states: readonly EntryState[], isHeld: boolean): Summary['state'] {
  if (states.length === 0) return 'idle'
  if (states.includes('pushing')) return 'running'
  // Those that wait come after what pauses.
  if (states.includes('paused')) return 'paused'
  if (states.includes('waiting')) return isHeld ? 'paused' : 'running'
  return states.every((state) => state === 'pushed') ? 'done' : 'stopped'
}

function totalOf({ $shown, progress }: Entry): {
  readonly sent: number
  readonly present: number
  readonly total: number
  readonly speed: number
} {
  const { state, archive, choices } = $shown.get()
  const { sentBytes, presentBytes, totalBytes, bytesPerSecond = 0 } = progress.$total.get()
  if (totalBytes > 0) {
    const speed = state === 'pushing' ? bytesPerSecond : 0
    return { sent: sentBytes, present: presentBytes, total: totalBytes, speed }
  }
  const included = archive?.images.filter(
    ({ position }) => choices.find((choice) => choice.position === position)?.isIncluded,
  )
  const total = included?.flatMap(({ layers }) => layers).reduce((sum, { size }) => sum + size, 0) ?? 0
  return { sent: 0, present: 0, total, speed: 0 }
}
