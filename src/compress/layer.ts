import type { Content } from '../oci/descriptor.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import type { Encoder } from '../runtime.ts'
import { streamSource } from '../source/pieces.ts'
import type { OpenSource, Spool } from '../source/spool.ts'

/** The tools to compress a layer. */
interface LayerEncoding {
  readonly encoder: Encoder
  readonly createHasher: CreateHasher
  readonly spool: Spool
  /** Called with each piece that was read. */
  readonly onRead?: ((bytes: number) => void) | undefined
}

/** The bytes of a compressed layer, to be closed in the end, and their digest. */
export interface PackedLayer {
  readonly digest: Digest
  readonly source: OpenSource
}

/**
 * Compresses a layer into a spool. It is read once: what goes in and what comes out is hashed as it passes.
 *
 * @throws {DigestMismatchError} if it is not what the archive says it is
 */
export async function packLayer(
  layer: Content,
  { encoder, createHasher, spool, onRead }: LayerEncoding,
  signal?: AbortSignal,
): Promise<PackedLayer> {
  const [before, after] = [await createHasher(), await createHasher()]
  async function* plain(): AsyncGenerator<Uint8Array> {
    for await (const piece of streamSource(layer.source, signal, { reusesMemory: encoder.copiesPieces })) {
      before.update(piece)
      onRead?.(piece.byteLength)
      yield piece
    }
    verifyDigest(`layer ${layer.digest}`, layer.digest, before.digest())
  }
  async function* packed(): AsyncGenerator<Uint8Array> {
    for await (const piece of encoder.encode(plain())) {
      signal?.throwIfAborted()
      after.update(piece)
      yield piece
    }
  }
  const source = await spool(packed(), signal)
  return { digest: after.digest(), source }
}
