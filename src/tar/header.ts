import { TarReadError } from '../errors.ts'
import { BLOCK_SIZE } from './blocks.ts'

/** As long as a path may be in Linux. */
export const MAX_PATH = 4096

/** One header block. The extended headers of the entry are not applied to it. */
export interface TarHeader {
  readonly path: string
  readonly linkPath: string
  /** In bytes, of the data that follows. */
  readonly size: number
  /** The type flag as one character: `0` a file, `x` an extended header… (POSIX pax § ustar Interchange Format). */
  readonly type: string
  /** The header block itself. */
  readonly block: Uint8Array
}

const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Reads a header block of the kinds v7, ustar, GNU and pax.
 *
 * @param offset Where the block stands in the archive, for the message.
 * @returns nothing if the block is all zeros, which ends an archive
 * @throws {TarReadError} if its checksum or a number in it is wrong
 */
export function parseTarHeader(block: Uint8Array, offset: number): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  verifyChecksum(block, offset)
  const name = text(block, 0, 100)
  const prefix = latin1.decode(block.subarray(257, 263)) === 'ustar\0' ? text(block, 345, 155) : ''
  return {
    path: prefix ? `${prefix}/${name}` : name,
    linkPath: text(block, 157, 100),
    size: number(block, 124, 12, offset),
    type: block[156] === 0 ? '0' : String.fromCharCode(block[156] as number),
    block,
  }
}

/** Makes the error for a tar whose headers are wrong, or that was cut short. */
export function damaged(fault: string, place: { readonly path?: string; readonly offset: number }): TarReadError {
  return new TarReadError('ARCHIVE_DAMAGED', `Cannot index tar: ${fault}`, {
    remedy: 'save or download it again',
    ...place,
  })
}

function verifyChecksum(block: Uint8Array, offset: number): void {
  const stated = number(block, 148, 8, offset)
  // Its own field counts as eight spaces.
  let unsigned = 8 * 0x20
  let highBytes = 0
  for (let index = 0; index < BLOCK_SIZE; index++) {
    const byte = index >= 148 && index < 156 ? 0 : (block[index] as number)
    unsigned += byte
    if (byte > 127) highBytes++
  }
  const signed = unsigned - 256 * highBytes
  // Some old writers summed signed bytes (GNU tar manual § Checking tar archives).
  if (stated === unsigned || stated === signed) return
  throw damaged(`the header at byte ${offset} has a wrong checksum; the file is damaged`, { offset })
}

/**
 * A number in octal digits, or in base 256 where the first bit is set (GNU, from 8 GiB on).
 *
 * @throws {TarReadError} if it is malformed, negative, or cannot be counted
 */
export function number(block: Uint8Array, start: number, length: number, offset: number): number {
  const field = block.subarray(start, start + length)
  const first = field[0] as number
  const value = first >= 0x80 ? base256(field) : octal(field)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw damaged(`the header at byte ${offset} has a malformed number; the file is damaged`, { offset })
}

function octal(field: Uint8Array): number {
  // One NUL in front is allowed, as in GNU tar. Nothing follows a NUL or a space behind the digits, and a field without
  // digits is 0.
  const match = /^\0? *(?:([0-7]+)[ \0]*|\0[ \0]*)?$/.exec(latin1.decode(field))
  return match ? Number.parseInt(match[1] ?? '0', 8) : Number.NaN
}

function base256(field: Uint8Array): number {
  const [first, ...rest] = field
  // 0x80 alone marks a positive number; any other bit beside it is a sign or a size beyond every file.
  return first === 0x80 ? rest.reduce((value, byte) => value * 256 + byte, 0) : Number.NaN
}

function text(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length)
  const end = field.indexOf(0)
  return utf8.decode(end < 0 ? field : field.subarray(0, end))
}
