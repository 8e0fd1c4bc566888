import { onAbort, untilAborted } from '../async/abort.ts'
import { RegistryError } from '../errors.ts'
import type { Source } from './source.ts'
import type { ByteStream } from './stream.ts'

/** Opens all the bytes `[start, size)` as a stream. An abort of the signal ends the stream. */
export type OpenStream = (start: number, signal: AbortSignal) => ByteStream

/** A stream and its position. It is kept between reads. */
interface Cursor {
  position: number
  /** Bytes that arrived but were not read yet. */
  rest: Uint8Array
  readonly stream: AsyncIterator<Uint8Array>
  readonly ending: AbortController
}

/** The time in milliseconds after which an idle stream ends, so that it does not keep a server's connection busy. */
const IDLE = 5_000
/** The same for a stream that cannot be opened in the middle: what it has read would be read again. */
const LONG_IDLE = 60_000
/** Streams that wait for a next read at once. A browser opens six connections to a host. */
const MAX_IDLE = 2

/**
 * Creates a source from bytes that are best read in order, such as from a server. Consecutive reads share one stream,
 * so that reading everything takes one request. A read at another position opens its own stream. Concurrent readers do
 * not disturb each other. A stream ends after 5 s without a read, or after 60 s if it cannot be opened in the middle.
 * An abort of its last read's signal ends it at once.
 *
 * @param size The size in bytes.
 * @param opensAnywhere Tells whether a stream can be opened in the middle. @default it can
 */
export function streamedSource(size: number, open: OpenStream, opensAnywhere: () => boolean = () => true): Source {
  /** The cursors that wait for a next read, the oldest first, and what ends their waits. */
  const idle = new Map<Cursor, () => void>()

  function take(start: number): Cursor {
    const known = [...idle.keys()].find(({ position }) => position === start)
    if (!known) return openAt(start)
    forget(known)
    return known
  }

  function openAt(start: number): Cursor {
    const ending = new AbortController()
    const stream = open(start, ending.signal)[Symbol.asyncIterator]()
    return { position: start, rest: new Uint8Array(), stream, ending }
  }

  function forget(cursor: Cursor): void {
    idle.get(cursor)?.()
    idle.delete(cursor)
  }

  function drop(cursor: Cursor): void {
    forget(cursor)
    end(cursor)
  }

  function leave(cursor: Cursor, signal: AbortSignal | undefined): void {
    if (cursor.position === size) {
      end(cursor)
      return
    }
    const timer = setTimeout(() => drop(cursor), opensAnywhere() ? IDLE : LONG_IDLE)
    // In Node the timer does not keep the program alive.
    ;(timer as { unref?: () => void }).unref?.()
    const unwatch = onAbort(signal, () => drop(cursor))
    idle.set(cursor, () => {
      clearTimeout(timer)
      unwatch()
    })
    const [oldest] = idle.keys()
    if (oldest && idle.size > MAX_IDLE) drop(oldest)
  }

  return {
    size,
    async read(start, stop, signal, into = new Uint8Array(stop - start)) {
      signal?.throwIfAborted()
      const cursor = take(start)
      const unwatch = onAbort(signal, () => cursor.ending.abort(signal?.reason))
      try {
        const bytes = into.subarray(0, stop - start)
        // The stream itself may ignore the abort.
        await untilAborted(fill(bytes, cursor, size), signal)
        signal?.throwIfAborted()
        leave(cursor, signal)
        return bytes
      } catch (error) {
        end(cursor)
        throw error
      } finally {
        unwatch()
      }
    },
  }
}

async function fill(bytes: Uint8Array, cursor: Cursor, size: number): Promise<void> {
  for (let filled = 0; filled < bytes.byteLength; ) {
    const piece = cursor.rest.byteLength > 0 ? cursor.rest : await nextPiece(cursor, size)
    const part = piece.subarray(0, bytes.byteLength - filled)
    bytes.set(part, filled)
    filled += part.byteLength
    cursor.position += part.byteLength
    cursor.rest = piece.subarray(part.byteLength)
  }
}

async function nextPiece({ stream, position }: Cursor, size: number): Promise<Uint8Array> {
  const { done, value } = await stream.next()
  if (!done) return value
  throw new RegistryError(
    'FILE_UNREADABLE',
    `Cannot read the bytes from ${position} on: the stream ended before byte ${size}`,
  )
}

function end({ stream, ending }: Cursor): void {
  ending.abort()
  // Not awaited: the reader no longer depends on the stream.
  stream.return?.()?.then(undefined, () => undefined)
}
