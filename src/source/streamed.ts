import { onAbort, untilAborted } from '../async/abort.ts'
import { TarReadError } from '../errors.ts'
import type { Source } from './source.ts'
import type { ByteStream } from './stream.ts'

/** Opens the bytes `[start, size)` as a stream. An abort of the signal ends the stream. */
export type OpenStream = (start: number, signal: AbortSignal) => ByteStream

/** A stream and its position. It is kept between reads. */
interface Cursor {
  position: number
  /** Bytes that arrived but were not read yet. */
  rest: Uint8Array
  readonly stream: AsyncIterator<Uint8Array>
  readonly ending: AbortController
  idleTimer?: ReturnType<typeof setTimeout>
  /** Ends it while it is idle. */
  drop?: () => void
}

/** The time in milliseconds after which an idle stream ends, so that it does not keep a server's connection busy. */
const IDLE = 5_000
/** Streams that wait for a next read at once. A browser opens six connections to a host. */
const MAX_IDLE = 2

/**
 * Creates a source from bytes that are best read in order, such as from a server. Consecutive reads share one stream,
 * so that reading everything takes one request. A read at another position opens its own stream. Concurrent readers do
 * not disturb each other. A stream ends after 5 s without a read.
 *
 * @param size The size in bytes.
 */
export function streamedSource(size: number, open: OpenStream): Source {
  const idle = new Set<Cursor>()

  function take(start: number): Cursor {
    const known = [...idle].find(({ position }) => position === start)
    if (!known) return openAt(start)
    clearTimeout(known.idleTimer)
    idle.delete(known)
    return known
  }

  function openAt(start: number): Cursor {
    const ending = new AbortController()
    const stream = open(start, ending.signal)[Symbol.asyncIterator]()
    return { position: start, rest: new Uint8Array(), stream, ending }
  }

  function leave(cursor: Cursor): void {
    idle.add(cursor)
    const drop = () => {
      clearTimeout(cursor.idleTimer)
      idle.delete(cursor)
      end(cursor)
    }
    if (cursor.position === size) {
      drop()
      return
    }
    cursor.drop = drop
    cursor.idleTimer = setTimeout(drop, IDLE)
    // It does not keep a program of Node's alive.
    ;(cursor.idleTimer as { unref?: () => void }).unref?.()
    if (idle.size > MAX_IDLE) [...idle][0]?.drop?.()
  }

  return {
    size,
    async read(start, stop, signal, into = new Uint8Array(stop - start)) {
      signal?.throwIfAborted()
      const cursor = take(start)
      const unwatch = onAbort(signal, () => cursor.ending.abort(signal?.reason))
      try {
        const bytes = into.subarray(0, stop - start)
        for (let filled = 0; filled < bytes.byteLength; ) {
          const piece = cursor.rest.byteLength > 0 ? cursor.rest : await nextPiece(cursor, size, signal)
          const part = piece.subarray(0, bytes.byteLength - filled)
          bytes.set(part, filled)
          filled += part.byteLength
          cursor.position += part.byteLength
          cursor.rest = piece.subarray(part.byteLength)
        }
        signal?.throwIfAborted()
        leave(cursor)
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

async function nextPiece(
  { stream, position }: Cursor,
  size: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  // A stream of somebody else may not end at an abort.
  const { done, value } = await untilAborted(stream.next(), signal)
  if (!done) return value
  throw new TarReadError(
    'FILE_UNREADABLE',
    `Cannot read the bytes from ${position} on: the stream ended before byte ${size}`,
    {
      offset: position,
    },
  )
}

function end({ stream, ending }: Cursor): void {
  ending.abort()
  // Not awaited: the reader no longer depends on the stream.
  stream.return?.()?.then(undefined, () => undefined)
}
