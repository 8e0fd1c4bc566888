import type { ArchiveFile } from './archive-files.ts'

export const BLOCK_SIZE = 512
/** Two empty blocks end a tar (POSIX pax § ustar Interchange Format). */
export const END_SIZE = 2 * BLOCK_SIZE
/** In bytes. Larger sizes do not fit into the octal digits of a header. */
const MAX_OCTAL = 8 ** 11 - 1

/** A file in a tar. */
interface TarEntry extends ArchiveFile {
  /** Where its bytes begin in the tar. Its header is the block before. */
  readonly offset: number
}

/** The plan of a tar, with the place of each file. */
export interface TarPlan {
  readonly entries: readonly TarEntry[]
  /** In bytes, with the end of the tar. */
  readonly size: number
}

/** Plans a tar. It needs only the sizes of its files. */
export function planTar(files: readonly ArchiveFile[]): TarPlan {
  let end = 0
  const entries = files.map((file): TarEntry => {
    const offset = end + BLOCK_SIZE
    end = offset + file.source.size + paddingAfter(file.source.size)
    return { ...file, offset }
  })
  return { entries, size: end + END_SIZE }
}

/** The number of zeros that fill up the last block of a file. */
export function paddingAfter(size: number): number {
  return (BLOCK_SIZE - (size % BLOCK_SIZE)) % BLOCK_SIZE
}

/**
 * Makes the header of a regular file: ustar, mode 0644, without a time and an owner, so that the same images give the
 * same bytes everywhere. A size of 8 GiB and more is in base 256, as GNU tar writes it.
 *
 * @param path At most 100 ASCII characters.
 */
export function tarHeader({ path, source: { size } }: ArchiveFile): Uint8Array<ArrayBuffer> {
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
