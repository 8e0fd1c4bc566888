import { onAbort } from '../async/abort.ts'
import { TarReadError } from '../errors.ts'
import type { Source } from './source.ts'
import type { ByteStream } from './stream.ts'

/** Opens the bytes `[start, size)`, from the first to the last. An abort of the signal ends the stream. */
export type OpenStream = (start: number, signal: AbortSignal) => ByteStream

/** A stream that a reader has left at a position. */
interface Cursor {
  position: number
  /** Bytes that came and were not read yet. */
  rest: Uint8Array
  readonly stream: AsyncIterator<Uint8Array>
  readonly ending: AbortController
  idleTimer?: ReturnType<typeof setTimeout>
}

/** In milliseconds. A connection that nobody reads from is worth nothing to its server. */
const IDLE = 5_000

/**
 * Makes a source of bytes that come best in order, as from a server: reads that follow each other come from one stream, so that reading it
 * through takes one request. A read elsewhere opens a stream of its own; readers at once do not disturb each other. A stream that nobody reads from
 * for 5 s ends.
 *
 * @param size In bytes.
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
      idle.delete(cursor)
      end(cursor)
    }
    if (cursor.position === size) drop()
    else cursor.idleTimer = setTimeout(drop, IDLE)
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
          const piece = cursor.rest.byteLength > 0 ? cursor.rest : await nextPiece(cursor, size)
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

async function nextPiece({ stream, position }: Cursor, size: number): Promise<Uint8Array> {
  const { done, value } = await stream.next()
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
  // Not waited for: what the stream still does is its own matter.
  stream.return?.()?.then(undefined, () => undefined)
}
