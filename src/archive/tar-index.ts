import { TarReadError, ValidationError } from '../errors.ts'
import { type Source, sliceSource } from '../source/source.ts'
import { type PaxOverrides, parsePax } from './pax.ts'
import { BLOCK_SIZE, parseTarHeader, type TarHeader } from './tar-header.ts'

/** What an archive holds under one path. */
export interface TarEntry {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other'
  /** Where the data begins, in bytes. */
  readonly offset: number
  /** In bytes. */
  readonly size: number
  /** What a link names, as it stands in the archive. */
  readonly target: string
}

/** The entries of an archive by path, and the source that they are windows of. Of entries with one path the last counts. */
export interface TarIndex {
  readonly source: Source
  readonly entries: ReadonlyMap<string, TarEntry>
}

const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
  '7': 'file',
}
const MAX_EXTENDED_HEADER = 1024 * 1024
const MAX_LINKS = 32

/**
 * Walks the headers of a tar; the data between them is never read. A missing end mark is let pass, as tar does.
 *
 * @throws {TarReadError} if the source is not a tar, is cut short, or holds what readers disagree about
 */
export async function indexTar(source: Source, signal?: AbortSignal): Promise<TarIndex> {
  if (source.size === 0) throw new TarReadError('Cannot index tar: the file is empty', { offset: 0 })
  const entries = new Map<string, TarEntry>()
  let overrides: PaxOverrides = {}
  for (let offset = 0; offset < source.size; ) {
    const header = await readHeader(source, offset, signal)
    if (!header) break
    const extended = await readExtendedHeader(source, offset, header, signal)
    if (extended) {
      overrides = { ...overrides, ...extended }
      offset = nextBlock(offset + BLOCK_SIZE + header.size)
      continue
    }
    const entry = toEntry(header, offset + BLOCK_SIZE, overrides)
    requireData(source, entry)
    entries.set(entry.path, entry)
    overrides = {}
    offset = nextBlock(entry.offset + entry.size)
  }
  return { source, entries }
}

/**
 * Opens a file of the archive, following links inside it.
 *
 * @param namedBy What names the file, for the message: `manifest.json`.
 * @throws {ValidationError} if the archive holds no such file
 * @throws {TarReadError} if links go in a circle or out of the archive
 */
export function openEntry(index: TarIndex, path: string, namedBy: string): Source {
  const entry = followLinks(index, path)
  if (entry?.kind === 'file') return sliceSource(index.source, entry.offset, entry.offset + entry.size)
  throw new ValidationError(
    `Cannot read the image: ${namedBy} names ${JSON.stringify(path)}, which the archive does not hold${entry ? ' as a file' : ''}; it may be incomplete`,
    { path },
  )
}

/** Tells whether a path, or what it links to, is in the archive. */
export function hasEntry(index: TarIndex, path: string): boolean {
  return followLinks(index, path) !== undefined
}

function followLinks(index: TarIndex, path: string): TarEntry | undefined {
  let entry = index.entries.get(normalizePath(path))
  for (let links = 0; entry?.kind === 'symlink' || entry?.kind === 'hardlink'; links++) {
    if (links === MAX_LINKS)
      throw new TarReadError(`Cannot follow the links from "${path}": they go in a circle`, { path })
    entry = index.entries.get(linkTarget(entry))
  }
  return entry
}

/** Symbolic links are relative to their own folder, hard links to the archive. */
function linkTarget(link: TarEntry): string {
  const folder = link.kind === 'symlink' ? link.path.split('/').slice(0, -1) : []
  const steps: string[] = []
  for (const step of [...folder, ...normalizePath(link.target).split('/')]) {
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) {
      throw new TarReadError(`Cannot follow the link "${link.path}": it leads out of the archive`, { path: link.path })
    }
  }
  return steps.join('/')
}

async function readHeader(source: Source, offset: number, signal?: AbortSignal): Promise<TarHeader | undefined> {
  if (offset + BLOCK_SIZE > source.size) {
    throw new TarReadError(
      offset === 0
        ? `Cannot index tar: the file has ${source.size} bytes, too few for a tar archive`
        : `Cannot index tar: archive ends inside a header at byte ${offset}; it was cut short`,
      { offset },
    )
  }
  const block = await source.read(offset, offset + BLOCK_SIZE, signal)
  if (offset === 0) refuseWrapped(block)
  return parseTarHeader(block, offset)
}

/** What an extended header says of the next entry, or nothing if the header is an entry itself. */
async function readExtendedHeader(
  source: Source,
  offset: number,
  header: TarHeader,
  signal?: AbortSignal,
): Promise<PaxOverrides | undefined> {
  if (!'xgLK'.includes(header.type)) return undefined
  if (header.size > MAX_EXTENDED_HEADER) {
    throw new TarReadError(
      `Cannot index tar: the extended header at byte ${offset} has ${header.size} bytes, more than ${MAX_EXTENDED_HEADER}`,
      { offset },
    )
  }
  const start = offset + BLOCK_SIZE
  requireData(source, { path: header.path, offset: start, size: header.size })
  const data = await source.read(start, start + header.size, signal)
  if (header.type === 'L') return { path: nulTerminated(data) }
  if (header.type === 'K') return { linkPath: nulTerminated(data) }
  const overrides = parsePax(data, offset)
  if (header.type === 'x') return overrides
  if (Object.keys(overrides).length === 0) return {}
  throw new TarReadError(
    `Cannot index tar: the global header at byte ${offset} names or measures all entries at once`,
    {
      offset,
    },
  )
}

function toEntry(header: TarHeader, offset: number, overrides: PaxOverrides): TarEntry {
  const path = overrides.path ?? header.path
  // Writers before ustar marked folders by their name alone.
  const kind = header.type === '0' && path.endsWith('/') ? 'directory' : (KINDS[header.type] ?? 'other')
  const size = kind === 'hardlink' ? 0 : (overrides.size ?? header.size)
  if (header.type === 'S' || header.type === 'M' || ((kind === 'directory' || kind === 'symlink') && size > 0)) {
    throw new TarReadError(
      `Cannot index tar: ${JSON.stringify(path)} is of a kind that archives of images do not have (type "${header.type}", ${size} bytes)`,
      { path, offset },
    )
  }
  return { path: normalizePath(path), kind, offset, size, target: overrides.linkPath ?? header.linkPath }
}

function requireData(source: Source, entry: Pick<TarEntry, 'path' | 'offset' | 'size'>): void {
  if (entry.offset + entry.size <= source.size) return
  throw new TarReadError(
    `Cannot index tar: archive ends inside ${JSON.stringify(entry.path)} at byte ${source.size}; it was cut short`,
    { path: entry.path, offset: source.size },
  )
}

const WRAPPERS: ReadonlyArray<[name: string, magic: readonly number[]]> = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
]

function refuseWrapped(block: Uint8Array): void {
  for (const [name, magic] of WRAPPERS) {
    if (!magic.every((byte, index) => block[index] === byte)) continue
    throw new TarReadError(`Cannot index tar: the file is packed with ${name}; unpack it first`, { offset: 0 })
  }
}

function nextBlock(offset: number): number {
  return Math.ceil(offset / BLOCK_SIZE) * BLOCK_SIZE
}

function normalizePath(path: string): string {
  return path
    .split('/')
    .filter((step) => step !== '' && step !== '.')
    .join('/')
}

function nulTerminated(data: Uint8Array): string {
  const end = data.indexOf(0)
  return new TextDecoder().decode(end < 0 ? data : data.subarray(0, end))
}
