import { concat } from '../source/stream.ts'
import { BLOCK_SIZE, paddingAfter } from './blocks.ts'

/** The type flags of the entries (POSIX pax § ustar Interchange Format). */
const TYPE_FLAGS = { file: '0', link: '2', folder: '5', extended: 'x' } as const

/** An entry of a tar, as its header describes it. */
interface TarEntryHeader {
  /** The path of a folder ends with a slash. */
  readonly path: string
  /** Of the bytes that follow the header. */
  readonly size: number
  /** @default file */
  readonly type?: keyof typeof TYPE_FLAGS
  /** @default 0o644 */
  readonly mode?: number
  /** @default 0 */
  readonly uid?: number
  /** @default 0 */
  readonly gid?: number
  /** In seconds since 1970. @default 0 */
  readonly mtime?: number
  /** The target of a symbolic link. */
  readonly link?: string
}

/**
 * Makes the header of an entry in ustar format. By default it has no time and no owner, so that the same files give the
 * same bytes everywhere. Names that ustar cannot hold are in an extended header before it (POSIX pax § pax Extended
 * Header). Numbers that ustar cannot hold are in base 256, as GNU tar writes them.
 *
 * @returns one block, or more if a name is longer than 100 characters or is not ASCII
 */
export function tarHeader(entry: TarEntryHeader): Uint8Array<ArrayBuffer> {
  const { path, link = '' } = entry
  const records = [...paxRecord('path', path), ...paxRecord('linkpath', link)]
  if (records.length === 0) return headerBlock(entry)
  const bytes = new TextEncoder().encode(records.join(''))
  return concat([
    headerBlock({ path: 'PaxHeaders.0/name', size: bytes.length, type: 'extended' }),
    bytes,
    new Uint8Array(paddingAfter(bytes.length)),
    headerBlock({ ...entry, path: toAscii(path), link: toAscii(link) }),
  ])
}

function headerBlock(entry: TarEntryHeader): Uint8Array<ArrayBuffer> {
  const { path, size, type = 'file', mode = 0o644, uid = 0, gid = 0, mtime = 0, link = '' } = entry
  const header = new Uint8Array(BLOCK_SIZE)
  const write = (text: string, start: number) => new TextEncoder().encodeInto(text, header.subarray(start))
  write(path, 0)
  writeNumber(mode, header.subarray(100, 108))
  writeNumber(uid, header.subarray(108, 116))
  writeNumber(gid, header.subarray(116, 124))
  writeNumber(size, header.subarray(124, 136))
  writeNumber(mtime, header.subarray(136, 148))
  // The checksum counts its own field as spaces.
  write('        ', 148)
  write(TYPE_FLAGS[type], 156)
  write(link, 157)
  write('ustar\x0000', 257)
  const sum = header.reduce((sum, byte) => sum + byte, 0)
  write(`${octal(sum, 6)}\0 `, 148)
  return header
}

/** Writes a number in octal digits and a NUL, or in base 256 if it has too many digits. */
function writeNumber(value: number, field: Uint8Array): void {
  const digits = field.length - 1
  if (value < 8 ** digits) {
    new TextEncoder().encodeInto(octal(value, digits), field)
    return
  }
  for (let [index, rest] = [digits, value]; index > 0; index--, rest = Math.floor(rest / 256)) {
    field[index] = rest % 256
  }
  field[0] = 0x80
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

/** Makes the record of a name that does not fit into a header block: `<length> <key>=<value>\n`. */
function paxRecord(key: string, value: string): readonly string[] {
  if (value.length <= 100 && toAscii(value) === value) return []
  const { length } = new TextEncoder().encode(` ${key}=${value}\n`)
  // The length counts its own digits.
  let total = length + String(length).length
  if (length + String(total).length > total) total++
  return [`${total} ${key}=${value}\n`]
}

/** Shortens a name for readers that do not know extended headers. */
function toAscii(name: string): string {
  return name.replace(/[^ -~]/g, '_').slice(0, 100)
}
