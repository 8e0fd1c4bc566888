import { ValidationError } from '../errors.ts'
import { type SourceInput, toSource } from '../source/from.ts'
import { limitNames } from '../unpack/limit-names.ts'
import { raiseLimit } from '../unpack/unpack-limits.ts'
import { createFileIndex, type FileEntry, type FileIndex, normalizePath } from './file-index.ts'
import type { ArchiveLimits } from './limits.ts'

/**
 * The files of a folder: from `<input webkitdirectory>`, or by path (`blobs/sha256/ab…`). One file alone is an archive
 * itself.
 */
export type FolderInput = Iterable<File> | ReadonlyMap<string, SourceInput>

/**
 * Indexes the files of a folder by their paths.
 *
 * @throws {ValidationError} if the folder has more files or longer names than the limits allow
 * @throws {TypeError} if a list has something else than a `File`
 */
export function indexFolder(folder: FolderInput, limits: ArchiveLimits): FileIndex {
  const entries = new Map<string, FileEntry>()
  const countNames = limitNames(limits, 'open the folder')
  const files = folder instanceof Map ? folder : filesByPath(folder as Iterable<File>)
  for (const [given, file] of files) {
    if (entries.size === limits.entries) {
      throw new ValidationError('LIMIT_EXCEEDED', `Cannot open the folder: it has more than ${limits.entries} files`, {
        remedy: raiseLimit('entries'),
      })
    }
    countNames(given)
    const path = normalizePath(given)
    entries.set(path, { path, kind: 'file', source: toSource(file), target: '', earlier: entries.get(path) })
  }
  return createFileIndex(entries)
}

function* filesByPath(files: Iterable<File>): Generator<[path: string, file: SourceInput]> {
  for (const file of files) {
    if (typeof file?.name !== 'string') throw new TypeError('Cannot open the folder: a list has to be one of File')
    yield [file.webkitRelativePath || file.name, file]
  }
}
