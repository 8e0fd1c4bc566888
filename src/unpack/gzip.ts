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
  const feeding = feed(packed, writable)
  try {
    yield* readStream(readable)
  } catch (cause) {
    // Where the packed bytes could not be read, that is what to tell.
    const failure = await Promise.race([feeding, Promise.resolve(undefined)])
    if (failure) throw failure.error
    throw new TarReadError('Cannot unpack the archive: its gzip data are damaged, cut short, or of several members', {
      cause,
    })
  }
  const failure = await feeding
  if (failure) throw failure.error
}

/** Pours a stream into a decoder. Never rejects: it tells a failure of the stream itself, while the decoder's shows at its other end. */
async function feed(packed: ByteStream, writable: WritableStream): Promise<{ readonly error: unknown } | undefined> {
  const writer = writable.getWriter()
  writer.closed.catch(() => undefined)
  const iterator = packed[Symbol.asyncIterator]()
  for (;;) {
    const next = await iterator.next().catch((error: unknown) => ({ error }))
    if ('error' in next) {
      writer.abort(next.error).catch(() => undefined)
      return next
    }
    const isTaken = await (next.done ? writer.close() : writer.ready.then(() => writer.write(next.value))).then(
      () => true,
      () => false,
    )
    if (next.done) return undefined
    if (isTaken) continue
    await iterator.return?.()
    return undefined
  }
}
