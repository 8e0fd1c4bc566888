import { atom, computed, type ReadableAtom, type WritableAtom } from 'nanostores'
import type { Entry, EntryInput, EntryState } from '../queue/entry.ts'
import type { Queue } from '../queue/queue.ts'
import { movingTags } from './plan-view.tsx'
import { createSummary } from './sum-entries.ts'
import type { Summary } from './summary.ts'
import { findClashes, isUsable, registryFault } from './validity.ts'

/** The name that the page gives an image, instead of those of the archive. */
interface GivenName {
  readonly repository: string
  /** @default the tags of the archive */
  readonly tag: string | undefined
}

/** The form of `<registry-push>`: a queue, and what the user does with all of it. */
export interface Form {
  readonly queue: Queue
  readonly $summary: ReadableAtom<Summary>
  /** Of the summary. */
  readonly $state: ReadableAtom<Summary['state']>
  /** The address of the registry, as it was typed. */
  readonly $registry: ReadableAtom<string>
  /** True if the user wanted to push, and a field is wrong. */
  readonly $isChecked: ReadableAtom<boolean>
  /** The IDs of the entries that the user cancels: the last requests may take seconds to end. */
  readonly $cancelling: ReadableAtom<ReadonlySet<string>>
  /** The name for an archive with one image. */
  givenName: GivenName | undefined
  setRegistry(address: string): void
  /** Shows what the push of an entry would do. Returns false if a field is wrong. */
  plan(id: string): boolean
  add(inputs: readonly EntryInput[]): void
  /**
   * Pushes all that is not in the registry yet. An archive whose plan would move a tag stops there, unless the user has
   * seen that plan.
   *
   * @returns false if a field is wrong
   */
  push(): boolean
  /** Takes the changed file of an entry, and pushes it as `push` does. */
  pushChanged(id: string): Promise<void>
  pauseAll(): void
  resumeAll(): void
  cancel(id: string): void
  cancelAll(): void
  /** Removes the archives that were pushed. */
  clear(): void
}

/** Here a push can begin. */
const STARTABLE: readonly EntryState[] = ['ready', 'planned', 'failed', 'cancelled']
/** Here the registry and the names can be changed. */
export const EDITABLE: readonly EntryState[] = [...STARTABLE, 'planning', 'pushed']
/** Here an act is under way, or waits. */
export const RUNNING: readonly EntryState[] = ['opening', 'planning', 'waiting', 'pushing', 'paused']

/** Tells whether something of an archive can be pushed. */
export function canPush({ $shown }: Entry): boolean {
  const { state, archive, choices, isElsewhere } = $shown.get()
  const hasImages = archive !== undefined && choices.some(({ isIncluded }) => isIncluded)
  return STARTABLE.includes(state) && hasImages && !isElsewhere
}

export function createForm(queue: Queue): Form {
  const $summary = createSummary(queue)
  const $registry = atom('')
  const $isChecked = atom(false)
  const $cancelling: WritableAtom<ReadonlySet<string>> = atom(new Set<string>())
  const entries = () => queue.$entries.get()
  const stateOf = ({ $shown }: Entry) => $shown.get().state
  const those = (states: readonly EntryState[]) =>
    entries().filter((entry) => states.includes(stateOf(entry)) && !entry.$shown.get().isElsewhere)

  /** Tells whether the registries and all names can be used. If not, the fields show it. */
  function check(checked: readonly Entry[]): boolean {
    const choices = checked.flatMap(({ $shown }) => $shown.get().choices.filter(({ isIncluded }) => isIncluded))
    const clashes = findClashes(choices)
    // An archive of an earlier visit keeps its registry.
    const addresses = checked.length > 0 ? checked.map(({ $shown }) => $shown.get().registry) : [$registry.get()]
    const isRight =
      addresses.every((address) => registryFault(address) === undefined) &&
      choices.every((choice) => isUsable(choice, clashes))
    $isChecked.set(!isRight)
    return isRight
  }

  async function planAndPush({ id, $shown }: Entry): Promise<void> {
    if ($shown.get().state !== 'planned') await queue.plan(id)
    else return queue.push(id)
    const { state, plan } = $shown.get()
    if (state === 'planned' && plan && movingTags(plan).length === 0) queue.push(id)
  }

  /** An archive with one image gets the name that the page has for it. */
  function nameWhenOpen({ id, $shown }: Entry, { repository, tag }: GivenName): void {
    const stop = $shown.subscribe(({ state, choices }) => {
      if (state === 'opening') return
      queueMicrotask(() => stop())
      const [choice, ...others] = choices
      if (!choice || others.length > 0) return
      const tags = tag === undefined ? choice.destinations.flatMap(({ tags }) => tags) : [tag]
      queueMicrotask(() =>
        queue.choose(id, choice.position, { destinations: [{ repository, tags: [...new Set(tags)] }] }),
      )
    })
  }

  function cancel(id: string): void {
    const entry = entries().find((entry) => entry.id === id)
    if (!entry) return
    queue.cancel(id)
    if (!RUNNING.includes(stateOf(entry))) return
    $cancelling.set(new Set([...$cancelling.get(), id]))
    const stop = entry.$shown.listen(({ state }) => {
      if (RUNNING.includes(state)) return
      stop()
      $cancelling.set(new Set([...$cancelling.get()].filter((other) => other !== id)))
    })
  }

  const form: Form = {
    queue,
    $summary,
    $state: computed($summary, ({ state }) => state),
    $registry,
    $isChecked,
    $cancelling,
    givenName: undefined,
    setRegistry(address) {
      $registry.set(address)
      for (const { id, $shown } of those([...EDITABLE, 'opening'])) {
        const { state, registry, goesOn } = $shown.get()
        // A broken push continues where it began.
        if (state === 'opening' && goesOn) continue
        if (registry.trim() !== address.trim()) queue.setRegistry(id, address)
      }
    },
    add(inputs) {
      const { givenName } = form
      $isChecked.set(false)
      for (const entry of queue.add(inputs, $registry.get())) if (givenName) nameWhenOpen(entry, givenName)
    },
    plan(id) {
      const isRight = check(entries().filter((entry) => entry.id === id))
      if (isRight) void queue.plan(id)
      return isRight
    },
    push() {
      const toPush = entries().filter(canPush)
      const isRight = check(toPush)
      if (isRight) for (const entry of toPush) void planAndPush(entry)
      return isRight
    },
    async pushChanged(id) {
      await queue.acceptChanged(id)
      const toPush = entries().filter((entry) => entry.id === id && canPush(entry))
      if (check(toPush)) await Promise.all(toPush.map(planAndPush))
    },
    pauseAll() {
      queue.hold(true)
      for (const { id } of those(['pushing'])) queue.pause(id)
    },
    resumeAll() {
      queue.hold(false)
      for (const { id } of those(['paused'])) queue.resume(id)
    },
    cancel,
    cancelAll() {
      for (const { id } of those(RUNNING).reverse()) cancel(id)
    },
    clear() {
      for (const { id } of those(['pushed'])) queue.remove(id)
    },
  }
  return form
}
