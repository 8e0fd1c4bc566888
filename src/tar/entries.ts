import { loaded } from '../async/lazy.ts'
import { BLOCK_SIZE, nextBlock } from './blocks.ts'
import { damaged, parseTarHeader, type TarHeader } from './header.ts'
import type { PaxValues } from './pax.ts'

/** The kinds of the type flags (POSIX pax § ustar Interchange Format). Others are `other`. */
const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
  '7': 'file',
}

/** The bytes of a tar: of a file, or of a stream that is read forward. */
export interface TarBytes {
  /** In bytes. Infinite for a stream, whose size is unknown. */
  readonly size: number
  /** Reads the bytes `[start, end)`, each no earlier than the last. Where a stream ends, it reads an end mark. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** An entry of a tar, with what its extended headers say. */
export interface TarEntry {
  /** As it stands in the tar. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other'
  /** The target of a link, as it stands in the tar. */
  readonly target: string
  readonly header: TarHeader
  readonly pax: PaxValues | undefined
  /** Where its data are. */
  readonly start: number
  /** In bytes, of its data in the tar, as its headers tell it. */
  readonly size: number
  /** Where the next entry begins, if it has data of this size. */
  readonly end: number
}

/**
 * The values of the extended headers before an entry. A later one replaces an earlier one of its kind, and pax comes
 * before GNU.
 */
interface Extended {
  readonly pax?: PaxValues
  readonly longPath?: string
  readonly longLinkPath?: string
  /** In bytes, of these headers together. */
  readonly size: number
}

/**
 * Reads the headers of one entry. Its data are not read. Sparse files are given as they stand: see `readSparse`.
 *
 * @param offset Where the entry begins, with its extended headers.
 * @param limits Bytes of the extended headers of one entry.
 * @returns nothing at the end mark, or if only extended headers follow
 * @throws {TarReadError} if the headers are damaged, cut short or too large
 */
export async function readEntry(
  tar: TarBytes,
  offset: number,
  limits: { readonly extendedHeaderSize: number },
): Promise<TarEntry | undefined> {
  let extended: Extended = { size: 0 }
  let position = offset
  while (position < tar.size) {
    const header = await readHeader(tar, position)
    if (!header) break
    const start = position + BLOCK_SIZE
    if (!'xgLK'.includes(header.type)) return toEntry(header, start, extended)
    const size = extended.size + BLOCK_SIZE + header.size
    if (size > limits.extendedHeaderSize) {
      const { tooLargeHeader } = await loaded(import('./too-large-header.ts'))
      throw tooLargeHeader(size, position, limits.extendedHeaderSize)
    }
    extended = { ...extended, ...(await readExtendedHeader(tar, position, header)), size }
    position = nextBlock(start + header.size)
  }
  return undefined
}

async function readHeader(tar: TarBytes, offset: number): Promise<TarHeader | undefined> {
  if (offset + BLOCK_SIZE <= tar.size) return parseTarHeader(await tar.read(offset, offset + BLOCK_SIZE), offset)
  throw damaged(
    offset === 0
      ? `the file has ${tar.size} bytes, too few for a tar archive`
      : `archive ends inside a header at byte ${offset}; it was cut short`,
    { offset },
  )
}

/** Reads an extended header, which describes the next entry. */
async function readExtendedHeader(tar: TarBytes, offset: number, header: TarHeader): Promise<Partial<Extended>> {
  const start = offset + BLOCK_SIZE
  requireData(tar, header.path, start, header.size)
  const data = await tar.read(start, start + header.size)
  if (header.type === 'L') return { longPath: longName(data, offset) }
  if (header.type === 'K') return { longLinkPath: longName(data, offset) }
  // Tools that save images rarely need it.
  const { readPax } = await loaded(import('./pax.ts'))
  return readPax(data, offset, header.type)
}

/** The entry as its headers describe it. Its path is not in the form of a key yet. */
function toEntry(header: TarHeader, start: number, { pax, longPath, longLinkPath }: Extended): TarEntry {
  const path = pax?.path ?? longPath ?? header.path
  const target = pax?.linkPath ?? longLinkPath ?? header.linkPath
  // Writers before ustar marked folders by their name alone.
  const kind = header.type === '0' && path.endsWith('/') ? 'directory' : (KINDS[header.type] ?? 'other')
  const size = pax?.size ?? header.size
  return { path, kind, target, header, pax, start, size, end: nextBlock(start + size) }
}

/** Throws if the tar ends inside the data of an entry. */
export function requireData({ size: end }: TarBytes, path: string, start: number, size: number): void {
  if (start + size <= end) return
  throw damaged(`archive ends inside ${JSON.stringify(path)} at byte ${end}; it was cut short`, { path, offset: end })
}

/**
 * Reads a name up to its NUL. Names without a NUL and empty names are refused, because readers differ in what they
 * take instead.
 */
function longName(data: Uint8Array, offset: number): string {
  const end = data.indexOf(0)
  if (end > 0) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(data.subarray(0, end))
  throw damaged(`the extended header at byte ${offset} holds no name, or not its end`, { offset })
}
