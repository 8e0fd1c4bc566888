import { loaded } from '../async/lazy.ts'
import { TarReadError } from '../errors.ts'
import type { ByteStream } from '../source/stream.ts'
import { decode } from './unpack.ts'
import type { UnpackLimits } from './unpack-limits.ts'

/**
 * Unpacks gzip with any number of members, within the limits. It uses the runtime's own decoder. Those of browsers take
 * one member only, and eStargz layers have one for each file: then it opens the stream again and uses a decoder in
 * JavaScript, which does not verify checksums. So callers must verify a digest.
 *
 * @param open Opens the packed bytes from their start.
 * @throws {TarReadError} if the data are damaged, or a limit is exceeded
 */
export async function* unpackAnyGzip(
  open: () => ByteStream,
  limits: UnpackLimits,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let given = 0
  try {
    for await (const piece of decode({ stream: open() }, 'gzip', { limits, signal })) {
      yield piece
      given += piece.byteLength
    }
    return
  } catch (error) {
    if (!(error instanceof TarReadError) || error.code !== 'ARCHIVE_DAMAGED') throw error
  }
  const { unpackGzipMembers } = await loaded(import('./gzip-members.ts'), signal)
  for await (const piece of decode({ stream: open() }, 'gzip', { limits, signal, gunzip: unpackGzipMembers })) {
    const known = Math.min(given, piece.byteLength)
    given -= known
    if (known < piece.byteLength) yield piece.subarray(known)
  }
}
