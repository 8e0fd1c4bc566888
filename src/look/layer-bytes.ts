import { createPauses } from '../async/pauses.ts'
import { ValidationError } from '../errors.ts'
import type { Content } from '../oci/descriptor.ts'
import type { CreateHasher } from '../oci/digest.ts'
import { verifyDigest } from '../oci/verify.ts'
import { peek } from '../source/pieces.ts'
import type { Source } from '../source/source.ts'
import { abandon } from '../source/stream.ts'
import { unpackAnyGzip } from '../unpack/any-gzip.ts'
import { foreignPackingOf } from '../unpack/foreign-packing.ts'
import { limitSize } from '../unpack/limit-stream.ts'
import { MAGIC_LENGTH, packingOf } from '../unpack/packing.ts'
import { decode } from '../unpack/unpack.ts'
import type { UnpackLimits } from '../unpack/unpack-limits.ts'
import type { LayerLimits } from './layer-limits.ts'

/** How a layer is read. */
export interface LayerReading {
  readonly limits: LayerLimits & UnpackLimits
  readonly createHasher: CreateHasher
  readonly signal: AbortSignal | undefined
  /** Called with the number of bytes of the layer that were read. */
  readonly onRead?: ((bytes: number) => void) | undefined
}

/** In bytes. The first reads are small, so that the first files come soon. */
const [FIRST_READ, MAX_READ] = [64 * 1024, 1024 * 1024]

/**
 * Reads the tar of a layer. Its packing is detected by its first bytes, because media types may be wrong.
 *
 * @throws {DigestMismatchError} at the end, if the layer does not match its digest
 * @throws {TarReadError} if it is damaged, or exceeds a limit
 */
export async function* unpackLayer(layer: Content, reading: LayerReading): AsyncGenerator<Uint8Array> {
  const pause = createPauses(reading.signal)
  for await (const piece of unpacked(layer, reading)) {
    yield piece
    await pause()
  }
}

async function* unpacked(layer: Content, reading: LayerReading): AsyncGenerator<Uint8Array> {
  const { limits, signal } = reading
  const { head, stream } = await peek(verified(layer, reading), MAGIC_LENGTH)
  const packing = packingOf(head)
  const foreign = foreignPackingOf(head)
  if (foreign || packing === 'zip') {
    abandon(stream[Symbol.asyncIterator]())
    throw new ValidationError(
      'NOT_SUPPORTED',
      `Cannot read layer ${layer.digest}: it is packed with ${foreign?.name ?? packing}`,
      { remedy: 'build the image with layers in gzip or zstd', input: layer.digest },
    )
  }
  if (packing === 'gzip') {
    let isFirst = true
    yield* unpackAnyGzip(
      () => {
        if (!isFirst) return verified(layer, reading)
        isFirst = false
        return stream
      },
      limits,
      signal,
    )
  } else yield* packing ? decode({ stream }, packing, { limits, signal }) : limitSize(stream, limits)
}

/** Reads all bytes of a layer, and compares their digest at the end. */
async function* verified({ digest, source }: Content, reading: LayerReading): AsyncGenerator<Uint8Array> {
  const { createHasher, signal, onRead } = reading
  const hasher = await createHasher()
  for await (const [piece, end] of growingPieces(source, signal)) {
    hasher.update(piece)
    onRead?.(end)
    yield piece
  }
  verifyDigest(`layer ${digest}`, digest, hasher.digest())
}

async function* growingPieces(source: Source, signal: AbortSignal | undefined) {
  for (let [start, size] = [0, FIRST_READ]; start < source.size; size = Math.min(2 * size, MAX_READ)) {
    const end = Math.min(start + size, source.size)
    yield [await source.read(start, end, signal), end] as const
    start = end
  }
}
