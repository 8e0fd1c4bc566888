import { TarReadError } from '../errors.ts'
import { type ByteStream, readStream } from '../source/stream.ts'

/**
 * Unpacks gzip by the runtime's own decoder, which verifies its checksum. Browsers' takes files of one member only
 * (RFC 1952 § File Format), which is what `gzip`, `pigz` and `docker save | gzip` write.
 *
 * @throws {TarReadError} if the data are damaged or cut short
 */
export async function* unpackGzip(packed: ByteStream): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip')
  let failure: { readonly error: unknown } | undefined
  void pour(packed, writable, (error) => {
    failure = { error }
  })
  try {
    yield* readStream(readable)
  } catch (cause) {
    // Where the packed bytes could not be read, that is what to tell.
    if (failure) throw failure.error
    throw new TarReadError('Cannot unpack the archive: its gzip data are damaged, cut short, or of several members', {
      cause,
    })
  }
}

/** Pours a stream into a decoder. Never rejects: a failure of the stream is told, one of the decoder shows at its other end. */
async function pour(packed: ByteStream, writable: WritableStream, onFailure: (error: unknown) => void): Promise<void> {
  const writer = writable.getWriter()
  writer.closed.catch(() => undefined)
  try {
    for await (const piece of readOrTell(packed, onFailure)) {
      await writer.ready
      await writer.write(piece)
    }
    await writer.close()
  } catch (error) {
    // Where it is the decoder that failed, or is no longer read from, this changes nothing.
    writer.abort(error).catch(() => undefined)
  }
}

async function* readOrTell(stream: ByteStream, onFailure: (error: unknown) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
    onFailure(error)
    throw error
  }
}
