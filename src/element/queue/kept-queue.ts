import { atom } from 'nanostores'
import type { PushApi } from '../worker/pushes.ts'
import type { Channel, Claims } from './claims.ts'
import type { Entry } from './entry.ts'
import { createEntryList } from './entry-list.ts'
import type { Total } from './progress.ts'
import { createQueue, type Queue } from './queue.ts'
import { restoreEntry, type SavedEntry, shownOf, toSaved } from './saved-entry.ts'
import type { QueueStorage } from './storage.ts'

/** Where a queue is kept, and how the tabs of the browser share it. */
interface Keeping {
  readonly storage: QueueStorage
  readonly claims: Claims
  readonly channel: Channel
}

/** A message to the other tabs. */
type Message =
  | { readonly kind: 'changed' | 'removed'; readonly id: string }
  | { readonly kind: 'progress'; readonly id: string; readonly total: Total }

/** In milliseconds: other tabs hear no more often of a push. */
const PROGRESS_INTERVAL = 500

/**
 * Creates a queue that survives a reload, and that several tabs share. An entry of another tab is shown, and changes
 * only there.
 */
export function createKeptQueue(worker: PushApi, { storage, claims, channel }: Keeping): Queue {
  const list = createEntryList()
  const queue = createQueue(worker, { list, claims })
  const $isLost = atom(false)
  const followed = new Map<Entry, () => void>()
  const places = new Map<string, number>()
  const unsaved = new Set<Entry>()
  let isSaving = false
  /** True while an entry is shown as it is saved already. */
  let isShowing = false
  const post = (message: Message) => channel.postMessage(message)

  /** Entries that nobody has may be changed by all. */
  const isOurs = ({ $shown }: Entry) => !$shown.get().isElsewhere

  function save(entry: Entry): void {
    if (isShowing || !isOurs(entry)) return
    unsaved.add(entry)
    if (!isSaving) void writeAll()
  }

  async function writeAll(): Promise<void> {
    isSaving = true
    while (unsaved.size > 0 && !$isLost.get()) {
      // Names are typed letter by letter.
      await new Promise((resolve) => setTimeout(resolve))
      const entries = list.$entries.get()
      const changed = [...unsaved].filter((entry) => entries.includes(entry))
      unsaved.clear()
      try {
        await storage.write(changed.map((entry) => toSaved(entry, entries.indexOf(entry))))
        for (const { id } of changed) post({ kind: 'changed', id })
      } catch {
        $isLost.set(true)
      }
    }
    isSaving = false
  }

  function follow(entry: Entry): void {
    let before = keptOf(entry)
    const stopShown = entry.$shown.listen(() => {
      const now = keptOf(entry)
      const isChanged = now.some((value, index) => value !== before[index])
      before = now
      if (isChanged) save(entry)
    })
    let toldAt = 0
    const stopProgress = entry.progress.$total.listen((total) => {
      if (!isOurs(entry) || performance.now() - toldAt < PROGRESS_INTERVAL) return
      toldAt = performance.now()
      post({ kind: 'progress', id: entry.id, total })
    })
    followed.set(entry, () => {
      stopShown()
      stopProgress()
    })
  }

  list.$entries.listen((entries) => {
    for (const [entry, stop] of followed) {
      if (entries.includes(entry)) continue
      stop()
      followed.delete(entry)
      places.delete(entry.id)
      if (!isOurs(entry)) continue
      void storage.remove(entry.id).catch(() => $isLost.set(true))
      post({ kind: 'removed', id: entry.id })
    }
    entries.forEach((entry, place) => {
      if (!followed.has(entry)) follow(entry)
      if (places.get(entry.id) !== place) save(entry)
      places.set(entry.id, place)
    })
  })

  /** Shows an entry as it is saved. */
  function show(saved: SavedEntry, isElsewhere: boolean): void {
    if (claims.isMine(saved.id)) return
    const found = list.find(saved.id)
    const entry = found ?? restoreEntry(saved)
    entry.given.handle = saved.handle
    isShowing = true
    list.update(entry, {
      ...{ ...shownOf(saved), archive: undefined, changed: undefined, isElsewhere },
      ...(isElsewhere && { state: saved.state }),
    })
    const entries = list.$entries.get()
    if (!found) list.set([...entries.slice(0, saved.place), entry, ...entries.slice(saved.place)])
    isShowing = false
    if (isElsewhere) claims.watch(saved.id, () => void showAgain(saved.id))
  }

  async function showAgain(id: string): Promise<void> {
    const [saved, isElsewhere] = await Promise.all([storage.read(id).catch(() => undefined), claims.isTaken(id)])
    if (saved) show(saved, isElsewhere)
    else forget(id)
  }

  async function showAll(): Promise<void> {
    const all = await storage.readAll()
    const taken = await Promise.all(all.map(({ id }) => claims.isTaken(id)))
    for (const [index, saved] of all.entries()) show(saved, taken[index] ?? false)
  }

  /** Another tab has removed it. */
  function forget(id: string): void {
    if (claims.isMine(id)) return
    const entry = list.find(id)
    if (!entry) return
    list.update(entry, { isElsewhere: true })
    list.set(list.$entries.get().filter((other) => other !== entry))
  }

  channel.addEventListener('message', ({ data }) => {
    const message = data as Message
    if (claims.isMine(message.id)) return
    if (message.kind === 'changed') void showAgain(message.id)
    if (message.kind === 'removed') forget(message.id)
    if (message.kind === 'progress') list.find(message.id)?.progress.$total.set(message.total)
  })

  showAll().catch(() => $isLost.set(true))

  return { ...queue, $isLost }
}

/** The parts that are saved. */
function keptOf({ $shown }: Entry): readonly unknown[] {
  const { file, state, registry, choices, goesOn, result, hasHandle, isElsewhere } = $shown.get()
  return [file, state, registry, choices, goesOn, result, hasHandle, isElsewhere]
}
