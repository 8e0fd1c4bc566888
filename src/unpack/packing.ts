import type { Source } from '../source/source.ts'

/** A supported packing format. It is detected by the first bytes, never by the file's name. */
export type Packing = 'gzip' | 'zstd' | 'zip'

/** The number of bytes that are needed to detect a format. */
export const MAGIC_LENGTH = 6

const MAGIC: ReadonlyArray<readonly [packing: Packing, ...magic: number[]]> = [
  ['gzip', 0x1f, 0x8b, 0x08],
  ['zstd', 0x28, 0xb5, 0x2f, 0xfd],
  ['zip', 0x50, 0x4b, 0x03, 0x04],
  ['zip', 0x50, 0x4b, 0x05, 0x06],
]

/** Reads the first bytes of a source, to detect its packing. */
export function readHead(source: Source, signal?: AbortSignal): Promise<Uint8Array> {
  return source.read(0, Math.min(MAGIC_LENGTH, source.size), signal)
}

/** Returns the packing of a file or layer, or `undefined` if it is not in a supported format. */
export function packingOf(head: Uint8Array): Packing | undefined {
  // Parallel zstd starts with a skippable frame (RFC 8878 § Skippable Frames).
  const [first = 0, ...rest] = head
  if (first >> 4 === 5 && matches(rest, [0x2a, 0x4d, 0x18])) return 'zstd'
  return MAGIC.find(([, ...magic]) => matches(head, magic))?.[0]
}

function matches(head: ArrayLike<number>, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte)
}
