import type { Source } from '../source/source.ts'

/** What a file is packed with, by its first bytes. Names of files say nothing. */
export type Packing = 'gzip' | 'zstd' | 'zip'

/** In bytes: so many tell. */
export const MAGIC_LENGTH = 6

const MAGIC: ReadonlyArray<readonly [packing: Packing, ...magic: number[]]> = [
  ['gzip', 0x1f, 0x8b, 0x08],
  ['zstd', 0x28, 0xb5, 0x2f, 0xfd],
  ['zip', 0x50, 0x4b, 0x03, 0x04],
  ['zip', 0x50, 0x4b, 0x05, 0x06],
]

/** Reads the first bytes of what may be packed. */
export function readHead(source: Source, signal?: AbortSignal): Promise<Uint8Array> {
  return source.read(0, Math.min(MAGIC_LENGTH, source.size), signal)
}

/** Tells what a file or a layer is packed with, if it is one of those that are read here. */
export function packingOf(head: Uint8Array): Packing | undefined {
  // Parallel zstd begins with a frame to be skipped (RFC 8878 § Skippable Frames).
  const [first = 0, ...rest] = head
  if (first >> 4 === 5 && matches(rest, [0x2a, 0x4d, 0x18])) return 'zstd'
  return MAGIC.find(([, ...magic]) => matches(head, magic))?.[0]
}

function matches(head: ArrayLike<number>, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte)
}
