import { loaded } from '../async/lazy.ts'
import { TarReadError } from '../errors.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import { digestOfSource } from '../oci/verify.ts'
import type { Source } from '../source/source.ts'
import type { ByteStream } from '../source/stream.ts'
import { packingOf, readHead } from '../unpack/packing.ts'
import type { UnpackLimits } from '../unpack/unpack-limits.ts'

export interface LayerReading {
  readonly limits: UnpackLimits
  readonly createHasher: CreateHasher
  readonly signal?: AbortSignal | undefined
}

/**
 * Works out the diff ID of a layer, the digest of its bytes when they are not compressed (image-spec § Layer DiffID).
 * The layer is read to its end, and unpacked if it is packed with gzip or zstd.
 *
 * @throws {TarReadError} if it cannot be unpacked, or goes over a limit
 */
export async function diffIdOf(source: Source, { limits, createHasher, signal }: LayerReading): Promise<Digest> {
  const packing = packingOf(await readHead(source, signal))
  if (packing !== 'gzip' && packing !== 'zstd') return digestOfSource(source, createHasher, signal)
  const { decode } = await loaded(import('../unpack/unpack.ts'), signal)
  const unpack = async (gunzip?: (packed: ByteStream) => ByteStream) => {
    const hasher = await createHasher()
    for await (const piece of decode({ source }, packing, { limits, signal, gunzip })) hasher.update(piece)
    return hasher.digest()
  }
  try {
    return await unpack()
  } catch (error) {
    if (packing !== 'gzip' || !(error instanceof TarReadError)) throw error
    // Browsers' decoders take one member only, and eStargz layers have many.
    const { unpackGzipMembers } = await loaded(import('../unpack/gzip-members.ts'), signal)
    return unpack(unpackGzipMembers)
  }
}
