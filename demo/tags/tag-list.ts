import { atom, type ReadableAtom } from 'nanostores'
import { type Fault, isAbort, toFault } from '../../src/element/words/fault.ts'
import type { TagRow } from '../worker/tags.ts'
import { isAbout } from './arrange.ts'

/** The phases of a list. `limited`: the registry limits requests, and the list continues later. */
type Phase = 'listing' | 'reading' | 'limited' | 'stopped' | 'failed' | 'done'

/** The tags of a repository, as far as they are known. */
interface TagListState {
  readonly phase: Phase
  /** The tags of images, by version, the newest first. */
  readonly tags: readonly string[]
  /** The tags of tools: signatures, attestations, lists of referrers. */
  readonly about: readonly string[]
  /** The rows of the tags. Those of the last time stay until they are read again. */
  readonly rows: ReadonlyMap<string, TagRow>
  /** How many tags are to be read, and how many of them are not read yet. */
  readonly wanted: number
  readonly unread: number
  readonly fault: Fault | undefined
  /** When a limited list continues, in milliseconds since 1970. */
  readonly resumesAt: number | undefined
}

/** Where the tags come from. */
interface TagSource {
  list(signal: AbortSignal): Promise<readonly string[]>
  details(tags: readonly string[], signal: AbortSignal): Promise<readonly TagRow[]>
}

/** The list of a repository's tags. It stays when the view goes, so that the way back is short. */
export interface TagList {
  readonly $state: ReadableAtom<TagListState>
  /** Lists the tags and reads what they name. Rows that are there stay until they are read again. */
  load(): Promise<void>
  /** Continues after a stop or a failure. */
  resume(): Promise<void>
  stop(): void
  /** Reads these tags next: they are in view. */
  prefer(tags: readonly string[]): void
  /** Reads the tags of tools too, or not. */
  includeAbout(isIncluded: boolean): void
}

/** Tags that are read at once. */
const AT_ONCE = 6
/** Tags that are read one after the other, unless they are in view. */
const BATCH = 4
/** In milliseconds: how often new rows are shown. */
const SHOWN_EVERY = 200
/** In milliseconds: the wait after a limit, which doubles each time. */
const [FIRST_WAIT, LONGEST_WAIT] = [10_000, 300_000]

const EMPTY: TagListState = {
  ...{ phase: 'listing', tags: [], about: [], rows: new Map(), wanted: 0, unread: 0 },
  ...{ fault: undefined, resumesAt: undefined },
}

export function createTagList(source: TagSource): TagList {
  const $state = atom<TagListState>(EMPTY)
  const rows = new Map<string, TagRow>()
  /** In the order in which they are read. */
  let unread = new Set<string>()
  /** Those that are under way. */
  const taken = new Set<string>()
  let preferred: readonly string[] = []
  let hasAbout = false
  let controller = new AbortController()
  let [wait, timer, showing]: [number, Timer, Timer] = [FIRST_WAIT, undefined, undefined]

  function show(change: Partial<TagListState>): void {
    clearTimeout(showing)
    showing = undefined
    const state = { ...$state.get(), ...change }
    const wanted = state.tags.length + (hasAbout ? state.about.length : 0)
    $state.set({ ...state, rows: new Map(rows), wanted, unread: unread.size + taken.size })
  }

  function showSoon(): void {
    showing ??= setTimeout(() => show({}), SHOWN_EVERY)
  }

  /** Begins an act that ends the one before. */
  function begin(): AbortSignal {
    clearTimeout(timer)
    controller.abort()
    controller = new AbortController()
    putBack()
    return controller.signal
  }

  function fail(error: unknown): void {
    const fault = toFault(error)
    if (isAbort(fault)) show({ phase: 'stopped' })
    else if (fault.code !== 'RATE_LIMITED') show({ phase: 'failed', fault })
    else {
      show({ phase: 'limited', resumesAt: Date.now() + wait })
      timer = setTimeout(resume, wait)
      wait = Math.min(wait * 2, LONGEST_WAIT)
    }
  }

  async function load(): Promise<void> {
    const signal = begin()
    show({ phase: 'listing', fault: undefined, resumesAt: undefined })
    try {
      const all = await source.list(signal)
      signal.throwIfAborted()
      const [tags, about] = [all.filter((tag) => !isAbout(tag)), all.filter(isAbout)]
      const known = new Set(all)
      for (const tag of rows.keys()) if (!known.has(tag)) rows.delete(tag)
      unread = new Set(hasAbout ? all : tags)
      show({ tags, about })
    } catch (error) {
      if (controller.signal === signal) fail(error)
      return
    }
    await read(signal)
  }

  async function resume(): Promise<void> {
    if ($state.get().tags.length + $state.get().about.length === 0) return load()
    await read(begin())
  }

  /** Reads what is unread, several tags at once. */
  async function read(signal: AbortSignal): Promise<void> {
    show({ phase: 'reading', fault: undefined, resumesAt: undefined })
    const failures: unknown[] = []
    async function lane(): Promise<void> {
      while (failures.length === 0 && controller.signal === signal) {
        const batch = take()
        if (batch.length === 0) return
        try {
          const read = await source.details(batch, signal)
          if (controller.signal === signal) keep(batch, read)
        } catch (error) {
          failures.push(error)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    if (controller.signal !== signal) return
    putBack()
    if (failures.length > 0) fail(failures[0])
    else show({ phase: 'done' })
  }

  /** Takes the next tags to read: those in view one by one. */
  function take(): readonly string[] {
    const inView = preferred.find((tag) => unread.has(tag))
    const batch = inView === undefined ? [...unread].slice(0, BATCH) : [inView]
    for (const tag of batch) {
      unread.delete(tag)
      taken.add(tag)
    }
    return batch
  }

  /** Marks the tags that were taken but not read as unread. */
  function putBack(): void {
    for (const tag of taken) unread.add(tag)
    taken.clear()
  }

  function keep(batch: readonly string[], read: readonly TagRow[]): void {
    wait = FIRST_WAIT
    for (const tag of batch) taken.delete(tag)
    const byTag = new Map(read.map((row) => [row.tag, row]))
    const gone = batch.filter((tag) => isGone(byTag.get(tag)))
    for (const tag of batch) {
      const row = byTag.get(tag)
      if (row && !gone.includes(tag)) rows.set(tag, row)
    }
    showSoon()
    if (gone.length > 0) remove(gone)
  }

  /** Removes tags that somebody has deleted since they were listed. */
  function remove(gone: readonly string[]): void {
    for (const tag of gone) rows.delete(tag)
    const stays = (tag: string) => !gone.includes(tag)
    show({ tags: $state.get().tags.filter(stays), about: $state.get().about.filter(stays) })
  }

  return {
    $state,
    load,
    resume,
    stop() {
      clearTimeout(timer)
      controller.abort()
      show({ phase: 'stopped', resumesAt: undefined })
    },
    prefer(tags) {
      preferred = tags
    },
    includeAbout(isIncluded) {
      if (isIncluded === hasAbout) return
      hasAbout = isIncluded
      const { about, phase } = $state.get()
      for (const tag of about) {
        if (!isIncluded) unread.delete(tag)
        else if (!rows.has(tag)) unread.add(tag)
      }
      show({})
      if (isIncluded && phase === 'done') void read(begin())
    },
  }
}

/** Tells whether a tag was deleted since it was listed. An image that lacks something has a digest. */
function isGone(row: TagRow | undefined): boolean {
  return row?.fault?.code === 'NOT_FOUND' && row.digest === undefined
}

type Timer = ReturnType<typeof setTimeout> | undefined

let last: { readonly key: string; readonly list: TagList } | undefined

/**
 * The list of a repository: the last one again, if it is that.
 *
 * @param key Names the repository, and who looks at it.
 */
export function tagListOf(key: string, source: TagSource): TagList {
  if (last?.key !== key) {
    last?.list.stop()
    last = { key, list: createTagList(source) }
  }
  return last.list
}
