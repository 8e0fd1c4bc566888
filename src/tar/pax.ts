import type { TarReadError } from '../errors.ts'
import { damaged } from './header.ts'

/** The values of an extended header for the entry after it. */
export interface PaxOverrides {
  readonly path?: string
  readonly linkPath?: string
  /** In bytes. */
  readonly size?: number
}

/**
 * Reads the records of a pax extended header: `<length> <key>=<value>\n`, the length in bytes and counting itself
 * (POSIX pax § pax Extended Header). Keys that say nothing about place, size or kind are passed over.
 *
 * @param offset Where the header stands in the archive, for the message.
 * @throws {TarReadError} if a record is malformed, or describes a sparse file
 */
export function parsePax(data: Uint8Array, offset: number): PaxOverrides {
  const overrides: { path?: string; linkPath?: string; size?: number } = {}
  for (const [key, value] of paxRecords(data, offset)) {
    if (key === 'path') overrides.path = parseName(value, offset)
    else if (key === 'linkpath') overrides.linkPath = parseName(value, offset)
    else if (key === 'size') overrides.size = parseSize(value, offset)
    else if (key.startsWith('GNU.sparse.')) throw malformed(offset, 'describes a sparse file, which no image holds')
  }
  return overrides
}

function* paxRecords(data: Uint8Array, offset: number): Generator<[key: string, value: string]> {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  for (let start = 0; start < data.length; ) {
    const space = data.indexOf(0x20, start)
    const digits = space < 0 ? '' : utf8.decode(data.subarray(start, space))
    const end = start + (/^[1-9][0-9]{0,6}$/.test(digits) ? Number(digits) : Number.NaN)
    const equals = data.indexOf(0x3d, space)
    if (!(end <= data.length && data[end - 1] === 0x0a && equals > space && equals < end)) {
      throw malformed(offset, 'is malformed')
    }
    yield [utf8.decode(data.subarray(space + 1, equals)), utf8.decode(data.subarray(equals + 1, end - 1))]
    start = end
  }
}

/** Readers differ in what a name is that holds a NUL, and in whether an empty one counts. */
function parseName(value: string, offset: number): string {
  if (value !== '' && !value.includes('\0')) return value
  throw malformed(offset, value === '' ? 'gives an empty name' : 'gives a name that holds a NUL')
}

function parseSize(value: string, offset: number): number {
  const size = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN
  if (Number.isSafeInteger(size)) return size
  throw malformed(offset, `gives ${JSON.stringify(value)} as a size`)
}

function malformed(offset: number, fault: string): TarReadError {
  return damaged(`the extended header at byte ${offset} ${fault}`, { offset })
}
