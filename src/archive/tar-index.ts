import { type Source, sliceSource } from '../source/source.ts'
import type { FileEntry, FileIndex } from './file-index.ts'
import { createHeaderReader } from './header-reader.ts'
import type { ArchiveLimits } from './limits.ts'
import { indexEntries } from './tar-files.ts'

/**
 * Indexes a tar in which bytes can be read in any order. The data between the headers are never needed. Throws what
 * `indexEntries` throws.
 *
 * @param entries Is filled, also if that fails.
 */
export function indexTar(
  source: Source,
  limits: ArchiveLimits,
  signal?: AbortSignal,
  entries?: Map<string, FileEntry>,
): Promise<FileIndex> {
  const read = createHeaderReader(source, signal)
  const open = ({ start, size }: { start: number; size: number }) => sliceSource(source, start, start + size)
  return indexEntries({ size: source.size, source, read, open }, limits, entries)
}
