/** In bytes. A tar consists of blocks (POSIX pax § ustar Interchange Format). */
export const BLOCK_SIZE = 512
/** In bytes. Two empty blocks end a tar. */
export const END_SIZE = 2 * BLOCK_SIZE

/** Returns the start of the first block at or after an offset. */
export function nextBlock(offset: number): number {
  return Math.ceil(offset / BLOCK_SIZE) * BLOCK_SIZE
}

/** Returns the number of zeros that fill the last block of a file. */
export function paddingAfter(size: number): number {
  return nextBlock(size) - size
}
