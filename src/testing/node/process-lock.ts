import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { delay } from '../../async/delay.ts'
import { RegistryError } from '../../errors.ts'
import { saving, unlessMissing } from '../../node/saving.ts'

/** The name of the file that says which process uses a folder. */
export const LOCK = '.lock'

/** In milliseconds: the time between two signs of life of the process that has the lock. */
const BEAT = 1000
/** In milliseconds: a lock without a sign of life for so long is left over. */
const PATIENCE = 4 * BEAT

/** The content of the file. */
interface Holder {
  readonly id: string
  readonly host: string
  readonly processId: number
}

/** A lock that this process has. */
export interface FolderLock {
  /** False if somebody has removed the lock, or another process has taken it. */
  readonly isHeld: boolean
  release(): Promise<void>
}

/** The IDs of the locks of this process. */
const own = new Set<string>()

/**
 * Takes the lock of a folder. A lock that a killed process has left is removed: at once if the process was on this
 * host, otherwise when it has shown no sign of life for four seconds.
 *
 * @throws {RegistryError} if another process uses the folder
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, LOCK)
  const id = randomUUID()
  for (;;) {
    if (await create(path, { id, host: hostname(), processId: process.pid })) return hold(path, id)
    const holder = await readHolder(path)
    if (await isAlive(path, holder)) {
      const who = holder ? `process ${holder.processId} on ${holder.host}` : 'another process'
      throw new RegistryError('FOLDER_UNUSABLE', `Cannot serve "${folder}": ${who} is using it`, {
        remedy: 'stop that process, or choose another folder',
      })
    }
    await remove(path, holder)
  }
}

async function create(path: string, holder: Holder): Promise<boolean> {
  const text = JSON.stringify(holder)
  const created = writeFile(path, text, { flag: 'wx' }).then(
    () => true,
    (error) => {
      if (error.code !== 'EEXIST') throw error
      return false
    },
  )
  return saving(`"${path}"`, created)
}

function hold(path: string, id: string): FolderLock {
  let isHeld = true
  own.add(id)
  const beat = async () => {
    const now = new Date()
    if ((await readHolder(path))?.id === id) await utimes(path, now, now).catch(() => {})
    else isHeld = false
  }
  const timer = setInterval(beat, BEAT)
  // The registry need not keep a program alive.
  timer.unref()
  return {
    get isHeld() {
      return isHeld
    },
    async release() {
      clearInterval(timer)
      own.delete(id)
      if ((await readHolder(path))?.id === id) await rm(path, { force: true })
    },
  }
}

async function isAlive(path: string, holder: Holder | undefined): Promise<boolean> {
  if (holder?.host === hostname()) {
    // A container that starts again gives its processes the same IDs.
    if (holder.processId === process.pid) return own.has(holder.id)
    if (!processExists(holder.processId)) return false
  }
  // Clocks of hosts differ: only a change counts.
  const before = await touchedAt(path)
  for (let waited = 0; before !== undefined && waited < PATIENCE; waited += BEAT / 4) {
    await delay(BEAT / 4, undefined)
    const now = await touchedAt(path)
    if (now !== before) return now !== undefined
  }
  return false
}

async function touchedAt(path: string): Promise<number | undefined> {
  const status = await saving(`"${path}"`, stat(path).catch(unlessMissing))
  return status?.mtimeMs
}

function processExists(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // Any other error means that the process exists.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Removes a lock that is left over. If another process has replaced it in the meantime, the new lock is kept. */
async function remove(path: string, holder: Holder | undefined): Promise<void> {
  const aside = `${path}-${randomUUID()}`
  const isMoved = await saving(
    `"${path}"`,
    rename(path, aside).then(() => true, unlessMissing),
  )
  if (!isMoved) return
  if ((await readHolder(aside))?.id !== holder?.id) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

/** Returns `undefined` if there is no lock, or it is not written yet. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}
