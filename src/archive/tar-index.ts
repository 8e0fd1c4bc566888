import { loaded } from '../async/lazy.ts'
import { TarReadError } from '../errors.ts'
import { type Source, sliceSource } from '../source/source.ts'
import { limitNames } from '../unpack/limit-names.ts'
import { raiseLimit } from '../unpack/unpack-limits.ts'
import { createFileIndex, type FileEntry, type FileIndex, normalizePath } from './file-index.ts'
import { createHeaderReader } from './header-reader.ts'
import type { ArchiveLimits } from './limits.ts'
import type { PaxOverrides } from './pax.ts'
import { BLOCK_SIZE, damaged, parseTarHeader, type TarHeader } from './tar-header.ts'

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
/** As long as a path may be in Linux. */
const MAX_PATH = 4096

/** Reads the bytes `[start, end)`, each no earlier than the last. */
type ReadHeaders = (start: number, end: number) => Promise<Uint8Array>

/**
 * Walks the headers of a tar; the data between them are never needed. A missing end mark is let pass, as tar does.
 *
 * @param entries Is filled, also if that fails.
 * @throws {TarReadError} if the source is not a tar, is cut short, or holds what readers disagree about
 */
export async function indexTar(
  source: Source,
  limits: ArchiveLimits,
  signal?: AbortSignal,
  entries = new Map<string, FileEntry>(),
): Promise<FileIndex> {
  if (source.size === 0) {
    throw new TarReadError(
      'NOT_AN_ARCHIVE',
      'Cannot index tar: the file is empty, or was removed after it was chosen',
      { remedy: 'save it again, or choose it again', offset: 0 },
    )
  }
  const read = createHeaderReader(source, signal)
  const countNames = limitNames(limits, 'index tar')
  let count = 0
  let extended = NOT_EXTENDED
  let offset = 0
  while (offset < source.size) {
    const header = await readHeader(source, read, offset)
    if (!header) break
    if ('xgLK'.includes(header.type)) {
      const size = extended.size + BLOCK_SIZE + header.size
      requireSmall(size, offset, limits)
      extended = { ...extended, ...(await readExtendedHeader(source, read, offset, header)), size }
      offset = nextBlock(offset + BLOCK_SIZE + header.size)
      continue
    }
    if (++count > limits.entries) throw overLimit(`it has more than ${limits.entries} entries`, 'entries', offset)
    const { path, kind, size, target } = toEntry(header, offset + BLOCK_SIZE, extended)
    countNames(path, target)
    const start = offset + BLOCK_SIZE
    requireData(source, path, start, size)
    const other = entries.get(path)
    // A folder may come any number of times, but may not replace something else.
    const earlier = kind === 'directory' && other?.kind === kind ? other.earlier : other
    entries.set(path, { path, kind, source: sliceSource(source, start, start + size), target, earlier })
    extended = NOT_EXTENDED
    offset = nextBlock(start + size)
  }
  return createFileIndex(entries, { source, end: offset })
}

async function readHeader(source: Source, read: ReadHeaders, offset: number): Promise<TarHeader | undefined> {
  if (offset + BLOCK_SIZE <= source.size) return parseTarHeader(await read(offset, offset + BLOCK_SIZE), offset)
  throw damaged(
    offset === 0
      ? `the file has ${source.size} bytes, too few for a tar archive`
      : `archive ends inside a header at byte ${offset}; it was cut short`,
    { offset },
  )
}

/** Reads an extended header, which describes the next entry. */
async function readExtendedHeader(
  source: Source,
  read: ReadHeaders,
  offset: number,
  header: TarHeader,
): Promise<Partial<Extended>> {
  const start = offset + BLOCK_SIZE
  requireData(source, header.path, start, header.size)
  const data = await read(start, start + header.size)
  if (header.type === 'L') return { longPath: longName(data, offset) }
  if (header.type === 'K') return { longLinkPath: longName(data, offset) }
  // What saves images has no need of it, as a rule.
  const { parsePax } = await loaded(import('./pax.ts'))
  const pax = parsePax(data, offset)
  if (header.type === 'x') return { pax }
  if (Object.keys(pax).length === 0) return {}
  throw unsafe(`the global header at byte ${offset} names or measures all entries at once`, { offset })
}

function toEntry(header: TarHeader, offset: number, { pax, longPath, longLinkPath }: Extended) {
  const path = pax.path ?? longPath ?? header.path
  const target = pax.linkPath ?? longLinkPath ?? header.linkPath
  requireClearName(path, target, offset)
  // Writers before ustar marked folders by their name alone.
  const kind = header.type === '0' && path.endsWith('/') ? 'directory' : (KINDS[header.type] ?? 'other')
  const size = pax.size ?? header.size
  // Devices and pipes: GNU tar passes over data of theirs, Go and Python take them for headers.
  const hasNoData = ['directory', 'symlink', 'hardlink'].includes(kind) || '346'.includes(header.type)
  if ('SMX'.includes(header.type) || (hasNoData && size > 0)) {
    throw unsafe(
      `${JSON.stringify(path)} is of a kind that archives of images do not have (type "${header.type}", ${size} bytes)`,
      { path, offset },
    )
  }
  return { path: normalizePath(path), kind, size, target }
}

function requireClearName(path: string, target: string, offset: number): void {
  if (Math.max(path.length, target.length) > MAX_PATH) {
    throw unsafe(`the entry at byte ${offset} has a name or link target of more than ${MAX_PATH} characters`, {
      offset,
    })
  }
  if (!path.split('/').includes('..')) return
  throw unsafe(`the name ${JSON.stringify(path)} goes back a folder; readers would differ in where to`, {
    path,
    offset,
  })
}

function requireData(source: Source, path: string, start: number, size: number): void {
  if (start + size <= source.size) return
  throw damaged(`archive ends inside ${JSON.stringify(path)} at byte ${source.size}; it was cut short`, {
    path,
    offset: source.size,
  })
}

function unsafe(fault: string, place: { readonly path?: string; readonly offset: number }): TarReadError {
  return new TarReadError('ARCHIVE_UNSAFE', `Cannot index tar: ${fault}`, place)
}

function requireSmall(size: number, offset: number, { extendedHeaderSize }: ArchiveLimits): void {
  if (size <= extendedHeaderSize) return
  throw overLimit(
    `the extended headers of the entry at byte ${offset} have ${size} bytes, more than ${extendedHeaderSize}`,
    'extendedHeaderSize',
    offset,
  )
}

function overLimit(fault: string, limit: keyof ArchiveLimits, offset: number): TarReadError {
  return new TarReadError('LIMIT_EXCEEDED', `Cannot index tar: ${fault}`, { remedy: raiseLimit(limit), offset })
}

function nextBlock(offset: number): number {
  return Math.ceil(offset / BLOCK_SIZE) * BLOCK_SIZE
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
