import { BLOCK_SIZE } from './blocks.ts'

/** In bytes. Larger sizes do not fit into the octal digits of a header. */
const MAX_OCTAL = 8 ** 11 - 1

/**
 * Makes the header of a regular file: ustar, mode 0644, without a time and an owner, so that the same images give the
 * same bytes everywhere. A size of 8 GiB and more is in base 256, as GNU tar writes it.
 *
 * @param path At most 100 ASCII characters.
 */
export function tarHeader(path: string, size: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(BLOCK_SIZE)
  const write = (text: string, start: number) => new TextEncoder().encodeInto(text, header.subarray(start))
  write(path, 0)
  write('0000644\0', 100)
  write('0000000\0', 108)
  write('0000000\0', 116)
  if (size <= MAX_OCTAL) write(`${octal(size, 11)}\0`, 124)
  else writeBase256(size, header.subarray(124, 136))
  write('00000000000\0', 136)
  // The checksum counts its own field as spaces.
  write('        ', 148)
  write('0', 156)
  write('ustar\x0000', 257)
  const sum = header.reduce((sum, byte) => sum + byte, 0)
  write(`${octal(sum, 6)}\0 `, 148)
  return header
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

function writeBase256(value: number, field: Uint8Array): void {
  for (let [index, rest] = [field.length - 1, value]; index > 0; index--, rest = Math.floor(rest / 256)) {
    field[index] = rest % 256
  }
  field[0] = 0x80
}
