import type { Pushed } from '../worker/pushes.ts'
import type { ImageChoice } from './choices.ts'
import { createEntry, type Entry, type EntryFile, type EntryState } from './entry.ts'

/** An entry as IndexedDB keeps it. It has no credentials, and no bytes of the file. */
export interface SavedEntry extends Pick<Entry, 'id'> {
  readonly version: 1
  /** Entries are in this order. */
  readonly place: number
  readonly file: EntryFile
  readonly state: EntryState
  readonly registry: string
  readonly choices: readonly ImageChoice[]
  readonly goesOn: boolean
  readonly result: Pushed | undefined
  readonly handle: FileSystemFileHandle | undefined
  /** In milliseconds since 1970. */
  readonly savedAt: number
}

/** In milliseconds. Older entries are forgotten. */
const MAX_AGE = 30 * 24 * 60 * 60 * 1000

export function toSaved({ id, $shown, given }: Entry, place: number): SavedEntry {
  const { file, state, registry, choices, goesOn, result } = $shown.get()
  const entry = { version: 1, id, place, file, state, registry, choices, result, savedAt: Date.now() } as const
  return { ...entry, goesOn: goesOn || state === 'waiting', handle: given.handle }
}

/** Reads a value of the store, which other versions of the page may have written. */
export function parseSaved(value: unknown): SavedEntry | undefined {
  const saved = value as Partial<SavedEntry> | null | undefined
  if (saved?.version !== 1 || typeof saved.id !== 'string' || typeof saved.file?.name !== 'string') return undefined
  if (!Array.isArray(saved.choices) || typeof saved.registry !== 'string') return undefined
  if (!(Math.abs(Date.now() - (saved.savedAt ?? 0)) < MAX_AGE)) return undefined
  return saved as SavedEntry
}

/** Tells whether a value of the store is an entry that is too old to be shown. */
export function isExpired(value: unknown): value is Pick<SavedEntry, 'id' | 'savedAt'> {
  const { id, savedAt } = Object(value) as Partial<SavedEntry>
  return typeof id === 'string' && typeof savedAt === 'number' && Date.now() - savedAt >= MAX_AGE
}

/** Makes an entry of an earlier visit. A finished push stays finished. Other entries need their file. */
export function restoreEntry(saved: SavedEntry): Entry {
  const { id, handle } = saved
  const entry = createEntry(id, shownOf(saved))
  entry.given.handle = handle
  return entry
}

/** Returns what is shown of an entry that no tab has. */
export function shownOf({ file, state, choices, goesOn, result, handle, registry }: SavedEntry) {
  const isPushed = state === 'pushed'
  return {
    state: isPushed ? state : ('needs-file' as const),
    file,
    choices,
    goesOn: goesOn && !isPushed,
    result,
    registry,
    hasHandle: handle !== undefined,
  }
}
