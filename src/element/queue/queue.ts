import { proxy } from 'comlink'
import { atom, type ReadableAtom } from 'nanostores'
import type { OpenProgress } from '../../index.ts'
import { isAbort, toFault } from '../words/fault.ts'
import type { Api } from '../worker/api.ts'
import type { createPushes, PushListener, PushRequest } from '../worker/pushes.ts'
import { chooseByNames, type ImageChoice, toImageRequests } from './choices.ts'
import { createEntry, type Entry, type EntryInput, type EntryState, identify, type ShownEntry } from './entry.ts'

/** The part of the Worker that the queue uses. */
export type PushApi = Api<ReturnType<typeof createPushes>>

/** Archives that are pushed one after another. */
export interface Queue {
  /** In the order in which they are pushed. */
  readonly $entries: ReadableAtom<readonly Entry[]>
  /** The number of archives that are pushed at once. */
  readonly $atOnce: ReadableAtom<number>
  /** Of all pushes together. Absent without a limit. */
  readonly $maxBytesPerSecond: ReadableAtom<number | undefined>
  /**
   * Adds files and folders, each as an entry.
   *
   * @param registry The address that they begin with.
   */
  add(inputs: readonly EntryInput[], registry: string): readonly Entry[]
  /** Sets the registry of an entry. Its plan is gone then. */
  setRegistry(id: string, registry: string): void
  /** Changes what is pushed of an image, and by which names. The plan is gone then. */
  choose(id: string, position: number, changes: Partial<Omit<ImageChoice, 'position'>>): void
  /** Asks the registry what it has, and what the push would change. */
  plan(id: string): Promise<void>
  /** Pushes, when it is the entry's turn. It is the same for the first time, and again after a failure. */
  push(id: string): void
  /** Pushes all entries that are ready, planned or failed. */
  pushAll(): void
  pause(id: string): void
  resume(id: string): void
  /** Ends the push, or the wait for it. A later push goes on where it was. */
  cancel(id: string): void
  /** Ends what is under way, and forgets the entry. */
  remove(id: string): void
  /** Moves an entry to another place in the order, from 0. */
  move(id: string, place: number): void
  setAtOnce(count: number): void
  /** @param maxBytesPerSecond Without it there is no limit. */
  limit(maxBytesPerSecond: number | undefined): void
}

/** States in which the names can be changed, and a push can begin. */
const STARTABLE: readonly EntryState[] = ['ready', 'planned', 'failed', 'cancelled', 'pushed']
const RUNNING: readonly EntryState[] = ['pushing', 'paused']
const MAX_EVENTS = 100

export function createQueue(worker: PushApi): Queue {
  const $entries = atom<readonly Entry[]>([])
  const $atOnce = atom(1)
  const $maxBytesPerSecond = atom<number | undefined>()
  /** Ends the opening or the planning of an entry. */
  const acts = new Map<string, AbortController>()
  const pushing = new Set<string>()

  function find(id: string): Entry | undefined {
    return $entries.get().find((entry) => entry.id === id)
  }

  function update(entry: Entry, changes: Partial<ShownEntry>): void {
    entry.$shown.set({ ...entry.$shown.get(), ...changes })
  }

  /** Does something that a later act of the entry ends. */
  async function act(entry: Entry, work: (signal: AbortSignal) => Promise<Partial<ShownEntry>>): Promise<void> {
    acts.get(entry.id)?.abort()
    const controller = new AbortController()
    acts.set(entry.id, controller)
    const { signal } = controller
    const changes = await work(signal).catch(
      (error): Partial<ShownEntry> => ({ state: 'failed', fault: toFault(error) }),
    )
    if (signal.aborted) return
    acts.delete(entry.id)
    update(entry, changes)
  }

  async function open(entry: Entry): Promise<void> {
    const given = entry.$input.get()
    if (!given) return
    update(entry, { state: 'opening', fault: undefined, opening: undefined })
    await act(entry, async (signal) => {
      const onProgress = proxy((opening: OpenProgress) => {
        if (!signal.aborted) update(entry, { opening })
      })
      const archive = await worker.open(given.input, onProgress, signal)
      if (signal.aborted) void worker.close(archive.id)
      return { state: 'ready', archive, choices: archive.images.map(chooseByNames), opening: undefined }
    })
  }

  function requestOf(entry: Entry): PushRequest {
    const { archive, registry, choices } = entry.$shown.get()
    return { archive: archive?.id ?? -1, registry: registry.trim(), images: toImageRequests(choices) }
  }

  /** Starts the pushes whose turn it is. */
  function proceed(): void {
    for (const entry of $entries.get()) {
      if (pushing.size >= $atOnce.get()) return
      if (entry.$shown.get().state === 'waiting') void push(entry)
    }
  }

  async function push(entry: Entry): Promise<void> {
    pushing.add(entry.id)
    entry.progress.clear()
    update(entry, { state: 'pushing', fault: undefined, result: undefined, events: [] })
    const listener: PushListener = {
      onProgress: (progress) => entry.progress.show(progress),
      onEvent: (event) => {
        const events = [...entry.$shown.get().events, { ...event, at: Date.now() }]
        update(entry, { events: events.slice(-MAX_EVENTS) })
      },
    }
    try {
      const pushed = worker.push(entry.id, requestOf(entry), proxy(listener), share())
      shareLimit()
      update(entry, { state: 'pushed', result: await pushed })
    } catch (error) {
      update(entry, isAbort(error) ? { state: 'cancelled' } : { state: 'failed', fault: toFault(error) })
    }
    pushing.delete(entry.id)
    shareLimit()
    proceed()
  }

  /** The part of the limit that one push has. */
  function share(): number | undefined {
    const limit = $maxBytesPerSecond.get()
    return limit === undefined ? undefined : Math.max(Math.floor(limit / Math.max(pushing.size, 1)), 1)
  }

  function shareLimit(): void {
    for (const id of pushing) void worker.limit(id, share())
  }

  /** Changes what is pushed. */
  function edit(id: string, changes: (shown: ShownEntry) => Partial<ShownEntry>): void {
    const entry = find(id)
    if (!entry) return
    const shown = entry.$shown.get()
    if (shown.state === 'planning') acts.get(id)?.abort()
    const state = shown.state === 'planning' || STARTABLE.includes(shown.state) ? 'ready' : shown.state
    update(entry, { ...changes(shown), state, plan: undefined, fault: undefined })
  }

  function start(entry: Entry): void {
    const { state, archive } = entry.$shown.get()
    if (!STARTABLE.includes(state)) return
    if (!archive) return void open(entry)
    update(entry, { state: 'waiting', fault: undefined })
  }

  return {
    $entries,
    $atOnce,
    $maxBytesPerSecond,
    add(inputs, registry) {
      const added = inputs.map((input) => {
        const entry = createEntry(createId(), { file: identify(input), state: 'opening', registry })
        entry.$input.set(input)
        return entry
      })
      $entries.set([...$entries.get(), ...added])
      for (const entry of added) void open(entry)
      return added
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
      await act(entry, async (signal) => ({ state: 'planned', plan: await worker.plan(requestOf(entry), signal) }))
    },
    push(id) {
      const entry = find(id)
      if (entry) start(entry)
      proceed()
    },
    pushAll() {
      for (const entry of $entries.get()) {
        if (['ready', 'planned', 'failed'].includes(entry.$shown.get().state)) start(entry)
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
    },
    cancel(id) {
      const entry = find(id)
      if (!entry) return
      acts.get(id)?.abort()
      const { state, archive } = entry.$shown.get()
      if (RUNNING.includes(state)) void worker.cancel(id)
      else if (state === 'waiting' || state === 'opening') update(entry, { state: 'cancelled' })
      else if (state === 'planning') update(entry, { state: archive ? 'ready' : 'cancelled' })
    },
    remove(id) {
      const entry = find(id)
      if (!entry) return
      acts.get(id)?.abort()
      $entries.set($entries.get().filter((other) => other !== entry))
      const { archive, state } = entry.$shown.get()
      if (RUNNING.includes(state)) void worker.cancel(id)
      if (archive) void worker.close(archive.id)
    },
    move(id, place) {
      const entry = find(id)
      if (!entry) return
      const others = $entries.get().filter((other) => other !== entry)
      $entries.set([...others.slice(0, place), entry, ...others.slice(place)])
    },
    setAtOnce(count) {
      $atOnce.set(count)
      proceed()
    },
    limit(maxBytesPerSecond) {
      $maxBytesPerSecond.set(maxBytesPerSecond)
      shareLimit()
    },
  }
}

/** Plain http has no `crypto.randomUUID`. */
function createId(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('')
}
