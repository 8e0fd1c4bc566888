/** Finds how large chunks may be that cost no memory: the larger, the fewer requests; but what is under way can be neither paused nor counted. */
export interface ChunkSizer {
  /** In bytes. */
  readonly size: number
  /** Takes note of how long a chunk took, in milliseconds. */
  note(bytes: number, duration: number): void
}

/** In milliseconds: a chunk that took less may be larger, and one that took more smaller. */
const [SHORT, LONG] = [1000, 4000]

/** @param least,most In bytes. */
export function createChunkSizer(least: number, most: number): ChunkSizer {
  let size = least
  return {
    get size() {
      return size
    },
    note(bytes, duration) {
      // The last chunk of a blob says nothing of those that are larger.
      if (duration < SHORT && bytes >= size) size = Math.min(size * 2, most)
      if (duration > LONG && bytes <= size) size = Math.max(Math.floor(size / 2), least)
    },
  }
}
