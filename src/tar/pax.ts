import { TarReadError } from '../errors.ts'
import { damaged } from './header.ts'

/** The values of an extended header for the entry after it. */
export interface PaxValues {
  readonly path?: string
  readonly linkPath?: string
  /** In bytes. */
  readonly size?: number
  /** Where the header stands in the tar. */
  readonly offset: number
  /** True if it describes a sparse file. */
  readonly isSparse?: boolean
  /** All other records, as their bytes. Of one key the last counts, except that a sparse map has one for each part. */
  readonly others: ReadonlyArray<readonly [key: string, value: Uint8Array]>
}

/**
 * Reads a pax extended header: of the type `x` for the next entry, or a global one of the type `g`, which may not name
 * or measure entries and is ignored otherwise, as engines do.
 *
 * @param offset Where the header stands in the archive, for the message.
 * @throws {TarReadError} if it is malformed, or is a global one that names or measures entries
 */
export function readPax(data: Uint8Array, offset: number, type: string): { readonly pax?: PaxValues } {
  const pax = parsePax(data, offset)
  if (type === 'x') return { pax }
  const { path, linkPath, size, isSparse } = pax
  if ([path, linkPath, size, isSparse].every((value) => value === undefined)) return {}
  throw unsafeHeader(offset)
}

/**
 * Reads the records of a pax extended header: `<length> <key>=<value>\n`, the length in bytes and counting itself
 * (POSIX pax § pax Extended Header).
 */
function parsePax(data: Uint8Array, offset: number): PaxValues {
  const values: { path?: string; linkPath?: string; size?: number; isSparse?: boolean } = {}
  const others: [string, Uint8Array][] = []
  for (const [key, value] of paxRecords(data, offset)) {
    if (key === 'path') values.path = parseName(value, offset)
    else if (key === 'linkpath') values.linkPath = parseName(value, offset)
    else if (key === 'size') values.size = parseSize(value, offset)
    else {
      if (key.startsWith('GNU.sparse.')) values.isSparse = true
      others.push([key, value])
    }
  }
  return { ...values, offset, others }
}

/** Says that a global header is about the place or the size of all entries. */
function unsafeHeader(offset: number): TarReadError {
  const fault = `Cannot index tar: the global header at byte ${offset} names or measures all entries at once`
  return new TarReadError('ARCHIVE_UNSAFE', fault, { offset })
}

function* paxRecords(data: Uint8Array, offset: number): Generator<[key: string, value: Uint8Array]> {
  for (let start = 0; start < data.length; ) {
    const space = data.indexOf(0x20, start)
    const digits = space < 0 ? '' : text(data.subarray(start, space))
    const end = start + (/^[1-9][0-9]{0,6}$/.test(digits) ? Number(digits) : Number.NaN)
    const equals = data.indexOf(0x3d, space)
    if (!(end <= data.length && data[end - 1] === 0x0a && equals > space && equals < end)) {
      throw malformed(offset, 'is malformed')
    }
    yield [text(data.subarray(space + 1, equals)), data.subarray(equals + 1, end - 1)]
    start = end
  }
}

/** Readers differ in what a name is that holds a NUL, and in whether an empty one counts. */
function parseName(bytes: Uint8Array, offset: number): string {
  const value = text(bytes)
  if (value !== '' && !value.includes('\0')) return value
  throw malformed(offset, value === '' ? 'gives an empty name' : 'gives a name that holds a NUL')
}

function parseSize(bytes: Uint8Array, offset: number): number {
  const value = text(bytes)
  const size = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN
  if (Number.isSafeInteger(size)) return size
  throw malformed(offset, `gives ${JSON.stringify(value)} as a size`)
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

function malformed(offset: number, fault: string): TarReadError {
  return damaged(`the extended header at byte ${offset} ${fault}`, { offset })
}
