import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { withDefaultLimits } from '../../archive/limits.ts'
import type { ReadOptions } from '../../archive/read-options.ts'
import { ValidationError } from '../../errors.ts'
import type { Source } from '../../source/source.ts'
import { raiseLimit } from '../../unpack/unpack-limits.ts'
import { lazyFile, named } from './file.ts'

/**
 * Finds the files of a folder by their relative paths. A link to a file in the folder counts as that file. Links to
 * folders, and links that lead out of the folder, are skipped.
 *
 * @throws {TarReadError} if the folder cannot be read
 * @throws {ValidationError} if it has more files than the limit
 */
export async function readFolder(folder: string, options: ReadOptions): Promise<ReadonlyMap<string, Source>> {
  const { entries } = withDefaultLimits(options.limits)
  const top = await named(folder, realpath(folder))
  const files = new Map<string, Source>()
  for await (const { path, file } of filesUnder(top, top, '')) {
    options.signal?.throwIfAborted()
    if (files.size === entries) {
      throw new ValidationError('LIMIT_EXCEEDED', `Cannot open "${folder}": it has more than ${entries} files`, {
        remedy: raiseLimit('entries'),
      })
    }
    const { size } = await named(file, stat(file))
    files.set(path, lazyFile(file, size))
  }
  return files
}

/** Walks a folder. It does not use the recursive `readdir`, which follows links to folders in Bun. */
async function* filesUnder(
  top: string,
  folder: string,
  prefix: string,
): AsyncGenerator<{ readonly path: string; readonly file: string }> {
  for (const entry of await named(folder, readdir(folder, { withFileTypes: true }))) {
    const [path, place] = [prefix + entry.name, join(folder, entry.name)]
    if (entry.isDirectory()) yield* filesUnder(top, place, `${path}/`)
    if (entry.isFile()) yield { path, file: place }
    const linked = entry.isSymbolicLink() ? await linkedFile(top, place) : undefined
    if (linked !== undefined) yield { path, file: linked }
  }
}

async function linkedFile(top: string, link: string): Promise<string | undefined> {
  // A broken link is not a file. If an image needs it, opening the image throws.
  const target = await realpath(link).catch(() => undefined)
  return target?.startsWith(top + sep) && (await stat(target)).isFile() ? target : undefined
}
