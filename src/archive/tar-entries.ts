import { loaded } from '../async/lazy.ts'
import { TarReadError } from '../errors.ts'
import type { Source } from '../source/source.ts'
import { BLOCK_SIZE, nextBlock } from '../tar/blocks.ts'
import { damaged, MAX_PATH, parseTarHeader, type TarHeader } from '../tar/header.ts'
import type { PaxOverrides } from '../tar/pax.ts'
import { limitNames } from '../unpack/limit-names.ts'
import { createFileIndex, type FileEntry, type FileIndex, normalizePath } from './file-index.ts'
import type { ArchiveLimits } from './limits.ts'

const KINDS: Readonly<Record<string, FileEntry['kind']>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
  '7': 'file',
}

/**
 * The values of the extended headers before an entry. A later one replaces an earlier one of its kind, and pax comes
 * before GNU.
 */
interface Extended {
  readonly pax: PaxOverrides
  readonly longPath?: string
  readonly longLinkPath?: string
  /** In bytes, of these headers together. */
  readonly size: number
}

const NOT_EXTENDED: Extended = { pax: {}, size: 0 }
/** An entry of a tar, and where its data are. */
export interface TarEntry extends Pick<FileEntry, 'path' | 'kind' | 'target'> {
  readonly start: number
  /** In bytes. */
  readonly size: number
}

/** A tar as it is indexed: that of a file, or of a stream. */
export interface Tar {
  /** In bytes. Infinite for a stream, whose size nobody knows. */
  readonly size: number
  /** All bytes, if they can be read in any order. */
  readonly source?: Source
  /** Reads the bytes `[start, end)`, each no earlier than the last. Where a stream ends, it reads an end mark. */
  read(start: number, end: number): Promise<Uint8Array>
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
  const { size: tarSize, source } = tar
  if (tarSize === 0) {
    throw new TarReadError(
      'NOT_AN_ARCHIVE',
      'Cannot index tar: the file is empty, or was removed after it was chosen',
      { remedy: 'save it again, or choose it again', offset: 0 },
    )
  }
  const countNames = limitNames(limits, 'index tar')
  let count = 0
  let extended = NOT_EXTENDED
  let offset = 0
  while (offset < tarSize) {
    const header = await readHeader(tar, offset)
    if (!header) break
    const start = offset + BLOCK_SIZE
    if ('xgLK'.includes(header.type)) {
      const size = extended.size + BLOCK_SIZE + header.size
      if (size > limits.extendedHeaderSize) {
        const { tooLargeHeader } = await loaded(import('./refused-entry.ts'))
        throw tooLargeHeader(size, offset, limits)
      }
      extended = { ...extended, ...(await readExtendedHeader(tar, offset, header)), size }
      offset = nextBlock(start + header.size)
      continue
    }
    if (++count > limits.entries) {
      const { tooManyEntries } = await loaded(import('./refused-entry.ts'))
      throw tooManyEntries(offset, limits)
    }
    const entry = toEntry(header, start, extended)
    if (isUnclear(entry, header)) {
      const { explainUnclear } = await loaded(import('./refused-entry.ts'))
      throw explainUnclear(entry, header)
    }
    const { kind, size, target } = entry
    const path = normalizePath(entry.path)
    countNames(path, target)
    requireData(tar, path, start, size)
    const other = entries.get(path)
    // A folder may come any number of times, but may not replace something else.
    const earlier = kind === 'directory' && other?.kind === kind ? other.earlier : other
    entries.set(path, { path, kind, source: await tar.open({ ...entry, path }), target, earlier })
    extended = NOT_EXTENDED
    offset = nextBlock(start + size)
  }
  return createFileIndex(entries, source && { source, end: offset })
}

async function readHeader(tar: Tar, offset: number): Promise<TarHeader | undefined> {
  if (offset + BLOCK_SIZE <= tar.size) return parseTarHeader(await tar.read(offset, offset + BLOCK_SIZE), offset)
  throw damaged(
    offset === 0
      ? `the file has ${tar.size} bytes, too few for a tar archive`
      : `archive ends inside a header at byte ${offset}; it was cut short`,
    { offset },
  )
}

/** Reads an extended header, which describes the next entry. */
async function readExtendedHeader(tar: Tar, offset: number, header: TarHeader): Promise<Partial<Extended>> {
  const start = offset + BLOCK_SIZE
  requireData(tar, header.path, start, header.size)
  const data = await tar.read(start, start + header.size)
  if (header.type === 'L') return { longPath: longName(data, offset) }
  if (header.type === 'K') return { longLinkPath: longName(data, offset) }
  // Tools that save images rarely need it.
  const { parsePax } = await loaded(import('../tar/pax.ts'))
  const pax = parsePax(data, offset)
  if (header.type === 'x') return { pax }
  if (Object.keys(pax).length === 0) return {}
  const { unsafeHeader } = await loaded(import('./refused-entry.ts'))
  throw unsafeHeader(offset)
}

/** The entry as its headers describe it. Its path is not in the form of a key yet. */
function toEntry(header: TarHeader, start: number, { pax, longPath, longLinkPath }: Extended): TarEntry {
  const path = pax.path ?? longPath ?? header.path
  const target = pax.linkPath ?? longLinkPath ?? header.linkPath
  // Writers before ustar marked folders by their name alone.
  const kind = header.type === '0' && path.endsWith('/') ? 'directory' : (KINDS[header.type] ?? 'other')
  return { path, kind, start, size: pax.size ?? header.size, target }
}

/** Tells whether readers differ in what an entry is, or where. */
function isUnclear({ path, kind, size, target }: TarEntry, { type }: TarHeader): boolean {
  // Devices and pipes: GNU tar passes over data of theirs, Go and Python take them for headers.
  const hasNoData = ['directory', 'symlink', 'hardlink'].includes(kind) || '346'.includes(type)
  const isLong = Math.max(path.length, target.length) > MAX_PATH
  return isLong || path.split('/').includes('..') || 'SMX'.includes(type) || (hasNoData && size > 0)
}

function requireData({ size: end }: Tar, path: string, start: number, size: number): void {
  if (start + size <= end) return
  throw damaged(`archive ends inside ${JSON.stringify(path)} at byte ${end}; it was cut short`, { path, offset: end })
}

/**
 * A name up to its NUL. Without one GNU tar reads on behind it, and of an empty one readers take the short name, or
 * none.
 */
function longName(data: Uint8Array, offset: number): string {
  const end = data.indexOf(0)
  if (end > 0) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(data.subarray(0, end))
  throw damaged(`the extended header at byte ${offset} holds no name, or not its end`, { offset })
}
