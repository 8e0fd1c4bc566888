import { atom, type ReadableAtom } from 'nanostores'
import type { PushApi } from '../worker/pushes.ts'
import type { ImageChoice } from './choices.ts'
import { type Claims, noClaims } from './claims.ts'
import {
  createEntry,
  type Entry,
  type EntryInput,
  type EntryState,
  identify,
  isSameFile,
  type ShownEntry,
} from './entry.ts'
import { createEntryList, type EntryList } from './entry-list.ts'
import { createFiles } from './files.ts'
import { createRuns, RUNNING, requestOf } from './runs.ts'

/** Archives that are pushed one after another. */
export interface Queue {
  /** In the order in which they are pushed. */
  readonly $entries: ReadableAtom<readonly Entry[]>
  /** The limit of the push that runs. Absent without a limit. */
  readonly $maxBytesPerSecond: ReadableAtom<number | undefined>
  /** True while all pushes are paused, also those that wait. */
  readonly $isHeld: ReadableAtom<boolean>
  /** True if the browser does not keep the queue, so that it is lost by a reload. */
  readonly $isLost: ReadableAtom<boolean>
  /**
   * Adds files and folders, each as an entry. The file of an entry that needs it goes to that entry.
   *
   * @param registry The address that new entries begin with.
   * @returns the new entries
   */
  add(inputs: readonly EntryInput[], registry: string): readonly Entry[]
  /** Gives an entry its file again. Another file waits, as `changed`, for `acceptChanged`. */
  provide(id: string, input: EntryInput): Promise<void>
  /** Opens the file of an entry with `hasHandle`. Call it in a click: the browser may ask the user. */
  reopen(id: string): Promise<void>
  /** Takes the changed file instead of the one of before. It is ready then: its push may move other tags. */
  acceptChanged(id: string): Promise<void>
  /** Sets the registry of an entry. It removes the plan of the entry. */
  setRegistry(id: string, registry: string): void
  /** Changes which parts of an image are pushed, and by which names. It removes the plan. */
  choose(id: string, position: number, changes: Partial<Omit<ImageChoice, 'position'>>): void
  /** Asks the registry what it has, and what the push would change. */
  plan(id: string): Promise<void>
  /** Pushes, when it is the entry's turn: for the first time, or again. */
  push(id: string): void
  /** Pushes all entries that are ready, planned or failed. */
  pushAll(): void
  pause(id: string): void
  /** Continues a push. Waiting pushes may start, too. */
  resume(id: string): void
  /** Lets no push begin, or lets them begin again. */
  hold(isHeld: boolean): void
  /** Ends the push, or the wait for it. A later push continues where it stopped. */
  cancel(id: string): void
  /** Cancels the running work, and forgets the entry. */
  remove(id: string): void
  /** @param maxBytesPerSecond Without it there is no limit. */
  limit(maxBytesPerSecond: number | undefined): void
}

/** States in which the names can be changed, and a push can begin. */
const STARTABLE: readonly EntryState[] = ['ready', 'planned', 'failed', 'cancelled', 'pushed']

/**
 * Creates an empty queue.
 *
 * @param list The entries, if other parts share them.
 */
export function createQueue(
  worker: PushApi,
  { list = createEntryList(), claims = noClaims }: { readonly list?: EntryList; readonly claims?: Claims } = {},
): Queue {
  const { $entries, update } = list
  const files = createFiles(worker, list, claims, (entry) => {
    update(entry, { state: 'waiting' })
    runs.proceed()
  })
  const runs = createRuns(worker, list, (entry, fault) => {
    closeArchive(entry)
    entry.given.input = undefined
    update(entry, { state: 'needs-file', fault, archive: undefined, hasHandle: entry.given.handle !== undefined })
  })

  /** Finds an entry that this tab may change. */
  function find(id: string): Entry | undefined {
    const entry = list.find(id)
    return entry?.$shown.get().isElsewhere ? undefined : entry
  }

  function closeArchive(entry: Entry): void {
    const { archive } = entry.$shown.get()
    if (archive) void worker.close(archive.id)
  }

  /** Changes what is pushed. */
  function edit(id: string, changes: (shown: ShownEntry) => Partial<ShownEntry>): void {
    const entry = find(id)
    if (!entry) return
    const shown = entry.$shown.get()
    const isEditable = shown.archive && (shown.state === 'planning' || STARTABLE.includes(shown.state))
    if (shown.state === 'planning') list.stop(id)
    const edited = isEditable ? ({ state: 'ready', plan: undefined, fault: undefined } as const) : {}
    update(entry, { ...changes(shown), ...edited })
  }

  function start(entry: Entry): void {
    const { state, archive } = entry.$shown.get()
    if (!STARTABLE.includes(state)) return
    if (archive) update(entry, { state: 'waiting', fault: undefined })
    else if (entry.given.input) void files.open(entry)
    // An entry of an earlier visit.
    else update(entry, { state: 'needs-file', goesOn: true })
  }

  /** Begins what the user pushes, unless the pushes before it are paused. */
  function proceed(): void {
    const isPaused = $entries.get().some(({ $shown }) => $shown.get().state === 'paused')
    runs.hold(isPaused && runs.$isHeld.get())
  }

  return {
    $entries,
    $maxBytesPerSecond: runs.$maxBytesPerSecond,
    $isHeld: runs.$isHeld,
    $isLost: atom(false),
    hold: runs.hold,
    limit: runs.limit,
    add(inputs, registry) {
      const added: Entry[] = []
      for (const input of inputs) {
        const before = findNeedy($entries.get(), input)
        if (before) {
          void files.provide(before, input)
          continue
        }
        const { handle } = input
        const entry = createEntry(createId(), {
          ...{ file: identify(input), state: 'opening', registry, hasHandle: handle !== undefined },
        })
        Object.assign(entry.given, { input: input.input, handle })
        claims.take(entry.id)
        added.push(entry)
      }
      list.set([...$entries.get(), ...added])
      for (const entry of added) void files.open(entry)
      return added
    },
    async provide(id, input) {
      const entry = find(id)
      if (entry?.$shown.get().state === 'needs-file') await files.provide(entry, input)
    },
    async reopen(id) {
      const entry = find(id)
      if (entry?.$shown.get().state === 'needs-file') await files.reopen(entry)
    },
    async acceptChanged(id) {
      const entry = find(id)
      if (entry) await files.acceptChanged(entry)
    },
    setRegistry: (id, registry) => edit(id, () => ({ registry })),
    choose: (id, position, changes) =>
      edit(id, ({ choices }) => ({
        choices: choices.map((choice) => (choice.position === position ? { ...choice, ...changes } : choice)),
      })),
    async plan(id) {
      const entry = find(id)
      if (!entry?.$shown.get().archive || !STARTABLE.includes(entry.$shown.get().state)) return
      update(entry, { state: 'planning', fault: undefined, plan: undefined })
      await list.act(entry, async (signal) => ({
        state: 'planned',
        plan: await worker.plan(requestOf(entry.$shown.get()), signal),
      }))
    },
    push(id) {
      const entry = find(id)
      if (entry) start(entry)
      proceed()
    },
    pushAll() {
      for (const { id, $shown } of $entries.get()) {
        const entry = ['ready', 'planned', 'failed'].includes($shown.get().state) ? find(id) : undefined
        if (entry) start(entry)
      }
      proceed()
    },
    pause(id) {
      const entry = find(id)
      if (entry?.$shown.get().state !== 'pushing') return
      update(entry, { state: 'paused' })
      void worker.pause(id)
    },
    resume(id) {
      const entry = find(id)
      if (entry?.$shown.get().state !== 'paused') return
      update(entry, { state: 'pushing' })
      void worker.resume(id)
      runs.hold(false)
    },
    cancel(id) {
      const entry = find(id)
      if (!entry) return
      list.stop(id)
      const { state, archive } = entry.$shown.get()
      if (RUNNING.includes(state)) void worker.cancel(id)
      else if (state === 'planning') update(entry, { state: archive ? 'ready' : 'cancelled' })
      else if (state === 'waiting' || state === 'opening') update(entry, { state: 'cancelled', goesOn: false })
    },
    remove(id) {
      const entry = find(id)
      if (!entry) return
      list.stop(id)
      list.set($entries.get().filter((other) => other !== entry))
      if (RUNNING.includes(entry.$shown.get().state)) void worker.cancel(id)
      closeArchive(entry)
      claims.release(id)
    },
  }
}

/** Finds the entry that waits for a file: this very one if possible, or else one of the name. */
function findNeedy(entries: readonly Entry[], input: EntryInput): Entry | undefined {
  const file = identify(input)
  const needy = entries.filter(({ $shown }) => {
    const {
      state,
      isElsewhere,
      file: { name, files },
    } = $shown.get()
    const isFolder = files !== undefined
    return state === 'needs-file' && !isElsewhere && name === file.name && isFolder === (file.files !== undefined)
  })
  return needy.find(({ $shown }) => isSameFile($shown.get().file, file)) ?? needy[0]
}

/** Plain http has no `crypto.randomUUID`. */
function createId(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('')
}
