import { lstat, mkdir, realpath, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RegistryError } from '../../errors.ts'
import { makeFolder } from '../make-folder.ts'
import { removeOldDrafts } from '../save/draft.ts'
import { saving, unlessMissing } from '../saving.ts'

/** A folder that files are written into. */
interface TargetFolder {
  /**
   * Makes the folders above a file.
   *
   * @param title The path of the file, which was checked.
   * @returns its path on the disk
   * @throws {RegistryError} if one of these is a link or a file, or the file is a link or a folder, or it exists and
   *   may not be replaced
   */
  place(title: string): Promise<string>
  /** Removes the folders that were made, unless there is something in them. */
  discard(): Promise<void>
}

/**
 * Opens a folder, and makes it if it does not exist. The folder itself may be a link.
 *
 * @param options.overwrite Whether files that exist may be replaced.
 */
export async function openTarget(path: string, { overwrite }: { overwrite: boolean }): Promise<TargetFolder> {
  const made: string[] = []
  const first = await saving(`"${path}"`, makeFolder(path))
  if (first !== undefined) made.push(path)
  const top = await saving(`"${path}"`, realpath(path))

  /** Makes a folder, or looks that it is one: a link would lead out of the target. */
  async function enter(folder: string): Promise<void> {
    const status = await saving(`"${folder}"`, lstat(folder).catch(unlessMissing))
    if (!status) {
      await saving(`"${folder}"`, mkdir(folder))
      made.push(folder)
    } else if (!status.isDirectory()) throw inTheWay(folder, status.isSymbolicLink() ? 'a link' : 'a file')
    await removeOldDrafts(folder)
  }

  return {
    async place(title) {
      const names = title.split('/')
      let folder = top
      await enter(folder)
      for (const name of names.slice(0, -1)) {
        folder = join(folder, name)
        await enter(folder)
      }
      const place = join(folder, names.at(-1) as string)
      const status = await saving(`"${place}"`, lstat(place).catch(unlessMissing))
      if (status?.isSymbolicLink()) throw inTheWay(place, 'a link')
      if (status && !status.isFile()) throw inTheWay(place, 'a folder or a device')
      if (status && !overwrite) throw existing(place)
      return place
    },
    async discard() {
      for (const folder of made.reverse()) await rmdir(folder).catch(() => {})
    },
  }
}

function inTheWay(path: string, what: string): RegistryError {
  return new RegistryError('STORAGE_FAILED', `Cannot write "${path}": it is ${what}`, {
    remedy: 'remove it, or choose another folder',
  })
}

function existing(path: string): RegistryError {
  return new RegistryError('FILE_EXISTS', `Cannot write "${path}": it exists`, {
    remedy: 'pass { overwrite: true } to replace it, or choose another folder',
  })
}
