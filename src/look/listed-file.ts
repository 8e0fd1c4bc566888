import type { TarEntry } from '../tar/entries.ts'
import { MAX_PATH, number } from '../tar/header.ts'

/** The types of the entries of a layer. */
export type ListedFileType =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'hardlink'
  /** Removes a path of the layers below (image-spec § Whiteouts). */
  | 'whiteout'
  /** Removes all that the layers below have in a directory (image-spec § Opaque Whiteout). */
  | 'opaque'
  | 'device'
  | 'fifo'
  /** Of a type that engines pass over or refuse. */
  | 'other'

/** An entry of a layer: a file, or what removes one. */
export interface ListedFile {
  /**
   * The path in the image, without a slash at either end; `.` is the root. Of a whiteout it is the path that is
   * removed, and of an opaque whiteout the directory.
   */
  readonly path: string
  /** The name as it stands in the layer: `./etc/.wh.motd`, `usr/bin/`. */
  readonly name: string
  readonly type: ListedFileType
  /** In bytes, with the holes of a sparse file. 0 for everything but files. */
  readonly size: number
  /** The permissions as a number, with set-user-ID, set-group-ID and sticky bit: `0o755`. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** In seconds since 1970. It may have a fraction. */
  readonly mtime: number
  /** The target of a link as it stands in the layer. A hard link's is a path of the image. */
  readonly linkTarget: string | undefined
  readonly device: { readonly type: 'character' | 'block'; readonly major: number; readonly minor: number } | undefined
  /** The extended attributes. */
  readonly xattrs: Readonly<Record<string, Uint8Array>>
  /**
   * True if the name, or the target of a hard link, is absolute, goes up with `..`, or is longer than 4096 characters.
   * Engines refuse such entries, or put them elsewhere. So do not use the path as one of your own disk.
   */
  readonly isUnsafe: boolean
}

const TYPES: Readonly<Record<string, ListedFileType>> = { '3': 'device', '4': 'device', '6': 'fifo' }
const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
const XATTR = 'SCHILY.xattr.'

/** Describes an entry of the tar of a layer. */
export function describeFile(entry: TarEntry, size: number): ListedFile {
  const { header, pax, target } = entry
  const { block, type: flag } = header
  const records = new Map(pax?.others)
  const name = cleanPath(entry.path)
  const removed = removedBy(name)
  const type = removed?.type ?? (entry.kind === 'other' ? (TYPES[flag] ?? 'other') : entry.kind)
  const isLink = type === 'symlink' || type === 'hardlink'
  const names = [entry.path, ...(type === 'hardlink' ? [target] : [])]
  return {
    path: removed?.path ?? name,
    name: entry.path,
    type,
    size: type === 'file' ? size : 0,
    mode: number(block, 100, 8, entry.start) & 0o7777,
    uid: recorded(records.get('uid')) ?? number(block, 108, 8, entry.start),
    gid: recorded(records.get('gid')) ?? number(block, 116, 8, entry.start),
    mtime: recorded(records.get('mtime')) ?? timeOf(block, entry.start),
    linkTarget: isLink ? target : undefined,
    device:
      type === 'device'
        ? {
            type: flag === '3' ? 'character' : 'block',
            major: number(block, 329, 8, entry.start),
            minor: number(block, 337, 8, entry.start),
          }
        : undefined,
    xattrs: Object.fromEntries(
      [...records].flatMap(([key, value]) =>
        key.startsWith(XATTR) ? [[key.slice(XATTR.length), value.slice()] as const] : [],
      ),
    ),
    isUnsafe: names.some(isUnsafeName) || removed?.isUnsafe === true,
  }
}

/** Returns a path in the one form in which it is compared: no empty steps, no `.`, no slash at either end. */
export function cleanPath(path: string): string {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.')
  return steps.join('/') || '.'
}

function removedBy(path: string): { type: 'whiteout' | 'opaque'; path: string; isUnsafe: boolean } | undefined {
  const slash = path.lastIndexOf('/') + 1
  const [folder, base] = [path.slice(0, slash), path.slice(slash)]
  if (base === OPAQUE) return { type: 'opaque', path: cleanPath(folder), isUnsafe: false }
  if (!base.startsWith(WHITEOUT)) return undefined
  const removed = base.slice(WHITEOUT.length)
  return { type: 'whiteout', path: folder + removed, isUnsafe: ['', '.', '..'].includes(removed) }
}

function isUnsafeName(name: string): boolean {
  return name.startsWith('/') || name.length > MAX_PATH || name.split('/').includes('..')
}

/** A number of a pax record. */
function recorded(bytes: Uint8Array | undefined): number | undefined {
  const text = bytes && new TextDecoder().decode(bytes)
  return text !== undefined && /^-?[0-9]{1,15}(?:\.[0-9]*)?$/.test(text) ? Number(text) : undefined
}

/** A time may be before 1970, in base 256. */
function timeOf(block: Uint8Array, offset: number): number {
  if (block[136] !== 0xff) return number(block, 136, 12, offset)
  return block.subarray(137, 148).reduce((value, byte) => value * 256 + byte - 255, 0) - 1
}
