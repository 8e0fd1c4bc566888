import { atom, type ReadableAtom } from 'nanostores'
import { toFault } from '../words/fault.ts'
import type { Entry, ShownEntry } from './entry.ts'

/** The entries of a queue, for the parts of the queue. */
export interface EntryList {
  readonly $entries: ReadableAtom<readonly Entry[]>
  find(id: string): Entry | undefined
  /** Adds an entry at the end, or changes the order. */
  set(entries: readonly Entry[]): void
  update(entry: Entry, changes: Partial<ShownEntry>): void
  /**
   * Does something with an entry that a later act, or `stop`, ends. A failure is shown.
   *
   * @param work Returns the changes that its success makes.
   */
  act(entry: Entry, work: (signal: AbortSignal) => Promise<Partial<ShownEntry>>): Promise<void>
  /** Ends the act of an entry. */
  stop(id: string): void
}

export function createEntryList(): EntryList {
  const $entries = atom<readonly Entry[]>([])
  const acts = new Map<string, AbortController>()

  function update(entry: Entry, changes: Partial<ShownEntry>): void {
    entry.$shown.set({ ...entry.$shown.get(), ...changes })
  }

  return {
    $entries,
    find: (id) => $entries.get().find((entry) => entry.id === id),
    set: (entries) => $entries.set(entries),
    update,
    async act(entry, work) {
      acts.get(entry.id)?.abort()
      const controller = new AbortController()
      acts.set(entry.id, controller)
      const { signal } = controller
      const failed = (error: unknown): Partial<ShownEntry> => ({ state: 'failed', fault: toFault(error) })
      const changes = await work(signal).catch(failed)
      if (signal.aborted) return
      acts.delete(entry.id)
      update(entry, changes)
    },
    stop(id) {
      acts.get(id)?.abort()
      acts.delete(id)
    },
  }
}
