import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { delay } from '../async/delay.ts'
import { saving } from './saving.ts'

const NAME = '.registry-api-v2-client-lock'
/** In milliseconds. The lock is held for less. An older one is left over from a killed process. */
const MAX_HELD = 10_000
/** In milliseconds: the time between two attempts. */
const INTERVAL = 20

/**
 * Runs an act while no other act of this package has the lock of the folder, in this process or another one. The act
 * reads a file and writes it again, which takes less than a second.
 *
 * @throws {RegistryError} if the folder cannot be written
 */
export async function withLock<T>(folder: string, signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> {
  const path = join(folder, NAME)
  while (!(await saving(`"${folder}"`, take(path)))) await delay(INTERVAL, signal)
  try {
    return await act()
  } finally {
    await rm(path, { force: true })
  }
}

/** Takes the lock, and returns false if another process has it. */
async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, '', { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const held = await stat(path).catch(() => undefined)
    // A clock that was set back gives it a time in the future.
    if (held && Math.abs(Date.now() - held.mtimeMs) > MAX_HELD) await rm(path, { force: true })
    return false
  }
}
