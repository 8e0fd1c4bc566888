import { atom, type MapStore, map, type ReadableAtom } from 'nanostores'
import type { BlobKind, BlobState, PushProgress } from '../../index.ts'

/** The progress of a whole push. */
export interface Total {
  /** `idle` before the first progress of a push. */
  readonly phase: PushProgress['phase'] | 'idle'
  /** Of all that is in the registry now. */
  readonly sentBytes: number
  /** Of all that is not sent, because the registry has it: a part of `sentBytes`. */
  readonly presentBytes: number
  readonly totalBytes: number
  /** Absent until enough was sent to measure it: show "measuring". */
  readonly bytesPerSecond: number | undefined
  /** In seconds. Absent until the speed is known. */
  readonly remaining: number | undefined
}

/** The progress of one blob. */
export interface BlobBar {
  readonly digest: string
  readonly repository: string
  readonly kind: BlobKind
  /** In bytes. */
  readonly size: number
  readonly $bar: MapStore<{ readonly state: BlobState; readonly sentBytes: number }>
}

/** The progress of an entry. Each store changes alone, so that each bar is drawn alone. */
export interface ShownProgress {
  readonly $total: MapStore<Total>
  /** A new list for each push. Its bars have stores of their own. */
  readonly $blobs: ReadableAtom<readonly BlobBar[]>
  /** Shows a snapshot of the Worker. */
  show(progress: PushProgress): void
  /** Begins again, for a new push. */
  clear(): void
}

const IDLE: Total = {
  phase: 'idle',
  sentBytes: 0,
  presentBytes: 0,
  totalBytes: 0,
  bytesPerSecond: undefined,
  remaining: undefined,
}

export function createProgress(): ShownProgress {
  const $total = map<Total>(IDLE)
  const $blobs = atom<readonly BlobBar[]>([])

  return {
    $total,
    $blobs,
    show({ phase, sentBytes, totalBytes, bytesPerSecond, remainingSeconds, blobs }) {
      $total.set({
        phase,
        sentBytes,
        presentBytes: presentBytes(blobs),
        totalBytes,
        bytesPerSecond: bytesPerSecond || undefined,
        remaining: remainingSeconds,
      })
      const before = $blobs.get()
      const isSame =
        before.length === blobs.length &&
        before.every(({ digest, repository }, index) => {
          const blob = blobs[index]
          return blob?.digest === digest && blob.repository === repository
        })
      if (!isSame) {
        $blobs.set(
          blobs.map(({ digest, repository, kind, size, state, sentBytes }) => ({
            digest,
            repository,
            kind,
            size,
            $bar: map({ state, sentBytes }),
          })),
        )
        return
      }
      before.forEach(({ $bar }, index) => {
        const { state, sentBytes } = blobs[index] as (typeof blobs)[number]
        const shown = $bar.get()
        if (shown.state !== state || shown.sentBytes !== sentBytes) $bar.set({ state, sentBytes })
      })
    },
    clear() {
      $total.set(IDLE)
      $blobs.set([])
    },
  }
}

function presentBytes(blobs: PushProgress['blobs']): number {
  const present = blobs.filter(({ state }) => state === 'present' || state === 'mounted')
  return present.reduce((sum, { size }) => sum + size, 0)
}
