import { createStore, del, delMany, get, setMany, type UseStore, values } from 'idb-keyval'
import { isExpired, parseSaved, type SavedEntry } from './saved-entry.ts'

/** Keeps entries for the next visit. Its methods may fail. */
export interface QueueStorage {
  /** Reads all entries, in their order. Those that are too old are removed. */
  readAll(): Promise<readonly SavedEntry[]>
  read(id: string): Promise<SavedEntry | undefined>
  write(entries: readonly SavedEntry[]): Promise<void>
  remove(id: string): Promise<void>
}

/** In milliseconds. A database that another tab blocks never answers. */
const PATIENCE = 5000

/** @param name The name of the IndexedDB database. */
export function openQueueStorage(name: string): QueueStorage {
  let database: UseStore | undefined
  // A browser that forbids it throws when it is opened.
  const open = () => {
    database ??= createStore(name, 'queue')
    return database
  }

  return {
    readAll: () =>
      inTime(async () => {
        const kept: readonly unknown[] = await values(open())
        const expired = kept.filter(isExpired).map(({ id }) => id)
        if (expired.length > 0) await delMany(expired, open())
        const found = kept.map(parseSaved).filter((entry) => entry !== undefined)
        return found.sort((one, other) => one.place - other.place || one.savedAt - other.savedAt)
      }),
    read: (id) => inTime(async () => parseSaved(await get(id, open()))),
    write: (entries) =>
      inTime(async () =>
        setMany(
          entries.map((entry) => [entry.id, entry]),
          open(),
        ),
      ),
    remove: (id) => inTime(async () => del(id, open())),
  }
}

async function inTime<T>(act: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('IndexedDB does not answer')), PATIENCE)
  })
  try {
    return await Promise.race([act(), late])
  } finally {
    clearTimeout(timer)
  }
}
