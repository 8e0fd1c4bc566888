import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that do not exist. Node's own `mkdir` with `recursive` never ends where a file
 * system answers ENOENT to every new folder, as `/proc` does.
 *
 * @param mode Of the folders that it makes.
 * @returns the first folder that it made, or `undefined` if all were there
 */
export async function makeFolder(path: string, mode?: number): Promise<string | undefined> {
  try {
    return await makeOne(path, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
  }
  const first = await makeFolder(dirname(path), mode)
  return [first, await makeOne(path, mode)].find((made) => made !== undefined)
}

/** Makes one folder. Returns nothing if it is there. */
async function makeOne(path: string, mode?: number): Promise<string | undefined> {
  try {
    await mkdir(path, { mode })
    return path
  } catch (error) {
    const status = await stat(path).catch(() => undefined)
    if (!status?.isDirectory()) throw error
    return undefined
  }
}
