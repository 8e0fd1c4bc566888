import { untilAborted } from '../async/abort.ts'
import { delay } from '../async/delay.ts'
import type { BodyEffect, Pieces } from './answer-bodies.ts'
import { breakBody } from './broken-connection.ts'
import type { Fault } from './faults.ts'

/** Pieces of a throttled body per second. */
const PIECES_PER_SECOND = 50

/** Returns what a fault does to the body of a response. */
export function effectOf(fault: Fault | undefined): BodyEffect {
  switch (fault?.kind) {
    case 'cut-answer':
      return (pieces, signal) => cut(pieces, fault.afterBytes, signal)
    case 'stalled':
      return (pieces, signal) => stall(pieces, fault.afterBytes, signal)
    case 'throttled':
      return (pieces, signal) => throttle(pieces, fault.bytesPerSecond, signal)
    case 'flipped':
      return (pieces) => flip(pieces, fault.at)
    case 'resized':
      return (pieces) => resize(pieces, fault.byBytes)
    default:
      return (pieces) => pieces
  }
}

async function* cut(pieces: Pieces, afterBytes: number, signal: AbortSignal): Pieces {
  yield* first(pieces, afterBytes)
  await breakBody(signal)
}

async function* stall(pieces: Pieces, afterBytes: number, signal: AbortSignal): Pieces {
  yield* first(pieces, afterBytes)
  await untilAborted(new Promise<never>(() => {}), signal)
}

/** Yields at most so many bytes. */
async function* first(pieces: Pieces, length: number): Pieces {
  let left = length
  if (left === 0) return
  for await (const piece of pieces) {
    yield piece.slice(0, left)
    left -= Math.min(piece.length, left)
    if (left === 0) return
  }
}

async function* throttle(pieces: Pieces, bytesPerSecond: number, signal: AbortSignal): Pieces {
  const length = Math.max(1, Math.floor(bytesPerSecond / PIECES_PER_SECOND))
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length; start += length) {
      const part = piece.slice(start, start + length)
      await delay((part.length / bytesPerSecond) * 1000, signal)
      yield part
    }
  }
}

async function* flip(pieces: Pieces, at: number): Pieces {
  let offset = 0
  let last: Uint8Array | undefined
  for await (const piece of pieces) {
    // One piece is held, because it may be the last.
    if (last) yield last
    last = piece
    const place = at - offset
    offset += piece.length
    if (place >= 0 && place < piece.length) invert(piece, place)
  }
  if (!last) return
  if (at >= offset) invert(last, last.length - 1)
  yield last
}

function invert(bytes: Uint8Array, place: number): void {
  bytes[place] = ~(bytes[place] ?? 0)
}

async function* resize(pieces: Pieces, byBytes: number): Pieces {
  const held: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    held.push(piece)
    length += piece.length
    // Bytes that it may have to remove are held back.
    while (held[0] && length - held[0].length >= -byBytes) {
      length -= held[0].length
      yield held.shift() as Uint8Array
    }
  }
  let left = length + byBytes
  for (const piece of held) {
    if (left > 0) yield piece.slice(0, left)
    left -= piece.length
  }
  if (byBytes > 0) yield new Uint8Array(byBytes)
}
