import { proxy } from 'comlink'
import { atom, type ReadableAtom } from 'nanostores'
import { type Fault, isAbort, toFault } from '../words/fault.ts'
import type { PushApi, PushListener, PushRequest } from '../worker/pushes.ts'
import { toImageRequests } from './choices.ts'
import type { Entry, EntryState, ShownEntry } from './entry.ts'
import type { EntryList } from './entry-list.ts'

/** Pushes entries, one after another. */
interface Runs {
  readonly $maxBytesPerSecond: ReadableAtom<number | undefined>
  /** True while no push begins, and waiting pushes wait. */
  readonly $isHeld: ReadableAtom<boolean>
  /** Starts the next push, unless one runs. */
  proceed(): void
  hold(isHeld: boolean): void
  limit(maxBytesPerSecond: number | undefined): void
}

export const RUNNING: readonly EntryState[] = ['pushing', 'paused']
const MAX_EVENTS = 100

/** @param onFileLost Called when the file of an entry cannot be read any more. */
export function createRuns(
  worker: PushApi,
  { $entries, update }: EntryList,
  onFileLost: (entry: Entry, fault: Fault) => void,
): Runs {
  const $maxBytesPerSecond = atom<number | undefined>()
  const $isHeld = atom(false)
  /** The ID of the entry whose push runs. */
  let running: string | undefined

  function proceed(): void {
    if ($isHeld.get() || running !== undefined) return
    const next = $entries.get().find(({ $shown }) => $shown.get().state === 'waiting' && !$shown.get().isElsewhere)
    if (next) void push(next)
  }

  async function push(entry: Entry): Promise<void> {
    running = entry.id
    entry.progress.clear()
    update(entry, { state: 'pushing', fault: undefined, result: undefined, events: [], goesOn: true })
    const listener: PushListener = {
      onProgress: (progress) => entry.progress.show(progress),
      onEvent: (event) => {
        const events = [...entry.$shown.get().events, { ...event, at: Date.now() }]
        update(entry, { events: events.slice(-MAX_EVENTS) })
      },
    }
    try {
      const request = requestOf(entry.$shown.get())
      const result = await worker.push(entry.id, request, proxy(listener), $maxBytesPerSecond.get())
      update(entry, { state: 'pushed', result, goesOn: false })
    } catch (error) {
      fail(entry, error)
    }
    running = undefined
    proceed()
  }

  function fail(entry: Entry, error: unknown): void {
    const fault = toFault(error)
    if (isAbort(error)) update(entry, { state: 'cancelled', goesOn: false })
    else if (fault.code === 'FILE_UNREADABLE') onFileLost(entry, fault)
    else update(entry, { state: 'failed', fault, goesOn: false })
    if (fault.code === 'SIGN_IN_CANCELLED') failOthers(entry, fault)
  }

  /** A user who does not want to sign in to a registry is not asked again for each of its archives. */
  function failOthers(entry: Entry, fault: Fault): void {
    const { registry } = entry.$shown.get()
    for (const other of $entries.get()) {
      const shown = other.$shown.get()
      const isSame = shown.state === 'waiting' && shown.registry === registry && !shown.isElsewhere
      if (isSame) update(other, { state: 'failed', fault, goesOn: false })
    }
  }

  return {
    $maxBytesPerSecond,
    $isHeld,
    proceed,
    hold(isHeld) {
      $isHeld.set(isHeld)
      proceed()
    },
    limit(maxBytesPerSecond) {
      $maxBytesPerSecond.set(maxBytesPerSecond)
      if (running !== undefined) void worker.limit(running, maxBytesPerSecond)
    },
  }
}

/** Says to the Worker what to push. */
export function requestOf({ archive, registry, choices }: ShownEntry): PushRequest {
  return { archive: archive?.id ?? -1, registry: registry.trim(), images: toImageRequests(choices) }
}
