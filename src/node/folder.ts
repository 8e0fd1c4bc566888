import { readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Source } from '../source/source.ts'
import { lazyFile, named } from './file.ts'

/**
 * Finds the files of a folder by their paths in it. Symbolic links count as the files that they lead to, if those are in the
 * folder; what leads out of it is left out.
 *
 * @throws {TarReadError} if it cannot be read
 */
export async function readFolder(folder: string): Promise<ReadonlyMap<string, Source>> {
  const top = await named(folder, realpath(folder))
  const files = new Map<string, Source>()
  for (const entry of await named(folder, readdir(top, { recursive: true, withFileTypes: true }))) {
    const path = join(entry.parentPath, entry.name)
    const file = entry.isSymbolicLink() ? await linkedFile(top, path) : entry.isFile() ? path : undefined
    if (file === undefined) continue
    const status = await named(file, stat(file))
    if (status.isFile()) files.set(relative(top, path).split(sep).join('/'), lazyFile(file, status.size))
  }
  return files
}

async function linkedFile(top: string, link: string): Promise<string | undefined> {
  // A link that leads nowhere is no file; who needs it will say so.
  const target = await realpath(link).catch(() => undefined)
  return target?.startsWith(top + sep) ? target : undefined
}
