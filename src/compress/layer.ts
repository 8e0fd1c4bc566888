import type { Content } from '../oci/descriptor.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import type { Encoder } from '../runtime.ts'
import { streamSource } from '../source/pieces.ts'
import type { OpenSource, Spool } from '../source/spool.ts'
import type { ByteStream } from '../source/stream.ts'

/** The tools to compress a layer. */
interface LayerEncoding {
  readonly encoder: Pick<Encoder, 'encode' | 'copiesPieces'>
  readonly createHasher: CreateHasher
  readonly spool: Spool
  /** Called with the size of each piece that was read. */
  readonly onRead?: ((bytes: number) => void) | undefined
}

/** The bytes of a compressed layer, to be closed in the end, and their digest. */
export interface PackedLayer {
  readonly digest: Digest
  readonly source: OpenSource
}

/**
 * Compresses a layer into a spool. It is read once, and hashed before and after.
 *
 * @throws {DigestMismatchError} if it is not what the archive says it is
 */
export async function packLayer(layer: Content, encoding: LayerEncoding, signal?: AbortSignal): Promise<PackedLayer> {
  const bytes = streamSource(layer.source, signal, { reusesMemory: encoding.encoder.copiesPieces })
  const { digest, source } = await packStream(bytes, encoding, signal, (diffId) =>
    verifyDigest(`layer ${layer.digest}`, layer.digest, diffId),
  )
  return { digest, source }
}

/**
 * Compresses a stream into a spool, and hashes it before and after.
 *
 * @param verify Called with the digest before. What it throws ends the compression.
 */
export async function packStream(
  bytes: ByteStream,
  { encoder, createHasher, spool, onRead }: LayerEncoding,
  signal?: AbortSignal,
  verify?: (diffId: Digest) => void,
): Promise<PackedLayer & { readonly diffId: Digest }> {
  const [before, after] = [await createHasher(), await createHasher()]
  let diffId: Digest | undefined
  async function* plain(): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      before.update(piece)
      onRead?.(piece.byteLength)
      yield piece
    }
    diffId = before.digest()
    verify?.(diffId)
  }
  async function* packed(): AsyncGenerator<Uint8Array> {
    for await (const piece of encoder.encode(plain())) {
      signal?.throwIfAborted()
      after.update(piece)
      yield piece
    }
  }
  const source = await spool(packed(), signal)
  return { digest: after.digest(), diffId: diffId as Digest, source }
}
