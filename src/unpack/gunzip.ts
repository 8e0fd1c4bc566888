import { untilAborted } from '../async/abort.ts'
import { TarReadError } from '../errors.ts'
import { inPieces } from '../source/pieces.ts'
import { abandon, type ByteStream } from '../source/stream.ts'

/**
 * Unpacks gzip by the runtime's own decoder, which verifies its checksum. Browsers' takes files of one member only
 * (RFC 1952 § File Format), which is what `gzip`, `pigz` and `docker save | gzip` write.
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
    // The decoder is left as it is: to cancel or abort it while it works ends the process in Node 20 to 24.
    abandon(pieces)
  }
}

/** Feeds a decoder. Never rejects: a failure of the input is told, one of the decoder shows at its other end. */
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
    // Told already, or told by the decoder.
  }
}
