import { type MapStore, map } from 'nanostores'
import type { OpenProgress, PushPlan } from '../../index.ts'
import type { Fault } from '../words/fault.ts'
import type { OpenedArchive, PushEvent, Pushed } from '../worker/pushes.ts'
import type { ImageChoice } from './choices.ts'
import { createProgress, type ShownProgress } from './progress.ts'

/**
 * - `opening`: the archive is read.
 * - `ready`: the names can be edited, and the push can begin.
 * - `planning`, `planned`: the registry is asked what it has; the plan is there.
 * - `waiting`: others are pushed first.
 * - `pushing`, `paused`, `pushed`, `failed`, `cancelled`: as they say. What failed or was cancelled can be tried again.
 * - `needs-file`: of an earlier visit. The browser no longer has the file.
 */
export type EntryState =
  | 'opening'
  | 'ready'
  | 'planning'
  | 'planned'
  | 'waiting'
  | 'pushing'
  | 'paused'
  | 'pushed'
  | 'failed'
  | 'cancelled'
  | 'needs-file'

/** A file or a folder as it is told from others, also after a reload. */
export interface EntryFile {
  readonly name: string
  /** In bytes; of a folder, of all its files. */
  readonly size: number
  /** In milliseconds since 1970; of a folder, of its newest file. */
  readonly lastModified: number
  /** The number of files, if it is a folder. */
  readonly files?: number
}

/** An event of a push, with the time in milliseconds since 1970. */
type TimedEvent = PushEvent & { readonly at: number }

/** Everything that the queue shows of an entry, besides its progress. */
export interface ShownEntry {
  readonly file: EntryFile
  readonly state: EntryState
  /** The address of the registry, as the user typed it. */
  readonly registry: string
  /** The open archive: its images and warnings. Absent until it is open. */
  readonly archive: OpenedArchive | undefined
  /** For each image of the archive: whether it is pushed, and by which names. */
  readonly choices: readonly ImageChoice[]
  readonly plan: PushPlan | undefined
  /** While the archive is unpacked or hashed. */
  readonly opening: OpenProgress | undefined
  /** The newest last. */
  readonly events: readonly TimedEvent[]
  readonly fault: Fault | undefined
  readonly result: Pushed | undefined
  /** True if it is pushed as soon as its file is there: an earlier visit, or the loss of its file, broke the push. */
  readonly goesOn: boolean
  /** True if another tab of the browser has it. Its state is that of the other tab, and no act changes it. */
  readonly isElsewhere: boolean
  /** True if the browser can open the file again by itself, after one click. */
  readonly hasHandle: boolean
  /** The file that was chosen for `needs-file`, if it is not the one of before. The user has to agree to push it. */
  readonly changed: EntryFile | undefined
}

/** An archive in the queue. */
export interface Entry {
  readonly id: string
  readonly $shown: MapStore<ShownEntry>
  /** Of the push that runs, or of the last one. */
  readonly progress: ShownProgress
  /** The file or folder, as far as the browser has it. It is not shown. */
  readonly given: { input?: EntryInput['input'] | undefined; handle?: FileSystemFileHandle | undefined }
}

/** A file or a folder, as the browser gives it. */
export interface EntryInput {
  readonly name: string
  /** The file, or the files of a folder by their paths. */
  readonly input: File | Map<string, File>
  /** Opens the file again after a reload. */
  readonly handle?: FileSystemFileHandle | undefined
}

export function createEntry(id: string, shown: Pick<ShownEntry, 'file' | 'state' | 'registry'> & Partial<ShownEntry>) {
  const entry: Entry = {
    id,
    $shown: map<ShownEntry>({
      archive: undefined,
      choices: [],
      plan: undefined,
      opening: undefined,
      events: [],
      fault: undefined,
      result: undefined,
      goesOn: false,
      isElsewhere: false,
      hasHandle: false,
      changed: undefined,
      ...shown,
    }),
    progress: createProgress(),
    given: {},
  }
  return entry
}

/** Describes a file or a folder, to find it again after a reload. */
export function identify({ name, input }: EntryInput): EntryFile {
  if (!(input instanceof Map)) return { name, size: input.size, lastModified: input.lastModified }
  const files = [...input.values()]
  return {
    name,
    size: files.reduce((sum, { size }) => sum + size, 0),
    lastModified: files.reduce((newest, { lastModified }) => Math.max(newest, lastModified), 0),
    files: files.length,
  }
}

/** Tells whether a file is the one of before, as far as a browser can know. */
export function isSameFile(one: EntryFile, other: EntryFile): boolean {
  return (
    one.name === other.name &&
    one.size === other.size &&
    one.lastModified === other.lastModified &&
    one.files === other.files
  )
}
