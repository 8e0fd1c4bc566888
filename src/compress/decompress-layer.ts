import { loaded } from '../async/lazy.ts'
import { type ErrorCode, TarReadError } from '../errors.ts'
import type { Layer } from '../images/image.ts'
import type { Content } from '../oci/descriptor.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { streamSource } from '../source/pieces.ts'
import type { Spool } from '../source/spool.ts'
import type { UnpackLimits } from '../unpack/unpack-limits.ts'
import type { PackedLayer } from './layer.ts'

/** The tools to decompress a layer. */
interface LayerDecoding {
  readonly createHasher: CreateHasher
  readonly spool: Spool
  readonly limits: UnpackLimits
  /** Called with the size of each piece that was read. */
  readonly onRead: (bytes: number) => void
}

/**
 * Decompresses a layer in zstd into a spool. It is read once: the bytes before and after are hashed as they pass.
 *
 * @throws {DigestMismatchError} if it does not match its digest, or its diff ID
 * @throws {TarReadError} if it is damaged, or exceeds a limit
 */
export async function decompressLayer(
  { digest, diffId, source }: Layer & Content,
  { createHasher, spool, limits, onRead }: LayerDecoding,
  signal: AbortSignal | undefined,
): Promise<PackedLayer> {
  const { decode } = await loaded(import('../unpack/unpack.ts'), signal)
  const [before, after] = [await createHasher(), await createHasher()]
  async function* packed(): AsyncGenerator<Uint8Array> {
    for await (const piece of streamSource(source, signal)) {
      before.update(piece)
      onRead(piece.byteLength)
      yield piece
    }
    verifyDigest(`layer ${digest}`, digest, before.digest())
  }
  async function* plain(): AsyncGenerator<Uint8Array> {
    for await (const piece of decode({ stream: packed() }, 'zstd', { limits, signal })) {
      signal?.throwIfAborted()
      after.update(piece)
      yield piece
    }
  }
  const spooled = await spool(plain(), signal).catch((error) => {
    throw named(error, digest)
  })
  try {
    const plainDigest = after.digest()
    if (diffId) verifyDigest(`the decompressed layer ${digest}`, diffId, plainDigest)
    return { digest: plainDigest, source: spooled }
  } catch (error) {
    await spooled.close()
    throw error
  }
}

/** Faults of the data, with their remedies. */
const FAULTS: Readonly<Partial<Record<ErrorCode, readonly [fault: string, remedy: string]>>> = {
  ARCHIVE_DAMAGED: ['its zstd data are damaged or cut short', 'save or download the image again'],
  LIMIT_EXCEEDED: [
    'it decompresses to too many bytes',
    'if you trust its source, raise { layerLimits: { unpackRatio, spoolSize } }',
  ],
}

/** Names the layer in an error of the decoder, which does not know what it decodes. */
function named(error: unknown, digest: string): unknown {
  if (!(error instanceof TarReadError)) return error
  const known = FAULTS[error.code]
  if (!known) return error
  const [fault, remedy] = known
  return new TarReadError(error.code, `Cannot decompress layer ${digest}: ${fault}`, { remedy, cause: error })
}
