import { onAbort, untilAborted } from '../async/abort.ts'
import { breakBody } from './broken-connection.ts'

/** The bytes of a body, in order. */
export type Pieces = AsyncIterable<Uint8Array>

/** Changes the bytes of a body, or when they come. The signal aborts when the client gives up. */
export type BodyEffect = (pieces: Pieces, signal: AbortSignal) => Pieces

/** Sends the bodies of responses, as a network does, and counts what clients read of them. */
interface Sender {
  /**
   * Returns the response with a body that is sent only as fast as the client reads it. It breaks if it is shorter than
   * `Content-Length` states, or when the request's signal aborts. The answer to a HEAD request has no body.
   *
   * @param onSent Called once, with the number of bytes that the client has read, when it reads no more.
   */
  send(response: Response, request: Request, effect: BodyEffect, onSent: (bytes: number) => void): Response
  /** The number of bodies that clients have neither read to their end nor cancelled. */
  readonly open: number
  /** The number of bytes in the bodies of all blobs, as far as clients have read them. */
  readonly blobBytes: number
}

const PIECE = 64 * 1024

export function createSender(): Sender {
  let open = 0
  let blobBytes = 0
  return {
    send(response, { method, signal }, effect, onSent) {
      const { body, status, statusText, headers } = response
      if (!body || method === 'HEAD') {
        onSent(0)
        return body ? new Response(null, { status, statusText, headers }) : response
      }
      let bytes = 0
      const isBlob = response.ok && isBlobType(headers)
      const stated = headers.get('content-length')
      open++
      const sent = toStream(
        (stopped) => verified(effect(piecesOf(body, stopped), stopped), stated, stopped),
        signal,
        (length) => {
          bytes += length
          if (isBlob) blobBytes += length
        },
        () => {
          open--
          onSent(bytes)
        },
      )
      return new Response(sent, { status, statusText, headers })
    },
    get open() {
      return open
    },
    get blobBytes() {
      return blobBytes
    },
  }
}

/** Blobs have this type, or the type of several parts of one. */
function isBlobType(headers: Headers): boolean {
  return /^(application\/octet-stream|multipart\/byteranges)/.test(headers.get('content-type') ?? '')
}

/** Makes a stream that takes a piece only when its reader asks for one. */
function toStream(
  piecesFor: (stopped: AbortSignal) => Pieces,
  signal: AbortSignal,
  onBytes: (length: number) => void,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const stop = new AbortController()
  const pieces = piecesFor(stop.signal)[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<Uint8Array>> | undefined
  let isOver = false
  let forget = () => {}
  const end = (reason: unknown) => {
    if (isOver) return
    isOver = true
    forget()
    onEnd()
    stop.abort(reason)
    // A piece that is under way fails by the abort.
    next?.catch(() => undefined)
    pieces.return?.().catch(() => undefined)
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const abort = () => {
          if (isOver) return
          end(signal.reason)
          controller.error(signal.reason)
        }
        if (signal.aborted) abort()
        else forget = onAbort(signal, abort)
      },
      async pull(controller) {
        try {
          next ??= pieces.next()
          const piece = await next
          if (isOver) return
          if (!piece.done) {
            onBytes(piece.value.length)
            controller.enqueue(piece.value)
            // The reader has the piece; the last one also ends the stream.
            next = pieces.next()
            if (!(await next).done) return
          }
          if (isOver) return
          end(undefined)
          controller.close()
        } catch (error) {
          if (isOver) return
          end(error)
          controller.error(error)
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  )
}

/** Reads a stream in small pieces. They are copies, so that nobody can change what the registry stores. */
async function* piecesOf(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Pieces {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await untilAborted(reader.read(), signal)
      if (done) return
      for (let start = 0; start < value.length; start += PIECE) yield value.slice(start, start + PIECE)
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}

/** Breaks a body that is shorter than its `Content-Length`, as HTTP does. */
async function* verified(pieces: Pieces, stated: string | null, signal: AbortSignal): Pieces {
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    yield piece
  }
  if (stated !== null && length < Number(stated)) await breakBody(signal)
}
