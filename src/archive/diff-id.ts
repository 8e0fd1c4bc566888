import { loaded } from '../async/lazy.ts'
import type { CreateHasher, Digest } from '../oci/digest.ts'
import { digestOfSource } from '../oci/verify.ts'
import { streamSource } from '../source/pieces.ts'
import type { Source } from '../source/source.ts'
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
  const { unpackAnyGzip } = await loaded(import('../unpack/any-gzip.ts'), signal)
  const unpacked =
    packing === 'gzip'
      ? unpackAnyGzip(() => streamSource(source, signal), limits, signal)
      : decode({ source }, packing, { limits, signal })
  const hasher = await createHasher()
  for await (const piece of unpacked) hasher.update(piece)
  return hasher.digest()
}
