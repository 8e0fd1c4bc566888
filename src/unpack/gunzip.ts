import { untilAborted } from '../async/abort.ts'
import { TarReadError } from '../errors.ts'
import { inPieces } from '../source/pieces.ts'
import { abandon, type ByteStream } from '../source/stream.ts'

/**
 * Unpacks gzip with the runtime's own decoder, which verifies the checksum. Browsers only accept files of one member
 * (RFC 1952 § File Format). `gzip`, `pigz` and `docker save | gzip` write such files.
 *
 * @throws {TarReadError} if the data are damaged or cut short
 */
export async function* unpackGzip(packed: ByteStream): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip')
  const reader = readable.getReader()
  const pieces = inPieces(packed)
  const input = new AbortController()
  void feed(pieces, writable, (error) => input.abort(error))
  try {
    for (;;) {
      const { done, value } = await untilAborted(reader.read(), input.signal)
      if (done) return
      yield value
    }
  } catch (cause) {
    input.signal.throwIfAborted()
    throw new TarReadError(
      'ARCHIVE_DAMAGED',
      'Cannot unpack the archive: its gzip data are damaged, cut short, or of several members',
      { remedy: 'save or download it again, or unpack it first', cause },
    )
  } finally {
    // The decoder is not cancelled: cancelling or aborting it while it works crashes Node 20 to 24.
    abandon(pieces)
  }
}

/** Feeds a decoder. Never rejects: a failed input calls `onFailure`, and a failed decoder shows at its readable end. */
async function feed(
  pieces: AsyncIterator<Uint8Array>,
  writable: WritableStream,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const writer = writable.getWriter()
  try {
    for (;;) {
      const { done, value } = await pieces.next().catch((error) => {
        onFailure(error)
        throw error
      })
      if (done) return await writer.close()
      await writer.ready
      await writer.write(value)
    }
  } catch {
    // Already reported, by `onFailure` or by the decoder.
  }
}
