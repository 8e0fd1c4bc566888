import type { MapChanges } from './image-edits.ts'

/** A map after its edit, and which of its keys are set and removed. */
interface EditedMap<T> {
  readonly after: ReadonlyMap<string, T | string>
  /** Sorted, so that the order in which edits are written does not matter. */
  readonly set: ReadonlyArray<readonly [key: string, value: string]>
  readonly removed: readonly string[]
}

/** Edits a map: a text sets a key, `null` removes it. `null` for the whole edit removes all keys. */
export function editMap<T>(before: ReadonlyMap<string, T>, edit: MapChanges | null): EditedMap<T> {
  const changes: MapChanges = edit ?? Object.fromEntries([...before.keys()].map((key) => [key, null]))
  const after = new Map<string, T | string>(before)
  const set: [string, string][] = []
  const removed: string[] = []
  for (const key of Object.keys(changes).sort()) {
    const value = changes[key]
    if (value === undefined || value === before.get(key)) continue
    if (value !== null) {
      after.set(key, value)
      set.push([key, value])
    } else if (after.delete(key)) removed.push(key)
  }
  return { after, set, removed }
}

/**
 * Edits the field of a document that is a map of texts. Its keys are sorted then, as Go writes them, and an empty map
 * is left out. If nothing changes, the result is the document itself.
 */
export function editMapField<T extends object>(document: T, field: string, edit: MapChanges | null | undefined): T {
  if (edit === undefined) return document
  const value = (document as Readonly<Record<string, unknown>>)[field]
  const { after, set, removed } = editMap(new Map(Object.entries(value ?? {})), edit)
  if (set.length + removed.length === 0) return document
  return withField(document, field, after.size === 0 ? undefined : sortedObject(after))
}

/** A document with another value in a field, or without the field. The other fields keep their order. */
export function withField<T extends object>(document: T, field: string, value: unknown): T {
  const fields = new Map(Object.entries(document))
  if (value === undefined) fields.delete(field)
  else fields.set(field, value)
  return Object.fromEntries(fields) as T
}

export function sortedObject(map: ReadonlyMap<string, unknown>): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...map].sort(([one], [other]) => (one < other ? -1 : 1)))
}
