import { loaded } from '../async/lazy.ts'
import { TarReadError } from '../errors.ts'
import { peek } from '../source/pieces.ts'
import type { ByteStream } from '../source/stream.ts'
import { foreignPackingOf, packedWith } from '../unpack/foreign-packing.ts'
import { limitSize } from '../unpack/limit-stream.ts'
import { packingOf } from '../unpack/packing.ts'
import type { UnpackLimits } from '../unpack/unpack-limits.ts'

/** In bytes: how much of a stream shows its format. */
const HEAD = 1024

/**
 * Removes the gzip and zstd around a tar while it is read.
 *
 * @returns the stream, and its first bytes
 * @throws {TarReadError} if it is packed in another way, or a limit is exceeded
 */
export async function openPlainStream(
  given: ByteStream,
  limits: UnpackLimits,
  signal: AbortSignal | undefined,
): Promise<{ readonly head: Uint8Array; readonly stream: ByteStream }> {
  let opened = await peek(limitSize(given, limits), HEAD)
  for (let depth = 0; ; depth++) {
    const { head, stream } = opened
    const packing = packingOf(head)
    const foreign = foreignPackingOf(head)
    if (foreign) throw packedWith(foreign)
    if (!packing) return opened
    if (packing === 'zip') {
      throw new TarReadError('NOT_SUPPORTED', 'Cannot push the stream: it is a zip, which cannot be read in one pass', {
        remedy: 'push it with pushDockerTar',
      })
    }
    const { decode, requireDepth } = await loaded(import('../unpack/unpack.ts'), signal)
    requireDepth(depth, limits)
    opened = await peek(decode({ stream }, packing, { limits, signal }), HEAD)
  }
}
