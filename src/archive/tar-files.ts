import { loaded } from '../async/lazy.ts'
import { TarReadError } from '../errors.ts'
import type { Source } from '../source/source.ts'
import { readEntry, requireData, type TarBytes, type TarEntry } from '../tar/entries.ts'
import { MAX_PATH } from '../tar/header.ts'
import { limitNames } from '../unpack/limit-names.ts'
import { createFileIndex, type FileEntry, type FileIndex, normalizePath } from './file-index.ts'
import type { ArchiveLimits } from './limits.ts'

/** A tar as it is indexed: that of a file, or of a stream. */
export interface Tar extends TarBytes {
  /** All bytes, if they can be read in any order. */
  readonly source?: Source
  /** Opens the data of an entry. It is called for each entry, in order. */
  open(entry: TarEntry): Source | Promise<Source>
}

/**
 * Indexes the entries of a tar by its headers. A missing end mark is let pass, as tar does.
 *
 * @param entries Is filled, also if that fails.
 * @throws {TarReadError} if it is not a tar, is cut short, or holds what readers disagree about
 */
export async function indexEntries(
  tar: Tar,
  limits: ArchiveLimits,
  entries = new Map<string, FileEntry>(),
): Promise<FileIndex> {
  const { source } = tar
  if (tar.size === 0) {
    throw new TarReadError(
      'NOT_AN_ARCHIVE',
      'Cannot index tar: the file is empty, or was removed after it was chosen',
      { remedy: 'save it again, or choose it again', offset: 0 },
    )
  }
  const countNames = limitNames(limits, 'index tar')
  let count = 0
  let offset = 0
  for (;;) {
    const entry = await readEntry(tar, offset, limits)
    if (!entry) break
    const { kind, start, size, target } = entry
    if (++count > limits.entries || isUnclear(entry)) {
      const { refusedEntry } = await loaded(import('./refused-entry.ts'))
      throw refusedEntry(entry, count, limits)
    }
    const path = normalizePath(entry.path)
    countNames(path, target)
    requireData(tar, path, start, size)
    const other = entries.get(path)
    // A folder may come any number of times, but may not replace something else.
    const earlier = kind === 'directory' && other?.kind === kind ? other.earlier : other
    entries.set(path, { path, kind, source: await tar.open({ ...entry, path }), target, earlier })
    offset = entry.end
  }
  return createFileIndex(entries, source && { source, end: offset })
}

/** Tells whether readers differ in what an entry is, or where. */
function isUnclear({ path, kind, size, target, pax, header: { type } }: TarEntry): boolean {
  // Devices and pipes: GNU tar passes over data of theirs, Go and Python take them for headers.
  const hasNoData = ['directory', 'symlink', 'hardlink'].includes(kind) || '346'.includes(type)
  const isLong = Math.max(path.length, target.length) > MAX_PATH
  return isLong || path.split('/').includes('..') || 'SMX'.includes(type) || pax?.isSparse || (hasNoData && size > 0)
}
