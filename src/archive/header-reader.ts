import type { Source } from '../source/source.ts'
import { BLOCK_SIZE } from '../tar/blocks.ts'

/** In bytes. If headers are closer than this, it is cheaper to read the bytes between them than to read twice. */
const NEAR = 64 * 1024
/** In bytes. */
const MAX_AHEAD = 1024 * 1024
/** How many headers in a row, close to one another, make a run of small files. */
const RUN = 8

/**
 * Reads headers one after the other, each no earlier than the last. Large files are jumped over, and 512 bytes a header
 * are read; in a run of small files it reads ahead, more and more, so that many headers come by one read.
 */
export function createHeaderReader(source: Source, signal?: AbortSignal) {
  let buffer = new Uint8Array(0)
  let bufferStart = 0
  let lastOffset = 0
  let nearInARow = 0

  return async function read(start: number, end: number): Promise<Uint8Array> {
    nearInARow = start - lastOffset <= NEAR ? nearInARow + 1 : 0
    lastOffset = start
    if (start < bufferStart || end > bufferStart + buffer.length) {
      const doublings = Math.min(Math.max(nearInARow - RUN, 0), 11)
      const ahead = Math.min(BLOCK_SIZE * 2 ** doublings, MAX_AHEAD)
      const until = Math.min(Math.max(end, start + ahead), source.size)
      buffer = await source.read(start, until, signal)
      bufferStart = start
    }
    return buffer.subarray(start - bufferStart, end - bufferStart)
  }
}
